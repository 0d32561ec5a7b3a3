"""Terms, facts and dates that lower penalties: who may write them, whatever the way."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from .charging import TODAY, ChargingCase

OFFICER = "l10n_fr_recouvrement.group_recovery_officer"
MANAGER = "l10n_fr_recouvrement.group_recovery_manager"
INVOICING = "account.group_account_invoice"


class CorrectionCase(ChargingCase):
    """The invoice that is late, its penalties above what officers waive, and those who
    would like them to be less."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls._create_user(
            "facturation", f"{INVOICING},base.group_partner_manager"
        )
        cls.officer = cls._create_user("agent", OFFICER)
        cls.accountant = cls._create_user("comptable", "account.group_account_user")
        cls.manager = cls._create_user("responsable", MANAGER)
        cls.owed = cls.invoice.recouvrement_penalty_total

    def _judge(self, moves, **vals):
        return self.env["recouvrement.judgment"].create(
            {
                "name": "RG 26/00099",
                "partner_id": moves.commercial_partner_id.id,
                "company_id": self.company.id,
                "move_ids": moves.ids,
                "date": TODAY,
                **vals,
            }
        )

    def _owed(self):
        self._penalties(self.invoice, TODAY)
        return self.invoice.recouvrement_penalty_total


class TestFrozenTerms(CorrectionCase):
    """What an invoice is worth is not for whoever may write it."""

    def test_no_judgment_is_linked_from_an_invoice(self):
        judgment = self._judge(
            self._invoice(self.business, 10, "2026-05-31"), date_interest=TODAY
        )
        moves = self.env["account.move"].with_user(self.clerk)
        for commands in (
            [Command.link(judgment.id)],
            [Command.set(judgment.ids)],
            [Command.create({"name": "RG", "partner_id": self.business.id})],
        ):
            vals = {"recouvrement_judgment_ids": commands}
            with self.assertRaises(AccessError):
                self.invoice.with_user(self.clerk).write(vals)
            with self.assertRaises(AccessError):
                moves.create({"move_type": "out_invoice", **vals})
            with self.assertRaises(AccessError):
                self.invoice.with_user(self.clerk).copy(vals)
            with self.assertRaises(AccessError):
                moves.with_context(default_recouvrement_judgment_ids=commands).create(
                    {"move_type": "out_invoice"}
                )
        self.assertFalse(self.invoice.recouvrement_judgment_ids)
        self.assertEqual(self._owed(), self.owed)

    def test_terms_stay_frozen_whatever_posted_before_is_made(self):
        invoice = self.invoice.with_user(self.clerk)
        with self.assertRaises(AccessError):
            invoice.posted_before = False
        with self.assertRaises(AccessError):
            invoice.write(
                {
                    "posted_before": False,
                    "recouvrement_rate_basis": "contract",
                    "recouvrement_contract_rate": 0.01,
                }
            )
        invoice.button_draft()
        with self.assertRaises(AccessError):
            invoice.posted_before = False
        for vals in (
            {"recouvrement_rate_basis": "contract", "recouvrement_contract_rate": 0.01},
            {"recouvrement_profile": "consumer"},
            {"recouvrement_public_delay": "undertaking"},
            {"recouvrement_request_date": "2026-10-01"},
            {"recouvrement_below_floor": "contract"},
        ):
            with self.assertRaises(AccessError):
                invoice.write(vals)

    def test_a_default_of_ones_own_does_not_stop_penalties(self):
        """What the context or a default of the user gives is what they give."""
        defaults = self.env["ir.default"].with_user(self.clerk)
        defaults.set("account.move", "recouvrement_penalty_end", "2026-01-01", True)
        defaults.set("account.move", "recouvrement_is_debit_note", True, True)
        moves = self.env["account.move"].with_user(self.clerk)
        move = moves.create({"move_type": "out_invoice"})
        self.assertFalse(move.recouvrement_penalty_end)
        self.assertFalse(move.recouvrement_is_debit_note)
        with self.assertRaises(AccessError):
            moves.with_context(default_recouvrement_penalty_end="2026-01-01").create(
                {"move_type": "out_invoice"}
            )
        values = moves.with_context(
            default_recouvrement_penalty_end="2026-01-01"
        ).default_get(["recouvrement_penalty_end"])
        self.assertFalse(values.get("recouvrement_penalty_end"))

    def test_a_default_of_ones_own_is_none_of_the_superuser(self):
        """Orders and jobs make records as the superuser, in the name of the user."""
        defaults = self.env["ir.default"].with_user(self.clerk)
        for model, name, value in (
            ("account.move", "recouvrement_penalty_end", "2026-01-01"),
            ("account.partial.reconcile", "recouvrement_effect", "correction"),
            ("res.partner", "recouvrement_insolvency_date", "2026-01-01"),
            ("res.partner", "recouvrement_lre_consent_date", "2026-01-01"),
            ("recouvrement.penalty.line", "amount_waived", 1000.0),
            ("recouvrement.waiver", "stops", True),
            ("recouvrement.action", "approved_above_limit", True),
            ("recouvrement.action", "date_presented", "2026-01-01"),
            ("recouvrement.action.line", "amount_waived", 1000.0),
            ("recouvrement.action.proof", "sha256", "0"),
            ("recouvrement.run", "automatic", True),
            ("ir.attachment", "recouvrement_sealed", True),
        ):
            with self.subTest(model=model, name=name):
                defaults.set(model, name, value, user_id=True)
                found = self.env[model].with_user(self.clerk).sudo().default_get([name])
                self.assertFalse(found.get(name))
        defaults = self.env["ir.default"].with_user(self.officer)
        defaults.set("res.partner", "recouvrement_public_delay", "health", True)
        found = self.env["res.partner"].with_user(self.officer)
        found = found.default_get(["recouvrement_public_delay"])
        self.assertEqual(found["recouvrement_public_delay"], "health", "an officer may")

    def test_no_email_makes_a_judgment(self):
        """Any user may call the gateway, which makes records as the superuser."""
        employee = self._create_user("salarie", "base.group_user")
        source = (
            "From: x@example.com\nTo: y@example.com\nSubject: RG\n"
            "Message-Id: <rg@example.com>\n\nRG"
        )
        values = {
            "name": "RG 26/00099",
            "partner_id": self.business.id,
            "company_id": self.company.id,
            "move_ids": [Command.set(self.invoice.ids)],
            "date": TODAY,
        }
        for user in (employee, self.clerk, self.officer):
            gateway = self.env["mail.thread"].with_user(user)
            for model in (
                "recouvrement.judgment",
                "recouvrement.run",
                "recouvrement.action",
            ):
                before = self.env[model].search_count([])
                with self.subTest(user=user.login, model=model):
                    with self.assertRaises(AccessError):
                        gateway.message_process(model, source, custom_values=values)
                    self.assertEqual(self.env[model].search_count([]), before)
            for model, given in (
                ("res.partner", {"recouvrement_insolvency_date": TODAY}),
                ("account.move", {"recouvrement_penalty_end": TODAY}),
            ):
                with self.assertRaises(AccessError):
                    gateway.message_process(model, source, custom_values=given)
        self.assertEqual(self._owed(), self.owed)

    def test_the_lists_of_an_invoice_are_not_written_through_it(self):
        line = self.invoice.recouvrement_penalty_line_ids[:1]
        for name in (
            "recouvrement_penalty_line_ids",
            "recouvrement_waiver_ids",
            "recouvrement_action_line_ids",
        ):
            for commands in (
                [Command.clear()],
                [Command.create({})],
                [Command.link(line.id)],
                [Command.delete(line.id)],
            ):
                with self.assertRaises(AccessError):
                    self.invoice.with_user(self.clerk).write({name: commands})

    def test_terms_of_a_debtor_are_not_chosen_by_making_it(self):
        partners = self.env["res.partner"].with_user(self.clerk)
        for vals in (
            {"recouvrement_insolvency_date": "2026-01-01"},
            {"recouvrement_profile": "public"},
            {"recouvrement_rate_basis": "contract", "recouvrement_contract_rate": 0.01},
            {"recouvrement_public_delay": "undertaking"},
            {"recouvrement_user_id": self.clerk.id},
            {"recouvrement_lre_consent_date": "2026-01-01"},
        ):
            with self.assertRaises(AccessError, msg=vals):
                partners.create({"name": "Sans droit", **vals})
            with self.assertRaises(AccessError):
                partners.with_context(
                    **{f"default_{name}": value for name, value in vals.items()}
                ).create({"name": "Sans droit"})
        with self.assertRaises(AccessError):
            self.business.with_user(self.clerk).recouvrement_profile_forced = True

    def test_the_form_of_a_contact_is_saved_by_who_does_not_follow_up(self):
        """The screen sends what it shows: the guess and the defaults are no choice."""
        partner = (
            self.env["res.partner"]
            .with_user(self.clerk)
            .create(
                {
                    "name": "Client",
                    "recouvrement_profile": "consumer",
                    "recouvrement_public_delay": "state",
                    "recouvrement_procedure_id": False,
                    "recouvrement_contract_rate": 0,
                    "recouvrement_insolvency_date": False,
                }
            )
        )
        partner.write({"vat": "FR23334175221", "recouvrement_profile": "business"})
        self.assertEqual(partner.recouvrement_profile, "business")
        self.assertFalse(partner.sudo().recouvrement_profile_forced)

    def test_settings_of_the_company_are_for_who_configures(self):
        admin = self._create_user(
            "droits", "base.group_erp_manager,base.group_partner_manager"
        )
        for vals in (
            {"recouvrement_waiver_limit": 10**6},
            {"recouvrement_approval_limit": 0},
            {"recouvrement_officer_scope": "all"},
            {"recouvrement_rate_basis": "legal"},
        ):
            with self.assertRaises(AccessError):
                self.company.with_user(admin).write(vals)
        self.company.with_user(admin).phone = "01 99 00 00 00"


class TestWaiverLimit(CorrectionCase):
    """What lowers a claim takes the same right as to waive it."""

    def assertNeedsManager(self, change, user=None):
        """The officer is refused, the manager is not."""
        with self.assertRaises(UserError), self.env.cr.savepoint():
            change(self.env(user=user or self.officer))
        self.env.invalidate_all()
        self.assertEqual(self._owed(), self.owed)
        change(self.env(user=self.manager))
        self.env.invalidate_all()
        self.assertLess(self._owed(), self.owed)

    def test_profile_of_a_debtor(self):
        self.assertNeedsManager(
            lambda env: self.business.with_env(env).write(
                {"recouvrement_profile": "consumer"}
            )
        )

    def test_insolvency_of_a_debtor(self):
        self.assertNeedsManager(
            lambda env: self.business.with_env(env).write(
                {"recouvrement_insolvency_date": "2026-05-15"}
            )
        )

    def test_rate_of_an_invoice(self):
        self.manager.group_ids += self.env.ref(INVOICING)
        self.assertNeedsManager(
            lambda env: self.invoice.with_env(env).write(
                {
                    "recouvrement_rate_basis": "contract",
                    "recouvrement_contract_rate": 0.01,
                    "recouvrement_below_floor": "contract",
                }
            ),
            self.accountant,
        )

    def test_profile_of_an_invoice(self):
        self.manager.group_ids += self.env.ref(INVOICING)
        self.assertNeedsManager(
            lambda env: self.invoice.with_env(env).write(
                {"recouvrement_profile": "consumer"}
            ),
            self.accountant,
        )

    def test_judgment(self):
        vals = {
            "name": "RG 26/00100",
            "partner_id": self.business.id,
            "company_id": self.company.id,
            "move_ids": self.invoice.ids,
            "date": "2026-06-02",
            "date_grace_from": "2026-06-02",
            "date_grace_to": "2027-06-01",
        }
        self.assertNeedsManager(lambda env: env["recouvrement.judgment"].create(vals))

    def test_judgment_that_is_there(self):
        judgment = self._judge(
            self._invoice(self.business, 10, "2026-05-31"), date="2026-06-02"
        )
        self.assertNeedsManager(
            lambda env: judgment.with_env(env).write(
                {
                    "move_ids": [Command.link(self.invoice.id)],
                    "date_grace_from": "2026-06-02",
                    "date_grace_to": "2027-06-01",
                }
            )
        )

    def test_credit_note_that_counts_from_the_start(self):
        self._credit_note(self.business, 5000, "2026-10-01")
        credit = self.env["account.move"].search(
            [("partner_id", "=", self.business.id), ("move_type", "=", "out_refund")]
        )
        self.company.recouvrement_credit_effect = "gesture"
        lines = (credit + self.invoice).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        lines.reconcile()
        partial = lines.matched_credit_ids
        self.owed = self._owed()
        self.manager.group_ids += self.env.ref(INVOICING)
        self.assertNeedsManager(
            lambda env: partial.with_env(env).write(
                {"recouvrement_effect": "correction"}
            ),
            self.accountant,
        )

    def test_time_granted_once_it_is_late(self):
        """Nor is it given by the due date, which whoever invoices may write."""
        self.manager.group_ids += self.env.ref(INVOICING)
        due = self.invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        self.assertNeedsManager(
            lambda env: due.with_env(env).write({"date_maturity": "2026-12-31"}),
            self.clerk,
        )

    def test_time_granted_before_it_is_late(self):
        invoice = self._invoice(self.business, 5400, "2026-10-31")
        due = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        due.with_user(self.clerk).date_maturity = "2026-12-31"
        self.assertEqual(str(due.date_maturity), "2026-12-31")

    def test_debit_note_that_asks_less_than_it_charges(self):
        wizard = self._open(
            self.invoice.with_user(self.clerk), "action_recouvrement_charge"
        )
        wizard = wizard.with_user(self.clerk)
        wizard.post = False
        wizard.action_charge()
        note = self.invoice.recouvrement_debit_note_ids.with_user(self.clerk)
        line = note.invoice_line_ids[0]
        price = line.price_unit
        line.price_unit = 0.01
        with self.assertRaises(AccessError):
            note.action_post()
        line.price_unit = price
        rebate = {"name": "Rabais", "price_unit": -100, "tax_ids": [Command.clear()]}
        note.write({"invoice_line_ids": [Command.create(rebate)]})
        with self.assertRaises(AccessError):
            note.action_post()
        note.invoice_line_ids.filtered(lambda line: line.price_unit < 0).unlink()
        note.action_post()
        self.assertEqual(note.state, "posted")

    def test_debtor_that_becomes_a_contact_of_an_insolvent_one(self):
        self.business.vat = False
        insolvent = self._create_debtor("Holding", is_company=True)
        insolvent.recouvrement_insolvency_date = "2026-05-15"
        with self.assertRaises(UserError):
            self.business.with_user(self.officer).write(
                {"parent_id": insolvent.id, "is_company": False}
            )

    def test_invoice_that_is_made_somebody_elses(self):
        insolvent = self._create_debtor("Holding", is_company=True)
        insolvent.recouvrement_insolvency_date = "2026-05-15"
        with self.assertRaises(UserError):
            self.invoice.with_user(self.clerk).commercial_partner_id = insolvent

    def test_day_of_a_payment(self):
        self._pay(self.invoice, 5000, "2026-10-01")
        self.owed = self._owed()
        self.manager.group_ids += self.env.ref(INVOICING)
        partial = self.invoice.line_ids.matched_credit_ids
        self.assertNeedsManager(
            lambda env: partial.with_env(env).write({"max_date": "2026-05-31"}),
            self.clerk,
        )

    def test_merging_with_an_insolvent_namesake(self):
        twin = self._create_debtor("Menuiserie Exemple", is_company=True)
        twin.recouvrement_insolvency_date = "2026-05-15"
        wizards = self.env["base.partner.merge.automatic.wizard"]
        with self.assertRaises(UserError), self.env.cr.savepoint():
            wizards.with_user(self.officer)._merge(
                (self.business + twin).ids, self.business
            )
        self.env.invalidate_all()
        self.assertFalse(self.business.recouvrement_insolvency_date)

    def test_cost_that_is_taken_back(self):
        lines = self.env["recouvrement.penalty.line"].sudo()
        line = lines.create(
            {
                "move_id": self.invoice.id,
                "kind": "cost",
                "name": "Huissier",
                "date_from": TODAY,
                "date_to": TODAY,
                "amount": 900,
                "currency_id": self.env.ref("base.EUR").id,
            }
        )
        with self.assertRaises(UserError):
            line.with_user(self.officer).action_remove_cost()
        line.with_user(self.manager).action_remove_cost()
        self.assertFalse(line.exists())

    def test_below_the_limit_an_officer_corrects(self):
        self.company.recouvrement_waiver_limit = 300
        self.business.with_user(self.officer).recouvrement_profile = "consumer"
        self.assertEqual(self._owed(), 0)

    def test_several_small_corrections_need_the_right_of_a_big_one(self):
        """So do a correction and a waiver."""
        self.company.recouvrement_waiver_limit = self.owed - 10
        invoice = self.invoice.with_user(self.accountant)
        invoice.write({"recouvrement_rate_basis": "legal"})
        between = self._owed()
        self.assertTrue(0 < between < self.owed)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            invoice.recouvrement_profile = "consumer"
        wizard = self._open(invoice, "action_recouvrement_waive")
        wizard = wizard.with_user(self.accountant)
        wizard.reason = "Geste"
        with self.assertRaises(UserError):
            wizard.action_waive()

    def test_what_is_put_right_again_costs_nothing(self):
        self.company.recouvrement_waiver_limit = 300
        partner = self.business.with_user(self.officer)
        for _round in range(3):
            partner.recouvrement_profile = "consumer"
            partner.recouvrement_profile = "business"
        self.assertEqual(self._owed(), self.owed)

    def test_penalties_that_nobody_computed_yet_count(self):
        fresh = self._invoice(self.public_body, 90000, "2026-05-31")
        self.assertFalse(fresh.recouvrement_penalty_line_ids)
        with self.assertRaises(UserError):
            self.public_body.with_user(
                self.officer
            ).recouvrement_insolvency_date = "2026-05-15"

    def test_invoices_of_a_company_one_does_not_work_for(self):
        """A contact is shared: a manager of one company is none of the others."""
        other = self.setup_other_company()["company"]
        stranger = self._create_user("voisin", MANAGER)
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.business.company_id = False
        with self.assertRaises(UserError):
            self.business.with_user(
                stranger
            ).recouvrement_insolvency_date = "2026-05-15"


class TestTrace(CorrectionCase):
    """The chatter keeps who changed what decides penalties."""

    def test_no_context_keeps_a_change_from_being_noted(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        untracked = {"tracking_disable": True, "mail_notrack": True}
        judgment = self._judge(self.invoice)
        chief = self._create_user("chef", "account.group_account_manager")
        for record, vals in (
            (self.invoice, {"recouvrement_rate_basis": "legal"}),
            (self.business, {"recouvrement_insolvency_date": TODAY}),
            (judgment, {"court": "Tribunal de Lyon"}),
        ):
            with self.subTest(record=record):
                before = record.message_ids
                record.with_user(chief).with_context(**untracked).write(vals)
                self.env.cr.precommit.run()
                self.assertTrue((record.message_ids - before).tracking_value_ids)


class TestRefresh(CorrectionCase):
    """Penalties are computed by who reads the invoice."""

    def test_penalties_of_invoices_one_may_not_read(self):
        other = self.setup_other_company()["company"]
        stranger = self._create_user("voisin", MANAGER)
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        for method in (
            "action_recouvrement_refresh_penalties",
            "action_recouvrement_waive",
            "action_recouvrement_charge",
            "action_view_recouvrement_debit_notes",
            "action_view_recouvrement_charged_invoices",
        ):
            with self.assertRaises(AccessError):
                getattr(self.invoice.with_user(stranger), method)()
