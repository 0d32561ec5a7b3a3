from odoo import api, fields, models

from .ir_config_parameter import ECB_FETCH


class ResConfigSettings(models.TransientModel):
    """Settings of the follow-up, a mirror of the company's."""

    _inherit = "res.config.settings"

    recouvrement_bank_days = fields.Integer(
        related="company_id.recouvrement_bank_days", readonly=False
    )
    recouvrement_transit_days = fields.Integer(
        related="company_id.recouvrement_transit_days", readonly=False
    )
    recouvrement_auto = fields.Boolean(
        related="company_id.recouvrement_auto", readonly=False
    )
    recouvrement_start_date = fields.Date(
        related="company_id.recouvrement_start_date", readonly=False
    )
    recouvrement_min_interval = fields.Integer(
        related="company_id.recouvrement_min_interval", readonly=False
    )
    recouvrement_consumer_interval = fields.Integer(
        related="company_id.recouvrement_consumer_interval", readonly=False
    )
    recouvrement_divisor = fields.Selection(
        related="company_id.recouvrement_divisor", readonly=False
    )
    recouvrement_alsace_moselle = fields.Boolean(
        related="company_id.recouvrement_alsace_moselle", readonly=False
    )
    recouvrement_ecb_fetch = fields.Boolean(
        "Fetch the ECB rate",
        config_parameter=ECB_FETCH.key,
    )
    recouvrement_legal_form = fields.Char(
        related="company_id.recouvrement_legal_form", readonly=False
    )
    recouvrement_share_capital = fields.Char(
        related="company_id.recouvrement_share_capital", readonly=False
    )
    recouvrement_rcs_city = fields.Char(
        related="company_id.recouvrement_rcs_city", readonly=False
    )
    recouvrement_signatory_name = fields.Char(
        related="company_id.recouvrement_signatory_name", readonly=False
    )
    recouvrement_signatory_title = fields.Char(
        related="company_id.recouvrement_signatory_title", readonly=False
    )
    recouvrement_fold_marks = fields.Boolean(
        related="company_id.recouvrement_fold_marks", readonly=False
    )
    recouvrement_mediator = fields.Char(
        related="company_id.recouvrement_mediator", readonly=False
    )
    recouvrement_mediator_warning = fields.Char(
        compute="_compute_recouvrement_mediator_warning"
    )
    recouvrement_bank_id = fields.Many2one(
        related="company_id.recouvrement_bank_id", readonly=False
    )
    recouvrement_rate_basis = fields.Selection(
        related="company_id.recouvrement_rate_basis", readonly=False
    )
    recouvrement_contract_rate = fields.Float(
        related="company_id.recouvrement_contract_rate", readonly=False
    )
    recouvrement_below_floor = fields.Selection(
        related="company_id.recouvrement_below_floor", readonly=False
    )
    recouvrement_credit_effect = fields.Selection(
        related="company_id.recouvrement_credit_effect", readonly=False
    )
    recouvrement_consumer_start = fields.Selection(
        related="company_id.recouvrement_consumer_start", readonly=False
    )
    recouvrement_insolvency_day = fields.Boolean(
        related="company_id.recouvrement_insolvency_day", readonly=False
    )
    recouvrement_waiver_limit = fields.Monetary(
        related="company_id.recouvrement_waiver_limit", readonly=False
    )
    recouvrement_officer_scope = fields.Selection(
        related="company_id.recouvrement_officer_scope", readonly=False
    )
    recouvrement_approval_limit = fields.Monetary(
        related="company_id.recouvrement_approval_limit", readonly=False
    )
    recouvrement_call_attempts = fields.Integer(
        related="company_id.recouvrement_call_attempts", readonly=False
    )
    recouvrement_double_sided = fields.Boolean(
        related="company_id.recouvrement_double_sided", readonly=False
    )
    recouvrement_lre_provider = fields.Selection(
        related="company_id.recouvrement_lre_provider", readonly=False
    )
    recouvrement_lre_url = fields.Char(
        related="company_id.recouvrement_lre_url", readonly=False
    )
    recouvrement_lre_key = fields.Char(
        related="company_id.recouvrement_lre_key", readonly=False
    )
    recouvrement_debit_journal_id = fields.Many2one(
        related="company_id.recouvrement_debit_journal_id", readonly=False
    )
    recouvrement_penalty_account_id = fields.Many2one(
        related="company_id.recouvrement_penalty_account_id", readonly=False
    )
    recouvrement_indemnity_account_id = fields.Many2one(
        related="company_id.recouvrement_indemnity_account_id", readonly=False
    )

    @api.depends("company_id", "recouvrement_mediator")
    def _compute_recouvrement_mediator_warning(self):
        for settings in self:
            warning = settings.company_id._recouvrement_get_mediator_warning()
            settings.recouvrement_mediator_warning = (
                not settings.recouvrement_mediator and warning
            )
