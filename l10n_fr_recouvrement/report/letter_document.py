import logging
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..models.action_states import PENDING_STATES
from . import enclosure_pdf, letter_pdf, printing
from .french import NBSP, NNBSP
from .letter import REPORT

_logger = logging.getLogger(__name__)

# Letters of one call of wkhtmltopdf: more gains nothing, and one that breaks makes its
# whole chunk start again letter by letter.
CHUNK = 40


@dataclass
class Document:
    """A letter as it leaves: its PDF, of which the first ``pages`` are the letter and
    the others what is enclosed, as ``[{"kind", "name", "pages", "sha256"}]``."""

    pdf: bytes
    pages: int = 1
    enclosures: list = field(default_factory=list)


@dataclass
class Part:
    """Letters printed in one call: their values by action, what is wrong with others in
    words, and the call, or what kept it from being made."""

    actions: Any
    letters: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    printing: Any = None
    fault: Exception | None = None

    def get_printable(self):
        """Actions whose letter could be written."""
        return self.actions.filtered(lambda action: action.id in self.letters)

    def close(self):
        """Drop what is not needed any more."""
        if self.printing:
            self.printing.close()


class ReportLetter(models.AbstractModel):
    """Prints letters: many in one call, in the background, while the ones before are
    put together with what goes with them."""

    _inherit = "report.l10n_fr_recouvrement.report_letter"

    # ------------------------------------------------------------------
    # Letters with what is enclosed
    # ------------------------------------------------------------------

    @api.model
    def _render_pdfs(self, actions):
        """Print the letter of each action with what is enclosed; a letter sent already
        comes out as it was.

        :return: ``({action_id: PDF as bytes}, {action_id: what is wrong, in words})``
        """
        documents, errors = self._render_documents(actions)
        return {res_id: document.pdf for res_id, document in documents.items()}, errors

    @api.model
    def _render_documents(self, actions, keep=False, alone=False):
        """Print the letter of each action, see ``_render_pdfs``.

        :param keep: keep the PDF of the invoices that had none, as sending them does
        :param alone: leave out what is enclosed
        :return: ``({action_id: Document}, {action_id: what is wrong, in words})``
        """
        documents, errors = {}, {}
        for _part, made, wrong in self._iterate_documents(actions, keep, alone):
            documents |= made
            errors |= wrong
        return {
            action.id: documents[action.id]
            for action in actions
            if action.id in documents
        }, errors

    @api.model
    def _iterate_documents(self, actions, keep=False, alone=False):
        """Print letters part by part, see ``_render_documents``: the next part is at
        the printer already while one is put together and handed out. A long series
        holds no more than that in memory.

        :return: iterator of ``(actions, documents, errors)``
        """
        sent = actions.filtered("letter_attachment_id")
        if sent:
            documents = {action.id: self._get_sent(action, alone) for action in sent}
            yield sent, documents, {}
        begun = None
        try:
            for ids in (*split_every(CHUNK, (actions - sent).ids, list), ()):
                part = begun
                begun = self._begin_part(actions.browse(ids), alone) if ids else None
                if part:
                    with closing(part):
                        documents = self._end_part(part, keep, alone)
                    yield part.actions, documents, part.errors
        finally:
            if begun:
                begun.close()

    def _get_sent(self, action, alone):
        """A letter as it was sent."""
        pdf = action.letter_attachment_id.with_context(bin_size=False).raw
        if alone and action.letter_enclosures:
            pdf = enclosure_pdf.first_pages(pdf, action.letter_pages)
            return Document(pdf, action.letter_pages)
        return Document(pdf, action.letter_pages, action.letter_enclosures or [])

    @api.model
    def _begin_part(self, actions, alone):
        """Begin to print the letters of ``actions`` in one call."""
        part = Part(actions)
        for action in actions:
            try:
                values = self._letter_values(action)
                if not values["draft"] and action.state in PENDING_STATES:
                    self._check_mentions(action, values)
                part.letters[action.id] = values
            except Exception as error:
                part.errors[action.id] = self._explain(action, error)
        if part.letters:
            try:
                part.printing = self._begin_letters([*part.letters.values()])
            except Exception as error:
                part.fault = error
        return part

    @api.model
    def _end_part(self, part, keep, alone):
        """Put each letter with its enclosures; a letter of which a piece cannot be had
        is left out.

        :return: ``{action_id: Document}``
        """
        enclosures = {}
        if not alone:
            printable = part.get_printable()
            enclosures, problems = self.env["recouvrement.enclosure"]._load(
                printable, keep
            )
            part.errors.update(problems)
        documents = {}
        for res_id, pdf in self._collect_letters(part).items():
            if res_id not in part.errors:
                try:
                    documents[res_id] = self._join(pdf, enclosures.get(res_id, ()))
                except UserError as error:
                    part.errors[res_id] = str(error)
        return documents

    @api.model
    def _join(self, pdf, enclosures):
        """Put a letter and what goes with it into one document.

        :raise UserError: a piece turns out to be damaged
        """
        letter = enclosure_pdf.read(pdf)
        pages = len(letter.pages)
        if not enclosures:
            return Document(pdf, pages)
        parts = [(letter, pages)]
        try:
            for enclosure in enclosures:
                parts.append(enclosure.open())
            joined = enclosure_pdf.join(parts)
        except enclosure_pdf.Unreadable as error:
            # What could be opened is in the parts, what is broken inside has a rank.
            name = enclosures[(error.rank or len(parts)) - 1].name
            words = self.env["recouvrement.enclosure"]._explain(name, error)
            raise UserError(words) from error
        return Document(
            joined, pages, [enclosure.describe() for enclosure in enclosures]
        )

    # ------------------------------------------------------------------
    # Letters alone
    # ------------------------------------------------------------------

    @api.model
    def _collect_letters(self, part):
        """Wait for the letters of a part; those that cannot be printed together are
        printed one by one: one that is at fault costs time to the others, nothing else.

        :return: ``{action_id: PDF as bytes}``; what is missing is among the errors
        """
        try:
            if part.fault:
                raise part.fault
            pdfs = self._wait_for(part.printing) if part.printing else []
            return dict(zip(part.letters, pdfs, strict=True))
        except Exception as error:
            if len(part.letters) > 1:
                _logger.warning("Letters are printed one by one: %s", error)
                return self._print_one_by_one(part)
            for action in part.get_printable():
                part.errors[action.id] = self._explain(action, error)
            return {}

    @api.model
    def _print_one_by_one(self, part):
        pdfs = {}
        for res_id, values in part.letters.items():
            try:
                [pdfs[res_id]] = self._wait_for(self._begin_letters([values]))
            except Exception as error:
                action = part.actions.browse(res_id)
                part.errors[res_id] = self._explain(action, error)
        return pdfs

    @api.model
    def _begin_letters(self, letters):
        """Begin to print letters, given by their values, in one call.

        :return: :class:`~.printing.Printing` whose result is the PDF of each
        """
        footers = [
            letter_pdf.Footer(
                letter["reference"],
                letter["footer"],
                letter["draft"],
                letter["folds"],
                letter["words"],
            )
            for letter in letters
        ]
        return self._begin_html(
            REPORT,
            self._prepare_document(letters),
            lambda pdf: letter_pdf.finish(pdf, footers),
        )

    # ------------------------------------------------------------------
    # Any document of the module
    # ------------------------------------------------------------------

    @api.model
    def _render_errors(self, errors):
        """Return the PDF of a page that tells why letters are missing."""
        template = "l10n_fr_recouvrement.letter_errors"
        return self._print_html(template, {"errors": list(errors.values())})

    @api.model
    def _print_html(self, template, values):
        """Return the PDF of a template that links to no other file."""
        return self._wait_for(self._begin_html(template, values))

    @api.model
    def _begin_html(self, template, values, finish=bytes):
        report = self.env["ir.actions.report"]
        html = report._render_template(template, values).decode()
        # Few fonts have the narrow no-break space.
        html = html.replace(NNBSP, NBSP)
        return report._recouvrement_begin_pdf(html, finish)

    @api.model
    def _wait_for(self, running):
        """Result of what is being printed.

        :raise UserError: it failed
        """
        try:
            return running.result()
        except printing.PrintingError as error:
            raise UserError(
                self.env._(
                    "wkhtmltopdf, which prints on the server, failed (%s). Try again; "
                    "if it fails again, have the memory and the disk of the server "
                    "checked.",
                    error,
                )
            ) from error

    @api.model
    def _explain(self, action, error):
        """What keeps a letter from being printed, in words a person can act on."""
        if isinstance(error, UserError):
            return str(error)
        _logger.error("Letter of action %s", action.id, exc_info=error)
        return self.env._(
            "The letter %(action)s could not be printed: %(error)s",
            action=action.name,
            error=error,
        )
