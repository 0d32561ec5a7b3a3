"""The half-yearly rates: what is known of them, what is missing, what the ECB tells."""

import json
import logging
import threading
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from freezegun import freeze_time
from lxml import etree
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.modules.module import get_module_path
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_recouvrement import law
from odoo.addons.l10n_fr_recouvrement.models.settings import ecb_rates

from ..common import RecouvrementCase

TABLE = law.RateTable.from_csv(
    f"{get_module_path('l10n_fr_recouvrement')}/data/rates.csv"
)
LOGGER = "odoo.addons.l10n_fr_recouvrement.models.settings.recouvrement_rate"
# Days on which a main refinancing rate took effect.
CHANGES = """
2008-12-10 2.50  2009-01-21 2.00  2009-03-11 1.50  2009-04-08 1.25  2009-05-13 1.00
2011-04-13 1.25  2011-07-13 1.50  2011-11-09 1.25  2011-12-14 1.00  2012-07-11 0.75
2013-05-08 0.50  2013-11-13 0.25  2014-06-11 0.15  2014-09-10 0.05  2016-03-16 0.00
2022-07-27 0.50  2022-09-14 1.25  2022-11-02 2.00  2022-12-21 2.50  2023-02-08 3.00
2023-03-22 3.50  2023-05-10 3.75  2023-06-21 4.00  2023-08-02 4.25  2023-09-20 4.50
2024-06-12 4.25  2024-09-18 3.65  2024-10-23 3.40  2024-12-18 3.15  2025-02-05 2.90
2025-03-12 2.65  2025-04-23 2.40  2025-06-11 2.15  2026-06-17 2.40  2026-09-16 2.65
""".split()
CHANGES = dict(zip(CHANGES[::2], CHANGES[1::2], strict=True))
COLUMNS = (
    "KEY,FREQ,REF_AREA,CURRENCY,PROVIDER_FM,INSTRUMENT_FM,PROVIDER_FM_ID,DATA_TYPE_FM,"
    "TIME_PERIOD,OBS_VALUE"
)


def answer(changes, first, last):
    """The service's answer for some days: every calendar day and its rate."""
    lines = [COLUMNS]
    for offset in range((last - first).days + 1):
        day = (first + timedelta(days=offset)).isoformat()
        rate = changes[max(start for start in changes if start <= day)]
        lines.append(
            f"FM.D.U2.EUR.4F.KR.MRR_FR.LEV,D,U2,EUR,4F,KR,MRR_FR,LEV,{day},{rate}"
        )
    return "\r\n".join([*lines, ""]).encode()


class Service:
    """The ECB's data service, as far as one series goes, on this machine."""

    def __init__(self):
        self.changes = dict(CHANGES)
        self.last_day = date.max
        self.status = 200
        self.body = None
        self.requests = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                status, body = service.reply(urlsplit(self.path))
                self.send_response(status)
                self.send_header("Content-Type", "application/vnd.sdmx.data+csv")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Keep the tests' output for the tests."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/service/data"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reply(self, url):
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        self.requests.append((url.path, query))
        if self.status != 200 or self.body is not None:
            return self.status, self.body or b""
        if url.path != "/service/data/FM/D.U2.EUR.4F.KR.MRR_FR.LEV":
            return 404, b'{"title": "Not Found", "status": 404}'
        first = date.fromisoformat(query["startPeriod"])
        last = min(date.fromisoformat(query["endPeriod"]), self.last_day)
        if query["format"] != "csvdata" or first > last:
            return 404, b'{"title": "Not Found", "status": 404}'
        return 200, answer(self.changes, first, last)


# ----------------------------------------------------------------------
# The law, with a half-year that is half known
# ----------------------------------------------------------------------

HALF_KNOWN = law.RateTable([law.HalfYear(date(2027, 1, 1), Decimal("2.65"))])


def test_ecb_rate_alone_is_enough_for_what_rests_on_it():
    day = date(2027, 2, 1)
    assert law.RateRule("ecb_refi", Decimal(10)).rate(
        HALF_KNOWN, day, began=day
    ) == Decimal("12.65")


@pytest.mark.parametrize(
    ("index", "get_rate"),
    [
        (
            "legal_other",
            lambda day: law.RateRule("legal_other").rate(HALF_KNOWN, day, began=day),
        ),
        (
            "legal_individual",
            lambda day: law.RateRule("legal_individual").rate(
                HALF_KNOWN, day, began=day
            ),
        ),
        ("legal_other", lambda day: law.legal_floor(HALF_KNOWN, day, Decimal(3))),
    ],
)
def test_legal_rate_that_is_not_published_is_never_taken_for_zero(index, get_rate):
    with pytest.raises(law.UnknownHalfYearError, match="2027-01-01") as caught:
        get_rate(date(2027, 2, 1))
    assert (caught.value.date_from, caught.value.index) == (date(2027, 1, 1), index)


# ----------------------------------------------------------------------
# The ECB's answer
# ----------------------------------------------------------------------


def test_shipped_rates_were_in_force_on_the_first_day_of_their_half_year():
    """Also where a change took effect days after it, in July 2011, 2012 and 2022."""
    rates = ecb_rates.read_answer(answer(CHANGES, date(2008, 12, 20), date(2026, 7, 1)))
    day = date(2009, 1, 1)
    while day <= date(2026, 7, 1):
        assert ecb_rates.rate_on(rates, day) == TABLE.at(day).ecb_refi, day
        day = law.half_year_start(day + timedelta(days=200))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>Log in to the network</html>",
        b"KEY,TIME_PERIOD\r\nFM.D.U2.EUR.4F.KR.MRR_FR.LEV,2026-07-01\r\n",
        b"KEY,TIME_PERIOD,OBS_VALUE\r\nFM.D.U2.EUR.4F.KR.DFR.LEV,2026-07-01,2.25\r\n",
        *(
            b"KEY,TIME_PERIOD,OBS_VALUE\r\nFM.D.U2.EUR.4F.KR.MRR_FR.LEV," + line
            for line in (
                b"2026-07-01,two",
                b"2026-07-01,NaN",
                b"2026-07,2.40",
                b"2026-07-01",
                b'"2026-07-01',
                b"2026-07-01,2.40\xff",
            )
        ),
    ],
)
def test_answer_that_is_not_the_series_is_refused(content):
    with pytest.raises(ecb_rates.UnreadableAnswerError):
        ecb_rates.read_answer(content)


def test_day_left_out_has_the_rate_of_the_day_before():
    rates = ecb_rates.read_answer(
        b"\xef\xbb\xbfKEY,TIME_PERIOD,OBS_VALUE,TITLE\n"
        b'FM.D.U2.EUR.4F.KR.MRR_FR.LEV,2026-12-31,2.65,"Main refinancing, fixed"\n'
        b"FM.D.U2.EUR.4F.KR.MRR_FR.LEV,2027-01-01,,\n"
        b"FM.D.U2.EUR.4F.KR.MRR_FR.LEV,2027-01-02,2.65,\n"
    )
    assert ecb_rates.rate_on(rates, date(2027, 1, 1)) == Decimal("2.65")
    assert ecb_rates.rate_on(rates, date(2026, 12, 30)) is None
    assert ecb_rates.rate_on(rates, date(2027, 1, 3)) is None
    assert ecb_rates.rate_on({}, date(2027, 1, 1)) is None


# ----------------------------------------------------------------------
# The model
# ----------------------------------------------------------------------


@tagged("standard", "post_install", "-at_install")
class RatesCase(TransactionCase):
    """The shipped rates, and who reads or enters them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rates = cls.env["recouvrement.rate"]
        cls.manager = new_test_user(
            cls.env, "responsable", "l10n_fr_recouvrement.group_recovery_manager"
        )
        cls.invoicing = new_test_user(
            cls.env, "facturation", "account.group_account_invoice"
        )

    def _get(self, day):
        return self.rates.search([("date_from", "=", day)])

    def _create(self, day, ecb_refi, *legal):
        names = ("legal_individual", "legal_other")
        return self.rates.create(
            {
                "date_from": day,
                "ecb_refi": ecb_refi,
                **dict(zip(names, legal, strict=False)),
            }
        )


class TestRates(RatesCase):
    """Rows of half-years, and what is said when one is missing."""

    def test_ecb_rate_comes_before_the_legal_rates(self):
        rate = self._create("2027-01-01", 2.65)
        half_year = self.rates._get_table().at(date(2027, 6, 30))
        self.assertEqual(half_year, law.HalfYear(date(2027, 1, 1), Decimal("2.65")))
        with self.assertRaises(law.UnknownHalfYearError) as caught:
            half_year.get("legal_other")
        message = self.rates._get_missing_message(caught.exception)
        self.assertIn("The legal rate of the half-year from 01/01/2027", message)
        rate.write({"legal_individual": 6.9, "legal_other": 2.8})
        half_year = self.rates._get_table().at(date(2027, 6, 30))
        self.assertEqual(half_year.get("legal_other"), Decimal("2.8"))

    def test_half_year_that_is_not_entered_at_all(self):
        with self.assertRaises(law.UnknownHalfYearError) as caught:
            self.rates._get_table().at(date(2027, 6, 30))
        message = self.rates._get_missing_message(caught.exception)
        self.assertIn("The rates of the half-year from 01/01/2027", message)

    def test_legal_rates_come_together_and_are_not_negative(self):
        for legal in ((6.9,), (6.9, 0), (0, 2.8), (-1, -1)):
            with (
                self.subTest(legal=legal),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._create("2027-01-01", 2.65, *legal)

    def test_what_follows_from_the_rates(self):
        rate = self._get("2026-07-01")
        self.assertEqual(
            (rate.business_rate, rate.business_floor, rate.public_rate),
            (12.4, 8.25, 10.4),
        )
        zero = self._get("2016-07-01")
        self.assertEqual((zero.business_rate, zero.public_rate), (10, 8))
        self.assertFalse(self._get("2012-07-01").public_rate, "no such text then")
        with Form(self.rates) as form:
            self.assertFalse(form.business_rate)
            form.date_from = "2027-01-01"
            form.ecb_refi = 2.65
            self.assertEqual((form.business_rate, form.business_floor), (12.65, 0))
            form.legal_individual, form.legal_other = 6.9, 2.8
            self.assertEqual(form.business_floor, 8.4)

    def test_text_and_date_of_shipped_rates(self):
        rate = self._get("2026-01-01")
        self.assertEqual(rate.date_published, date(2025, 12, 15))
        self.assertIn("arrêté du 15 décembre 2025", rate.source)

    def test_update_brings_the_legal_rates_that_a_row_waits_for(self):
        self._get("2026-07-01").unlink()
        rate = self._create("2026-07-01", 2.45)
        rate.source = "Banque de France"
        self.rates._load_shipped()
        self.assertEqual((rate.legal_individual, rate.legal_other), (6.84, 2.75))
        self.assertEqual(rate.ecb_refi, 2.45, "what is entered is kept")
        self.assertEqual(rate.date_published, date(2026, 6, 26))
        self.assertRegex(rate.source, "^Banque de France ; BCE : .*26 juin 2026")
        rate.legal_other = 2.77
        self.rates._load_shipped()
        self.assertEqual(rate.legal_other, 2.77)

    def test_notice_starts_fifteen_days_before(self):
        notice = self.rates._get_missing_notice
        self.assertFalse(notice(date(2026, 12, 16)))
        self.assertEqual(
            notice(date(2026, 12, 17)),
            "The rates of the half-year from 1 January 2027 are not entered.",
        )
        self.assertEqual(notice(date(2026, 12, 17)), notice(date(2027, 6, 15)))
        rate = self._create("2027-01-01", 2.65)
        self.assertEqual(
            notice(date(2026, 12, 20)),
            "Only the legal rates of the half-year from 1 January 2027 are missing.",
        )
        rate.write({"legal_individual": 6.9, "legal_other": 2.8})
        self.assertFalse(notice(date(2026, 12, 20)))
        self._get("2026-07-01").unlink()
        self.assertEqual(
            notice(date(2027, 6, 16)),
            "The rates of the half-year from 1 July 2026 are not entered. "
            "The rates of the half-year from 1 July 2027 are not entered.",
        )

    def test_notice_does_not_go_back_to_debts_that_are_lost(self):
        self._create("1926-07-01", 2)
        self.assertFalse(self.rates._get_missing_notice(date(2026, 11, 21)))

    def test_notice_without_any_rate(self):
        self.rates.search([]).unlink()
        self.assertEqual(
            self.rates._get_missing_notice(date(2026, 11, 21)),
            "The rates of the half-year from 1 July 2026 are not entered.",
        )


class TestEcb(RatesCase):
    """The ECB rate from its data service."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parameters = cls.env["ir.config_parameter"]

    def setUp(self):
        super().setUp()
        self.service = Service()
        self.addCleanup(self.service.stop)
        self.parameters.set_param("l10n_fr_recouvrement.ecb_url", self.service.url)

    def _press(self, day):
        """Press the button of the list on a day; return type and words of the note."""
        with freeze_time(day):
            action = self.rates.with_user(self.manager).action_fetch_ecb()
        return action["params"]["type"], action["params"]["message"]

    def _run_cron(self, day):
        with freeze_time(day):
            self.rates._cron_fetch_ecb()

    def _read_all(self):
        return self.rates.search([]).read(["date_from", "ecb_refi", "legal_other"])

    def test_half_year_that_has_begun_is_created(self):
        kind, message = self._press("2027-01-04")
        rate = self._get("2027-01-01")
        self.assertEqual(rate.ecb_refi, 2.65)
        self.assertFalse(rate.legal_other or rate.legal_individual)
        self.assertEqual(rate.source, "ECB Data Portal, FM.D.U2.EUR.4F.KR.MRR_FR.LEV")
        self.assertEqual(kind, "success")
        self.assertIn("2.65\u00a0%", message)
        self.assertEqual(self._press("2027-01-04")[0], "info", "nothing twice")

    def test_rate_in_force_counts_not_the_one_announced(self):
        self.service.changes["2027-01-06"] = "2.90"
        self._press("2027-01-20")
        self.assertEqual(self._get("2027-01-01").ecb_refi, 2.65)
        self.service.changes["2027-07-01"] = "3.15"
        self._press("2027-07-01")
        self.assertEqual(self._get("2027-07-01").ecb_refi, 3.15)

    def test_half_years_missing_up_to_today_are_created(self):
        self.service.changes["2027-03-10"] = "2.40"
        self._press("2028-02-01")
        self.assertEqual(
            self.rates.search([("date_from", ">", "2026-07-01")]).mapped("ecb_refi"),
            [2.4, 2.4, 2.65],
        )
        (_path, query), *others = self.service.requests
        self.assertFalse(others, "one request for all")
        self.assertEqual(query["endPeriod"], "2028-02-01")

    def test_no_half_year_is_created_ahead(self):
        before = self._read_all()
        self._press("2026-12-31")
        self.assertEqual(self._read_all(), before)

    def test_rate_of_zero_is_a_rate(self):
        self.service.changes["2026-12-16"] = "0"
        self._press("2027-01-04")
        self.assertEqual(self._get("2027-01-01").ecb_refi, 0)
        self.assertTrue(self._get("2027-01-01"))

    def test_without_any_rate_only_the_running_half_year_is_created(self):
        self.rates.search([]).unlink()
        self._press("2026-11-21")
        self.assertEqual(self.rates.search([]).mapped("date_from"), [date(2026, 7, 1)])

    def test_rate_that_differs_is_told_and_kept(self):
        rate = self._get("2026-07-01")
        rate.ecb_refi = 2.155
        with self.assertLogs(LOGGER, logging.WARNING) as logs:
            kind, message = self._press("2026-11-21")
        self.assertEqual(kind, "warning")
        self.assertIn("2.40\u00a0%", message)
        self.assertIn("2.155\u00a0%", message)
        self.assertIn(message, logs.output[0])
        self.assertEqual(rate.ecb_refi, 2.155)

    def test_row_entered_before_the_service_tells_it_is_no_failure(self):
        self._create("2027-01-01", 2.65)
        self.service.last_day = date(2026, 12, 31)
        self.assertEqual(self._press("2027-01-01")[0], "info")

    def _check_failure(self, expected):
        """Button and job tell the failure, and change nothing."""
        before = self._read_all()
        with self.assertRaisesRegex(UserError, expected) as caught:
            self._press("2027-01-02")
        self.assertIn("by hand", str(caught.exception), "a way out")
        self.parameters.set_param("l10n_fr_recouvrement.ecb_fetch", "True")
        with self.assertLogs(LOGGER, logging.WARNING) as logs:
            self._run_cron("2027-01-02")
        self.assertEqual(len(logs.output), 1)
        self.assertRegex(logs.output[0], expected)
        self.assertNotIn("Traceback", logs.output[0])
        self.assertEqual(self._read_all(), before)

    def test_service_that_answers_an_error(self):
        for status in (404, 500, 503, 204):
            with self.subTest(status=status):
                self.service.status = status
                self._check_failure(f"error {status}")

    def test_service_that_answers_something_else(self):
        self.service.body = b"<html>Log in to the network</html>"
        self._check_failure("not the one expected")

    def test_service_that_is_out_of_reach(self):
        self.parameters.set_param(
            "l10n_fr_recouvrement.ecb_url", "http://127.0.0.1:9/service/data"
        )
        self._check_failure("no answer")
        self.parameters.set_param("l10n_fr_recouvrement.ecb_url", "nowhere")
        self._check_failure("no answer")

    def test_service_that_hangs(self):
        with patch.object(requests, "get", side_effect=requests.ReadTimeout) as get:
            self._check_failure("no answer")
        self.assertTrue(get.call_args.kwargs["timeout"])

    def test_answer_that_stops_before_the_half_year(self):
        self.service.last_day = date(2026, 12, 31)
        self._check_failure("rate of 01/01/2027 yet")

    def test_answer_that_stops_on_the_way_changes_nothing(self):
        """Not even the half-years that it does reach."""
        self._get("2026-07-01").unlink()
        self.service.last_day = date(2026, 12, 31)
        self._check_failure("rate of 01/01/2027 yet")

    def test_job_asks_nothing_until_it_is_allowed(self):
        job = self.env.ref("l10n_fr_recouvrement.cron_ecb_rate")
        self.assertTrue(job.active)
        for value in (None, "False"):
            self.parameters.set_param("l10n_fr_recouvrement.ecb_fetch", value)
            self._run_cron("2027-01-04")
        self.assertFalse(self.service.requests)
        self.env["res.config.settings"].create(
            {"recouvrement_ecb_fetch": True}
        ).execute()
        with self.enter_registry_test_mode(), freeze_time("2027-01-04"):
            job.method_direct_trigger()
        self.assertEqual(self._get("2027-01-01").ecb_refi, 2.65)

    def test_button_is_the_managers(self):
        with self.assertRaises(AccessError):
            self.rates.with_user(self.invoicing).action_fetch_ecb()
        self.assertFalse(self.service.requests)
        view = self.env.ref("l10n_fr_recouvrement.recouvrement_rate_view_list")
        for user, count in ((self.invoicing, 0), (self.manager, 1)):
            arch = self.rates.with_user(user).get_view(view.id, "list")["arch"]
            buttons = etree.fromstring(arch).findall(".//button")
            self.assertEqual(len(buttons), count)


class TestDashboard(RecouvrementCase):
    """The accounting dashboard says in time what is missing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoicing = cls._create_user("facturation", "account.group_account_invoice")
        cls.invoicing.lang = "en_US"
        cls.journals = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id)]
        )

    def _get_notices(self, day, user=None):
        """``{type of journal: notice}`` of the journals that show one."""
        with freeze_time(day):
            journals = self.journals.with_user(user or self.invoicing)
            journals.invalidate_recordset(["kanban_dashboard"])
            found = {
                journal.type: json.loads(journal.kanban_dashboard).get(
                    "recouvrement_rate_notice"
                )
                for journal in journals
            }
        return {kind: notice for kind, notice in found.items() if notice}

    def test_notice_shows_on_the_journal_of_sales(self):
        self.assertFalse(self._get_notices("2026-12-16"))
        for day in ("2026-12-17", "2026-12-18", "2027-01-01"):
            self.assertEqual(
                self._get_notices(day),
                {
                    "sale": "The rates of the half-year from 1 January 2027 are not "
                    "entered."
                },
            )
        rate = self.env["recouvrement.rate"].create(
            {"date_from": "2027-01-01", "ecb_refi": 2.65}
        )
        self.assertIn("Only the legal", self._get_notices("2026-12-18")["sale"])
        rate.write({"legal_individual": 6.9, "legal_other": 2.8})
        self.assertFalse(self._get_notices("2026-12-18"))

    def test_notice_is_not_for_another_country(self):
        self.company.account_fiscal_country_id = self.env.ref("base.be")
        self.assertFalse(self._get_notices("2026-12-18"))
        self.company.account_fiscal_country_id = self.env.ref("base.re")
        self.assertTrue(self._get_notices("2026-12-18"), "Réunion follows the same law")

    def test_dashboard_opens_the_rates(self):
        view = self.env.ref("account.account_journal_dashboard_kanban_view")
        journals = self.env["account.journal"].with_user(self.invoicing)
        arch = etree.fromstring(journals.get_view(view.id, "kanban")["arch"])
        (link,) = arch.xpath("//div[@name='recouvrement_rate_notice']/a")
        action = self.env["ir.actions.act_window"].browse(int(link.get("name")))
        self.assertEqual(action.res_model, "recouvrement.rate")
        self.assertEqual(link.get("type"), "action")
