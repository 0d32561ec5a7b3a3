from odoo import api, fields, models
from odoo.tools import html2plaintext

from ...paper.page import letter_pdf


class RecouvrementChannelSnailmail(models.AbstractModel):
    """Paper letter that Odoo's own service prints and posts, where it is installed.

    The service leaves a window that the letter's address does not fit: a sheet with the
    address goes in front, which is the service's own way.
    """

    _name = "recouvrement.channel.snailmail"
    _description = "Recovery by Odoo's post"
    _inherit = "recouvrement.channel.letter"

    _is_printed = False
    _has_carrier = True
    _recovers = True
    _job = "snailmail.snailmail_print"
    _proof_name = "lettre postée par le service d’Odoo"
    _posting_name = ""

    @api.model
    def _check_deliverable(self, actions):
        # EXTENDS recouvrement.channel.letter
        if "snailmail.letter" not in self.env:
            reason = self.env._(
                "Odoo's post is not installed: install the module Snail Mail, or "
                "choose another channel, then check again."
            )
            return dict.fromkeys(actions, reason)
        problems = super()._check_deliverable(actions)
        for action in actions - actions.browse().union(*problems):
            if not action.contact_id.country_id:
                problems[action] = self.env._(
                    "The address of %s has no country, which Odoo's post wants: enter "
                    "it, then check again.",
                    action.contact_id.display_name,
                )
        return problems

    @api.model
    def _deliver(self, actions):
        # OVERRIDE
        if not actions:
            return
        letters = self.env["snailmail.letter"].create(
            [self._prepare_letter(action) for action in actions]
        )
        attachments = self.env["ir.attachment"].create(
            [
                self._prepare_attachment(action, letter)
                for action, letter in zip(actions, letters, strict=True)
            ]
        )
        for letter, attachment in zip(letters, attachments, strict=True):
            letter.attachment_id = attachment
        actions.write({"carrier_state": "queued"})
        self.env["ir.cron"]._recouvrement_trigger(self._job)

    @api.model
    def _get_sent_text(self):
        # OVERRIDE
        return self.env._("Letters on their way to the service that posts them: %s.")

    # ------------------------------------------------------------------
    # What became of the letters
    # ------------------------------------------------------------------

    @api.model
    def _find_letters(self, actions):
        """Letters of the service made for actions, the latest last."""
        if "snailmail.letter" not in self.env:
            return actions.browse()
        letters = self.env["snailmail.letter"].sudo()
        return letters.search(
            [("model", "=", actions._name), ("res_id", "in", actions.ids)], order="id"
        )

    @api.model
    def _post_again(self, actions):
        # OVERRIDE: letters that somebody deleted are made anew
        letters = self._find_letters(actions)
        letters.filtered(lambda letter: letter.state in ("error", "canceled")).write(
            {"state": "pending", "error_code": False}
        )
        known = set(letters.mapped("res_id"))
        self._deliver(actions.filtered(lambda action: action.id not in known))
        self.env["ir.cron"]._recouvrement_trigger(self._job)

    @api.model
    def _follow_carried(self, actions):
        # OVERRIDE
        letters = {letter.res_id: letter for letter in self._find_letters(actions)}
        for action in actions:
            before = action.carrier_state
            action.write(self._prepare_followed(action, letters.get(action.id)))
            if action.carrier_state == "error" != before:
                action._tell_not_posted()

    @api.model
    def _prepare_followed(self, action, letter):
        """What the service reports of a letter, which somebody may have deleted."""
        vals = {"carrier_checked": fields.Datetime.now()}
        state = letter.state if letter else "canceled"
        if state == "sent":
            return vals | {
                "carrier_state": "deposited",
                "carrier_done": True,
                "carrier_error": False,
            }
        if state in ("error", "canceled"):
            reason = letter and html2plaintext(letter.info_msg or "").strip()
            return vals | {
                "carrier_state": "error",
                "carrier_error": reason
                or self.env._("The letter was cancelled or deleted."),
            }
        if action.carrier_state == "error":
            return vals | {"carrier_state": "queued", "carrier_error": False}
        return vals

    @api.model
    def _prepare_letter(self, action):
        """Values of the letter of the service. Hook."""
        return {
            "model": action._name,
            "res_id": action.id,
            "partner_id": action.contact_id.id,
            "company_id": action.company_id.id,
            "user_id": self.env.uid,
            "cover": True,
            "duplex": action.company_id.recouvrement_double_sided,
        }

    @api.model
    def _prepare_attachment(self, action, letter):
        """Values of what the service prints: the frozen letter, its margins cleared for
        the service's own marks, behind the sheet with the address."""
        frozen = action.letter_attachment_id
        pdf = letter_pdf.clear_margins(frozen._recouvrement_get_content())
        return {
            "name": frozen.name,
            "raw": letter._append_cover_page(pdf),
            "mimetype": "application/pdf",
            "res_model": letter._name,
            "res_id": letter.id,
        }
