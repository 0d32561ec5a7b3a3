import hashlib
from dataclasses import dataclass, field
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import human_size, split_every

from ...const import DEBIT_KINDS, FOLLOWED_TYPES, LETTER_STATES
from ...paper.page import enclosure_pdf
from ...paper.words import enclosure_words, letter_kinds, wording
from ..settings.one_by_one import attempt

# Invoices of one call of wkhtmltopdf: half of what Odoo takes when it sends them, for
# half of the memory at no cost in time.
INVOICES = 40
# Pieces of evidence in the order that one reads them.
EVIDENCE = ("order", "contract", "delivery", "other")
FLAGS = (
    "enclose_earlier_letters",
    "enclose_invoices",
    "enclose_statement",
    "enclose_evidence",
)
MEGABYTE = 1024**2


@dataclass(eq=False)
class Enclosure:
    """A piece that goes with a letter.

    ``record`` is what its file comes from: an attachment, the earlier action, the
    invoice that has no PDF yet, or the action whose lateness is stated. Whoever has the
    file already gives it as ``content``, in bytes. Of the file that is read, the first
    ``pages`` are enclosed.
    """

    kind: str
    name: str
    record: Any = None
    content: bytes = b""
    pages: int = 0
    problem: str = ""

    def open(self):
        """Read the file; return what :func:`enclosure_pdf.append` takes.

        :raise Unreadable: it cannot be enclosed
        """
        reader = enclosure_pdf.read(self.content)
        count = len(reader.pages)
        self.pages = min(self.pages or count, count)
        return reader, self.pages

    def describe(self):
        """What is kept of it with the letter."""
        return {
            "kind": self.kind,
            "name": self.name,
            "pages": self.pages,
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


@dataclass
class Found:
    """What was read for all the actions at once."""

    letters: dict = field(default_factory=dict)
    pdfs: dict = field(default_factory=dict)
    evidence: dict = field(default_factory=dict)


@dataclass
class Plan:
    """What goes with one letter, in order, and what is missing, as text."""

    enclosures: list = field(default_factory=list)
    missing: list = field(default_factory=list)


class RecouvrementEnclosure(models.AbstractModel):
    """Determines what goes with each letter, and turns it into PDF.

    A piece that does not exist is reported beforehand and left out; one that exists and
    cannot be read, or an invoice that cannot be printed, keeps its letter from leaving:
    what a letter names is in it.
    """

    _name = "recouvrement.enclosure"
    _description = "Enclosures of recovery letters"

    # ------------------------------------------------------------------
    # What goes with a letter
    # ------------------------------------------------------------------

    @api.model
    def _plan(self, actions):
        """Return what goes with each action, in a few queries for all of them.

        :return: ``{action: Plan}``
        """
        # Read together whatever they were reached by.
        actions = actions.sudo().with_prefetch()
        service = self.sudo()
        found = service._read(actions)
        plans = {}
        for action in actions:
            enclosures = service._enclosures(action, found)
            missing = service._get_missing(action, enclosures)
            plans[action] = Plan(enclosures, missing)
        return plans

    @api.model
    def _wants(self, action, flag):
        """Whether the stage of an action encloses what a flag stands for."""
        return action.has_letter and action.stage_id[flag]

    @api.model
    def _get_moves(self, action):
        """The invoices that a letter lists, in order."""
        return list(
            dict.fromkeys(
                line.move_id
                for line in action.line_ids
                if line.kind == "invoice" and line.move_id.move_type in FOLLOWED_TYPES
            )
        )

    @api.model
    def _enclosures(self, action, found):
        """List what goes with an action, in the order in which it is enclosed and named
        under the signature. Hook: called for each action, with what was read for all.

        :return: list of :class:`Enclosure`
        """
        enclosures = []
        moves = self._get_moves(action)
        words = wording.for_lang(action.letter_lang)
        if self._wants(action, "enclose_earlier_letters"):
            enclosures += [
                self._prepare_letter(letter, words)
                for letter in found.letters.get(action, ())
            ]
        if self._wants(action, "enclose_invoices"):
            enclosures += [
                self._prepare_invoice(move, found.pdfs.get(move.id), words)
                for move in moves
            ]
        if self._wants(action, "enclose_statement") and action.show_penalties:
            name = words.TEXTS["enclosed_statement"][action.profile]
            enclosures.append(Enclosure("statement", name, action))
        if self._wants(action, "enclose_evidence"):
            enclosures += self._prepare_evidence(moves, found, words)
        return enclosures

    @api.model
    def _prepare_letter(self, letter, words):
        name = enclosure_words.letter_name(
            words,
            letter.name,
            letter.date_sent,
            letter.channel,
            letter.tracking_number,
        )
        return Enclosure("letter", name, letter)

    @api.model
    def _prepare_invoice(self, move, pdf, words):
        name = enclosure_words.invoice_name(
            words, move.name, move.invoice_date, move.recouvrement_is_debit_note
        )
        return Enclosure("invoice", name, pdf or move)

    @api.model
    def _prepare_evidence(self, moves, found, words):
        """The pieces of the invoices, each once, those of a kind together."""
        pieces = {}
        for move in moves:
            for attachment in found.evidence.get(move.id, ()):
                kind = attachment.recouvrement_evidence
                if kind in EVIDENCE and attachment not in pieces:
                    name = enclosure_words.evidence_name(
                        words, kind, attachment.name, move.name
                    )
                    pieces[attachment] = Enclosure(kind, name, attachment)
        return sorted(pieces.values(), key=lambda piece: EVIDENCE.index(piece.kind))

    @api.model
    def _get_missing(self, action, enclosures):
        """Return what the stage wants and does not exist, or is too much. Hook.

        :return: list of sentences, shown before the letter leaves
        """
        kinds = {enclosure.kind for enclosure in enclosures}
        missing = []
        if self._wants(action, "enclose_earlier_letters") and "letter" not in kinds:
            missing.append(
                self.env._(
                    "The stage encloses the earlier letters: none was sent about these "
                    "invoices."
                )
            )
        if self._wants(action, "enclose_evidence") and not kinds & {*EVIDENCE}:
            missing.append(
                self.env._(
                    "The stage encloses evidence: none is on these invoices. Add the "
                    "order or the signed delivery note, page “Debt recovery” of the "
                    "invoice, button “Evidence”."
                )
            )
        missing += self._get_size_warning(action, enclosures)
        return missing

    @api.model
    def _get_size_warning(self, action, enclosures):
        if not action._channel_handler()._is_size_limited:
            return []
        # The size that Odoo itself sends a link instead of the file from.
        limit = self.env["ir.mail_server"]._get_max_email_size() * MEGABYTE
        # Letters and statements are light, and an earlier file holds other enclosures.
        size = sum(
            enclosure.record.file_size
            for enclosure in enclosures
            if enclosure.record is not None
            and enclosure.record._name == "ir.attachment"
        )
        if size <= limit:
            return []
        return [
            self.env._(
                "The enclosures make %(size)s, more than mail servers take "
                "(%(limit)s): the debtor will get a link instead of the file. Choose "
                "another channel, or enclose less.",
                size=human_size(size),
                limit=human_size(limit),
            )
        ]

    # ------------------------------------------------------------------
    # Reading, for all actions at once
    # ------------------------------------------------------------------

    @api.model
    def _read(self, actions):
        """Read what the enclosures of ``actions`` are made from. Hook."""
        wanted = {
            flag: actions.filtered(lambda action, flag=flag: self._wants(action, flag))
            for flag in FLAGS
        }
        moves = {flag: part.line_ids.move_id for flag, part in wanted.items()}
        return Found(
            letters=self._find_letters(wanted["enclose_earlier_letters"]),
            pdfs=self._find_pdfs(moves["enclose_invoices"]),
            evidence=self._find_evidence(moves["enclose_evidence"]),
        )

    @api.model
    def _find_letters(self, actions):
        """Earlier letters that claimed the same invoices of the same debtor, oldest
        first; what came before the due date claimed nothing.

        :return: ``{action: [earlier action]}``
        """
        claimed = actions.line_ids.filtered("stage_id")
        if not claimed:
            return {}
        before_due = letter_kinds.codes(lambda kind: kind.before_due)
        earlier = {}
        for line in self.env["recouvrement.action.line"].search(
            [
                ("move_id", "in", claimed.move_id.ids),
                ("kind", "in", DEBIT_KINDS),
                ("stage_id", "!=", False),
                ("stage_id.kind", "not in", before_due),
                ("state", "in", LETTER_STATES),
                ("action_id.letter_attachment_id", "!=", False),
            ]
        ):
            key = (line.partner_id, line.company_id, line.move_id, line.cycle_date)
            earlier.setdefault(key, []).append(line.action_id)
        return {
            action: sorted(
                {
                    letter
                    for line in action.line_ids
                    if line.stage_id
                    for letter in earlier.get(
                        (
                            action.partner_id,
                            action.company_id,
                            line.move_id,
                            line.cycle_date,
                        ),
                        (),
                    )
                    if letter != action._origin
                },
                key=lambda letter: (letter.date_sent, letter.id),
            )
            for action in actions
        }

    @api.model
    def _find_pdfs(self, moves):
        """The PDF of each invoice: the one that Odoo keeps of what was sent, else the
        file that somebody marked as the invoice, from another program for instance.

        :return: ``{move_id: attachment}``
        """
        if not moves:
            return {}
        domain = [("res_model", "=", "account.move"), ("res_id", "in", moves.ids)]
        attachments = self.env["ir.attachment"]
        marked = attachments.search(
            [*domain, ("recouvrement_evidence", "=", "invoice")], order="id"
        )
        legal = attachments.search(
            [*domain, ("res_field", "=", "invoice_pdf_report_file")], order="id"
        )
        return {pdf.res_id: pdf for pdf in (*marked, *legal)}

    @api.model
    def _find_evidence(self, moves):
        """Attachments of invoices, and of the sales orders that they come from, that
        somebody marked as evidence. Hook.

        :return: ``{move_id: [attachment]}``
        """
        sources = {("account.move", move.id): [move.id] for move in moves}
        if "sale_line_ids" in self.env["account.move.line"]._fields:
            for move in moves:
                for order in move.invoice_line_ids.sale_line_ids.order_id:
                    sources.setdefault(("sale.order", order.id), []).append(move.id)
        if not sources:
            return {}
        evidence = {}
        for attachment in self.env["ir.attachment"].search(
            [
                ("recouvrement_evidence", "!=", False),
                ("res_model", "in", list({model for model, _id in sources})),
                ("res_id", "in", list({res_id for _model, res_id in sources})),
            ],
            order="id",
        ):
            key = (attachment.res_model, attachment.res_id)
            for move_id in sources.get(key, ()):
                evidence.setdefault(move_id, []).append(attachment)
        return evidence

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    @api.model
    def _load(self, actions, keep=False):
        """Get the files of what goes with each action.

        :param keep: keep the PDF of the invoices that had none, as Odoo does when it
            sends them
        :return: ``({action_id: [Enclosure]}, {action_id: what is wrong, as text})``
        """
        service = self.sudo()
        enclosures = {
            action.id: plan.enclosures
            for action, plan in service._plan(actions).items()
        }
        everything = [piece for pieces in enclosures.values() for piece in pieces]
        for kind in dict.fromkeys(piece.kind for piece in everything):
            load = getattr(service, f"_load_{kind}", service._load_attachment)
            load(
                [
                    piece
                    for piece in everything
                    if piece.kind == kind and not piece.content
                ],
                keep,
            )
        problems = {
            action_id: "\n".join(piece.problem for piece in pieces if piece.problem)
            for action_id, pieces in enclosures.items()
        }
        return enclosures, {key: text for key, text in problems.items() if text}

    @api.model
    def _explain(self, name, error):
        """Return why a file cannot be enclosed, as a message to act on."""
        return {
            enclosure_pdf.PROTECTED: self.env._(
                "%s is protected by a password and cannot be enclosed: replace it by a "
                "file that opens without one.",
                name,
            ),
            enclosure_pdf.UNKNOWN: self.env._(
                "%s is neither a PDF nor a picture (PNG, JPEG) and cannot be enclosed: "
                "replace it.",
                name,
            ),
            enclosure_pdf.TOO_LARGE: self.env._(
                "%(file)s has more than %(limit)s and cannot be enclosed: scan it in "
                "black and white, or split it.",
                file=name,
                limit=human_size(enclosure_pdf.MAX_BYTES),
            ),
            enclosure_pdf.TOO_MANY: self.env._(
                "%(file)s has more than %(limit)s pages and cannot be enclosed: keep "
                "those that prove the debt.",
                file=name,
                limit=enclosure_pdf.MAX_PAGES,
            ),
            enclosure_pdf.TOO_FINE: self.env._(
                "%(file)s has more than %(limit)s million pixels and cannot be "
                "enclosed: scan it at 300 dots per inch.",
                file=name,
                limit=enclosure_pdf.MAX_PIXELS // 10**6,
            ),
        }.get(
            error.args[0],
            self.env._("%s is damaged and cannot be enclosed: replace the file.", name),
        )

    @api.model
    def _load_attachment(self, enclosures, _keep):
        for enclosure in enclosures:
            try:
                enclosure_pdf.check_size(enclosure.record.file_size)
            except enclosure_pdf.Unreadable as error:
                enclosure.problem = self._explain(enclosure.name, error)
                continue
            enclosure.content = enclosure.record._recouvrement_get_content() or b""

    @api.model
    def _load_letter(self, enclosures, _keep):
        """Earlier letters as they were sent, without what was enclosed with them."""
        for enclosure in enclosures:
            letter = enclosure.record
            pdf = letter.letter_attachment_id._recouvrement_get_content() or b""
            if hashlib.sha256(pdf).hexdigest() != letter.letter_sha256:
                enclosure.problem = self.env._(
                    "The file of the letter %s is no longer what was sent: it cannot "
                    "be enclosed. Restore it from a backup, or do not enclose the "
                    "earlier letters at this stage.",
                    letter.name,
                )
            enclosure.content = pdf
            enclosure.pages = letter.letter_pages

    @api.model
    def _load_invoice(self, enclosures, keep):
        """Invoices as they were sent; those that have no PDF are printed together."""
        files = [piece for piece in enclosures if piece.record._name != "account.move"]
        self._load_attachment(files, keep)
        bare = [piece for piece in enclosures if piece.record._name == "account.move"]
        moves = self.env["account.move"].union(*(piece.record for piece in bare))
        printed = self._print_invoices(moves, keep)
        for piece in bare:
            found = printed[piece.record.id]
            if isinstance(found, bytes):
                piece.content = found
            else:
                piece.problem = self.env._(
                    "%(invoice)s cannot be printed: %(error)s",
                    invoice=piece.name,
                    error=found,
                )

    # ------------------------------------------------------------------
    # Invoices without a PDF
    # ------------------------------------------------------------------

    @api.model
    def _print_invoices(self, moves, keep):
        """Print invoices together.

        :return: ``{move_id: PDF in bytes, or the error}``
        """
        printed = {}
        for _company, part in moves.grouped("company_id").items():
            for ids in split_every(INVOICES, part.ids, list):
                printed.update(self._print_chunk(moves.browse(ids), keep))
        return printed

    @api.model
    def _print_chunk(self, moves, keep):
        """Print invoices in one call, and one by one when that does not work."""
        errors = {}
        printed = attempt(
            moves,
            self._keep_pdfs if keep else self._make_pdfs,
            lambda move, error: errors.update({move.id: error}),
        )
        return {id_: pdf for part in printed for id_, pdf in part.items()} | errors

    @api.model
    def _keep_pdfs(self, moves):
        """Make the PDF that Odoo makes when it sends an invoice, Factur-X where the
        debtor has it, and keep it on the invoice; no service is called. Where the
        electronic part cannot be made, the PDF is made alone and not kept."""
        sending = self.env["account.move.send"].with_company(moves.company_id)
        data = {
            move: sending._get_default_sending_settings(
                move, sending_methods={}, extra_edis={}
            )
            for move in moves
        }
        sending._generate_invoice_documents(data)
        printed = {
            move_id: pdf._recouvrement_get_content()
            for move_id, pdf in self._find_pdfs(moves).items()
        }
        refused = moves.filtered(lambda move: move.id not in printed)
        return {**printed, **(self._make_pdfs(refused) if refused else {})}

    @api.model
    def _make_pdfs(self, moves):
        """Print invoices without keeping them, as a preview does."""
        sending = self.env["account.move.send"]
        reports = self.env["ir.actions.report"].with_company(moves.company_id)
        printed = {}
        for report, part in moves.grouped(sending._get_default_pdf_report_id).items():
            name = report.report_name
            content, kind = reports._pre_render_qweb_pdf(name, res_ids=part.ids)
            found = reports._get_splitted_report(name, content, kind)
            if not {*part.ids} <= found.keys():
                raise UserError(
                    self.env._(
                        "The report “%s” does not distinguish its invoices.", name
                    )
                )
            printed.update({move_id: found[move_id] for move_id in part.ids})
        return printed

    # ------------------------------------------------------------------
    # Statements of interest
    # ------------------------------------------------------------------

    @api.model
    def _load_statement(self, enclosures, _keep):
        """Statements of interest, computed together and printed in one call."""
        for part in self._split_statements(enclosures):
            try:
                self._load_statements(part)
            except UserError as error:
                if len(part) == 1:
                    part[0].problem = str(error)
                    continue
                for enclosure in part:
                    self._load_statement([enclosure], _keep)

    @api.model
    def _split_statements(self, enclosures):
        """Parts whose statements can be distinguished: of one day, each debtor once."""
        parts = []
        for enclosure in enclosures:
            key = self._get_account_key(enclosure.record)
            for day, part in parts:
                if day == enclosure.record.date and key not in part:
                    part[key] = enclosure
                    break
            else:
                parts.append((enclosure.record.date, {key: enclosure}))
        return [list(part.values()) for _day, part in parts]

    @api.model
    def _get_account_key(self, record):
        """Whose debt a letter claims or a statement shows."""
        return (record.company_id, record.partner_id, record.currency_id)

    @api.model
    def _load_statements(self, enclosures):
        service = self.env["report.l10n_fr_recouvrement.report_statement"]
        wanted = {self._get_account_key(piece.record): piece for piece in enclosures}
        moves = self.env["account.move"].union(
            *(move for piece in enclosures for move in self._get_moves(piece.record))
        )
        accounts = service._get_account_statements(
            moves,
            enclosures[0].record.date,
            reference=lambda account: (
                f"{wanted[self._get_account_key(account)].record.name}, décompte"
            ),
        )
        found = {self._get_account_key(account): text for account, text in accounts}
        for key, piece in list(wanted.items()):
            piece.problem = self._check_statement(piece.record, found.get(key))
            if piece.problem:
                del wanted[key]
        printed = (
            service._print_statements([found[key] for key in wanted]) if wanted else ()
        )
        for piece, pdf in zip(wanted.values(), printed, strict=True):
            piece.content = pdf

    @api.model
    def _check_statement(self, action, statement):
        """A statement that shows other amounts than its letter helps the debtor only.

        :return: what is wrong, as text, empty where nothing is
        """
        letters = self.env["report.l10n_fr_recouvrement.report_letter"]
        writer = letters._get_writer(action)
        claimed = writer.amount(action.amount_interest)
        stated = statement and statement["parts"][0]["sums"]["interest"]
        if stated == claimed:
            return ""
        return self.env._(
            "The statement of interest of %(action)s makes %(stated)s of interest and "
            "the letter %(claimed)s: check again, or do not enclose it at this stage.",
            action=action.name,
            stated=writer.money(stated or 0),
            claimed=writer.money(claimed),
        )
