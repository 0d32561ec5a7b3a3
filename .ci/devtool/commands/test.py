"""`./dev test`: the whole suite on a real Odoo and PostgreSQL."""

from collections.abc import Sequence

from ..config import Project
from ..databases import BASE
from ..debian import unpatched_wkhtmltopdf
from ..environment import Environment
from ..proc import foreground, locked
from ..ui import step

# Arguments of pytest that say what to run or how: then one process, on one database.
CHOSEN = ("-k", "-m", "-n", "--numprocesses", "--pdb", "-s", "--co", "--collect-only")

# A test class loads a chart of accounts in its own transaction, of which PostgreSQL has
# no statistics: it expects single rows, and by nested loops one query of Odoo's then
# takes a minute.
PLANNER = "-c enable_nestloop=off -c jit=off"


# The longest files first, so that no process is left with a long one while the other
# has nothing more to do.
ORDERED = (
    "-n",
    "2",
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
    "-p",
    "tests.order",
)
# Keeps how long each file took.
RECORD = "--record"


def run(project: Project, arguments: Sequence[str]) -> int:
    with Environment.prepare(project, "test") as environment:
        databases = environment.databases
        with locked(project.cache / "lock"):
            printer = unpatched_wkhtmltopdf(project)
        databases.base()  # the tests of installation copy it
        template, company = databases.test(), databases.company()
        try:
            with step(f"Copy of {company} for this run"):
                database = databases.scratch(company)
            command = [
                str(environment.odoo.venv.python),
                "-m",
                "pytest",
                f"--odoo-database={database}",
                "--odoo-http",
                *_parallel(arguments),
                *arguments,
            ]
            env = environment.odoo.env(
                RECOUVREMENT_BASE_DATABASE=BASE,
                RECOUVREMENT_TEST_DATABASE=template,
                RECOUVREMENT_WKHTMLTOPDF_UNPATCHED=str(printer),
                PGOPTIONS=PLANNER,
            )
            return foreground(command, env, project.root)
        finally:
            databases.drop_scratch()


def _parallel(arguments: Sequence[str]) -> list[str]:
    """Two processes for the whole suite, one where the caller chose what to run."""
    chosen = any(
        argument.startswith(CHOSEN) or not argument.startswith("-")
        for argument in arguments
    )
    return [] if chosen else [*ORDERED]
