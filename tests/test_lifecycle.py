"""The module's life on a real database: installed, updated, lived with, uninstalled."""

import pytest

from .odoo_process import ADDON, complaints, database, query, server, shell

# A letter and an e-mail sent, and an action that waits.
LIVE = """
debtors = env["res.partner"].create([
    {"name": name, "is_company": True, "street": "1 rue de l'Essai", "zip": "75001",
     "city": "Paris", "email": "debiteur@example.com"} for name in "ABC"
])
moves = env["account.move"].create([
    {"move_type": "out_invoice", "partner_id": debtor.id, "invoice_date": "2026-01-01",
     "invoice_date_due": "2026-01-31",
     "invoice_line_ids": [(0, 0, {"name": "Vente", "price_unit": 100})]}
    for debtor in debtors
])
moves.action_post()
moves.action_recouvrement_refresh_penalties()
run = env["recouvrement.run"].create({})
run.action_start()
first, second, _third = run.action_ids
second.channel = "email"
(first | second).action_approve_and_send()
assert set(run.action_ids.mapped("state")) == {"sent", "to_approve"}, run.action_ids
env.cr.commit()
"""

UNINSTALL = f"""
module = env["ir.module.module"].search([("name", "=", "{ADDON}")])
module.button_immediate_uninstall()
"""


@pytest.fixture(scope="module")
def installed():
    """A database with the module freshly installed, and the log of it."""
    with database("lifecycle") as name:
        yield name, server(name, "-i", ADDON)


def test_install_is_quiet(installed):
    _name, log = installed
    assert f"Module {ADDON} loaded" in log
    assert complaints(log) == []


def test_update_is_quiet(installed):
    name, _log = installed
    log = server(name, "-u", ADDON)
    assert f"Module {ADDON} loaded" in log
    assert complaints(log) == []


def test_tests_of_the_module_below_pass(installed):
    name, _log = installed
    with database("below", template=name) as copy:
        log = server(copy, "--test-tags", "/l10n_fr_account")
    assert "0 failed, 0 error(s) of 0 tests" not in log
    assert "0 failed, 0 error(s) of" in log
    assert complaints(log) == []


def test_uninstall_leaves_nothing(installed):
    name, _log = installed
    with database("uninstall", template=name) as copy:
        assert complaints(shell(copy, LIVE)) == []
        log = shell(copy, UNINSTALL)
        assert complaints(log) == []
        assert _traces(copy) == []


def _traces(name):
    """Tables, columns and records that bear the mark of the module."""
    return [
        *query(
            name,
            "SELECT DISTINCT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_name LIKE '%recouvrement%'",
        ),
        *query(
            name,
            "SELECT table_name || '.' || column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name LIKE 'recouvrement%'",
        ),
        *query(name, f"SELECT name FROM ir_model_data WHERE module = '{ADDON}'"),
    ]
