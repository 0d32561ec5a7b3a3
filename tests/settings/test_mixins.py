"""What several models share: guarded records, and all together or one by one."""

from unittest.mock import patch

from psycopg2 import OperationalError

from odoo.exceptions import AccessError, UserError

from odoo.addons.l10n_fr_recouvrement.models.settings.one_by_one import attempt

from ..common import RecouvrementCase

GUARDED = {
    "recouvrement.action",
    "recouvrement.action.line",
    "recouvrement.action.proof",
    "recouvrement.followed.entry",
    "recouvrement.penalty.line",
    "recouvrement.run",
    "recouvrement.hold",
    "recouvrement.waiver",
}


class TestGuarded(RecouvrementCase):
    """Records that only methods write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(cls.business, 100, "2026-05-01")
        cls.action = cls._run("2026-05-05")
        cls.officer = cls._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )

    def test_which_models_are(self):
        inheriting = self.env.registry["recouvrement.guarded.mixin"]._inherit_children
        self.assertEqual(set(inheriting), GUARDED)

    def test_users_write_what_is_listed(self):
        action = self.action.with_user(self.officer)
        action.write({"letter_note": "<p>Note</p>", "message_partner_ids": []})
        with self.assertRaisesRegex(UserError, "follow the account"):
            action.write({"letter_note": False, "amount_total": 1})
        with self.assertRaisesRegex(UserError, "does not change"):
            self.action.run_id.with_user(self.officer).write({"date": "2026-01-01"})
        self.action.run_id.with_user(self.officer).write({"message_partner_ids": []})

    def test_who_may_write_nothing_is_told_that_first(self):
        reader = self._create_user("auditeur", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            self.action.with_user(reader).write({"amount_total": 1})
        with self.assertRaises(AccessError):
            self.action.line_ids.with_user(self.officer).write({"label": "x"})

    def test_the_code_of_the_module_writes(self):
        self.action.sudo().write({"failure_reason": "x"})
        self.action.line_ids.sudo().write({"label": "x"})
        self.assertEqual(self.action.line_ids.label, "x")

    def test_a_model_that_lists_nothing_lets_nothing_be_written(self):
        line = self.action.line_ids
        self.assertEqual(line._get_editable(), set())
        self.assertIn("follow-up alone", line._explain_locked({"label"}))


class TestOneByOne(RecouvrementCase):
    """All together, in a savepoint; when that fails, each alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create([{"name": name} for name in "ABC"])

    def setUp(self):
        super().setUp()
        self.calls, self.failed = [], []

    def _attempt(self, records, error=None):
        def mark(partners):
            self.calls.append(partners.mapped("name"))
            partners.ref = "seen"
            partners.flush_recordset()
            if error and "B" in partners.mapped("name"):
                raise error
            return len(partners)

        return attempt(
            records, mark, lambda one, problem: self.failed.append((one, problem))
        )

    def test_together(self):
        self.assertEqual(self._attempt(self.partners), [3])
        self.assertEqual(self.calls, [["A", "B", "C"]])
        self.assertFalse(self.failed)

    def test_the_one_at_fault_alone_is_left_out(self):
        error = UserError("B")
        self.assertEqual(self._attempt(self.partners, error), [1, 1])
        self.assertEqual(self.calls, [["A", "B", "C"], ["A"], ["B"], ["C"]])
        self.assertEqual(self.failed, [(self.partners[1], error)])
        self.env.invalidate_all()
        self.assertEqual(self.partners.mapped("ref"), ["seen", False, "seen"])

    def test_concurrent_transactions_are_nobodys_fault(self):
        with self.assertRaises(OperationalError):
            self._attempt(self.partners, OperationalError("serialize"))
        self.assertEqual(len(self.calls), 1)
        self.assertFalse(self.failed)

    def test_no_record(self):
        with patch.object(type(self.partners), "flush_recordset", lambda *_: None):
            self.assertEqual(self._attempt(self.partners.browse()), [0])
