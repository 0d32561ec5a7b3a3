"""Who opens, prints and downloads statements of interest."""

import base64
from datetime import date
from urllib.parse import parse_qs, urlparse

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from .statements import StatementCase


class TestStatementAccess(StatementCase):
    """Where the assistant opens from, and for whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.business, 1000, "2026-01-31")
        cls.users = [
            cls._create_user(login, group)
            for login, group in (
                ("facturation", "account.group_account_invoice"),
                ("auditeur", "account.group_account_readonly"),
                ("relance", "l10n_fr_recouvrement.group_recovery_officer"),
            )
        ]
        cls.other_company = cls._create_company(name="Autre société")
        cls.stranger = new_test_user(
            cls.env,
            "etranger",
            groups="account.group_account_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )

    def _open(self, records, user=None):
        """The assistant, opened from records as the screen does."""
        model = self.env["recouvrement.statement.wizard"].with_user(
            user or self.env.user
        )
        return model.with_context(
            active_model=records._name, active_ids=records.ids
        ).create({})

    def test_accounting_prints_and_exports(self):
        for user in self.users:
            wizard = self._open(self.invoice, user)
            wizard.date = "2026-06-30"
            wizard.action_print()
            self.assertTrue(base64.b64decode(wizard.file).startswith(b"%PDF"))
            wizard.action_export()
            self.assertTrue(base64.b64decode(wizard.file).startswith(b"PK"))

    def test_nobody_else_does(self):
        portal = new_test_user(self.env, "portail", groups="base.group_portal")
        employee = self._create_user("salarie", "base.group_user")
        for user in (portal, employee):
            with self.assertRaises(AccessError):
                self._wizard(self.invoice, "2026-06-30").with_user(user).action_print()
            model = self.env["recouvrement.statement.wizard"].with_user(user)
            self.assertFalse(model.has_access("create"))

    def test_other_companies_do_not(self):
        model = self.env["recouvrement.statement.wizard"].with_user(self.stranger)
        wizard = model.create({"date": "2026-06-30"})
        wizard.sudo().move_ids = self.invoice
        with self.assertRaises(AccessError):
            wizard.action_print()
        with self.assertRaises(AccessError):
            wizard.action_export()

    def test_what_somebody_downloads_is_theirs(self):
        mine, yours = self.users[:2]
        wizard = self._open(self.invoice, mine)
        with self.assertRaises(AccessError):
            wizard.with_user(yours).read(["file"])

    def test_opened_from_a_debtor(self):
        """Its late invoices and those that still owe penalties, as of the date."""
        paid = self._invoice(self.business, 500, "2026-01-31")
        self._pay(paid, 500, "2026-03-01")
        with freeze_time("2026-06-30"):
            paid._recouvrement_refresh_penalties(date(2026, 6, 30))
            in_time = self._invoice(self.business, 300, "2026-01-31")
            self._pay(in_time, 300, "2026-01-15")
            later = self._invoice(self.business, 200, "2026-08-31")
            self._invoice(self.consumer, 200, "2026-01-31")
            wizard = self._open(self.business)
            self.assertEqual(wizard.move_ids, self.invoice + paid)
            wizard.date = "2026-09-15"
            self.assertEqual(wizard.move_ids, self.invoice + paid + later)

    def test_opened_from_an_action(self):
        action = self._run("2026-03-15")
        wizard = self._open(action)
        self.assertEqual(wizard.move_ids, self.invoice)
        self.assertEqual(wizard.date, date(2026, 3, 15))
        [statement] = wizard._get_statements()
        self.assertEqual(statement["reference"], f"{action.name}, décompte")

    def test_letter_and_statement_agree(self):
        """Enclosed with a letter that claims penalties, it comes to the same."""
        self._receive(self.business, 150, "2026-02-20")
        action = self._run("2026-03-15")
        stage = action.stage_id.procedure_id.stage_ids.filtered("show_penalties")[0]
        action.sudo().line_ids.own_stage_id = stage
        with freeze_time("2026-03-15"):
            action.sudo()._refresh()
        [statement] = self._open(action)._get_statements()
        self.assertTrue(action.show_penalties)
        self.assertEqual(float(statement["parts"][0]["total"]), action.amount_total)

    def test_bills_have_no_statement(self):
        refund = self._credit_note(self.business, 10, "2026-01-31")
        with self.assertRaises(UserError):
            self._open(refund)
        wizard = self._open(self.invoice + refund)
        self.assertEqual(wizard.move_ids, self.invoice)


class TestStatementDownload(StatementCase, HttpCase):
    """The file, as the browser fetches it."""

    def test_download(self):
        invoice = self._invoice(self.business, 1000, "2026-01-31")
        user = self._create_user("facturation", "account.group_account_invoice")
        other = self._create_user("auditeur", "account.group_account_readonly")
        model = self.env["recouvrement.statement.wizard"].with_user(user)
        wizard = model.create({"date": "2026-06-30", "move_ids": invoice.ids})
        action = wizard.action_export()
        self.assertEqual(action["type"], "ir.actions.act_url")
        query = parse_qs(urlparse(action["url"]).query)
        self.assertEqual(query["id"], [str(wizard.id)])
        for login, status in ((other.login, 404), (user.login, 200)):
            self.authenticate(login, login)
            response = self.url_open(action["url"])
            self.assertEqual(response.status_code, status)
        self.assertTrue(response.content.startswith(b"PK"))
        self.assertIn("attachment", response.headers["Content-Disposition"])
