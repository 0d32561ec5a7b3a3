import csv
import logging
from datetime import timedelta

import requests

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import file_open, format_date, formatLang

from ... import law
from ...law.calendar import next_half_year_start
from . import ecb_rates, web
from .ir_config_parameter import ECB_FETCH, ECB_URL

_logger = logging.getLogger(__name__)

LEGAL_RATES = ("legal_individual", "legal_other")


class RecouvrementRate(models.Model):
    """The rates of one half-year: the ECB's refinancing rate and the two legal rates.

    Keeps the only rates that penalties are computed from; a half-year, or a rate of it,
    that is not here makes the computation stop, never guess. Reports early enough what
    is missing, and asks the ECB for its own rate where the settings allow it.
    """

    _name = "recouvrement.rate"
    _description = "Half-yearly rates"
    _inherit = ["recouvrement.dated.mixin", "recouvrement.shared.mixin"]
    _order = "date_from desc"
    _rec_name = "date_from"

    _shipped_file = "rates.csv"
    _shipped_key = ("date_from",)
    # missing rates are reported from so many days before their half-year
    _notice_days = 15
    _ecb_timeout = 20

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
        "half-year (C. com. art. L441-10, II): the day it takes effect counts, not its "
        "announcement. It may be 0.",
    )
    legal_individual = fields.Float(
        "Legal rate, individual creditor (%)",
        digits=(7, 4),
        help="For a creditor who is a person acting outside any business "
        "(CMF art. L313-2). 0 means that it is not published yet: it has never been "
        "zero.",
    )
    legal_other = fields.Float(
        "Legal rate, other creditors (%)",
        digits=(7, 4),
        help="For every other creditor, companies included, whoever the debtor is "
        "(CMF art. L313-2). 0 means that it is not published yet: it has never been "
        "zero.",
    )
    date_published = fields.Date(
        "Date of the text", help="Date of the order that sets the legal rates."
    )
    source = fields.Char(help="The text the rates come from, with its date.")
    business_rate = fields.Float(
        "Businesses by default (%)",
        digits=(7, 4),
        compute="_compute_resulting_rates",
        help="Penalties between businesses where the contract says nothing: the ECB "
        "rate and its margin.",
    )
    business_floor = fields.Float(
        "Contract floor (%)",
        digits=(7, 4),
        compute="_compute_resulting_rates",
        help="Lowest rate that a contract between businesses may set, a multiple of "
        "the legal rate (C. com. art. L441-10, II).",
    )
    public_rate = fields.Float(
        "Public bodies (%)",
        digits=(7, 4),
        compute="_compute_resulting_rates",
        help="Penalties of public bodies whose delay began in this half-year: the ECB "
        "rate and its margin.",
    )

    _date_from_uniq = models.Constraint(
        "UNIQUE(date_from)", "The rates of this half-year are entered already."
    )
    _legal_not_negative = models.Constraint(
        "CHECK(legal_individual >= 0 AND legal_other >= 0)",
        "A legal rate cannot be negative.",
    )
    _legal_together = models.Constraint(
        "CHECK((COALESCE(legal_individual, 0) > 0) = (COALESCE(legal_other, 0) > 0))",
        "The same text sets both legal rates: enter both, or neither.",
    )

    @api.depends("date_from")
    @api.depends_context("lang")
    def _compute_display_name(self):
        # EXTENDS base
        for rate in self:
            rate.display_name = format_date(self.env, rate.date_from)

    @api.depends("date_from", "ecb_refi", "legal_other")
    def _compute_resulting_rates(self):
        facts = self.env["recouvrement.legal.fact"]._get_table()
        for rate in self:
            for name, code, get_rate in (
                ("business_rate", "business_margin", self._add_margin),
                ("business_floor", "business_floor", law.legal_floor),
                ("public_rate", "public_margin", self._add_margin),
            ):
                rate[name] = rate._get_resulting_rate(facts, code, get_rate)

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

    def action_fetch_ecb(self):
        """Ask the ECB for its rate of the half-years that are missing up to today."""
        self.check_access("create")
        created, difference = self._fetch_ecb()
        kind = "warning" if difference else "success" if created else "info"
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "sticky": bool(difference),
                "message": self._get_fetch_message(created, difference),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _cron_fetch_ecb(self):
        """Daily job: fetch the ECB rate where the settings allow it."""
        if not self.env["ir.config_parameter"]._recouvrement_get(ECB_FETCH):
            return
        try:
            self._fetch_ecb()
        except UserError as error:
            _logger.warning("%s (%r)", error, error.__cause__)

    def _build_table(self):
        """Return these half-years as a :class:`law.RateTable`."""
        # OVERRIDE
        return law.RateTable(rate._get_half_year() for rate in self)

    def _get_half_year(self):
        """These rates as the law takes them."""
        self.ensure_one()
        ecb_refi, *legal = (
            law.to_decimal(self[name], 4).normalize()
            for name in ("ecb_refi", *LEGAL_RATES)
        )
        return law.HalfYear(self.date_from, ecb_refi, *(rate or None for rate in legal))

    def _get_resulting_rate(self, facts, code, get_rate):
        """Rate that follows from these and from a dated fact, 0 where it is not known.

        :param get_rate: function of a table, a day and the value of the fact
        """
        day = self.date_from
        if not day:
            return 0
        try:
            table = law.RateTable([self._get_half_year()])
            return float(get_rate(table, day, facts.at(code, day).value))
        except (law.UnknownHalfYearError, law.UnknownFactError):
            return 0

    @api.model
    def _add_margin(self, table, day, margin):
        return law.RateRule("ecb_refi", margin).rate(table, day, began=day)

    @api.model
    def _get_missing_message(self, error):
        """Word an error of the law, with the place to correct it."""
        if isinstance(error, law.UnknownFactError):
            return self.env._(
                "No legal fact “%(code)s” is known for %(date)s. Enter it in "
                "Invoicing, Configuration, Debt recovery, Legal facts, then try again.",
                code=error.code,
                date=format_date(self.env, error.day),
            )
        if isinstance(error, law.WrongTermsError):
            return self.env._(
                "The terms of interest of this invoice are wrong: %s. Correct its "
                "rate, or the module that sets its terms, then try again.",
                error,
            )
        if error.index in LEGAL_RATES:
            return self.env._(
                "The legal rate of the half-year from %(date)s is not entered. Enter "
                "it in Invoicing, Configuration, Debt recovery, Half-yearly rates, "
                "then try again.",
                date=format_date(self.env, error.date_from),
            )
        return self.env._(
            "The rates of the half-year from %(date)s are not entered. Enter them in "
            "Invoicing, Configuration, Debt recovery, Half-yearly rates, then try "
            "again.",
            date=format_date(self.env, error.date_from),
        )

    @api.model
    def _get_missing_notice(self, date):
        """Word what is missing of the half-years known, running or about to start on
        ``date``, for as long as debts between businesses can be claimed (C. com.
        L110-4); False when nothing is."""
        known = {rate.date_from: rate for rate in self.sudo().search([])}
        facts = self.env["recouvrement.legal.fact"]._get_table()
        try:
            years = int(facts.at("limitation_business", date).value)
        except law.UnknownFactError as error:
            return self._get_missing_message(error)
        first = max(min([date, *known]), law.add_years(date, -years))
        last = date + timedelta(days=self._notice_days)
        sentences = [
            self._get_half_year_notice(day, known.get(day))
            for day in self._get_half_years(first, last)
            if day not in known or not known[day].legal_other
        ]
        return " ".join(sentences) or False

    @api.model
    def _get_half_year_notice(self, day, rate):
        day = format_date(self.env, day, date_format="d MMMM yyyy")
        if rate:
            return self.env._(
                "Only the legal rates of the half-year from %(date)s are missing.",
                date=day,
            )
        return self.env._(
            "The rates of the half-year from %(date)s are not entered.", date=day
        )

    @api.model
    def _get_half_years(self, date_from, date_to):
        """First days of the half-years from the one of a day to that of another."""
        days = [law.half_year_start(date_from)]
        while (following := next_half_year_start(days[-1])) <= date_to:
            days.append(following)
        return days

    @api.model
    def _load_shipped(self):
        # EXTENDS recouvrement.dated.mixin: the legal rates of a half-year come after
        # the ECB's, and complete a row without changing what it holds
        waiting = {
            str(rate.date_from): rate
            for rate in self.search([])
            if not rate.legal_other
        }
        with file_open(f"l10n_fr_recouvrement/data/{self._shipped_file}") as stream:
            for row in csv.DictReader(stream):
                if row["date_from"] in waiting and row["legal_other"]:
                    waiting[row["date_from"]]._complete(row)
        return super()._load_shipped()

    def _complete(self, row):
        """Take over the legal rates of a shipped row."""
        self.write(
            {
                **{name: row[name] for name in LEGAL_RATES},
                "date_published": self.date_published or row["date_published"] or False,
                "source": " ; ".join(filter(None, (self.source, row["source"]))),
            }
        )

    # ------------------------------------------------------------------
    # The ECB's data service
    # ------------------------------------------------------------------

    @api.model
    def _fetch_ecb(self):
        """Create the half-years missing between the last one known and today with the
        ECB's rate alone; what is known is compared, never changed.

        :return: the rows created, and the words for a known rate that is not the
            ECB's, False where there is none
        :raise UserError: when the service does not publish all that is needed
        """
        today = self.env.company._recouvrement_today()
        current = law.half_year_start(today)
        last = self.search([("date_from", "<=", current)], limit=1)
        days = self._get_half_years(last.date_from or current, current)
        rates = self._read_ecb_service(days[0], today)
        created = self.create(
            [
                self._prepare_ecb_vals(day, rates)
                for day in days
                if day != last.date_from
            ]
        )
        for rate in created:
            _logger.info("ECB rate from %s: %s", rate.date_from, rate.ecb_refi)
        difference = bool(last) and last._get_ecb_difference(rates)
        if difference:
            _logger.warning("%s", difference)
        return created, difference

    @api.model
    def _read_ecb_service(self, date_from, date_to):
        """Return ``{day: rate}`` as the service publishes it.

        :raise UserError: when it does not
        """
        service = self.env["ir.config_parameter"]._recouvrement_get(ECB_URL)
        url = ecb_rates.get_url(service)
        query = ecb_rates.get_query(date_from, date_to)
        try:
            response = requests.get(
                url, params=query, timeout=self._ecb_timeout, stream=True
            )
            web.read_whole(response, ecb_rates.MAX_ANSWER)
            if response.status_code != requests.codes.ok:
                raise requests.HTTPError(response=response)
            return ecb_rates.read_answer(response.content)
        except (requests.RequestException, ecb_rates.UnreadableAnswerError) as error:
            raise UserError(
                self.env._(
                    "The ECB rate could not be fetched from %(url)s: %(reason)s. "
                    "Nothing was changed. Try again later, or enter the rate by hand.",
                    url=url,
                    reason=self._get_fetch_reason(error),
                )
            ) from error

    @api.model
    def _get_fetch_reason(self, error):
        if isinstance(error, ecb_rates.UnreadableAnswerError):
            return self.env._("the answer is not the one expected")
        if isinstance(error, requests.HTTPError):
            return self.env._(
                "the answer is error %(status)s", status=error.response.status_code
            )
        return self.env._("there is no answer")

    @api.model
    def _prepare_ecb_vals(self, day, rates):
        """Values of the row of a half-year whose legal rates are not known yet."""
        rate = ecb_rates.rate_on(rates, day)
        if rate is None:
            raise UserError(
                self.env._(
                    "The ECB's data service does not publish the rate of %(date)s "
                    "yet. Nothing was changed. Try again tomorrow, or enter the rate "
                    "by hand.",
                    date=format_date(self.env, day),
                )
            )
        return {
            "date_from": day,
            "ecb_refi": float(rate),
            "source": ecb_rates.SOURCE,
        }

    def _get_ecb_difference(self, rates):
        """Words for a rate entered here that is not the ECB's, or False."""
        self.ensure_one()
        expected = ecb_rates.rate_on(rates, self.date_from)
        if expected is None or expected == law.to_decimal(self.ecb_refi, 4):
            return False
        return self.env._(
            "For the half-year from %(date)s the ECB says %(expected)s, and "
            "%(entered)s is entered here. Check which is right: it was not changed.",
            date=format_date(self.env, self.date_from),
            expected=self._format_rate(expected),
            entered=self._format_rate(self.ecb_refi),
        )

    @api.model
    def _get_fetch_message(self, created, difference):
        """Words for what the button did."""
        sentences = [
            self.env._(
                "ECB rate of the half-year from %(date)s: %(rate)s. Its legal rates "
                "remain to be entered.",
                date=format_date(self.env, rate.date_from),
                rate=self._format_rate(rate.ecb_refi),
            )
            for rate in created.sorted("date_from")
        ]
        if difference:
            sentences.append(difference)
        return " ".join(sentences) or self.env._(
            "Nothing to add: the ECB rate is entered up to today."
        )

    @api.model
    def _format_rate(self, rate):
        exact = law.to_decimal(rate, 4)
        digits = max(2, -exact.normalize().as_tuple().exponent)
        return f"{formatLang(self.env, float(exact), digits=digits)}\u00a0%"
