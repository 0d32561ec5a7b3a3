"""Installation on a database that already has invoices."""

from odoo.tools import SQL

from .models.settings.ir_config_parameter import PREFIX

# Stored fields that the ORM would compute for every record of the database: an empty
# one is right for what was there before.
COLUMNS = {
    "account_move": {
        "recouvrement_profile": "varchar",
        "recouvrement_next_date": "date",
    },
    "account_partial_reconcile": {"recouvrement_effect": "varchar"},
}


def pre_init_hook(env):
    """Create the stored columns of core models empty, so that the ORM does not compute
    them for every journal entry of the database."""
    for table, columns in COLUMNS.items():
        for column, column_type in columns.items():
            env.cr.execute(
                SQL(
                    "ALTER TABLE %s ADD COLUMN IF NOT EXISTS %s %s",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    SQL(column_type),
                )
            )


def uninstall_hook(env):
    """Let go of what refers to procedures and stages, so that Odoo can remove them in
    any order: an invoice claimed keeps its stage against deletion otherwise."""
    env.flush_all()
    for query in (
        "DELETE FROM recouvrement_action_proof",
        "DELETE FROM recouvrement_action_line",
        "DELETE FROM recouvrement_action",
        "UPDATE recouvrement_stage SET mail_template_id = NULL",
        "DELETE FROM recouvrement_stage_text",
        """UPDATE account_move
              SET recouvrement_stage_id = NULL, recouvrement_procedure_id = NULL
            WHERE recouvrement_stage_id IS NOT NULL
               OR recouvrement_procedure_id IS NOT NULL""",
    ):
        env.cr.execute(query)
    env["ir.config_parameter"].search([("key", "=like", f"{PREFIX}%")]).unlink()
    env.invalidate_all()


def post_init_hook(env):
    """Give the open customer invoices their terms and their next step. Nothing is
    sent: follow-up of a company starts when somebody starts it."""
    env["account.move"]._recouvrement_adopt_open_invoices()
    for company in env["res.company"].search([]):
        env["recouvrement.hold"]._follow_flags(company)
