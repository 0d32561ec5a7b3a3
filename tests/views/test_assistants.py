"""Assistants show what their user may read, and nothing else."""

from contextlib import suppress

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..common import RecouvrementCase

DAY = "2026-05-18"
OFFICER = "l10n_fr_recouvrement.group_recovery_officer"
MANAGER = "l10n_fr_recouvrement.group_recovery_manager"
# Assistants about an action, and the field that holds it.
ON_ACTION = (
    "recouvrement.outcome.wizard",
    "recouvrement.proof.wizard",
    "recouvrement.return.wizard",
)


class TestAssistants(RecouvrementCase):
    """What an assistant computes, is asked as ``onchange``, gives by default or keeps
    is no way round the rules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(DAY))
        cls.officer = cls._create_user("agent", OFFICER)
        cls.colleague = cls._create_user("collegue", OFFICER)
        cls.clerk = cls._create_user("facturation", "account.group_account_invoice")
        cls.other = cls._create_company(name="Autre société")
        cls.stranger = cls._create_user(
            "voisin", f"{MANAGER},account.group_account_invoice"
        )
        cls.stranger.write(
            {"company_ids": [Command.set(cls.other.ids)], "company_id": cls.other.id}
        )
        cls.business.recouvrement_user_id = cls.colleague
        cls.invoice = cls._invoice(cls.business, 7654.32, "2026-05-01")
        cls.action = cls._run(DAY)
        cls._penalties(cls.invoice, DAY)
        cls.company.recouvrement_officer_scope = "own"
        cls.company.recouvrement_start_date = "2019-02-03"

    def assertHidden(self, call):
        """The call is refused, or what it returns holds nothing of the other's."""
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint():
                result = call()
        except UserError:
            return
        text = repr(result)
        for secret in ("7654", "2019-02-03", self.business.name, self.action.name):
            self.assertNotIn(secret, text)

    def test_action_of_a_colleague_or_of_another_company(self):
        for user in (self.officer, self.stranger):
            for model in ON_ACTION:
                wizards = self.env[model].with_user(user)
                extra = (
                    {"outcome": "promise"}
                    if "outcome" in model
                    else {"reason": "refused"}
                    if "return" in model
                    else {"file": b"JVBERg=="}
                )
                spec = {name: {} for name in wizards.fields_get()}
                vals = {"action_id": self.action.id, **extra}
                self.assertHidden(
                    lambda wizards=wizards, vals=vals: wizards.create(vals).read()
                )
                self.assertHidden(
                    lambda wizards=wizards, vals=vals, spec=spec: wizards.onchange(
                        vals, ["action_id"], spec
                    )
                )
                self.assertHidden(
                    lambda wizards=wizards, spec=spec, extra=extra: (
                        wizards.with_context(
                            default_action_id=self.action.id,
                            **{f"default_{key}": value for key, value in extra.items()},
                        ).onchange({}, [], spec)
                    )
                )

    def test_penalties_of_another_company(self):
        for model in ("recouvrement.debit.wizard", "recouvrement.waiver.wizard"):
            wizards = self.env[model].with_user(self.stranger)
            vals = {
                "company_id": self.other.id,
                "move_ids": [Command.set(self.invoice.ids)],
            }
            spec = {
                "company_id": {},
                "move_ids": {},
                "line_ids": {
                    "fields": {
                        name: {}
                        for name in self.env[f"{model}.line"].fields_get()
                        if name.startswith(("amount", "due"))
                    }
                },
                "limit" if "waiver" in model else "summary": {},
            }
            self.assertHidden(
                lambda wizards=wizards, vals=vals: wizards.create(vals).line_ids.read()
            )
            self.assertHidden(
                lambda wizards=wizards, vals=vals, spec=spec: wizards.onchange(
                    vals, ["move_ids"], spec
                )
            )
            wizard = wizards.create({"company_id": self.other.id, "move_ids": []})
            self.assertHidden(
                lambda model=model, wizard=wizard: (
                    self.env[f"{model}.line"]
                    .with_user(self.stranger)
                    .create({"wizard_id": wizard.id, "move_id": self.invoice.id})
                    .read()
                )
            )

    def test_settings_of_another_company(self):
        self.company.recouvrement_waiver_limit = 7654
        wizards = self.env["recouvrement.waiver.wizard"].with_user(self.stranger)
        self.assertHidden(
            lambda: wizards.create(
                {"company_id": self.company.id, "move_ids": []}
            ).read(["limit"])
        )
        wizards = self.env["recouvrement.start.wizard"].with_user(self.stranger)
        names = ("company_id", "start_date", "auto", "entry", "line_ids")
        spec = {name: {} for name in names}
        self.assertHidden(
            lambda: wizards.onchange({"company_id": self.company.id}, [], spec)
        )
        self.assertHidden(
            lambda: wizards.with_context(default_company_id=self.company.id).onchange(
                {}, [], spec
            )
        )

    def test_bank_entries_of_another_company(self):
        wizards = self.env["recouvrement.run.wizard"].with_user(self.stranger)
        self._receive(self.business, 10, "2019-02-03")
        spec = dict.fromkeys(
            ("company_id", "date", "bank_warning", "waiting_count", "due_count"), {}
        )
        result = {}
        with suppress(UserError):
            result = wizards.onchange(
                {"company_id": self.company.id, "date": DAY}, ["company_id"], spec
            )
        self.assertFalse(result.get("value", {}).get("bank_warning"))
        self.assertFalse(result.get("value", {}).get("waiting_count"))

    def test_invoices_of_a_debtor_by_the_statement_and_the_letter(self):
        forged = {"allowed_company_ids": [self.company.id]}
        for model in ("recouvrement.statement.wizard", "recouvrement.letter.wizard"):
            for context in ({}, forged):
                wizards = self.env[model].with_user(self.stranger)
                wizards = wizards.with_context(**context)
                self.assertHidden(
                    lambda wizards=wizards: wizards.onchange(
                        {"partner_id": self.business.id},
                        ["partner_id"],
                        {
                            "partner_id": {},
                            "move_ids": {"fields": {"name": {}, "amount_total": {}}},
                        },
                    )
                )
            for active, record in (
                ("account.move", self.invoice),
                ("recouvrement.action", self.action),
            ):
                wizards = self.env[model].with_user(self.stranger)
                self.assertHidden(
                    lambda wizards=wizards, active=active, record=record: (
                        wizards.with_context(
                            active_model=active, active_ids=record.ids
                        ).default_get(list(wizards._fields))
                    )
                )

    def test_files_of_an_invoice_of_another_company(self):
        self.env["ir.attachment"].create(
            {
                "name": "7654.pdf",
                "raw": b"%PDF-1.4",
                "res_model": "account.move",
                "res_id": self.invoice.id,
            }
        )
        wizards = self.env["recouvrement.evidence.wizard"].with_user(self.stranger)
        self.assertHidden(
            lambda: wizards.create(
                {"move_id": self.invoice.id}
            ).line_ids.attachment_id.read(["name"])
        )
        wizards = self.env["recouvrement.cost.wizard"].with_user(self.stranger)
        self.assertHidden(
            lambda: wizards.create(
                {"move_id": self.invoice.id, "name": "Frais", "amount": 1}
            ).read()
        )

    def test_what_somebody_has_in_hand_is_theirs(self):
        """An assistant that somebody opened is read by nobody else."""
        mine = {}
        for model in self.env:
            if (
                model.startswith("recouvrement.")
                and self.env[model]._transient
                and not self.env[model]._abstract
            ):
                mine[model] = self.env[model]
        self.assertGreater(len(mine), 15)
        for model in mine:
            rules = (
                self.env["ir.rule"]
                .sudo()
                .search(
                    [
                        ("model_id.model", "=", model),
                        ("domain_force", "like", "create_uid"),
                    ]
                )
            )
            self.assertTrue(rules, model)
        wizard = self.env["recouvrement.debit.wizard"].create(
            {"company_id": self.company.id, "move_ids": [Command.set(self.invoice.ids)]}
        )
        self.assertTrue(wizard.line_ids)
        for user in (self.stranger, self.clerk):
            for record in (wizard, wizard.line_ids):
                with self.assertRaises(AccessError):
                    record.with_user(user).read()

    def test_no_assistant_computes_past_the_rules(self):
        """Whatever is stored would be computed as superuser, and related fields read
        as superuser, by default."""
        past = [
            f"{model}.{field.name}"
            for model in self.env
            if model.startswith("recouvrement.") and self.env[model]._transient
            for field in self.env[model]._fields.values()
            if (field.compute or field.related)
            and field.compute_sudo
            and field.name != "display_name"
        ]
        self.assertFalse(past)


class TestReaders(RecouvrementCase):
    """Who reads starts nothing."""

    def test_readers_start_no_run(self):
        self._invoice(self.business, 100, "2026-05-01")
        for group in (
            "account.group_account_readonly",
            "account.group_account_invoice",
        ):
            user = self._create_user(group, group)
            with freeze_time(DAY):
                run = self.env["recouvrement.run"].create(
                    {"company_id": self.company.id}
                )
                with self.assertRaises(AccessError):
                    run.with_user(user).action_start()
            self.assertFalse(run.started)
            self.assertFalse(run.action_ids)

    def test_officers_make_no_automatic_run(self):
        officer = self._create_user("agent", OFFICER)
        runs = self.env["recouvrement.run"].with_user(officer)
        for name in ("automatic", "started"):
            with self.assertRaises(UserError):
                runs.create({"company_id": self.company.id, name: True})
            with self.assertRaises(UserError):
                runs.with_context(**{f"default_{name}": True}).create(
                    {"company_id": self.company.id}
                )
