"""Databases of the last release live on: updated to what is here, they lose nothing."""

import copy
import os
import subprocess

import pytest

from odoo.tests import TransactionCase, tagged

from ..odoo_process import (
    ADDON,
    REPOSITORY,
    addons_path,
    complaints,
    database,
    query,
    server,
    shell,
)
from . import releases

UPDATE = "RECOUVREMENT_UPDATE_RELEASE"

# A company that uses the release, in the release's own words: they stay what they are
# when the addon changes, and are written anew with the next release.
LIVE = """
business = env.ref("l10n_fr_recouvrement.procedure_business")
business.name = "À notre façon"
reminder = business.stage_ids.filtered(lambda stage: stage.kind == "reminder")
reminder.write({"delay": 7, "letter_subject": "Votre compte", "channel": "letter"})
env.company.partner_id.write({
    "street": "1 rue de l’Exemple", "zip": "69001", "city": "Lyon",
    "company_registry": "33417522101010",
})
env.company.write({
    "recouvrement_legal_form": "SARL", "recouvrement_share_capital": "50 000 €",
    "recouvrement_rcs_city": "Lyon", "recouvrement_signatory_name": "Dominique Gérant",
    "recouvrement_mediator": "Médiateur de l’exemple",
    "recouvrement_bank_id": env["res.partner.bank"].create({
        "acc_number": "FR7630006000011234567890189",
        "partner_id": env.company.partner_id.id,
    }).id,
})
debtors = env["res.partner"].create([
    {"name": name, "is_company": True, "street": "1 rue de l'Essai", "zip": "75001",
     "city": "Paris", "email": "debiteur@example.com"} for name in "ABCD"
])
moves = env["account.move"].create([
    {"move_type": "out_invoice", "partner_id": debtor.id, "invoice_date": "2026-01-01",
     "invoice_date_due": "2026-01-31",
     "invoice_line_ids": [(0, 0, {"name": "Vente", "price_unit": 100})]}
    for debtor in debtors
])
moves.action_post()
env["account.payment.register"].with_context(
    active_model="account.move", active_ids=moves[3].ids
).create({"amount": 30, "payment_date": "2026-03-15"}).action_create_payments()
moves.action_recouvrement_refresh_penalties()
waiver = env["recouvrement.waiver.wizard"].create({
    "company_id": env.company.id, "move_ids": [(6, 0, moves[2].ids)],
    "reason": "Geste", "stops": True,
})
waiver.action_waive()
run = env["recouvrement.run"].create({})
run.action_start()
first, second, *_others = run.action_ids
second.channel = "email"
(first | second).action_approve_and_send()
env["recouvrement.judgment"].create({
    "name": "RG 26/01234", "partner_id": debtors[0].id, "date": "2026-06-01",
    "move_ids": [(6, 0, moves[0].ids)],
})
env.cr.commit()
print("LIVED", sorted(set(run.action_ids.mapped("state"))))
"""

COLUMNS = "SELECT table_name || '.' || column_name FROM information_schema.columns"


@tagged("standard", "post_install", "-at_install")
class TestStored(TransactionCase):
    """What the last release stores is stored still, or a migration sees to it."""

    def test_nothing_stored_is_lost(self):
        if os.environ.get(UPDATE):
            releases.write(self.env)
        release = releases.last()
        now = releases.stored(self.env)
        lost = releases.lost(releases.read(release), now)
        if not releases.migrations_since(release):
            message = (
                f"Databases of {release} would lose this by an update. Raise the "
                "version in __manifest__.py and add migrations/<version>/ (see "
                "Releases and migrations in doc/development.md)."
            )
            self.assertEqual(lost, [], message)

    def test_only_what_the_addon_adds_is_listed(self):
        columns = releases.stored(self.env)["columns"]
        self.assertIn("name", columns["recouvrement_action"])
        self.assertIn("recouvrement_profile", columns["account_move"])
        self.assertNotIn("name", columns["account_move"])
        self.assertNotIn("recouvrement_run_wizard", columns)


def test_a_loss_is_named():
    """Gone, of another type, required, not shipped any more; what is new is no loss."""
    release = {
        "columns": {
            "t": {
                "gone": ["char", "", False],
                "changed": ["many2one", "res.partner", False],
                "strict": ["date", "", False],
                "kept": ["date", "", True],
            }
        },
        "relations": {"r": ["a", "b"]},
        "records": {"stage": "recouvrement.stage", "cron": "ir.cron"},
    }
    assert releases.lost(release, release) == []
    now = copy.deepcopy(release)
    columns = now["columns"]["t"]
    del columns["gone"], now["relations"]["r"], now["records"]["stage"]
    columns["changed"] = ["many2one", "res.users", False]
    columns["strict"] = ["date", "", True]
    columns["kept"] = ["date", "", False]
    columns["new"] = ["char", "", False]
    assert releases.lost(release, now) == [
        "t.gone is gone, or has another name",
        "t.changed was many2one of res.partner and is many2one of res.users",
        "t.strict is required now",
        "the table of relations r is gone or has other columns",
        "the record stage (recouvrement.stage) is no longer shipped",
    ]


def _git(*arguments):
    """What git answers about this clone; where it cannot, the test fails with why."""
    command = ["git", "-C", str(REPOSITORY), *arguments]
    try:
        return subprocess.run(command, capture_output=True, check=True).stdout
    except FileNotFoundError:
        pytest.fail("The release is taken from git's history: git is not installed.")
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode().strip()
        pytest.fail(f"The release is taken from git's history: {reason}")


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """The version of the last release, and a folder with the addon as it was then: in
    the commit that last wrote what the release stores."""
    version = releases.last()
    kept = str(releases.file_of(version).relative_to(REPOSITORY))
    if _git("rev-parse", "--is-shallow-repository").strip() == b"true":
        pytest.fail("The history of the release is not here: git fetch --unshallow")
    commit = _git("log", "-1", "--format=%H", "--", kept).decode().strip()
    if not commit:
        pytest.fail(f"{kept} is in no commit yet, and the release with it.")
    folder = tmp_path_factory.mktemp("release")
    archive = _git("archive", commit, ADDON)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    return version, folder


@pytest.fixture(scope="module")
def updated(release):
    """A database of the release that was lived in, then updated: what it held before
    and after, and the log of the update."""
    version, folder = release
    with database("release") as name:
        path = addons_path(folder)
        assert complaints(server(name, "-i", ADDON, path)) == []
        assert "LIVED ['sent', 'to_approve']" in shell(name, LIVE, path)
        before = contents(name, releases.read(version))
        log = server(name, "-u", ADDON)
        yield name, before, contents(name, releases.read(version)), log


def contents(name, release):
    """How many values each column of the release holds, and a digest of them; what is
    not there is left out. Files of our records count as a column of theirs."""
    there = set(query(name, COLUMNS))
    parts = [
        _digest(f"{table}.{column}", table, f'"{column}"', "id")
        for table, columns in release["columns"].items()
        for column in columns
        if f"{table}.{column}" in there
    ]
    parts += [
        _digest(table, table, f"({first}, {second})::text", f"{first}, {second}")
        for table, (first, second) in release["relations"].items()
        if {f"{table}.{first}", f"{table}.{second}"} <= there
    ]
    files = "ir_attachment WHERE res_model LIKE 'recouvrement.%'"
    parts.append(_digest("files", files, "checksum", "id"))
    rows = query(name, " UNION ALL ".join(parts))
    return dict(row.split("|", 1) for row in rows)


def _digest(label, source, value, order):
    return (
        f"SELECT '{label}', count({value}), "
        f"md5(string_agg({value}::text, '|' ORDER BY {order})) FROM {source}"
    )


def test_the_release_is_that_version(release):
    version, folder = release
    manifest = (folder / ADDON / "__manifest__.py").read_text(encoding="utf-8")
    assert f'"version": "{version}"' in manifest


def test_update_from_the_release_is_quiet(updated):
    _name, _before, _after, log = updated
    assert f"Module {ADDON} loaded" in log
    assert complaints(log) == []


def test_update_from_the_release_keeps_all(updated):
    """Column by column; those that a migration moves elsewhere are its own tests'."""
    _name, before, after, _log = updated
    assert not before["files"].startswith("0|")
    assert before["recouvrement_waiver.reason"].startswith("1|")
    assert before["recouvrement_judgment_move_rel"].startswith("1|")
    assert not before["recouvrement_penalty_line.amount"].startswith("0|")
    changed = {
        place: (kept, after[place])
        for place, kept in before.items()
        if place in after and after[place] != kept
    }
    assert changed == {}
    if not releases.migrations_since(releases.last()):
        assert before.keys() == after.keys()


def test_updated_database_is_of_this_version(updated):
    name, *_rest = updated
    state = f"SELECT state, latest_version FROM ir_module_module WHERE name = '{ADDON}'"
    assert query(name, state) == [f"installed|{releases.version()}"]
