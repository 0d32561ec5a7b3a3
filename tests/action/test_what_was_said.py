"""What a debtor says on the phone is read by who reads the follow-up."""

from odoo.exceptions import AccessError
from odoo.tests import Form

from .common import ActionCase

SAID = "Le gérant est malade"


class TestWhatWasSaid(ActionCase):
    """A contact is read by every employee of every company: what was said of a debt is
    not kept there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.employee = cls._create_user("salarie", "base.group_user")

    def assertUnsaid(self, partner):
        """An employee reads nothing of it on the contact: chatter, activities."""
        self.env.invalidate_all()
        partner = partner.with_user(self.employee)
        for records, name in (
            (partner.message_ids, "body"),
            (partner.activity_ids, "note"),
            (partner.activity_ids, "summary"),
        ):
            for record in records:
                self.assertNotIn(SAID, str(record[name]))
        self.env.invalidate_all()

    def test_promise(self):
        action = self._prepare("phone")
        self._conclude(action, "promise", "2026-05-06", note=SAID)
        self.assertUnsaid(self.business)
        self.assertIn(SAID, str(action.message_ids[0].body))
        with self.assertRaises(AccessError):
            action.message_ids.with_user(self.employee).read(["body"])

    def test_dispute(self):
        action = self._prepare("phone")
        self._conclude(action, "dispute", "2026-05-06", note=SAID)
        self.assertUnsaid(self.business)

    def test_wrong_number(self):
        contact = self._create_debtor(
            "Comptable", parent_id=self.business.id, phone="01 99 00 77 88"
        )
        action = self._prepare("phone")
        action.contact_id = contact
        self._conclude(action, "wrong_number", "2026-05-06", note=SAID)
        self.assertUnsaid(self.business)
        self.assertUnsaid(contact)
        self.assertTrue(contact.activity_ids, "somebody is asked to find it")

    def test_letter_that_came_back(self):
        action = self._prepare("letter")
        self._approve_and_send(action, "2026-05-06")
        action._return_letter("unknown", note=SAID)
        self.assertUnsaid(self.business)
        self.assertTrue(self.business.activity_ids)
        self.assertIn(SAID, str(action.message_ids.mapped("body")))

    def test_the_next_caller_reads_it(self):
        action = self._prepare("phone")
        self._conclude(action, "done", "2026-05-06", note=SAID)
        again = self._run("2026-06-20").with_user(self.officer)
        self.assertEqual(again.previous_action_ids.outcome_note, SAID)
        action.user_id = self.colleague
        again.sudo().user_id = self.officer
        self.business.recouvrement_user_id = self.colleague
        self.company.recouvrement_officer_scope = "own"
        self.env.invalidate_all()
        self.assertFalse(again.previous_action_ids, "not what is a colleague's")


class TestChosenProfile(ActionCase):
    """A profile that somebody chose stays, whatever is entered later."""

    def test_chosen_while_making_the_contact(self):
        for user in (self.officer, self.env.user):
            partner = (
                self.env["res.partner"]
                .with_user(user)
                .create({"name": "Artisan", "recouvrement_profile": "consumer"})
            )
            partner.vat = "FR23334175221"
            self.assertEqual(partner.recouvrement_profile, "consumer")
            self.assertTrue(partner.recouvrement_profile_forced)

    def test_imported(self):
        result = (
            self.env["res.partner"]
            .with_user(self.officer)
            .load(["name", "recouvrement_profile"], [["Mairie", "Public body"]])
        )
        self.assertFalse(result["messages"])
        partner = self.env["res.partner"].browse(result["ids"])
        partner.is_company = True
        self.assertEqual(partner.recouvrement_profile, "public")

    def test_by_default(self):
        partner = (
            self.env["res.partner"]
            .with_user(self.officer)
            .with_context(default_recouvrement_profile="public")
            .create({"name": "Mairie"})
        )
        partner.vat = "FR23334175221"
        self.assertEqual(partner.recouvrement_profile, "public")

    def test_the_guess_of_the_form_is_no_choice(self):
        """The screen sends the guess that it shows."""
        with self.form("Ma Société", self.officer) as form:
            form.company_type = "company"
        partner = form.record
        self.assertEqual(partner.recouvrement_profile, "business")
        partner.is_company = False
        self.assertEqual(partner.recouvrement_profile, "consumer")

    def test_the_choice_of_the_form_is_one(self):
        with self.form("Ma Société", self.officer) as form:
            form.recouvrement_profile = "public"
        partner = form.record
        partner.is_company = True
        self.assertEqual(partner.recouvrement_profile, "public")

    def form(self, name, user):
        form = Form(self.env["res.partner"].with_user(user))
        form.name = name
        return form
