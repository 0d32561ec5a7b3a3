"""The commands of `./dev` and how they are chosen."""

import signal
import sys
from collections.abc import Callable, Sequence

from .commands import bench, demo, i18n, lint, odoo, readme, reset, shots, test
from .config import Declaration, Project
from .ui import Failure, report, say

Command = Callable[[Project, Sequence[str]], int]

COMMANDS: dict[str, Command] = {
    "demo": demo.run,
    "test": test.run,
    "lint": lint.run,
    "shell": odoo.shell,
    "odoo": odoo.run,
    "i18n": i18n.run,
    "shots": shots.run,
    "readme": readme.run,
    "bench": bench.run,
    "reset": reset.run,
}

HELP = """\
Usage: ./dev COMMAND [ARGUMENT ...]

  demo    install what is missing, build the demonstration company, run the day's
          follow-up, print the letters into .dev/out/, start Odoo and say where it is
            --once        leave it at that, without starting Odoo
            --fresh       build the demonstration company anew
            --port PORT   instead of 8069
  test    install what is missing and run the whole suite on a real Odoo and PostgreSQL;
          arguments go to pytest: ./dev test -k interest, ./dev test tests/followup
            --record      keep how long each file took, which orders the next run
  lint    ruff, the contracts of imports, pylint-odoo and the OCA's checks
            --fix         let ruff mend and format first
  shell   Odoo shell on the demonstration company (or on the database named)
  odoo    any Odoo command with this project's configuration: ./dev odoo -d NAME
  i18n    export the addon's terms, merge new ones into fr.po, count those left
            --purge       drop the translations of terms that are gone
  shots   take the pictures of doc/ and of the addon's description from the
          demonstration company, in Chromium
  readme  write the addon's README.rst from the fragments of its readme/
            --check       only see whether it is what they make
            --release     first gather the news of readme/newsfragments/ in HISTORY.md,
                          under the version of the manifest
  bench   followup: a run, beside OCA's account_credit_control and bare SQL
            --sizes N,N     invoices; 10000,40000 unless given ("N N" does too)
            --alone N       invoices without OCA's; 100000 unless given, 0 for none
            --ours-only     without OCA's at any size
            --profile       say where our time goes; its seconds do not count then
            --keep          leave the databases
          letters: letters with enclosures, in one batch and one by one
            --size N        letters in the batch; 500 unless given
            --single N      of them one by one; 60 unless given
            --profile       say where the time of the batch goes
            --keep          leave the database
          penalties: the nightly computation of penalties against bare SQL
            --sizes N,N     invoices; 10000,100000 unless given
            --keep          leave the databases
          overhead: posting and paying with the module and without it
            --count N       invoices a round; 500 unless given
            --rounds N      3 unless given
          size: a book of years under Odoo's own limits, from installing to uninstalling
            --contacts N    300000 unless given
            --moves N       600000 unless given
            --open N        open invoices; 60000 unless given
            --rebuild       build the book anew: it is kept from one call to the next
            --keep          leave the database
  reset   throw this clone's state away (.dev/, databases)
            --cache       and what was downloaded and built for all clones
  help    this text

Everything is installed on the first call and kept: the next one starts in seconds.
  ODOO_PATH                            use this Odoo 19.0, a checkout for instance
                                       (a folder containing odoo/)
  PGHOST PGPORT PGUSER PGPASSWORD      use this PostgreSQL (databases recouvrement_*)
"""


def main(arguments: Sequence[str]) -> int:
    """Run one command; the value returned is the exit code."""
    name, *rest = arguments or ["help"]
    if name in ("help", "-h", "--help"):
        say(HELP, end="")
        return 0
    if name not in COMMANDS:
        say(f"./dev has no command `{name}`.\n")
        say(HELP, end="")
        return 2
    signal.signal(signal.SIGTERM, _terminate)
    try:
        return COMMANDS[name](Project(Declaration.load()), rest)
    except Failure as failure:
        report(failure)
        return 1
    except KeyboardInterrupt:
        return 130


def _terminate(_signal: int, _frame: object) -> None:
    """Leave through the `finally` blocks, so that PostgreSQL is stopped."""
    sys.exit(143)
