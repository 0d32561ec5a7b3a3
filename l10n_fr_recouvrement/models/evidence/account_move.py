from odoo import api, fields, models

from ...const import ACCOUNTING


class AccountMove(models.Model):
    """Shows which files of an invoice prove the debt."""

    _inherit = "account.move"

    recouvrement_evidence_ids = fields.Many2many(
        "ir.attachment",
        compute="_compute_recouvrement_evidence_ids",
        string="Evidence",
        groups=ACCOUNTING,
    )

    @api.depends("line_ids")
    def _compute_recouvrement_evidence_ids(self):
        service = self.env["recouvrement.enclosure"].sudo()
        evidence = service._find_evidence(self._origin.sudo())
        files = self.env["ir.attachment"]
        for move in self:
            found = files.union(*evidence.get(move._origin.id, ()))
            move.recouvrement_evidence_ids = found.sudo(False)._filtered_access("read")
