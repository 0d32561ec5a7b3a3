from odoo import api, models
from odoo.exceptions import UserError

SEALED_FIELDS = {
    "raw",
    "datas",
    "db_datas",
    "store_fname",
    "checksum",
    "mimetype",
    "name",
    "res_model",
    "res_id",
    "res_field",
    "type",
    "url",
}


class IrAttachment(models.Model):
    """Keeps the PDF of a sent letter as it was sent, and the proofs of what became of
    it."""

    _inherit = "ir.attachment"

    def write(self, vals):
        # EXTENDS base
        if SEALED_FIELDS & vals.keys() and not self._recouvrement_is_same(vals):
            self._recouvrement_check_sealed()
        return super().write(vals)

    def _recouvrement_is_same(self, vals):
        """Whether ``vals`` write the content that is there already, as moving from one
        storage to another does."""
        return SEALED_FIELDS & vals.keys() <= {"raw", "mimetype"} and all(
            vals.get("raw") == attachment.raw
            and vals.get("mimetype", attachment.mimetype) == attachment.mimetype
            for attachment in self
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent_letter(self):
        self._recouvrement_check_sealed()

    def _recouvrement_check_sealed(self):
        action = (
            self.env["recouvrement.action"]
            .sudo()
            .search([("letter_attachment_id", "in", self.ids)], limit=1)
        )
        if action:
            raise UserError(
                self.env._(
                    "The letter %s was sent: its PDF can be neither changed nor "
                    "deleted.",
                    action.name,
                )
            )
        proof = (
            self.env["recouvrement.action.proof"]
            .sudo()
            .search([("attachment_id", "in", self.ids)], limit=1)
        )
        if proof:
            raise UserError(
                self.env._(
                    "%(file)s proves what became of the letter %(action)s: it can be "
                    "neither changed nor deleted.",
                    file=proof.attachment_id.name,
                    action=proof.action_id.name,
                )
            )
