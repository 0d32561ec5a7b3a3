from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, ormcache

from .. import law


class RecouvrementRate(models.Model):
    """The rates of one half-year: the ECB's refinancing rate and the two legal rates.

    Keeps the only rates that penalties are computed from; a half-year that is not
    here makes the computation stop, never guess.
    """

    _name = "recouvrement.rate"
    _description = "Half-yearly rates"
    _inherit = "recouvrement.dated.mixin"
    _order = "date_from desc"
    _rec_name = "date_from"

    _shipped_file = "rates.csv"
    _shipped_key = ("date_from",)

    date_from = fields.Date(
        "Half-year from",
        required=True,
        help="1 January or 1 July: the rates hold for the half-year from this day.",
    )
    ecb_refi = fields.Float(
        "ECB rate (%)",
        digits=(7, 4),
        required=True,
        help="Main refinancing rate of the ECB in force on the first day of the "
        "half-year (C. com. art. L441-10, II).",
    )
    legal_individual = fields.Float(
        "Legal rate, individual creditor (%)",
        digits=(7, 4),
        required=True,
        help="For a creditor who is a person acting outside any business "
        "(CMF art. L313-2).",
    )
    legal_other = fields.Float(
        "Legal rate, other creditors (%)",
        digits=(7, 4),
        required=True,
        help="For every other creditor, companies included, whoever the debtor is "
        "(CMF art. L313-2).",
    )
    source = fields.Char(help="The text the rates come from, with its date.")

    _date_from_uniq = models.Constraint(
        "UNIQUE(date_from)", "The rates of this half-year are entered already."
    )

    @api.constrains("date_from")
    def _check_date_from(self):
        for rate in self:
            if rate.date_from != law.half_year_start(rate.date_from):
                raise ValidationError(
                    self.env._(
                        "%(date)s does not start a half-year: enter 1 January or "
                        "1 July.",
                        date=format_date(self.env, rate.date_from),
                    )
                )

    @api.model
    @ormcache()
    def _get_table(self):
        """Return every known half-year as a :class:`law.RateTable`."""
        return law.RateTable(
            law.HalfYear(
                rate.date_from,
                law.to_decimal(rate.ecb_refi, 4).normalize(),
                law.to_decimal(rate.legal_individual, 4).normalize(),
                law.to_decimal(rate.legal_other, 4).normalize(),
            )
            for rate in self.sudo().search([])
        )

    @api.model
    def _get_missing_message(self, error):
        """Word an error of the law with the place to mend it."""
        if isinstance(error, law.UnknownFactError):
            return self.env._(
                "No legal fact “%(code)s” is known for %(date)s. Enter it in "
                "Invoicing, Configuration, Debt recovery, Legal facts, then try again.",
                code=error.code,
                date=format_date(self.env, error.day),
            )
        return self.env._(
            "The rates of the half-year from %(date)s are not entered. Enter them in "
            "Invoicing, Configuration, Debt recovery, Half-yearly rates, then try "
            "again.",
            date=format_date(self.env, error.date_from),
        )
