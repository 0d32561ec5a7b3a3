from odoo import api, fields, models

from ...const import ACCOUNTING
from ...paper.words.wording import FRENCH_COUNTRIES


class ResPartner(models.Model):
    """Consumers abroad, whom a choice of French law does not deprive of what the law of
    the country where they live protects them by (Rome I, art. 6)."""

    _inherit = "res.partner"

    recouvrement_consumer_abroad = fields.Boolean(
        "Consumer abroad",
        compute="_compute_recouvrement_consumer_abroad",
        help="A consumer who lives outside France keeps the protection of the law of "
        "that country (Rome I, art. 6).",
        groups=ACCOUNTING,
    )

    @api.depends("recouvrement_profile", "country_id")
    def _compute_recouvrement_consumer_abroad(self):
        for partner in self:
            country = partner.country_id.code
            partner.recouvrement_consumer_abroad = bool(
                partner.recouvrement_profile == "consumer"
                and country
                and country not in FRENCH_COUNTRIES
            )
