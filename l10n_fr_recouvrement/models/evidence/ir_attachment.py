from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...paper.page import enclosure_pdf

SEALED_FIELDS = {
    "raw",
    # Our own code writes ``raw`` alone. Odoo 19 takes the content by this older name as
    # well, from anybody: without it here a sealed file could be written over.
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
    "recouvrement_sealed",
}
# What makes a file evidence of a debt, of which one, and what it shows.
EVIDENCE_FIELDS = {"raw", "datas", "recouvrement_evidence", "res_id", "res_model"}
# Who may read a file, and what describes it: the links that Odoo's own code puts into
# e-mails need a token, no user does.
SEALED_FOR_USERS = {
    "access_token",
    "company_id",
    "description",
    "file_size",
    "index_content",
    "original_id",
    "public",
}


class IrAttachment(models.Model):
    """Keeps what proves a recovery action as it was: a sealed file is neither changed
    nor deleted. Marks which files of an invoice prove the debt."""

    _inherit = "ir.attachment"

    recouvrement_sealed = fields.Boolean(
        "Sealed", readonly=True, copy=False, help="Proof: nobody changes or deletes it."
    )
    recouvrement_evidence = fields.Selection(
        [
            ("invoice", "The invoice itself"),
            ("order", "Order"),
            ("contract", "Contract"),
            ("delivery", "Signed delivery note"),
            ("other", "Other evidence"),
        ],
        "Evidence",
        copy=False,
        help="What the file proves of the debt: recovery letters may enclose it.",
    )

    @api.constrains("recouvrement_evidence")
    def _check_recouvrement_evidence(self):
        """What cannot be enclosed is refused when it is marked, not when the letter
        should leave."""
        enclosures = self.env["recouvrement.enclosure"]
        for attachment in self.filtered("recouvrement_evidence"):
            try:
                enclosure_pdf.check_size(attachment.file_size)
                enclosure_pdf.read(attachment._recouvrement_get_content() or b"")
            except enclosure_pdf.Unreadable as error:
                raise ValidationError(
                    enclosures._explain(attachment.name, error)
                ) from error

    def _recouvrement_get_content(self):
        """Return the bytes of a file, also where the context asks for sizes."""
        return self.with_context(bin_size=False).raw

    @api.model
    def _recouvrement_refused_defaults(self):
        """See ``ir.default``."""
        return {"recouvrement_sealed"}

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base: a seal cannot be broken, nobody sets one by hand
        default = self.env.context.get("default_recouvrement_sealed")
        if not self.env.su and any(
            vals.get("recouvrement_sealed", default) for vals in vals_list
        ):
            raise UserError(self.env._("Files are sealed by the follow-up alone."))
        attachments = super().create(vals_list)
        attachments._recouvrement_follow_evidence()
        return attachments

    def write(self, vals):
        # EXTENDS base
        sealed = SEALED_FIELDS & vals.keys()
        if not self.env.su:
            sealed |= SEALED_FOR_USERS & vals.keys()
        if sealed:
            if "recouvrement_sealed" in vals and not self.env.su:
                raise UserError(self.env._("Files are sealed by the follow-up alone."))
            self.sudo().filtered("recouvrement_sealed")._recouvrement_check_same(
                sealed, vals
            )
        if not EVIDENCE_FIELDS & vals.keys():
            return super().write(vals)
        evidence = self.sudo().filtered("recouvrement_evidence")
        evidence._recouvrement_follow_evidence()
        res = super().write(vals)
        (self.sudo() - evidence)._recouvrement_follow_evidence()
        return res

    def _recouvrement_follow_evidence(self):
        """Letters that somebody approved enclosed other pieces than these then."""
        files = self.sudo().filtered(
            lambda file: file.recouvrement_evidence and file.res_model == "account.move"
        )
        if not files:
            return
        lines = self.env["recouvrement.action.line"].sudo()
        lines = lines.search(
            [
                ("move_id", "in", files.mapped("res_id")),
                ("action_id.stage_id.enclose_evidence", "=", True),
                ("state", "=", "ready"),
            ]
        )
        lines.action_id.with_env(self.env)._withdraw_approval(self.env._("Evidence"))

    def _recouvrement_check_same(self, sealed, vals):
        """Check that ``vals`` write the content that is there already of these sealed
        files, as moving from one storage to another does."""
        for attachment in self:
            is_same = (
                sealed <= {"raw", "mimetype"}
                and vals.get("raw") == attachment._recouvrement_get_content()
                and vals.get("mimetype", attachment.mimetype) == attachment.mimetype
            )
            if not is_same:
                attachment._recouvrement_check_sealed()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sealed(self):
        self._recouvrement_check_sealed()
        self._recouvrement_follow_evidence()

    def _recouvrement_check_sealed(self):
        sealed = self.sudo().filtered("recouvrement_sealed")
        if sealed:
            raise UserError(
                self.env._(
                    "%s is the proof of a recovery action: it can be neither changed "
                    "nor deleted.",
                    sealed[0].name,
                )
            )
