"""The module's life on a real database: installed, updated, lived with, uninstalled."""

import re
import shutil

import pytest

from odoo.tools import parse_version

from ..odoo_process import (
    ADDON,
    CREDITOR,
    REPOSITORY,
    addons_path,
    complaints,
    database,
    query,
    server,
    shell,
)

# A letter and an e-mail sent, and an action that waits.
LIVE = (
    CREDITOR
    + """
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
)

# An invoice whose penalties stopped.
SETTLED = """
moves[0]._recouvrement_write({"recouvrement_penalty_settled": True})
env.cr.commit()
"""

BUSINESS_TABLES = (
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
    "mail_message",
    "mail_template",
    "mail_tracking_value",
    "res_company",
    "res_partner",
)

# Odoo writes the terms of their translations again, which are the same.
TRANSLATED_TABLES = (
    "mail_template",
    "recouvrement_procedure",
    "recouvrement_stage",
)
# As it does with users, where a module adds to what their group implies.
CONDITIONS = {"res_partner": "id NOT IN (SELECT partner_id FROM res_users)"}

CUSTOMISE = """
stages = env.ref("l10n_fr_recouvrement.procedure_business").stage_ids
reminder, call = stages.filtered(lambda stage: stage.kind == "reminder"), stages[2]
stages[0].procedure_id.name = "À notre façon"
reminder.write({"delay": 7, "letter_subject": "Votre compte"})
call.unlink()
env.company.recouvrement_mediator = "Médiateur de l’exemple"
stages.create({"name": "Une étape à nous", "procedure_id": reminder.procedure_id.id,
               "channel": "letter", "delay": 12, "sequence": 12})
env.cr.commit()
"""

RESTORE = """
env["recouvrement.procedure"].action_restore_shipped()
env.cr.commit()
"""

# Procedures and stages as a person would compare them.
PROCEDURES = """
SELECT procedure.name->>'en_US', stage.name->>'en_US', stage.sequence, stage.active,
       stage.delay, stage.delay_from, stage.presented_after, stage.channel,
       stage.payment_days, stage.letter_subject
  FROM recouvrement_procedure procedure
  JOIN recouvrement_stage stage ON stage.procedure_id = procedure.id
 ORDER BY procedure.id, stage.sequence, stage.id
"""

# A migration script as the guide prints it, under the path that it has.
DEVELOPMENT = REPOSITORY / "doc" / "development.md"
MIGRATION = re.compile(
    rf"^```python\n# {ADDON}/migrations/(\S+)/pre-migrate\.py\n(.+?)^```$",
    re.MULTILINE | re.DOTALL,
)
FIELD_BEFORE, FIELD_AFTER = "recouvrement_mediator", "recouvrement_mediation"
MEDIATOR = "SELECT %s FROM res_company WHERE id = 1"

# Odoo notes that each action and job of a module was made; that is all.
MESSAGES = """
SELECT (SELECT count(*) FROM mail_message WHERE model NOT LIKE 'ir.%'),
       (SELECT count(*) FROM mail_tracking_value)
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


def test_update_is_quiet_and_writes_nothing_where_nothing_changes(installed):
    name, _log = installed
    with database("updated", template=name) as copy:
        assert complaints(shell(copy, LIVE + SETTLED)) == []
        before = _rows(copy)
        log = server(copy, "-u", ADDON)
        assert f"Module {ADDON} loaded" in log
        assert complaints(log) == []
        after = _rows(copy)
    assert {table for table in before if after[table] != before[table]} == set()


def _rows(name):
    """What tells whether a row was written, of the tables that hold business data."""
    tables = query(
        name,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        f" AND (table_name LIKE 'recouvrement%' OR table_name IN {BUSINESS_TABLES})",
    )
    return {
        table: query(
            name,
            f"SELECT {'t' if table in TRANSLATED_TABLES else 'ctid, xmin'}"
            f" FROM {table} t WHERE {CONDITIONS.get(table, 'TRUE')} ORDER BY 1",
        )
        for table in tables
    }


def test_update_brings_new_defaults_beside_a_customised_procedure(installed, tmp_path):
    """The next version of the module ships another delay and text: nothing changes in
    what the company has; restoring adds it as the next version ships it. It stores one
    thing elsewhere: the migration script of the guide takes it there."""
    name, _log = installed
    with database("customised", template=name) as copy:
        shell(copy, CUSTOMISE)
        before = query(copy, PROCEDURES)
        assert query(copy, MEDIATOR % FIELD_BEFORE) == ["Médiateur de l’exemple"]
        assert any(
            row.startswith("À notre façon|First reminder|10|t|7|") for row in before
        )
        later = _next_version(tmp_path)
        log = server(copy, "-u", ADDON, later)
        assert complaints(log) == []
        assert "Running migration" in log
        assert query(copy, MEDIATOR % FIELD_AFTER) == ["Médiateur de l’exemple"]
        assert query(copy, PROCEDURES) == before
        shell(copy, RESTORE, later)
        after = query(copy, PROCEDURES)
        assert after[: len(before)] == before
        assert [
            row
            for row in after[len(before) :]
            if row.startswith("Businesses (as shipped)")
        ][1:3] == [
            "Businesses (as shipped)|First reminder|10|t|4|due_date|15|email|6|Nouveau",
            "Businesses (as shipped)|Phone call|15|t|10|due_date|15|phone|1|",
        ]


def _next_version(folder):
    """Make the module as its next version might be; return the option that has Odoo
    find it there."""
    addon = folder / ADDON
    shutil.copytree(REPOSITORY / ADDON, addon)
    _migrate(addon)
    data = addon / "data" / "recouvrement_procedure_data.xml"
    text = data.read_text(encoding="utf-8")
    for old, new in (
        ('<field name="delay" eval="3" />', '<field name="delay" eval="4" />'),
        ("Règlement en attente", "Nouveau"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    data.write_text(text, encoding="utf-8")
    return addons_path(folder)


def _migrate(addon):
    """Store something elsewhere, as the guide's example of a migration has it."""
    manifest = addon / "__manifest__.py"
    text = manifest.read_text(encoding="utf-8")
    [now] = re.findall(r'"version": "(\d+\.0\.\d+\.\d+\.\d+)"', text)
    series, major, minor = re.match(r"(\d+\.0)\.(\d+)\.(\d+)", now).groups()
    following = f"{series}.{major}.{int(minor) + 1}.0"
    manifest.write_text(text.replace(now, following), encoding="utf-8")
    [(shown, script)] = MIGRATION.findall(DEVELOPMENT.read_text(encoding="utf-8"))
    assert parse_version(shown) > parse_version(now), "the guide's is the next version"
    target = addon / "migrations" / following / "pre-migrate.py"
    target.parent.mkdir(parents=True)
    target.write_text(script, encoding="utf-8")
    for path in addon.rglob("*"):
        if path.suffix in (".py", ".xml", ".po") and path != target:
            text = path.read_text(encoding="utf-8")
            if FIELD_BEFORE in text:
                path.write_text(text.replace(FIELD_BEFORE, FIELD_AFTER), "utf-8")


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
        # Installed again, it writes to nobody's chatter.
        messages = query(copy, MESSAGES)
        assert complaints(server(copy, "-i", ADDON)) == []
        assert query(copy, MESSAGES) == messages
        profiles = "SELECT DISTINCT recouvrement_profile IS NULL FROM res_partner"
        assert query(copy, profiles) == ["f"]


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
