"""Who sees actions, and what they may do with them."""

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .common import ActionCase

DUE = "2026-05-01"


class TestRights(ActionCase):
    """Who sees and does what, by the settings of the company."""

    def setUp(self):
        super().setUp()
        self.stage.channel = "phone"
        self.theirs = self._create_debtor(
            "Boulangerie Exemple", is_company=True, phone="01 99 00 33 44"
        )
        self.theirs.recouvrement_user_id = self.colleague
        self.free = self._create_debtor(
            "Garage Exemple", is_company=True, phone="01 99 00 55 66"
        )
        for debtor in (self.business, self.theirs, self.free):
            self._invoice(debtor, 100, "2026-05-01")
        self.actions = self._run("2026-05-05")
        self.by_debtor = {action.partner_id: action for action in self.actions}

    def _visible(self, user):
        domain = [("id", "in", self.actions.ids)]
        return self.env["recouvrement.action"].with_user(user).search(domain).partner_id

    def test_officers_see_everything_unless_told_otherwise(self):
        for user in (self.officer, self.manager, self.accountant, self.auditor):
            self.assertEqual(len(self._visible(user)), 3)
        self._conclude(self.by_debtor[self.theirs], "pays_today", "2026-05-06")

    def test_no_context_changes_what_leaves(self):
        """What is frozen is no draft, and in the language of its recipient."""
        self.stage.channel = "letter"
        self._invoice(
            self._create_debtor("Papeterie Exemple", is_company=True), 100, DUE
        )
        action = self._run("2026-05-06").with_user(self.officer)
        self.assertTrue(action)
        found = []
        freeze = type(action)._freeze_letters

        def look(actions):
            context = actions.env.context
            found.extend(
                context.get(name)
                for name in ("recouvrement_draft", "recouvrement_letter_lang")
            )
            return freeze(actions)

        self.patch(type(action), "_freeze_letters", look)
        with freeze_time("2026-05-06"):
            action.with_context(
                recouvrement_draft=True, recouvrement_letter_lang="en_US"
            ).action_approve_and_send()
        self.assertEqual(action.state, "sent")
        self.assertEqual(found, [False, False])

    def test_no_context_keeps_a_change_from_being_noted(self):
        action = self.by_debtor[self.business].with_user(self.officer)
        self.env.flush_all()
        self.env.cr.precommit.run()
        action.with_context(tracking_disable=True, mail_notrack=True).write(
            {"tracking_number": "1A 234 567 8901 2"}
        )
        self.env.cr.precommit.run()
        values = action.sudo().message_ids.tracking_value_ids
        self.assertIn("1A 234 567 8901 2", values.mapped("new_value_char"))

    def test_own_debtors_and_nobodys(self):
        self.company.recouvrement_officer_scope = "own"
        self.assertEqual(self._visible(self.officer), self.business + self.free)
        self.assertEqual(self._visible(self.colleague), self.theirs + self.free)
        for user in (self.manager, self.accountant, self.invoicing, self.auditor):
            self.assertEqual(len(self._visible(user)), 3, user.login)
        action = self.by_debtor[self.theirs]
        for record in (action, action.line_ids):
            with self.assertRaises(AccessError):
                record.with_user(self.officer).read(["state"])
        for button, *args in (
            ("action_outcome", "promise"),
            ("action_cancel",),
            ("action_update",),
        ):
            with self.assertRaises(AccessError):
                getattr(action.with_user(self.officer), button)(*args)
        wizards = self.env["recouvrement.assign.wizard"].with_user(self.officer)
        with self.assertRaises(AccessError):
            wizards.create({"action_ids": [Command.set(action.ids)]})
        with self.assertRaises(AccessError):
            action.with_user(self.officer)._record_outcome("done")
        self._conclude(action, "pays_today", "2026-05-06", user=self.manager)
        self._conclude(self.by_debtor[self.free], "pays_today", "2026-05-06")

    def test_run_of_an_officer_minds_what_it_does_not_see(self):
        """Debtors of a colleague are left to the actions that wait for them."""
        self.company.recouvrement_officer_scope = "own"
        self._invoice(self.theirs, 50, "2026-05-02")
        self.env.invalidate_all()
        with freeze_time("2026-05-07"):
            wizard = (
                self.env["recouvrement.run.wizard"].with_user(self.officer).create({})
            )
            self.assertFalse(wizard.due_line_ids)
            self.assertIn(self.theirs, wizard.excluded_line_ids.partner_id)
            self.env["recouvrement.run"].with_user(self.officer).create(
                {"company_id": self.company.id}
            ).action_start()
        self.assertEqual(
            self.env["recouvrement.action"].search_count(
                [("partner_id", "=", self.theirs.id)]
            ),
            1,
        )

    def test_what_was_given_to_an_officer_is_theirs_too(self):
        self.company.recouvrement_officer_scope = "own"
        self.by_debtor[self.theirs].with_user(self.manager).user_id = self.officer
        self.assertIn(self.theirs, self._visible(self.officer))

    def test_an_action_given_away_may_be_seen_no_more(self):
        self.company.recouvrement_officer_scope = "own"
        action = self.by_debtor[self.business]
        self.env["recouvrement.assign.wizard"].with_user(self.officer).create(
            {
                "action_ids": [Command.set(action.ids)],
                "user_id": self.colleague.id,
                "with_debtor": True,
            }
        ).action_confirm()
        self.assertEqual(self.business.recouvrement_user_id, self.colleague)
        self.assertEqual(self._visible(self.officer), self.free)

    def test_accountants_read_what_is_not_theirs(self):
        self.company.recouvrement_officer_scope = "own"
        action = self.by_debtor[self.theirs].with_user(self.accountant)
        self.assertTrue(action.amount_total)
        self.assertTrue(action.line_ids.mapped("label"))
        with self.assertRaises(AccessError):
            action.user_id = self.accountant
        self._conclude(
            self.by_debtor[self.free], "pays_today", "2026-05-06", user=self.accountant
        )

    def test_readers_change_nothing_and_have_no_buttons(self):
        action = self.by_debtor[self.business]
        for user in (self.auditor, self.invoicing):
            for button, *args in (
                ("action_outcome", "promise"),
                ("action_outcome", "no_answer"),
                ("action_outcome", "done"),
                ("action_update",),
                ("action_cancel",),
            ):
                with self.assertRaises(AccessError):
                    getattr(action.with_user(user), button)(*args)
            for vals in ({"user_id": user.id}, {"date_planned": "2026-06-01"}):
                with self.assertRaises(AccessError):
                    action.with_user(user).write(vals)
            for model in ("outcome", "postpone", "assign", "return"):
                self.assertFalse(
                    self.env[f"recouvrement.{model}.wizard"]
                    .with_user(user)
                    .has_access("create")
                )
            [values] = action.with_user(user).read(
                [
                    "call_contact_ids",
                    "call_phone",
                    "amount_accrued",
                    "previous_action_ids",
                    "previous_outcome",
                    "last_notes",
                ]
            )
            self.assertEqual(values["call_phone"], self.business.phone)
            for view_type in ("form", "list"):
                view = etree.fromstring(
                    self.env["recouvrement.action"]
                    .with_user(user)
                    .get_view(view_type=view_type)["arch"]
                )
                names = {button.get("name") for button in view.xpath("//header/button")}
                self.assertLessEqual(
                    {name for name in names if name.startswith("action_")},
                    {"action_print"},
                )

    def test_outcome_is_written_by_its_buttons_alone(self):
        action = self.by_debtor[self.business].with_user(self.officer)
        for vals in (
            {"outcome": "promise"},
            {"promise_date": "2026-06-01"},
            {"attempts": 9},
            {"return_reason": "refused"},
        ):
            with self.assertRaises(UserError):
                action.write(vals)

    def test_responsible_is_set_by_officers(self):
        self.free.with_user(self.officer).recouvrement_user_id = self.officer
        with self.assertRaises(AccessError):
            self.free.with_user(self.invoicing).recouvrement_user_id = self.invoicing
