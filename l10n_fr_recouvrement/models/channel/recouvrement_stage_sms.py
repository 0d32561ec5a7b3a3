from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...paper.words import letter_kinds

# Two SMS, once joined.
SMS_LENGTH = 306


class RecouvrementStage(models.Model):
    """Holds the text of the SMS of a stage, checks it and renders it."""

    _inherit = "recouvrement.stage"

    channel = fields.Selection(
        selection_add=[("sms", "SMS")], ondelete={"sms": "set default"}
    )
    sms_text = fields.Text(
        "SMS",
        default=lambda self: self._default_sms_text(),
        help="Say nothing of a debt: somebody else may read it. Placeholders may be "
        "used.",
    )

    @api.model
    def _default_sms_text(self):
        # Letters of the GSM alphabet alone: others would halve what an SMS holds.
        return (
            "Bonjour, merci de prendre contact avec {{ object.company_id.name }}"
            " ({{ object.company_id.phone ||| au numéro habituel }})"
            " en rappelant la référence {{ object.name }}."
        )

    @api.constrains("channel", "kind", "sms_text")
    def _check_sms(self):
        for stage in self.filtered(lambda stage: stage.channel == "sms"):
            if not letter_kinds.get(stage.kind).by_sms:
                raise ValidationError(
                    self.env._(
                        "The stage “%(stage)s” cannot go by SMS, which is for a "
                        "courtesy or a first reminder: choose another channel.",
                        stage=stage.name,
                    )
                )
            if not stage.sms_text:
                raise ValidationError(
                    self.env._(
                        "The stage “%(stage)s” goes by SMS: write its text.",
                        stage=stage.name,
                    )
                )

    @api.model
    def _get_checked_texts(self):
        # EXTENDS l10n_fr_recouvrement
        return (*super()._get_checked_texts(), "sms_text")

    def _get_rendered_texts(self):
        # EXTENDS l10n_fr_recouvrement
        return {**super()._get_rendered_texts(), "sms_text": self.sms_text or ""}

    def _render_sms_texts(self, actions):
        """Render the SMS of this stage.

        :return: ``{action: text}``
        """
        self.ensure_one()
        texts = self._render_field("sms_text", list(actions._ids))
        return {action: (texts[action.id] or "").strip() for action in actions}
