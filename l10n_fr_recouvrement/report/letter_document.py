import logging
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..const import PENDING_STATES, REPORT
from ..paper.page import enclosure_pdf, letter_pdf, pdf_file
from ..paper.page.printing import PrintingError
from ..paper.words.french import NBSP, NNBSP

_logger = logging.getLogger(__name__)

# Letters of one call of wkhtmltopdf: more gains nothing, and one that breaks makes its
# whole chunk start again letter by letter.
CHUNK = 40
# Parts at the printer while another is put together.
AHEAD = 1


@dataclass
class Document:
    """A letter as it leaves: its PDF, of which the first ``pages`` are the letter and
    the others what is enclosed, as ``[{"kind", "name", "pages", "sha256"}]``."""

    pdf: bytes
    pages: int = 1
    enclosures: list = field(default_factory=list)


@dataclass
class Part:
    """Letters printed in one call: their values by action, what goes with each, what is
    wrong with others, as text; the call, and the work that makes documents of it, or
    what kept it from being made."""

    actions: Any
    letters: dict = field(default_factory=dict)
    enclosures: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    printing: Any = None
    work: Future | None = None
    fault: Exception | None = None

    def close(self):
        """Drop what is not needed any more."""
        if self.printing:
            self.printing.close()


def assemble(printing, letters, enclosures):
    """Wait for letters and put each together with what goes with it, as a thread of its
    own does: nothing here knows of records.

    :param printing: what gives each letter, as a writer of its pages
    :param letters: ids of their actions
    :param enclosures: ``{action_id: [Enclosure]}``
    :return: ``{action_id: Document, or what keeps a piece from being enclosed}``
    """
    documents = {}
    for res_id, letter in zip(letters, printing.result(), strict=True):
        try:
            documents[res_id] = join(letter, enclosures.get(res_id, ()))
        except enclosure_pdf.Unreadable as error:
            documents[res_id] = error
    return documents


def join(letter, enclosures):
    """Put a letter and what goes with it into one document.

    :param letter: writer of its pages, to which the others are added
    :raise Unreadable: a piece turns out to be damaged, see its ``rank`` among them
    """
    pages = len(letter.pages)
    for rank, enclosure in enumerate(enclosures):
        try:
            enclosure_pdf.append(letter, *enclosure.open())
        except enclosure_pdf.Unreadable as error:
            error.rank = rank
            raise
    pieces = [enclosure.describe() for enclosure in enclosures]
    return Document(pdf_file.to_bytes(letter), pages, pieces)


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

        :return: ``({action_id: PDF as bytes}, {action_id: what is wrong, as text})``
        """
        documents, errors = self._render_documents(actions)
        return {res_id: document.pdf for res_id, document in documents.items()}, errors

    @api.model
    def _render_documents(self, actions, keep=False, alone=False):
        """Print the letter of each action, see ``_render_pdfs``.

        :param keep: keep the PDF of the invoices that had none, as sending them does
        :param alone: leave out what is enclosed
        :return: ``({action_id: Document}, {action_id: what is wrong, as text})``
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
        """Print letters part by part, see ``_render_documents``. While what goes with
        one part is got, its letters are at the printer and the part before is put
        together; a long series holds no more than these two in memory.

        :return: iterator of ``(actions, documents, errors)``
        """
        sent = actions.filtered("letter_attachment_id")
        if sent:
            documents = {action.id: self._get_sent(action, alone) for action in sent}
            yield sent, documents, {}
        begun = deque()
        with ThreadPoolExecutor(max_workers=1) as thread:
            try:
                for ids in split_every(CHUNK, (actions - sent).ids, list):
                    part = self._begin_part(actions.browse(ids))
                    begun.append(part)
                    if part.letters and not alone:
                        self._load_enclosures(part, keep)
                    if part.printing:
                        part.work = thread.submit(
                            assemble, part.printing, part.letters, part.enclosures
                        )
                    if len(begun) > AHEAD:
                        yield self._end_part(begun.popleft())
                while begun:
                    yield self._end_part(begun.popleft())
            finally:
                for part in begun:
                    part.close()

    def _get_sent(self, action, alone):
        """A letter as it was sent."""
        pdf = action.letter_attachment_id._recouvrement_get_content()
        if alone and action.letter_enclosures:
            pdf = enclosure_pdf.first_pages(pdf, action.letter_pages)
            return Document(pdf, action.letter_pages)
        return Document(pdf, action.letter_pages, action.letter_enclosures or [])

    @api.model
    def _begin_part(self, actions):
        """Write the letters of ``actions`` and begin to print them in one call."""
        part = Part(actions)
        for action in actions:
            try:
                values = self._letter_values(action)
                if not values["draft"] and action.state in PENDING_STATES:
                    self._check_mentions(action, values)
                part.letters[action.id] = values
            except psycopg2.Error:
                raise  # the transaction is lost, and no letter is at fault
            except Exception as error:
                part.errors[action.id] = self._explain(action, error)
        if part.letters:
            try:
                part.printing = self._begin_letters([*part.letters.values()])
            except psycopg2.Error:
                raise
            except Exception as error:
                part.fault = error
        return part

    @api.model
    def _load_enclosures(self, part, keep):
        """Get what goes with the letters of a part."""
        written = part.actions.filtered(lambda action: action.id in part.letters)
        part.enclosures, problems = self.env["recouvrement.enclosure"]._load(
            written, keep
        )
        part.errors |= problems

    @api.model
    def _end_part(self, part):
        """Wait for the documents of a part.

        :return: ``(actions, documents, errors)``; a letter of which a piece cannot be
            had is among the errors
        """
        with closing(part):
            made = self._collect(part)
        documents = {}
        for res_id, document in made.items():
            if isinstance(document, enclosure_pdf.Unreadable):
                name = part.enclosures[res_id][document.rank].name
                words = self.env["recouvrement.enclosure"]._explain(name, document)
                part.errors.setdefault(res_id, words)
            elif res_id not in part.errors:
                documents[res_id] = document
        return part.actions, documents, part.errors

    @api.model
    def _collect(self, part):
        """Documents of a part; letters that cannot be printed together are printed one
        by one: one that is at fault costs time to the others, nothing else.

        :return: see :func:`assemble`; what is missing is among the errors
        """
        try:
            if part.fault:
                raise part.fault
            return part.work.result() if part.work else {}
        except psycopg2.Error:
            raise
        except Exception as error:
            if len(part.letters) > 1:
                _logger.warning("Letters are printed one by one: %s", error)
                return self._print_one_by_one(part)
            [res_id] = part.letters
            part.errors[res_id] = self._explain(part.actions.browse(res_id), error)
            return {}

    @api.model
    def _print_one_by_one(self, part):
        made = {}
        for res_id, values in part.letters.items():
            try:
                printing = self._begin_letters([values])
                made |= assemble(printing, [res_id], part.enclosures)
            except psycopg2.Error:
                raise
            except Exception as error:
                action = part.actions.browse(res_id)
                part.errors[res_id] = self._explain(action, error)
        return made

    @api.model
    def _begin_letters(self, letters):
        """Begin to print letters, given by their values, in one call.

        :return: :class:`~.printing.Printing` whose result is a writer of
            the pages of each
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
            lambda pdf: letter_pdf.cut(pdf, footers),
        )

    # ------------------------------------------------------------------
    # Any document of the module
    # ------------------------------------------------------------------

    @api.model
    def _render_errors(self, errors):
        """Return the PDF of a page that shows why letters are missing."""
        template = "l10n_fr_recouvrement.letter_errors"
        return self._print_html(template, {"errors": list(errors.values())})

    @api.model
    def _print_html(self, template, values):
        """Return the PDF of a template that links to no other file."""
        try:
            return self._begin_html(template, values).result()
        except PrintingError as error:
            raise UserError(self._explain_failure(error)) from error

    @api.model
    def _begin_html(self, template, values, finish=bytes):
        report = self.env["ir.actions.report"]
        html = report._render_template(template, values).decode()
        # Few fonts have the narrow no-break space.
        html = html.replace(NNBSP, NBSP)
        return report._recouvrement_begin_pdf(html, finish)

    @api.model
    def _explain_failure(self, error):
        return self.env._(
            "wkhtmltopdf, which prints on the server, failed (%s). Try again; if it "
            "fails again, have the memory and the disk of the server checked.",
            error,
        )

    @api.model
    def _explain(self, action, error):
        """Return why a letter cannot be printed, as a message to act on."""
        if isinstance(error, UserError):
            return str(error)
        if isinstance(error, PrintingError):
            return self._explain_failure(error)
        _logger.error("Letter of action %s", action.id, exc_info=error)
        return self.env._(
            "The letter %(action)s could not be printed: %(error)s",
            action=action.name,
            error=error,
        )
