from odoo import api, models

from ...paper.page import letter_markup

ACTION = "recouvrement.action"
TEXTS = ("subject", "body_html")


class MailTemplate(models.Model):
    """Tries out the e-mails that carry letters when they are saved."""

    _inherit = "mail.template"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS mail: rich text is read as it comes, before Odoo closes what is open
        action = self.env["ir.model"]._get_id(ACTION)
        for vals in vals_list:
            if vals.get("body_html") and vals.get("model_id") == action:
                self._recouvrement_prepare_body(vals)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS mail: as in create
        if vals.get("body_html") and any(
            template.model == ACTION for template in self.sudo()
        ):
            vals = {**vals}
            self._recouvrement_prepare_body(vals)
        return super().write(vals)

    @api.model
    def _recouvrement_prepare_body(self, vals):
        vals["body_html"] = letter_markup.convert_typed(str(vals["body_html"]))
        self.env["recouvrement.text.check"]._check_closed(
            vals["body_html"],
            self._fields["body_html"]._description_string(self.env),
        )

    def _check_can_be_rendered(self, fnames=None, render_options=None):
        # EXTENDS mail: on a sample, with the line that is wrong, where mail asks for a
        # record and shows the whole text
        letters = self.filtered(lambda template: template.sudo().model == ACTION)
        letters._recouvrement_check_texts(fnames)
        left = self._get_dynamic_field_names() - set(TEXTS)
        left = left if fnames is None else left & set(fnames)
        if letters and left:
            super(MailTemplate, letters)._check_can_be_rendered(left, render_options)
        others = self - letters
        return super(MailTemplate, others)._check_can_be_rendered(
            fnames, render_options
        )

    def _recouvrement_check_texts(self, fnames):
        names = [name for name in TEXTS if fnames is None or name in fnames]
        for template in self:
            self.env["recouvrement.text.check"]._check(
                self.env._("The e-mail “%s”", template.name),
                self.env["recouvrement.stage"],
                {name: template[name] for name in names},
                {name: self._fields[name] for name in names},
                is_email=True,
            )
