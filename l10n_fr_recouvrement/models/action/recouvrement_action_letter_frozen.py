import hashlib
import logging
from contextlib import closing

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError

from ...const import PENDING_STATES
from ..procedure.recouvrement_text_mixin import LETTER_TEXTS
from ..settings.crossing import raise_crossing

_logger = logging.getLogger(__name__)


class RecouvrementAction(models.Model):
    """The texts of a letter and its PDF: made anew until it leaves, kept afterwards."""

    _inherit = "recouvrement.action"

    @api.depends(
        "letter_texts", "stage_id", "amount_total", "date_deadline", "letter_lang"
    )
    def _compute_letter_texts(self):
        """The texts that were sent; until then those of the stage, as of today."""
        texts = {action.id: action.letter_texts for action in self}
        for stage, actions in (
            self.filtered(lambda action: not action.letter_texts)
            .grouped("stage_id")
            .items()
        ):
            try:
                texts.update(stage._render_letter_texts(actions))
            except (UserError, MissingError) as error:
                raise_crossing(error, psycopg2.Error)
                # The screen shows what is wrong; sending sets the action aside.
                wrong = dict.fromkeys(LETTER_TEXTS, str(error))
                texts.update(dict.fromkeys(actions._ids, wrong))
        for action in self:
            found = texts.get(action.id) or {}
            action.update({name: found.get(name, False) for name in LETTER_TEXTS})

    def _freeze_letter_texts(self):
        """Keep the texts that the letters of these actions are made with."""
        for stage, actions in self.grouped("stage_id").items():
            texts = stage._render_letter_texts(actions)
            for action in actions:
                action.letter_texts = {**texts[action.id], "lang": action.letter_lang}

    def _get_letter_pdfs(self, alone=False):
        """Print the letters of ``self``.

        :param alone: leave out what is enclosed
        :return: ``{action_id: PDF as bytes}``; an action whose letter cannot be made is
            missing, and set aside with the reason
        """
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        documents, errors = service._render_documents(self, alone=alone)
        self._fail_printing(errors)
        return {res_id: document.pdf for res_id, document in documents.items()}

    def _fail_printing(self, errors):
        for action in self:
            if action.id in errors and action.state in PENDING_STATES:
                action._fail(errors[action.id])

    def _freeze_letters(self):
        """Print each letter with what is enclosed and keep its PDF.

        :return: the actions whose letter is frozen
        """
        self._freeze_letter_texts()
        frozen = self.browse()
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        with closing(service._iterate_documents(self, keep=True)) as parts:
            for actions, documents, errors in parts:
                actions._fail_printing(errors)
                frozen |= actions._freeze_documents(documents)
                _logger.info("%s of %s letters made", len(frozen), len(self))
        return frozen

    def _freeze_documents(self, documents):
        """Keep the letters of ``self`` that could be made.

        :param documents: ``{action_id: Document}``
        :return: their actions
        """
        frozen = self.filtered(lambda action: action.id in documents)
        attachments = self.env["ir.attachment"].create(
            [
                action._prepare_letter_attachment(documents[action.id].pdf)
                for action in frozen
            ]
        )
        for action, attachment in zip(frozen, attachments, strict=True):
            action.write(action._prepare_seal(documents[action.id], attachment))
        return frozen

    def _prepare_seal(self, document, attachment):
        """What is kept of a letter with its PDF. Hook."""
        self.ensure_one()
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        recipient = service._prepare_recipient(self, service._get_words(self))
        return {
            "letter_attachment_id": attachment.id,
            "letter_sha256": hashlib.sha256(document.pdf).hexdigest(),
            "letter_pages": document.pages,
            "letter_enclosures": document.enclosures,
            "recipient_text": "\n".join(recipient),
            "sender_id": self.env.uid,
            "date_frozen": fields.Datetime.now(),
        }

    def _prepare_letter_attachment(self, pdf):
        self.ensure_one()
        return {
            "name": f"{self.name.replace('/', '-')}.pdf",
            "raw": pdf,
            "mimetype": "application/pdf",
            "res_model": self._name,
            "res_id": self.id,
            "recouvrement_sealed": True,
        }
