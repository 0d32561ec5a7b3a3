"""The module's life on a real database: installed, updated, lived with, uninstalled."""

import pytest

from .odoo_process import ADDON, complaints, database, query, server, shell

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
