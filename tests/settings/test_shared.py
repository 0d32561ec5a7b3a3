"""What all companies share is changed by whoever works for each that uses it."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import RecouvrementCase

MODULE = "l10n_fr_recouvrement"


@tagged("standard", "post_install", "-at_install")
class TestShared(RecouvrementCase):
    """Rates, legal facts, shipped procedures, stages and their texts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user(
            "responsable",
            f"{MODULE}.group_recovery_manager,account.group_account_invoice",
        )
        cls.stage = cls.env.ref(f"{MODULE}.stage_business_reminder")
        cls.shared = (
            (cls.stage, {"letter_closing": "<p>Payez ailleurs.</p>"}),
            (cls.stage.text_ids[:1], {"letter_closing": "<p>Pay elsewhere.</p>"}),
            (cls.stage.procedure_id, {"name": "Autre"}),
            (cls.env["recouvrement.rate"].search([], limit=1), {"legal_business": 9}),
            (
                cls.env["recouvrement.legal.fact"].search([], limit=1),
                {"article": "article 1"},
            ),
        )

    def _follow_in_another_company(self):
        other = self.env["res.company"].create({"name": "Autre société"})
        invoice = self._invoice(self.business, 100, "2026-05-31")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET company_id = %s WHERE id = %s",
            (other.id, invoice.id),
        )
        self.env.invalidate_all()
        return other

    def test_the_only_company_that_uses_them(self):
        self._invoice(self.business, 100, "2026-05-31")
        for record, _vals in self.shared:
            with self.subTest(record._name):
                record.with_user(self.manager).check_access("write")

    def test_another_company_uses_them(self):
        other = self._follow_in_another_company()
        for record, vals in self.shared:
            with self.subTest(record._name):
                mine = record.with_user(self.manager)
                mine.check_access("read")
                with self.assertRaises(AccessError) as caught:
                    mine.write(vals)
                self.assertIn("other companies", str(caught.exception))
                with self.assertRaises(AccessError):
                    mine.unlink()
        own = self.stage.procedure_id.copy({"company_id": self.company.id})
        own.with_user(self.manager).stage_ids[:1].letter_closing = "<p>À bientôt.</p>"
        self.manager.company_ids += other
        self.stage.with_user(self.manager).letter_closing = "<p>À bientôt.</p>"
