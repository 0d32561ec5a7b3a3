"""The day that it is where the company is: jobs live in UTC, people anywhere."""

from datetime import date, datetime

from freezegun import freeze_time

from ..common import RecouvrementCase

# Monday 00:30 in Paris, in summer.
MONDAY_IN_PARIS = "2026-05-10 22:30:00"
# The first minutes of a year, in winter.
NEW_YEAR_IN_PARIS = "2026-12-31 23:10:00"


class TestToday(RecouvrementCase):
    def _today_at(self, moment, **company):
        self.company.partner_id.write(company)
        with freeze_time(moment):
            return self.company._recouvrement_today()

    def test_night_in_paris(self):
        self.assertEqual(self._today_at(MONDAY_IN_PARIS), date(2026, 5, 11))
        self.assertEqual(self._today_at(NEW_YEAR_IN_PARIS), date(2027, 1, 1))
        self.assertEqual(self._today_at("2026-12-31 22:50:00"), date(2026, 12, 31))

    def test_territories_by_their_country_or_post_code(self):
        noon_utc = "2026-05-11 20:30:00"
        for code, zip_code, expected in (
            ("FR", "97400", 12),
            ("RE", False, 12),
            ("FR", "97200", 11),
            ("NC", "98800", 12),
            ("FR", "75009", 11),
        ):
            country = self.env["res.country"].search([("code", "=", code)])
            day = self._today_at(noon_utc, country_id=country.id, zip=zip_code)
            self.assertEqual(day, date(2026, 5, expected), f"{code} {zip_code}")

    def test_time_zone_of_the_company_comes_first(self):
        day = self._today_at(MONDAY_IN_PARIS, tz="America/Martinique")
        self.assertEqual(day, date(2026, 5, 10))

    def test_user_elsewhere_works_in_the_day_of_the_company(self):
        self.env.user.tz = "Pacific/Honolulu"
        self.assertEqual(self._today_at(MONDAY_IN_PARIS), date(2026, 5, 11))
        with freeze_time(MONDAY_IN_PARIS):
            wizard = self.env["recouvrement.run.wizard"].create({})
            run = self.env["recouvrement.run"].create({"company_id": self.company.id})
        self.assertEqual((wizard.date, run.date), (date(2026, 5, 11),) * 2)

    def test_day_of_a_moment(self):
        moment = datetime(2026, 12, 31, 23, 10)
        self.assertEqual(self.company._recouvrement_get_day(moment), date(2027, 1, 1))

    def test_the_job_of_monday_night_works_on_monday(self):
        """Half past midnight is no Sunday: the run is of Monday, and the e-mail too."""
        self.company.recouvrement_auto = True
        self._invoice(self.business, 100, "2026-05-01")
        reminder = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        reminder.needs_approval = False
        job = self.env.ref("l10n_fr_recouvrement.cron_run")
        with freeze_time(MONDAY_IN_PARIS), self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.env.invalidate_all()
        action = self.env["recouvrement.action"].search(
            [("partner_id", "=", self.business.id)]
        )
        self.assertEqual(action.run_id.date, date(2026, 5, 11))
        self.assertEqual((action.state, action.date_sent), ("sent", date(2026, 5, 11)))

    def test_interest_of_the_first_night_of_the_year(self):
        """The job of new year's night counts interest up to 1 January."""
        invoice = self._invoice(self.business, 10000, "2026-12-20")
        job = self.env.ref("l10n_fr_recouvrement.cron_penalties")
        with freeze_time("2026-12-20"):
            self.env["recouvrement.rate"].search(
                [("date_from", ">=", "2027-01-01")]
            ).unlink()
            self.env["recouvrement.rate"].create(
                {
                    "date_from": "2027-01-01",
                    "ecb_refi": 2.15,
                    "legal_other": 2.62,
                    "legal_individual": 6.67,
                }
            )
        self.env.flush_all()
        with freeze_time(NEW_YEAR_IN_PARIS), self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.env.invalidate_all()
        lines = invoice.recouvrement_penalty_line_ids
        self.assertEqual(max(lines.mapped("date_to")), date(2027, 1, 1))

    def test_each_company_has_its_day(self):
        """One job, two companies: it is Tuesday in Nouméa and Monday in Paris."""
        island = self.setup_other_company(name="Société du Lagon")["company"]
        island.partner_id.tz = "Pacific/Noumea"
        with freeze_time("2026-05-11 14:00:00"):
            days = [company._recouvrement_today() for company in (self.company, island)]
        self.assertEqual(days, [date(2026, 5, 11), date(2026, 5, 12)])
