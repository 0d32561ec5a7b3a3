from odoo import fields, models

from ... import law


class RecouvrementLegalFact(models.Model):
    """One legal figure or citation from a day on: margins, tariffs, articles.

    What the law may change is a row here, so that a change of the law is a new row
    and an old letter keeps the text of its day.
    """

    _name = "recouvrement.legal.fact"
    _description = "Legal fact"
    _inherit = ["recouvrement.dated.mixin", "recouvrement.shared.mixin"]
    _order = "code, date_from desc"
    _rec_name = "article"

    _shipped_file = "legal_facts.csv"
    _shipped_key = ("code", "date_from")

    code = fields.Selection(
        [
            ("business_margin", "Margin on the ECB rate, businesses"),
            ("business_floor", "Floor of contract rates, businesses"),
            ("business_indemnity", "Flat-rate indemnity, businesses"),
            ("public_margin", "Margin on the ECB rate, public bodies"),
            ("public_indemnity", "Flat-rate indemnity, public bodies"),
            ("consumer_interest", "Legal interest, consumers"),
            ("business_net_days", "Longest term of payment, days from the invoice"),
            (
                "business_end_of_month_days",
                "Longest term of payment, days end of month",
            ),
            ("public_delay_state", "Time to pay: State and local authorities"),
            ("public_delay_health", "Time to pay: public health establishments"),
            ("public_delay_undertaking", "Time to pay: other public undertakings"),
            (
                "public_settlement_days",
                "Time to pay interest and indemnity, public bodies",
            ),
            ("formal_notice", "Formal notice"),
            ("lre_acceptance", "Days to accept an electronic registered letter"),
            ("judgment_interest", "Legal interest of a judgment"),
            ("judgment_increase", "Increase of the legal rate after a judgment"),
            ("judgment_months", "Months before the increase after a judgment"),
            ("capitalisation", "Capitalisation of interest"),
            ("imputation", "Imputation of payments on interest first"),
            ("oldest_first", "Imputation on the oldest debts"),
            ("grace", "Time to pay granted by a judge"),
            ("insolvency", "Interest stopped by insolvency proceedings"),
            ("limitation_business", "Limitation in years, businesses"),
            ("limitation_consumer", "Limitation in years, consumers"),
            (
                "limitation_public",
                "Limitation in years from the next 1 January, public bodies",
            ),
            ("penalty_vat", "Penalties outside the scope of VAT"),
            ("company_identity", "What a company says of itself on its letters"),
            ("court_act", "Letters that look like acts of a court"),
            ("aggressive_practice", "Aggressive practices"),
            ("recovery_costs", "Recovery costs that stay with the creditor"),
            ("consumer_costs", "Recovery costs asked from a consumer"),
            ("consumer_mediator", "Mediator of consumers"),
            ("public_references", "References that a public body needs"),
            ("public_claim", "Claim to a public body, which stops the limitation"),
        ],
        "Fact",
        required=True,
        index=True,
    )
    date_from = fields.Date("In force from", required=True)
    value = fields.Float(
        digits=(12, 4),
        help="Points for a margin, times the legal rate for a floor, euros for a "
        "tariff.",
    )
    article = fields.Char(
        required=True, help="The text it comes from, as letters print it."
    )

    _code_date_uniq = models.Constraint(
        "UNIQUE(code, date_from)", "This fact has a value for this day already."
    )

    def _build_table(self):
        """Return these facts as a :class:`law.FactTable`."""
        # OVERRIDE
        return law.FactTable(
            law.Fact(
                fact.code, fact.date_from, law.to_decimal(fact.value, 4), fact.article
            )
            for fact in self
        )
