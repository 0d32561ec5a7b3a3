import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import human_size
from odoo.tools.mimetypes import guess_mimetype

from ...paper.page.enclosure_pdf import MAX_BYTES

MIMETYPES = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tiff",
}


class RecouvrementActionProof(models.Model):
    """A piece that proves what became of a letter: receipt of the post office, notice
    of receipt, file of an electronic registered letter. Nobody changes or
    deletes one."""

    _name = "recouvrement.action.proof"
    _description = "Proof of a recovery action"
    _inherit = "recouvrement.guarded.mixin"
    _order = "id"

    action_id = fields.Many2one(
        "recouvrement.action",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="action_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("deposit", "Posting"),
            ("receipt", "Return receipt"),
            ("refusal", "Refusal"),
            ("unclaimed", "Not collected"),
            ("returned", "Letter returned"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
    )
    attachment_id = fields.Many2one(
        "ir.attachment",
        "File",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    sha256 = fields.Char("SHA-256 of the file", required=True, readonly=True)

    _content_uniq = models.Constraint(
        "UNIQUE(action_id, kind, sha256)", "This proof is kept already."
    )

    @api.model
    def _keep(self, action, kind, name, content):
        """Keep a piece once.

        :return: the proof
        :raise UserError: it is neither a PDF nor a picture
        """
        if len(content or b"") > MAX_BYTES:
            raise UserError(
                self.env._(
                    "%(file)s has more than %(limit)s: scan the paper in black and "
                    "white.",
                    file=name or self.env._("This file"),
                    limit=human_size(MAX_BYTES),
                )
            )
        mimetype = guess_mimetype(content or b"")
        if mimetype not in MIMETYPES:
            raise UserError(
                self.env._(
                    "%s is neither a PDF nor a picture (JPEG, PNG, TIFF): scan the "
                    "paper again.",
                    name or self.env._("This file"),
                )
            )
        digest = hashlib.sha256(content).hexdigest()
        proof = self.search(
            [
                ("action_id", "=", action.id),
                ("kind", "=", kind),
                ("sha256", "=", digest),
            ],
            limit=1,
        )
        if proof:
            return proof
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": name
                    or f"{action.name.replace('/', '-')}.{MIMETYPES[mimetype]}",
                    "raw": content,
                    "mimetype": mimetype,
                    "res_model": action._name,
                    "res_id": action.id,
                    "recouvrement_sealed": True,
                }
            )
        )
        proof = self.create(
            {
                "action_id": action.id,
                "kind": kind,
                "attachment_id": attachment.id,
                "sha256": digest,
            }
        )
        label = dict(self._fields["kind"]._description_selection(self.env))[kind]
        action.message_post(body=self.env._("Proof kept: %s", label))
        return proof

    def _get_unlink_error(self):
        # OVERRIDE
        return UserError(self.env._("A proof is kept: it cannot be deleted."))
