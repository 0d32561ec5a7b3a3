"""The hooks of actions, as an integrator uses them from doc/integrator.md."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from odoo.addons.l10n_fr_recouvrement import law

from ..hooks import Extending
from .common import MANAGER, OFFICER, ActionCase

ACTION = "recouvrement.action"
DAY = "2026-05-05"


class TestActionHooks(Extending, ActionCase):
    """Who lets actions leave, what becomes of them, and what is said on the phone."""

    def _approve(self, action, user):
        with freeze_time(DAY):
            action.with_user(user).action_approve()

    # ------------------------------------------------------------------
    # Approval
    # ------------------------------------------------------------------

    def test_the_head_of_finance_approves(self):
        """``_get_approving_group``: a group of the house, which the refusal names."""
        group = self.env["res.groups"].create({"name": "Direction financière"})
        self.env["ir.model.data"].create(
            {
                "module": "my_recovery",
                "name": "group_finance",
                "model": group._name,
                "res_id": group.id,
            }
        )
        self._extend(
            ACTION,
            "_get_approving_group",
            lambda _actions, _original: "my_recovery.group_finance",
        )
        head = self._create_user("daf", f"{OFFICER},my_recovery.group_finance")
        self.company.recouvrement_approval_limit = 500
        action = self._prepare("letter", 600)
        with self.assertRaisesRegex(UserError, "Direction financière"):
            self._approve(action, self.manager)
        self._approve(action, head)
        self.assertEqual((action.state, action.approver_id), ("ready", head))

    def test_what_key_accounts_are_sent_is_for_managers(self):
        """``_is_above_limit``: whatever is claimed of them."""
        key = self.env["res.partner.category"].create({"name": "Grand compte"})
        self._extend(
            ACTION,
            "_is_above_limit",
            lambda action, original: key in action.partner_id.category_id or original(),
        )
        self.company.recouvrement_approval_limit = 500
        self.business.category_id = key
        other = self._create_debtor("Garage Exemple", is_company=True)
        self._invoice(other, 100, "2026-05-01")
        actions = self._prepare("letter")
        theirs = actions.filtered(lambda action: action.partner_id == self.business)
        self._approve(actions - theirs, self.officer)
        self.assertEqual((actions - theirs).state, "ready")
        with self.assertRaisesRegex(UserError, "Menuiserie Exemple"):
            self._approve(theirs, self.officer)
        self._approve(theirs, self.manager)
        self.assertEqual(theirs.state, "ready")
        self.assertTrue(theirs.approved_above_limit)

    # ------------------------------------------------------------------
    # Life of an action
    # ------------------------------------------------------------------

    def test_the_debtor_s_history_has_what_was_given_up(self):
        """``_cancel``: every cancellation comes there, with its reason."""

        def cancel(actions, original, reason):
            original(reason)
            for action in actions.sudo():
                action.partner_id.message_post(body=f"{action.name} abandonnée")

        self._extend(ACTION, "_cancel", cancel)
        other = self._create_debtor("Garage Exemple", is_company=True)
        paid = self._invoice(other, 100, "2026-05-01")
        actions = self._prepare("letter")
        theirs = actions.filtered(lambda action: action.partner_id == other)
        with freeze_time(DAY):
            (actions - theirs).with_user(self.officer).action_cancel()
            self._pay(paid, 100, DAY)
            theirs.sudo()._refresh()
        for action in actions:
            self.assertEqual(action.state, "cancelled")
            self.assertIn(
                f"{action.name} abandonnée", action.partner_id.message_ids[0].body
            )

    def test_a_channel_that_officers_do_not_change(self):
        """``_get_editable`` and ``_explain_locked``: above 500 €, the channel is that
        of the procedure."""

        def get_editable(action, original):
            heavy = action.amount_total > 500
            return original() - {"channel"} if heavy else original()

        def explain_locked(action, original, names):
            if names == {"channel"}:
                return "Voyez la direction pour changer de canal."
            return original(names)

        self._extend(ACTION, "_get_editable", get_editable)
        self._extend(ACTION, "_explain_locked", explain_locked)
        other = self._create_debtor("Garage Exemple", is_company=True)
        self._invoice(other, 600, "2026-05-01")
        light, heavy = (
            self._prepare("letter").with_user(self.officer).sorted("amount_total")
        )
        light.channel = "email"
        self.assertEqual(light.channel, "email")
        with self.assertRaisesRegex(UserError, "Voyez la direction"):
            heavy.channel = "email"
        with self.assertRaisesRegex(UserError, "follow the account"):
            heavy.with_context(lang="en_US").write({"channel": "email", "profile": "x"})
        heavy.letter_note = "<p>Dossier suivi par la direction.</p>"
        self.assertEqual(heavy.channel, "letter")

    def test_what_somebody_annotated_is_not_deleted(self):
        """``_get_unlink_error``: for an addon that lets managers delete what waits."""

        def get_unlink_error(actions, original):
            if any(actions.mapped("letter_note")):
                return UserError("Annotée : annulez-la plutôt.")
            return original()

        self._extend(ACTION, "_get_unlink_error", get_unlink_error)
        self.env["ir.model.access"].sudo().create(
            {
                "name": "managers delete actions",
                "model_id": self.env["ir.model"]._get_id(ACTION),
                "group_id": self.env.ref(MANAGER).id,
                "perm_unlink": True,
            }
        )
        action = self._prepare("letter").with_user(self.manager)
        action.letter_note = "<p>Voir avec l’atelier.</p>"
        with self.assertRaisesRegex(UserError, "Annotée"):
            action.unlink()
        action.letter_note = False
        action.unlink()
        self.assertFalse(action.exists())

    # ------------------------------------------------------------------
    # Calls and visits
    # ------------------------------------------------------------------

    def test_the_activity_says_when_to_call(self):
        """``_prepare_activity``: its note is what the debtor asked for."""
        self._extend(
            ACTION,
            "_prepare_activity",
            lambda action, original, model_id: {
                **original(model_id),
                "note": action.partner_id.comment,
            },
        )
        self.business.comment = "<p>Appeler le matin.</p>"
        action = self._prepare("phone")
        self.assertIn("Appeler le matin.", action.activity_ids.note)
        self.assertEqual(action.activity_ids.user_id, self.officer)

    def test_the_assistant_proposes_a_week_more(self):
        """``_get_default_day``: who says nothing else promises for that day."""
        proposed = []

        def get_default_day(_outcome, original, action):
            proposed.append(original(action))
            return original(action) + timedelta(days=7)

        self._extend(
            "recouvrement.outcome.promise", "_get_default_day", get_default_day
        )
        action = self._prepare("phone")
        wizard = self._conclude(action, "promise", DAY)
        self.assertEqual(wizard.promise_date, proposed[0] + timedelta(days=7))
        self.assertEqual(action.promise_date, wizard.promise_date)

    def test_a_promise_for_a_sunday_is_for_monday(self):
        """``_get_promised_day``: what is kept is a day when banks work."""
        self._extend(
            "recouvrement.outcome.promise",
            "_get_promised_day",
            lambda _outcome, original, wizard: law.next_working_day(original(wizard)),
        )
        action = self._prepare("phone")
        self._conclude(action, "promise", DAY, promise_date="2026-05-17")
        self.assertEqual(action.promise_date, date(2026, 5, 18))
        self.assertIn(
            format_date(self.env, action.promise_date), action.message_ids[0].body
        )

    def test_a_promise_in_part_is_none(self):
        """``_prepare_values``: the assistant refuses what the house does not take."""

        def prepare_values(_outcome, original, wizard):
            values = original(wizard)
            if values["promise_amount"] < wizard.action_id.amount_total:
                raise UserError("Une promesse porte sur tout ce qui est dû.")
            return values

        self._extend("recouvrement.outcome.promise", "_prepare_values", prepare_values)
        action = self._prepare("phone")
        promise = {"promise_date": "2026-05-20", "promise_amount": 60}
        with self.assertRaisesRegex(UserError, "tout ce qui est dû"):
            self._conclude(action, "promise", DAY, **promise)
        self.assertEqual(action.state, "todo")
        self._conclude(action, "promise", DAY, **{**promise, "promise_amount": 100})
        self.assertEqual(action.outcome, "promise")

    def test_all_invoices_of_an_order_are_disputed(self):
        """``_prepare_values``: a dispute is about the order, not about one invoice."""

        def prepare_values(_outcome, original, wizard):
            values = original(wizard)
            orders = set(values["moves"].mapped("invoice_origin"))
            values["moves"] |= wizard.invoice_ids.filtered(
                lambda move: move.invoice_origin in orders
            )
            return values

        self._extend("recouvrement.outcome.dispute", "_prepare_values", prepare_values)
        first, second = (
            self._invoice(self.business, 50, "2026-05-01", invoice_origin="S00042")
            for _number in range(2)
        )
        action = self._prepare("phone")
        self._conclude(
            action, "dispute", DAY, move_ids=[Command.set(first.ids)], note="Cassé."
        )
        for invoice in first + second:
            self.assertIn("Disputed", invoice.recouvrement_hold_reason)
        self.assertFalse(self.invoice.recouvrement_hold_reason)

    def test_a_notice_of_visit_that_says_when_we_come_again(self):
        """``_prepare_notice``: what the sheet left at the debtor's prints."""

        def prepare_notice(_service, original, action):
            notice = original(action)
            notice["came"] = "Nous repasserons jeudi à 10 h. " + notice["came"]
            return notice

        report = "l10n_fr_recouvrement.report_visit_notice"
        self._extend(f"report.{report}", "_prepare_notice", prepare_notice)
        action = self._prepare("visit")
        with freeze_time(DAY):
            values = self.env[f"report.{report}"]._get_report_values(action.ids)
        self.assertIn(
            "Nous repasserons jeudi à 10 h.",
            str(self.env["ir.qweb"]._render(report, values)),
        )
