from odoo import api, fields, models

from .recouvrement_text_mixin import LETTER_TEXTS


class RecouvrementStageText(models.Model):
    """The letter of a stage in another language than French, for debtors abroad."""

    _name = "recouvrement.stage.text"
    _description = "Letter of a stage in another language"
    _inherit = ["recouvrement.text.mixin", "recouvrement.shared.mixin"]
    _order = "stage_id, lang"
    _rec_name = "lang"

    stage_id = fields.Many2one(
        "recouvrement.stage", required=True, index=True, ondelete="cascade"
    )
    profile = fields.Selection(related="stage_id.profile")
    # OVERRIDE mail: the language of the texts, where mail has an expression
    lang = fields.Selection(
        selection="_selection_lang",
        string="Language",
        required=True,
        help="For debtors outside France whose contact has this language, or another "
        "variety of it.",
    )
    mail_template_id = fields.Many2one(
        help="E-mail that carries the letter in this language. Empty: that of the "
        "stage.",
    )

    _lang_once = models.Constraint(
        "UNIQUE(stage_id, lang)", "The stage has texts in this language already."
    )
    _lang_not_french = models.Constraint(
        "CHECK(lang NOT LIKE 'fr%')",
        "French letters have the texts of the stage itself.",
    )

    @api.constrains(*LETTER_TEXTS, "lang")
    def _check_letter_words(self):
        self._check_words()

    @api.model
    def _selection_lang(self):
        """Every language, in use or not: texts may wait for their debtors."""
        langs = self.env["res.lang"].sudo().with_context(active_test=False)
        return [
            (lang.code, lang.name)
            for lang in langs.search([])
            if not lang.code.startswith("fr")
        ]

    def _filter_shared(self):
        # OVERRIDE l10n_fr_recouvrement: they are of the company of their stage
        return self.filtered(lambda texts: not texts.sudo().stage_id.company_id)

    @api.depends("lang")
    def _compute_display_name(self):
        names = dict(self._selection_lang())
        for texts in self:
            texts.display_name = names.get(texts.lang, texts.lang)

    def _get_stage(self):
        # OVERRIDE
        self.ensure_one()
        return self.stage_id

    def _get_text_lang(self):
        # OVERRIDE
        return self.lang

    def _get_text_owner(self):
        # EXTENDS recouvrement.text.mixin
        return self.env._(
            "%(owner)s in %(language)s",
            owner=super()._get_text_owner(),
            language=self.display_name,
        )
