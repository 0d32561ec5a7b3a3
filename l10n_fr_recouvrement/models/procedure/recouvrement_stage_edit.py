from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...paper.words import wording

MAIL_FIELDS = {"mail_subject": "subject", "mail_body": "body_html"}
TEMPLATE_EDITOR = "mail.group_mail_template_editor"


class RecouvrementStage(models.Model):
    """What a person edits on one screen: the letter, its e-mail, the letter in other
    languages, with the list of placeholders and a preview."""

    _inherit = "recouvrement.stage"

    text_ids = fields.One2many(
        "recouvrement.stage.text",
        "stage_id",
        "Other languages",
        copy=True,
        help="Public bodies and debtors in France are written to in French.",
    )
    mail_subject = fields.Char(
        "Subject of the e-mail",
        compute="_compute_mail_texts",
        inverse="_inverse_mail_texts",
    )
    mail_body = fields.Html(
        "Text of the e-mail",
        compute="_compute_mail_texts",
        inverse="_inverse_mail_texts",
        sanitize="email_outgoing",
    )
    mail_other_count = fields.Integer(
        "Other letters with this e-mail", compute="_compute_mail_other_count"
    )
    placeholder_help = fields.Html(
        "Placeholders", compute="_compute_placeholder_help", sanitize=False
    )
    preview_partner_id = fields.Many2one(
        "res.partner",
        "Preview for",
        compute="_compute_preview_partner_id",
        readonly=False,
        domain="[('parent_id', '=', False), ('recouvrement_profile', '=', profile)]",
    )
    preview_text_id = fields.Many2one(
        "recouvrement.stage.text",
        "Language of the preview",
        store=False,
        domain="[('stage_id', '=', id)]",
    )

    # ------------------------------------------------------------------
    # Languages
    # ------------------------------------------------------------------

    def _choose_letter_lang(self, profile, lang, country_code):
        """Language of a letter of this stage.

        :param profile: profile of the debtor; public bodies are written to in French
        :param lang: language of the debtor
        :param country_code: where the letter goes
        """
        if profile == "public":
            return wording.FRENCH
        return wording.choose_lang(lang, country_code, self.text_ids.mapped("lang"))

    def _get_texts(self, lang):
        """The record that holds the texts of a language: the stage itself for French,
        and for a language that it has none in."""
        self.ensure_one()
        return self.sudo().text_ids.filtered(lambda texts: texts.lang == lang) or self

    def _get_mail_template(self, lang):
        """The e-mail that carries the letter in a language."""
        return self._get_texts(lang).mail_template_id or self.mail_template_id

    # ------------------------------------------------------------------
    # E-mail
    # ------------------------------------------------------------------

    @api.depends(
        "mail_template_id", "mail_template_id.subject", "mail_template_id.body_html"
    )
    def _compute_mail_texts(self):
        for stage in self:
            template = stage.mail_template_id.sudo()
            for name, source in MAIL_FIELDS.items():
                stage[name] = template[source]

    def _inverse_mail_texts(self):
        for stage in self:
            values = {
                source: stage[name]
                for name, source in MAIL_FIELDS.items()
                if stage.mail_template_id and stage[name] is not None
            }
            stage._write_mail_texts(values)

    def _write_mail_texts(self, values):
        """Write the e-mail of the stage, in every language at once: it is written in
        that of the letter, whatever the user's."""
        self.ensure_one()
        template = self.mail_template_id.sudo()
        values = {
            name: value for name, value in values.items() if value != template[name]
        }
        if not values:
            return
        self._check_mail_rights(values)
        template.write(values)
        for lang, _name in self.env["res.lang"].get_installed():
            if lang != self.env.lang:
                template.with_context(lang=lang).write(values)

    def _check_mail_rights(self, values):
        """Without the right to write templates, the placeholders of the list are
        allowed and nothing else."""
        if self.env.su or self.env.user.has_group(TEMPLATE_EDITOR):
            return
        mixin, model = self.env["mail.render.mixin"], "recouvrement.action"
        if mixin._has_unsafe_expression_template_inline_template(
            values.get("subject"), model
        ) or mixin._has_unsafe_expression_template_qweb(values.get("body_html"), model):
            raise AccessError(
                self.env._(
                    "The e-mail may use the placeholders of the list. Others need the "
                    "group “%s”.",
                    self.env.ref(TEMPLATE_EDITOR).sudo().name,
                )
            )

    @api.depends("mail_template_id")
    def _compute_mail_other_count(self):
        counts = {}
        for model in ("recouvrement.stage", "recouvrement.stage.text"):
            for template, count in (
                self.env[model]
                .sudo()
                ._read_group(
                    [("mail_template_id", "in", self.mail_template_id.ids)],
                    ["mail_template_id"],
                    ["__count"],
                )
            ):
                counts[template.id] = counts.get(template.id, 0) + count
        for stage in self:
            stage.mail_other_count = max(
                counts.get(stage.mail_template_id.id, 0) - 1, 0
            )

    def action_own_mail(self):
        """Give the stage an e-mail of its own, to be worded apart from the others."""
        self.ensure_one()
        self.check_access("write")
        template = self.mail_template_id.sudo()
        name = f"{template.name} – {self.procedure_id.name}, {self.name}"
        self.mail_template_id = template.copy({"name": name})
        return True

    def _get_rich_texts(self):
        # EXTENDS recouvrement.text.mixin
        return super()._get_rich_texts() | {"mail_body"}

    # ------------------------------------------------------------------
    # Help and preview
    # ------------------------------------------------------------------

    @api.depends_context("lang")
    def _compute_placeholder_help(self):
        row = Markup(
            "<tr><td><code>{{{{ {} }}}}</code></td><td>{}</td><td>{}</td></tr>"
        )
        parts = {False: Markup(), True: Markup()}
        for placeholder in self.env["recouvrement.action"]._get_placeholders():
            parts[placeholder.email_only] += row.format(
                placeholder.expression, str(placeholder.meaning), placeholder.example
            )
        table = Markup(
            "<table class='table table-sm'><thead><tr><th>{}</th><th>{}</th><th>{}</th>"
            "</tr></thead><tbody>{}</tbody><thead><tr><th colspan='3'>{}</th></tr>"
            "</thead><tbody>{}</tbody></table>"
        ).format(
            self.env._("To be typed in the text"),
            self.env._("Stands for"),
            self.env._("For example"),
            parts[False],
            self.env._("In e-mails only"),
            parts[True],
        )
        for stage in self:
            stage.placeholder_help = table

    @api.depends("profile", "kind")
    def _compute_preview_partner_id(self):
        for stage in self:
            stage.preview_partner_id = self.env["recouvrement.preview"]._find_debtor(
                stage._origin or stage
            )

    def action_word(self):
        """Open the stage on a page of its own, where its letter is worded."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
        }

    def get_preview(self, values=None, partner_id=False, text_id=False):
        """Show the letter and the e-mail of this stage as a debtor would get them
        today. Nothing is kept.

        :param dict values: what the form changed and did not save
        :param partner_id: the debtor; without one, an example is made up
        :param text_id: texts of the language to write in, else that of the debtor
        :return: ``{"letter": PDF in base64, "mail": {"subject", "body", "to",
            "attachment"}, "notice": what the figures are, "error": what is wrong}``
        """
        self.ensure_one()
        self.check_access("read")
        return self.env["recouvrement.preview"]._preview(
            self, values or {}, partner_id, text_id
        )
