import base64
from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from ...paper.words import letter_kinds
from ..procedure.recouvrement_text_mixin import LETTER_TEXTS
from ..settings.crossing import raise_crossing
from ..settings.res_partner import COMPANY_FIELD
from .recouvrement_letter_request import LetterRequest

# What the form may have changed that shows on the letter or on its e-mail.
PREVIEWED = {
    *LETTER_TEXTS,
    "enclose_earlier_letters",
    "enclose_invoices",
    "enclose_statement",
    "mail_body",
    "mail_subject",
    "mail_template_id",
    "payment_days",
    "show_penalties",
    "text_ids",
}
COURTESY_DAYS = 30


class RecouvrementPreview(models.AbstractModel):
    """Shows the letter and the e-mail of a stage as a debtor would get them today.

    What is shown is no imitation: the action is made, its letter is printed, and all of
    it is taken back. No number of a sequence is used up.
    """

    _name = "recouvrement.preview"
    _description = "Preview of a letter"

    @api.model
    def _preview(self, stage, values, partner_id, text_id):
        """See :meth:`RecouvrementStage.get_preview`."""
        self.env["account.move"].check_access("read")
        texts = self.env["recouvrement.stage.text"].browse(text_id).exists()
        partner = self.env["res.partner"].browse(partner_id).exists()
        partner.check_access("read")
        result = {"letter": False, "mail": False, "notice": "", "error": ""}
        self.env.cr.flush()
        try:
            with self.env.cr.savepoint(flush=True) as savepoint:
                self._change(stage, values)
                preview = self.sudo().with_context(
                    recouvrement_draft=True,
                    recouvrement_letter_lang=texts.lang,
                    tracking_disable=True,
                    mail_create_nolog=True,
                    mail_notrack=True,
                )
                result.update(
                    preview._show(stage.with_env(preview.env), partner.sudo())
                )
                savepoint.rollback()
        except AccessError:
            raise
        except UserError as error:
            raise_crossing(error)
            result["error"] = str(error)
        finally:
            # What waited for the end of the transaction ran when the savepoint was
            # made: what waits now is of records that are gone.
            self.env.cr.precommit.clear()
        return result

    @api.model
    def _change(self, stage, values):
        """Take what the form changed, as saving it would, with the same errors."""
        changed = {name: values[name] for name in PREVIEWED & values.keys()}
        if changed:
            stage.write(changed)

    @api.model
    def _show(self, stage, partner):
        company = self.env.company
        if not stage.has_letter:
            raise UserError(self.env._("Calls, visits and tasks have no letter."))
        notice = ""
        action = partner and self._make_action(company, stage, partner)
        if not action:
            notice = self._get_example_notice(partner)
            action = self._make_action(company, stage, self._make_example(stage))
        if not action:
            raise UserError(
                self.env._(
                    "Nothing to show: no debtor of this profile owes anything, and no "
                    "example could be made up."
                )
            )
        pdfs, errors = self.env[
            "report.l10n_fr_recouvrement.report_letter"
        ]._render_pdfs(action)
        if errors:
            raise UserError("\n".join(errors.values()))
        return {
            "letter": base64.b64encode(pdfs[action.id]).decode(),
            "mail": self._show_mail(action),
            "notice": notice,
        }

    @api.model
    def _get_example_notice(self, partner):
        if partner:
            return self.env._(
                "%s owes nothing that this letter is about: debtor and figures are an "
                "example.",
                partner.display_name,
            )
        return self.env._(
            "No debtor owes anything that this letter is about: debtor and figures are "
            "an example."
        )

    @api.model
    def _show_mail(self, action):
        template = action.stage_id._get_mail_template(action.letter_lang)
        if not template:
            return False
        mail = template._generate_template([action.id], ["subject", "body_html"])
        return {
            "subject": mail[action.id]["subject"],
            "body": str(mail[action.id]["body_html"]),
            "to": action.email_partner_id.email or "",
            "attachment": f"{action.name}.pdf",
        }

    # ------------------------------------------------------------------
    # The debtor
    # ------------------------------------------------------------------

    @api.model
    def _find_debtor(self, stage):
        """A debtor to show the letter on: one that the stage has an action for, else
        one that is late with an invoice of its profile."""
        if not stage.profile or not self.env["account.move"].has_access("read"):
            return self.env["res.partner"]
        moves = self.env["account.move"]
        today = self.env.company._recouvrement_today()
        domain = moves._recouvrement_open_domain() & Domain(
            [
                ("company_id", "=", self.env.company.id),
                ("recouvrement_profile", "=", stage.profile),
            ]
        )
        if stage.delay < 0:
            until = today + timedelta(days=COURTESY_DAYS)
            domain &= Domain("invoice_date_due", ">=", today)
            domain &= Domain("invoice_date_due", "<=", until)
        else:
            domain &= Domain("invoice_date_due", "<", today)
        own = Domain("recouvrement_action_line_ids.stage_id", "in", stage.ids)
        for part in (domain & own, domain):
            found = moves.search(part, order="invoice_date_due, id", limit=1)
            if found:
                return found.commercial_partner_id
        return self.env["res.partner"]

    @api.model
    def _make_example(self, stage):
        """A debtor and an invoice that is late, made up."""
        company = self.env.company
        today = company._recouvrement_today()
        partner = self.env["res.partner"].create(
            {
                "name": self.env._("Example debtor"),
                COMPANY_FIELD: stage.profile != "consumer",
                "recouvrement_profile": stage.profile,
                "street": "2 allée des Exemples",
                "zip": "75001",
                "city": "Paris",
                "country_id": self.env.ref("base.fr").id,
                "email": "debiteur@exemple.example",
            }
        )
        due = today + timedelta(days=5 if stage.delay < 0 else -31)
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": company.id,
                "partner_id": partner.id,
                "invoice_date": due - timedelta(days=30),
                "invoice_date_due": due,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": self.env._("Example"),
                            "quantity": 1,
                            "price_unit": 1234.56,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return partner

    # ------------------------------------------------------------------
    # The action
    # ------------------------------------------------------------------

    @api.model
    def _make_action(self, company, stage, partner):
        """Make the action that the stage would write to a debtor today, with a name of
        its own so that no number is used up; nothing when there is nothing to write."""
        name = self.env._("PREVIEW")
        if letter_kinds.get(stage.kind).on_request:
            return self._make_request(company, stage, partner, name)
        candidate = self._make_candidate(company, stage, partner)
        if not candidate:
            return self.env["recouvrement.action"]
        engine = self.env["recouvrement.engine"]
        [penalties] = engine._get_penalties([candidate])
        contact = partner._recouvrement_get_contact()[partner]
        vals = {
            **engine._prepare_action_vals(
                self.env["recouvrement.run"], candidate, contact
            ),
            **engine._prepare_amount_vals(candidate, penalties),
        }
        if vals.get("failure_reason"):
            raise UserError(vals["failure_reason"])
        lines = [
            # Listed only: an action that exists may have claimed the stage already.
            Command.create({**line, "stage_id": False, "cycle_date": False})
            for line in engine._prepare_lines(candidate, penalties[0])
        ]
        return self.env["recouvrement.action"].create(
            {**vals, "name": name, "line_ids": lines}
        )

    @api.model
    def _make_candidate(self, company, stage, partner):
        """What a debtor owes, all of its first letter claimed at the stage."""
        engine = self.env["recouvrement.engine"]
        today = company._recouvrement_today()
        is_courtesy = stage.delay < 0
        for account in engine._read_accounts(
            company, today, partner, lead=COURTESY_DAYS if is_courtesy else 0
        ):
            account.is_courtesy = is_courtesy
            # A letter holds for one profile.
            account.debts = [
                row
                for row in (account.coming if is_courtesy else account.debts)
                if row["profile"] == stage.profile
            ]
            engine._impute_all([account])
            for candidate in engine._get_candidates(account):
                candidate.moves = self.env["account.move"].browse(candidate.move_ids)
                candidate.stages = dict.fromkeys(candidate.units, stage)
                if candidate.amount > 0:
                    return candidate
        return None

    @api.model
    def _make_request(self, company, stage, partner, name):
        requests = self.env["recouvrement.letter.request"]
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("commercial_partner_id", "=", partner.id),
                ("move_type", "=", "out_invoice"),
                ("payment_state", "=", "paid"),
            ],
            order="invoice_date desc",
            limit=3,
        )
        try:
            actions = requests._create_actions(
                company,
                stage,
                LetterRequest(partner, requests._filter_paid(moves)),
                name=name,
            )
        except UserError:
            return self.env["recouvrement.action"]
        return actions[:1].with_env(self.env)
