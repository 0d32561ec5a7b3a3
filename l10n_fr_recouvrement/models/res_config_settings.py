from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Settings of the follow-up, a mirror of the company's."""

    _inherit = "res.config.settings"

    recouvrement_auto = fields.Boolean(
        related="company_id.recouvrement_auto", readonly=False
    )
    recouvrement_start_date = fields.Date(
        related="company_id.recouvrement_start_date", readonly=False
    )
    recouvrement_min_interval = fields.Integer(
        related="company_id.recouvrement_min_interval", readonly=False
    )
    recouvrement_divisor = fields.Selection(
        related="company_id.recouvrement_divisor", readonly=False
    )
    recouvrement_alsace_moselle = fields.Boolean(
        related="company_id.recouvrement_alsace_moselle", readonly=False
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
    recouvrement_mediator = fields.Char(
        related="company_id.recouvrement_mediator", readonly=False
    )
    recouvrement_bank_id = fields.Many2one(
        related="company_id.recouvrement_bank_id", readonly=False
    )
