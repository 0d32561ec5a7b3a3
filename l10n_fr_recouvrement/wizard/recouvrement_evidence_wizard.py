from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command


class RecouvrementEvidenceWizard(models.TransientModel):
    """Marks what the files of an invoice prove of the debt, and adds others: recovery
    letters enclose them. For officers too, who read invoices and write none."""

    _name = "recouvrement.evidence.wizard"
    _description = "Evidence of a debt"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, ondelete="cascade"
    )
    line_ids = fields.One2many(
        "recouvrement.evidence.wizard.line",
        "wizard_id",
        "Files",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Add files")
    kind = fields.Selection(
        selection=lambda self: (
            self.env["ir.attachment"]
            ._fields["recouvrement_evidence"]
            ._description_selection(self.env)
        ),
        string="Which are",
        default="delivery",
        required=True,
    )

    @api.depends("move_id")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.move_id.check_access("read")
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "attachment_id": attachment.id,
                            "kind": attachment.recouvrement_evidence,
                        }
                    )
                    for attachment in wizard._get_files()
                ),
            ]

    @api.constrains("move_id")
    def _check_move(self):
        # constraints have every right
        self.sudo(False).move_id.check_access("read")

    def _get_files(self):
        """Files of the invoice and of the sales orders that it comes from, which the
        user may read; nothing that Odoo keeps in fields of its own."""
        move = self.move_id
        sources = {("account.move", move.id)}
        lines = move.sudo().invoice_line_ids
        if "sale_line_ids" in lines._fields:
            sources |= {
                ("sale.order", order.id) for order in lines.sale_line_ids.order_id
            }
        files = self.env["ir.attachment"].sudo()
        for model, res_id in sorted(sources):
            files |= files.search(
                [
                    ("res_model", "=", model),
                    ("res_id", "=", res_id),
                    ("res_field", "=", False),
                    ("type", "=", "binary"),
                ]
            )
        return files.sudo(False)._filtered_access("read").sudo()

    def action_confirm(self):
        """Mark the files."""
        self.ensure_one()
        self.move_id.check_access("read")
        self.attachment_ids.check_access("write")
        allowed = self._get_files()
        for line in self.line_ids:
            attachment = line.attachment_id.sudo()
            if attachment not in allowed:
                raise AccessError(
                    self.env._(
                        "%s is no file of this invoice.", attachment.display_name
                    )
                )
            if attachment.recouvrement_evidence != line.kind:
                attachment.recouvrement_evidence = line.kind
        if self.attachment_ids:
            self.attachment_ids.sudo().write(
                {
                    "res_model": "account.move",
                    "res_id": self.move_id.id,
                    "recouvrement_evidence": self.kind,
                }
            )
            self.move_id.message_post(
                body=self.env._("Evidence added."),
                attachment_ids=self.attachment_ids.ids,
            )
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class RecouvrementEvidenceWizardLine(models.TransientModel):
    """One file of an invoice, and what it proves."""

    _name = "recouvrement.evidence.wizard.line"
    _description = "File of an invoice"

    wizard_id = fields.Many2one(
        "recouvrement.evidence.wizard", required=True, ondelete="cascade"
    )
    attachment_id = fields.Many2one(
        "ir.attachment", "File", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=lambda self: (
            self.env["ir.attachment"]
            ._fields["recouvrement_evidence"]
            ._description_selection(self.env)
        ),
        string="Proves",
    )

    @api.constrains("attachment_id")
    def _check_attachment(self):
        # constraints have every right
        self.sudo(False).attachment_id.check_access("read")
