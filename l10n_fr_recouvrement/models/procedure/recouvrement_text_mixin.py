from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...paper.page import letter_markup
from ...paper.words import letter_kinds, rules, wording

LETTER_TEXTS = ("letter_subject", "letter_intro", "letter_demand", "letter_closing")
RICH_TEXTS = LETTER_TEXTS[1:]


class RecouvrementTextMixin(models.AbstractModel):
    """The four texts of a letter in one language, with their placeholders.

    They are tried out when they are saved, so that no letter fails on them.
    """

    _name = "recouvrement.text.mixin"
    _description = "Texts of a letter"
    _inherit = "mail.render.mixin"

    # Texts are checked when they are saved (by who may write templates), so that any
    # officer can have them rendered, as with mail templates.
    _unrestricted_rendering = True

    letter_subject = fields.Char(
        "Subject", help="Printed after « Objet ». Placeholders may be used."
    )
    letter_intro = fields.Html(
        "Before the table",
        render_engine="qweb",
        sanitize="email_outgoing",
    )
    letter_demand = fields.Html(
        "What is asked",
        render_engine="qweb",
        sanitize="email_outgoing",
    )
    letter_closing = fields.Html(
        "Closing",
        render_engine="qweb",
        sanitize="email_outgoing",
    )

    mail_template_id = fields.Many2one(
        "mail.template",
        "E-mail",
        domain="[('model', '=', 'recouvrement.action')]",
        ondelete="restrict",
    )

    @api.depends_context("uid")
    def _compute_render_model(self):
        # EXTENDS mail
        self.render_model = "recouvrement.action"

    @api.constrains(lambda self: self._get_checked_texts())
    def _check_texts(self):
        for texts in self:
            self.env["recouvrement.text.check"]._check(
                texts._get_text_owner(),
                texts._get_stage(),
                texts._get_rendered_texts(),
                self._fields,
            )

    @api.model
    def _get_checked_texts(self):
        """Names of the fields that ``_get_rendered_texts`` reads."""
        return LETTER_TEXTS

    def _check_words(self):
        """Refuse texts that their letter forbids to a debtor of its profile."""
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        for texts in self:
            stage = texts._get_stage()
            broken = rules.broken(
                letter_kinds.get(stage.kind).get_forbidden(stage.procedure_id.profile),
                " ".join(str(texts[name] or "") for name in LETTER_TEXTS),
                raw=True,
                lang=texts._get_text_lang(),
            )
            if broken:
                reasons = service._explain_mentions([], broken)
                raise ValidationError(
                    self.env._(
                        "%(owner)s: the text cannot be kept. %(reasons)s",
                        owner=texts._get_text_owner(),
                        reasons="\n".join(reasons),
                    )
                )

    def _get_text_lang(self):
        """Language of these texts."""
        return wording.FRENCH

    @api.constrains("mail_template_id")
    def _check_mail_model(self):
        for texts in self:
            template = texts.mail_template_id.sudo()
            if template and template.model != "recouvrement.action":
                raise ValidationError(
                    self.env._(
                        "The e-mail “%s” is not about recovery actions: choose "
                        "another.",
                        template.name,
                    )
                )

    def _get_text_owner(self):
        """What messages call the letter that has these texts."""
        return self.env._("The stage “%s”", self._get_stage().name)

    def _get_stage(self):
        """The stage whose letter these texts are."""
        self.ensure_one()
        return self

    def _has_unsafe_expression(self):
        # OVERRIDE mail, which reads every field as a text with placeholders
        check = self.env["recouvrement.text.check"]
        return any(
            check._asks_for_more(texts._get_rendered_texts(), self._fields)
            for texts in self.sudo()
        )

    def _get_rendered_texts(self):
        """``{field: text}`` of all that is rendered for an action: a text that is not
        among them is not checked."""
        self.ensure_one()
        return {name: self[name] or "" for name in LETTER_TEXTS}

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS mail: rich text is read as it comes, before Odoo closes what is open
        for vals in vals_list:
            self._prepare_rich_texts(vals)
        texts = self._as_author()
        return super(RecouvrementTextMixin, texts).create(vals_list).with_env(self.env)

    def write(self, vals):
        # EXTENDS mail: as in create
        self._prepare_rich_texts(vals)
        return super(RecouvrementTextMixin, self._as_author()).write(vals)

    def _as_author(self):
        """Let the check of the texts know who may not write templates: constraints have
        every right, and mail itself checks when all has been tried out."""
        if self.env["recouvrement.text.check"]._may_ask_for_more():
            return self
        return self.with_context(recouvrement_placeholders_only=True)

    def _prepare_rich_texts(self, vals):
        """Turn the placeholders typed in rich texts into real ones, and refuse what is
        left open in them."""
        for name in self._get_rich_texts() & vals.keys():
            if vals[name]:
                vals[name] = letter_markup.convert_typed(str(vals[name]))
                self.env["recouvrement.text.check"]._check_closed(
                    vals[name], self._fields[name]._description_string(self.env)
                )

    def _get_rich_texts(self):
        return set(RICH_TEXTS)

    def _render_texts(self, actions):
        """Render the texts for ``actions``.

        :return: ``{action_id: {field name of the action: text}}``
        """
        self.ensure_one()
        rendered = {
            name: self._render_field(name, list(actions._ids)) for name in LETTER_TEXTS
        }
        return {
            action.id: {name: rendered[name][action.id] for name in LETTER_TEXTS}
            for action in actions
        }
