import base64
import logging
from dataclasses import replace
from functools import lru_cache

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.image import image_data_uri, image_process

from ..law import to_decimal
from ..paper.letter import closing, facts, heading, values
from ..paper.page import letter_pdf
from ..paper.words import french, letter_kinds, wording
from ..paper.words.writer import Writer

_logger = logging.getLogger(__name__)

LOGO_PIXELS = (720, 216)


@lru_cache(maxsize=16)
def _logo_uri(source):
    """Data URI of a logo (base64) at a size for paper and in a format that wkhtmltopdf
    reads; an empty text when it cannot be read, which is no reason not to write."""
    try:
        image = image_process(
            base64.b64decode(source),
            size=LOGO_PIXELS,
            verify_resolution=True,
            output_format="PNG",
        )
    except (UserError, ValueError) as error:
        _logger.warning("A logo is left out of letters: %s", error)
        return ""
    return image_data_uri(base64.b64encode(image)) if image else ""


class ReportLetter(models.AbstractModel):
    """Turns actions into letters: gathers from records the facts that a letter is
    about, has them worded (see :mod:`..paper.letter`), lays out the pages.

    What is printed is in the language of the letter (see :mod:`.wording`), whatever
    that of the user, and every amount is text already: the template lays out and
    computes nothing.
    """

    _name = "report.l10n_fr_recouvrement.report_letter"
    _description = "Recovery letter"

    # ------------------------------------------------------------------
    # Document
    # ------------------------------------------------------------------

    @api.model
    def _get_report_values(self, docids, data=None):
        actions = self.env["recouvrement.action"].browse(docids)
        actions.check_access("read")
        return self._prepare_document([self._letter_values(a) for a in actions])

    @api.model
    def _prepare_document(self, letters):
        for rank, letter in enumerate(letters):
            letter["mark"] = letter_pdf.mark(rank)
        return {
            "letters": letters,
            "document_title": ", ".join(letter["reference"] for letter in letters),
        }

    @api.model
    def _letter_values(self, action):
        """Return what the template prints of ``action``, as a dict of plain values.

        Hook: extend it to add or change what a letter says, and inherit the templates
        to place it.
        """
        action.ensure_one()
        kind = letter_kinds.get(action.stage_id.kind)
        figures = getattr(self, kind.figures)(action)
        return values.word(
            self._gather_letter(action), figures, self._get_writer(action)
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _get_words(self, action):
        """The module of words of the language of a letter."""
        return wording.for_lang(action._get_letter_lang())

    @api.model
    def _get_writer(self, action):
        """What words the values of a letter: :class:`~..paper.words.writer.Writer`, in
        the language of the letter (``lang``). Hook: ``replace`` its ``own`` texts."""
        currency = action.currency_id
        return Writer(
            action._get_letter_lang(),
            action.profile,
            currency.name,
            currency.decimal_places,
        )

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    @api.model
    def _gather_letter(self, action):
        """Gather all that a letter is about but its figures, as a
        :class:`~..paper.letter.facts.Letter`."""
        company = action.company_id
        return facts.Letter(
            reference=action.name,
            date=action.date,
            kind=letter_kinds.get(action.stage_id.kind),
            company=self._gather_company(company),
            recipient=self._gather_recipient(action),
            debtor=self._gather_debtor(action),
            bank=self._gather_bank(company),
            signatory=company.recouvrement_signatory_name or "",
            signatory_title=company.recouvrement_signatory_title or "",
            mediator=company.recouvrement_mediator or "",
            color=company.primary_color or "",
            logo=self._get_logo(company),
            folds=company.recouvrement_fold_marks,
            draft=bool(self.env.context.get("recouvrement_draft")),
            delivery=self._gather_delivery(action),
            deadline=action.date_deadline or None,
            deadline_text=action.deadline_text or "",
            dues=self._gather_dues(action),
            texts=self._gather_texts(action),
            citations=self._gather_citations(action),
            pieces=tuple(
                (piece["kind"], piece["name"]) for piece in action.enclosures or ()
            ),
            sums=self._gather_sums(action),
        )

    @api.model
    def _gather_company(self, company):
        country = company.country_id.code or ""
        return replace(self._gather_identity(company), country=country)

    @api.model
    def _gather_identity(self, company):
        """The company without its country, which costs a query: what the law has it
        state of itself."""
        return facts.Company(
            name=company.name or "",
            street=company.street or "",
            street2=company.street2 or "",
            zip=company.zip or "",
            city=company.city or "",
            phone=company.phone or "",
            email=company.email or "",
            website=company.website or "",
            vat=company.vat or "",
            registry=company._recouvrement_get_registry(),
            form=company.recouvrement_legal_form or "",
            capital=company.recouvrement_share_capital or "",
            rcs=company.recouvrement_rcs_city or "",
        )

    @api.model
    def _get_logo(self, company):
        """The logo as a data URI, nothing where it is Odoo's placeholder."""
        if company.uses_default_logo:
            return ""
        return _logo_uri(company.with_context(bin_size=False).logo or b"")

    @api.model
    def _gather_recipient(self, action):
        debtor = action.partner_id
        contact = action.contact_id or debtor
        place = contact if contact.city else debtor
        return facts.Recipient(
            name=debtor.name or "",
            contact=(contact != debtor and contact.name) or "",
            street=place.street or "",
            street2=place.street2 or "",
            zip=place.zip or "",
            city=place.city or "",
            country=place.country_id.code or "",
        )

    @api.model
    def _gather_debtor(self, action):
        partner = action.partner_id
        return facts.Debtor(
            name=partner.name or "",
            reference=partner.ref or "",
            registry=partner._recouvrement_get_registry(),
            country=partner.country_id.code or "",
        )

    @api.model
    def _gather_bank(self, company):
        account = company._recouvrement_get_account()
        return facts.Bank(account.holder, account.number, account.bic)

    @api.model
    def _gather_delivery(self, action):
        """How the letter travels, line by line: words of the channel, its number."""
        channel = action._channel_handler()
        if not channel._delivery_text:
            return ()
        parts = [(channel._delivery_text, {})]
        if channel._is_tracked and action.tracking_number:
            parts.append(("tracking", {"number": action.tracking_number}))
        return tuple(parts)

    @api.model
    def _gather_dues(self, action):
        return tuple(
            dict.fromkeys(line.date_due for line in action.line_ids if line.date_due)
        )

    @api.model
    def _gather_texts(self, action):
        return {
            "subject": action.letter_subject,
            "intro": action.letter_intro,
            "demand": action.letter_demand,
            "note": action.letter_note,
            "closing": action.letter_closing,
        }

    @api.model
    def _gather_citations(self, action):
        """The law that the letter cites, as frozen on the action."""
        return tuple(
            ("", mention)
            if isinstance(mention, str)
            else (mention["code"], mention["article"])
            for mention in action.legal_mentions or ()
        )

    @api.model
    def _gather_sums(self, action):
        digits = action.currency_id.decimal_places
        return facts.Sums(
            principal=to_decimal(action.amount_invoices, digits),
            credits=to_decimal(action.amount_credits, digits),
            interest=to_decimal(action.amount_interest, digits),
            indemnity=to_decimal(action.amount_indemnity, digits),
            costs=to_decimal(action.amount_costs, digits),
            total=to_decimal(action.amount_total, digits),
        )

    # ------------------------------------------------------------------
    # Parts that other documents print as well
    # ------------------------------------------------------------------

    @api.model
    def _prepare_color(self, action):
        return heading.readable_color(action.company_id.primary_color)

    @api.model
    def _prepare_sender(self, action, words=french):
        company = action.company_id
        return heading.sender(
            self._gather_company(company), words, logo=self._get_logo(company)
        )

    @api.model
    def _prepare_footer(self, action, words=french):
        return heading.footer(self._gather_company(action.company_id), words)

    @api.model
    def _prepare_recipient(self, action, words=french):
        return heading.recipient_lines(self._gather_recipient(action), words)

    @api.model
    def _prepare_place_date(self, action, words=french):
        return heading.place_date(action.company_id.city, action.date, words)

    @api.model
    def _prepare_signature(self, action):
        company = action.company_id
        return closing.signature(
            self._gather_company(company),
            company.recouvrement_signatory_name or "",
            company.recouvrement_signatory_title or "",
        )
