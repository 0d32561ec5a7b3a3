from odoo import api, fields, models
from odoo.tools import ormcache

from .. import law


class RecouvrementLegalFact(models.Model):
    """One legal figure or citation from a day on: margins, tariffs, articles.

    What the law may change is a row here, so that a change of the law is a new row
    and an old letter keeps the text of its day.
    """

    _name = "recouvrement.legal.fact"
    _description = "Legal fact"
    _inherit = "recouvrement.dated.mixin"
    _order = "code, date_from desc"
    _rec_name = "article"

    _shipped_file = "legal_facts.csv"
    _shipped_key = ("code", "date_from")

    code = fields.Selection(
        [
            ("business_margin", "Margin on the ECB rate, businesses"),
            ("business_indemnity", "Flat-rate indemnity, businesses"),
            ("public_margin", "Margin on the ECB rate, public bodies"),
            ("public_indemnity", "Flat-rate indemnity, public bodies"),
            ("consumer_interest", "Legal interest, consumers"),
            ("formal_notice", "Formal notice"),
        ],
        "Fact",
        required=True,
        index=True,
    )
    date_from = fields.Date("In force from", required=True)
    value = fields.Float(
        digits=(12, 4), help="Points for a margin, euros for a tariff."
    )
    article = fields.Char(
        required=True, help="The text it comes from, as letters print it."
    )

    _code_date_uniq = models.Constraint(
        "UNIQUE(code, date_from)", "This fact has a value for this day already."
    )

    @api.model
    @ormcache()
    def _get_table(self):
        """Return every known fact as a :class:`law.FactTable`."""
        return law.FactTable(
            law.Fact(
                fact.code, fact.date_from, law.to_decimal(fact.value, 4), fact.article
            )
            for fact in self.sudo().search([])
        )
