"""The hooks of follow-up on invoices, debtors and the start, as an integrator uses them
from doc/integrator.md; those of the engine's queries are in test_engine_hooks.py."""

from freezegun import freeze_time

from odoo.fields import Command, Domain
from odoo.tools.date_utils import end_of

from ..common import RecouvrementCase
from ..hooks import Extending

DAY = "2026-04-20"


class TestFollowupHooks(Extending, RecouvrementCase):
    """Who is claimed from, by whom, until when."""

    def test_a_deadline_at_the_end_of_the_month(self):
        """``_get_deadline``: printed, worked out again while the letter waits, and
        kept once it left."""
        self._extend(
            "recouvrement.engine",
            "_get_deadline",
            lambda _engine, original, candidate: end_of(original(candidate), "month"),
        )
        invoice = self._invoice(self.business, 100, "2026-04-17")
        action = self._run(DAY)
        self.assertEqual(str(action.date_deadline), "2026-04-30")
        letter = self.env["report.l10n_fr_recouvrement.report_letter"]
        with freeze_time(DAY):
            demand = letter._letter_values(action)["demand"]
        self.assertIn("30 avril 2026", " ".join(str(demand).split()))
        self._approve_and_send(action, "2026-04-21")
        self.assertEqual(str(action.date_deadline), "2026-04-30")
        self.assertEqual(str(invoice.recouvrement_deadline), "2026-04-30")
        with freeze_time("2026-05-02"):
            action.sudo()._refresh()
        self.assertEqual(str(action.date_deadline), "2026-04-30")

    def test_rents_follow_a_procedure_of_their_own(self):
        """``_recouvrement_prepare_terms``: frozen when the invoice is posted."""
        rents = self.env.ref("l10n_fr_recouvrement.procedure_business").copy(
            {"name": "Loyers"}
        )

        def prepare_terms(_moves, original):
            terms = original()
            for move, vals in terms.items():
                if move.invoice_origin == "Bail":
                    vals["recouvrement_procedure_id"] = rents.id
            return terms

        self._extend("account.move", "_recouvrement_prepare_terms", prepare_terms)
        tenant = self._create_debtor("Boulangerie Exemple", is_company=True)
        rent = self._invoice(tenant, 100, "2026-04-17", invoice_origin="Bail")
        other = self._invoice(self.business, 100, "2026-04-17")
        self.assertEqual(rent.recouvrement_procedure_id, rents)
        self.assertNotEqual(other.recouvrement_procedure_id, rents)
        action = self._run(DAY).filtered(lambda action: action.partner_id == tenant)
        self.assertEqual(action.stage_id.procedure_id, rents)

    def test_the_district_of_a_debtor_chooses_who_is_in_charge(self):
        """``_recouvrement_get_responsible`` and ``_recouvrement_get_team``; others keep
        those of the stage, here nobody."""
        officer = self._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        team = self.env["recouvrement.team"].create(
            {
                "name": "Paris",
                "member_ids": [Command.set(officer.ids)],
                "company_id": self.company.id,
            }
        )

        def choose(chosen):
            return lambda partner, original, company, stage: (
                chosen
                if (partner.zip or "").startswith("75")
                else original(company, stage)
            )

        self._extend("res.partner", "_recouvrement_get_responsible", choose(officer))
        self._extend("res.partner", "_recouvrement_get_team", choose(team))
        other = self._create_debtor("Boulangerie Exemple", is_company=True, zip="69001")
        for debtor in (self.business, other):
            self._invoice(debtor, 100, "2026-04-17")
        actions = {action.partner_id: action for action in self._run(DAY)}
        self.assertEqual(actions[self.business].user_id, officer)
        self.assertEqual(actions[self.business].team_id, team)
        self.assertFalse(actions[other].user_id | actions[other].team_id.member_ids)

    def test_what_the_former_firm_never_claimed_starts_over(self):
        """``_claimed_domain``: old invoices that the start does not take as claimed."""
        self._extend(
            "recouvrement.start",
            "_claimed_domain",
            lambda _start, original, company, date, answers: (
                original(company, date, answers)
                & Domain("invoice_origin", "!=", "Reprise")
            ),
        )
        manager = self._create_user(
            "responsable", "l10n_fr_recouvrement.group_recovery_manager"
        )
        claimed = self._invoice(self.business, 100, "2026-01-31")
        taken_over = self._invoice(
            self.consumer, 100, "2026-01-31", invoice_origin="Reprise"
        )
        with freeze_time(DAY):
            wizard = self.env["recouvrement.start.wizard"].with_user(manager)
            wizard = wizard.create(
                {
                    "entry": "claimed",
                    "claimed_kind": "second_reminder",
                    "claimed_days": 30,
                }
            )
            self.assertTrue(wizard.line_ids, "what is open, by age")
            wizard.action_preview()
            self.assertEqual(wizard.claimed_count, 1)
            wizard.action_start()
        self.assertEqual(claimed.recouvrement_stage_id.kind, "second_reminder")
        self.assertFalse(taken_over.recouvrement_stage_id)

    def test_a_statement_asked_for_bears_the_number_of_the_account(self):
        """``_prepare_action_vals`` of ``recouvrement.letter.request``; the engine has
        one too, played in test_engine_hooks.py."""
        self._extend(
            "recouvrement.letter.request",
            "_prepare_action_vals",
            lambda _requests, original, company, stage, request, date: {
                **original(company, stage, request, date),
                "letter_note": f"<p>Votre compte {request.partner.ref}.</p>",
            },
        )
        self.business.ref = "C0042"
        self._invoice(self.business, 100, "2026-04-17")
        wizard = (
            self.env["recouvrement.letter.wizard"]
            .with_context(active_model="res.partner", active_ids=self.business.ids)
            .create({})
        )
        wizard.stage_id = wizard.stage_ids.filtered(
            lambda stage: stage.kind == "account_statement"
        )
        with freeze_time(DAY):
            opened = wizard.action_write()
            action = self.env["recouvrement.action"].browse(opened["res_id"])
            letter = self.env["report.l10n_fr_recouvrement.report_letter"]
            values = letter._letter_values(action)
        self.assertIn("Votre compte C0042.", str(values))
