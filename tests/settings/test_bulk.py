"""Rows by the thousand hold what they were given, whatever it is."""

from datetime import date

from odoo.tests import tagged

from odoo.addons.l10n_fr_recouvrement.models.settings.bulk import bulk_create

from ..common import RecouvrementCase

# What an array would take for something else, were it not quoted.
TEXTS = [
    "NULL",
    "null",
    '"a", {b}',
    "back\\slash\\",
    "two\nlines\t%s %%",
    " spaces ",
    "l’été à 10 € — “Noël”",
    "'; --",
]


@tagged("post_install", "-at_install")
class TestBulk(RecouvrementCase):
    def _create(self, model, vals_list):
        records = bulk_create(self.env[model], vals_list)
        self.assertEqual(len(records), len(vals_list))
        self.env.flush_all()
        self.env.invalidate_all()
        return records

    def test_texts(self):
        banks = self._create(
            "res.bank",
            [
                {"name": text, "street": text if rank % 2 else False}
                for rank, text in enumerate(TEXTS)
            ],
        )
        self.assertEqual(banks.mapped("name"), TEXTS)
        for rank, bank in enumerate(banks):
            self.assertEqual(bank.street, TEXTS[rank] if rank % 2 else False)
        self.assertEqual(set(banks.mapped("active")), {True})

    def test_booleans_and_empty_values(self):
        banks = self._create(
            "res.bank",
            [
                {"name": "A", "active": False, "country": False},
                {"name": "B", "active": True, "country": self.env.ref("base.fr").id},
                {"name": "C", "active": True},
            ],
        )
        self.assertEqual(banks.mapped("active"), [False, True, True])
        self.assertEqual(banks.country.code, "FR")
        self.assertFalse(banks[0].country)
        self.assertFalse(banks[2].country)

    def test_dates_and_numbers(self):
        currency = self.env["res.currency"].create(
            {"name": "XBK", "symbol": "XBK", "rounding": 0.01}
        )
        days = [date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)]
        numbers = [0.1 + 0.2, 1e-7, 123456789.123456]
        rates = self._create(
            "res.currency.rate",
            [
                {
                    "name": day,
                    "rate": number,
                    "currency_id": currency.id,
                    "company_id": self.company.id,
                }
                for day, number in zip(days, numbers, strict=True)
            ],
        )
        self.assertEqual(rates.mapped("name"), days)
        self.assertEqual(rates.mapped("rate"), numbers)
        self.assertEqual(rates.currency_id, currency)

    def test_json(self):
        run = self.env["recouvrement.run"].create({"company_id": self.company.id})
        contents = [[1, 2], ['"', "\\", "{é}"], {"a": None}]
        batches = self._create(
            "recouvrement.run.batch",
            [{"run_id": run.id, "partner_ids": content} for content in contents],
        )
        self.assertEqual(batches.mapped("partner_ids"), contents)

    def test_owners_are_known_at_once(self):
        run = self.env["recouvrement.run"].create({"company_id": self.company.id})
        self.assertFalse(run.batch_ids)
        batches = bulk_create(
            self.env["recouvrement.run.batch"].sudo(),
            [{"run_id": run.id, "partner_ids": [number]} for number in range(3)],
        )
        with self.assertQueryCount(0):
            self.assertEqual(batches.run_id, run)
        self.assertEqual(run.batch_ids, batches)
