import base64
import logging
import re
from datetime import date
from functools import lru_cache

import lxml.html
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty
from odoo.tools.image import image_data_uri, image_process

from ..const import DEBIT_KINDS
from ..law import UnknownFactError, round_half_up, to_decimal
from ..paper.page import epc, letter_pdf, table_pages
from ..paper.words import (
    enclosure_words,
    french,
    letter_kinds,
    mentions,
    rate_words,
    wording,
)
from ..paper.words.french import (
    ADDRESS_WIDTH,
    city_line,
    format_iban,
    format_siren,
    format_siret,
    postal_address,
)

_logger = logging.getLogger(__name__)

# Lines of figures that leave the letter on one page, with the penalties that a longer
# text goes with and without; more go to an annex.
INLINE_ROWS = {True: 6, False: 10.5}
# A receipt asks for nothing: no payment code, more room.
RECEIPT_ROWS = 18
LOGO_PIXELS = (720, 216)
# What a browser fetches or leads to; in a style, escapes may hide it.
FETCHED = {"src", "srcset", "poster", "background", "data", "href", "xlink:href"}
FETCHED_BY_STYLE = re.compile(r"url|import|image|\\", re.IGNORECASE)
DEFAULT_COLOR = "#1d3a5f"

# States of an invoice that is not simply to be paid.
ACCOUNT_STATES = ("blocked", "in_payment")
# References of Chorus Pro on an invoice, as its module names them.
CHORUS_FIELDS = ("purchase_order_reference", "contract_reference", "buyer_reference")


@lru_cache(maxsize=16)
def _logo_uri(source):
    """Data URI of a logo (base64) at a size for paper and in a format that wkhtmltopdf
    reads; an empty text when it cannot be read, which is no reason not to write."""
    try:
        image = image_process(
            base64.b64decode(source), size=LOGO_PIXELS, output_format="PNG"
        )
    except (UserError, ValueError) as error:
        _logger.warning("A logo is left out of letters: %s", error)
        return ""
    return image_data_uri(base64.b64encode(image)) if image else ""


class ReportLetter(models.AbstractModel):
    """Turns actions into letters: plain values, then pages.

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
    def _check_mentions(self, action, values):
        """Refuse to print for sending a letter that lacks what the law wants of it, or
        says what it may not (see :mod:`.mentions`)."""
        problems = self._explain_mentions(
            *mentions.check(values),
            date=action.date,
            company=action.company_id.name,
            debtor=action.partner_id.display_name,
            stage=action.stage_id.name,
        )
        if problems:
            raise UserError("\n".join(problems))

    @api.model
    def _get_sender_problems(self, company):
        """What the letters of a company lack that the law wants on all of them."""
        identity = self._prepare_identity(company)
        footer = " ".join([*identity.values(), f"RCS {identity['registry']}"])
        missing = mentions.missing(
            letter_kinds.COMPANY, {"identity": identity, "footer": footer}
        )
        return self._explain_mentions(missing, company=company.name)

    @api.model
    def _explain_mentions(self, missing, broken=(), date=None, **names):
        """What is wrong with a letter, in words a person can act on, with the text
        that wants it.

        :param missing: list of :class:`~.mentions.Mention`
        :param broken: list of ``(Rule, words)``
        :param names: ``company``, ``debtor`` and ``stage``
        """
        problems = []
        for mention in missing:
            problem = self.env._(mention.problem)
            problems.append(self._cite(problem % names, mention.article, date))
        for rule, words in broken:
            problem = self.env._(
                "“%(words)s” may not stand in this letter: %(label)s. Change the text "
                "of the stage, or what was added to the letter.",
                words=words,
                label=self.env._(rule.label),
            )
            problems.append(self._cite(problem, rule.article, date))
        return problems

    @api.model
    def _cite(self, problem, code, date):
        """Add to a sentence the text that it comes from, as in force on ``date``."""
        if not code:
            return problem
        table = self.env["recouvrement.legal.fact"]._get_table()
        try:
            article = table.at(code, date or fields.Date.context_today(self)).article
        except UnknownFactError:
            return problem
        return f"{problem} ({article})"

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _get_words(self, action):
        """The module of words of the language of a letter."""
        return wording.for_lang(action._get_letter_lang())

    @api.model
    def _text(self, action, code, **values):
        """One of the ``TEXTS`` of the language of a letter, that of its profile where
        profiles differ, with its values."""
        text = self._get_words(action).TEXTS[code]
        if not isinstance(text, str):
            text = text[action.profile]
        return text.format(**values)

    @api.model
    def _format_date(self, action, day):
        return self._get_words(action).format_date(day)

    # ------------------------------------------------------------------
    # Values of one letter
    # ------------------------------------------------------------------

    @api.model
    def _letter_values(self, action):
        """Return what the template prints of ``action``, as a dict of plain values.

        Hook: extend it to add or change what a letter says, and inherit the templates
        to place it.
        """
        action.ensure_one()
        kind = letter_kinds.get(action.stage_id.kind)
        words = self._get_words(action)
        values = {
            "lang": action._get_letter_lang(),
            "words": words.TEXTS,
            "reference": action.name,
            "kind": kind.code,
            "profile": action.profile,
            "template": kind.template,
            "draft": bool(self.env.context.get("recouvrement_draft")),
            "title": kind.get_title(action.profile, words),
            "salutation": words.TEXTS["salutation"],
            "color": self._prepare_color(action),
            "sender": self._prepare_sender(action, words, self._goes_abroad(action)),
            "identity": self._prepare_identity(action.company_id, words),
            "footer": self._prepare_footer(action, words),
            "folds": action.company_id.recouvrement_fold_marks,
            "debtor": self._prepare_debtor(action),
            "recipient_lines": self._prepare_recipient(action, words),
            "place_date": self._prepare_place_date(action, words),
            "delivery": self._prepare_delivery(action),
            "references": self._prepare_references(action),
            "subject": words.nbsp(action.letter_subject or ""),
            "intro": self._prepare_text(action.letter_intro, words),
            "demand": self._prepare_text(action.letter_demand, words),
            "note": self._prepare_text(action.letter_note, words),
            "closing": self._prepare_text(action.letter_closing, words),
            "statement": self._prepare_statement(action),
            "payment": self._prepare_payment(action),
            "deadline": action.deadline_text or "",
            "sums": self._prepare_sums(action),
            "citations": self._prepare_citations(action),
            "legal_texts": self._prepare_legal_texts(action),
            "mediator": self._get_mediator(action),
            "signature": self._prepare_signature(action),
        }
        values.update(getattr(self, kind.figures)(action))
        in_words = "in_words"
        if kind.code == "account_statement":
            in_words = "balance_in_words"
        values["in_words"] = self._text(action, in_words, words=values["total_words"])
        name = self._lower(values["annex_name"])
        for code in ("annex_notice", "annex_again"):
            values[code] = self._text(action, code, name=name)
        values["closing_lead"], values["closing_end"] = self._split_closing(
            values["closing"]
        )
        values["enclosures"] = self._prepare_enclosures(action, values)
        return values

    @api.model
    def _prepare_color(self, action):
        """Colour of the company, unless it is too light to be read on white."""
        color = action.company_id.primary_color or ""
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
            return DEFAULT_COLOR
        red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
        light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        return color if light < 150 else DEFAULT_COLOR

    @api.model
    def _prepare_sender(self, action, words=french, abroad=False):
        """Name, address and logo of the sender.

        :param abroad: whether the letter goes abroad, and the address with its country
        """
        company = action.company_id
        country = company.country_id.code
        lines = [company.street, company.street2, city_line(company.zip, company.city)]
        lines.append(
            words.origin_name(country).upper()
            or (french.country_of_sender(country) if abroad else "")
        )
        lines += [company.phone, company.email]
        lines.append((company.website or "").partition("://")[2].rstrip("/"))
        return {
            "name": company.name,
            "lines": [words.nbsp(line) for line in lines if line],
            "logo": self._prepare_logo(company),
        }

    @api.model
    def _prepare_logo(self, company):
        """The logo as a data URI, nothing where it is Odoo's placeholder."""
        if company.uses_default_logo:
            return ""
        return _logo_uri(company.with_context(bin_size=False).logo or b"")

    @api.model
    def _prepare_footer(self, action, words=french):
        """What a company must say of itself on its letters (C. com. art. R123-237 and
        R123-238), for the foot of the pages."""
        company, texts = action.company_id, words.TEXTS
        identity = self._prepare_identity(company, words)
        form, siren = identity["form"], identity["siren"]
        if identity["capital"]:
            form += texts["capital"].format(capital=identity["capital"])
        if siren and identity["registry"]:
            siren += texts["registry"].format(registry=identity["registry"])
        place = identity["seat"] or identity["place"]
        country = words.origin_name(company.country_id.code)
        seat = ", ".join(part for part in (place, country) if part) if place else ""
        parts = [
            ", ".join(part for part in (identity["name"], form.strip()) if part),
            texts["seat"].format(seat=seat) if seat else "",
            texts["siren"].format(siren=siren) if siren else "",
            texts["vat"].format(vat=company.vat) if company.vat else "",
        ]
        return words.nbsp(" – ".join(part for part in parts if part))

    @api.model
    def _prepare_identity(self, company, words=french):
        """What a company must say of itself, each part empty while it is missing; the
        seat is missing as long as it has no street or no town."""
        parts = (company.street, company.street2, company.zip, company.city)
        place = " ".join(part for part in parts if part)
        return {
            "name": company.name or "",
            "form": company.recouvrement_legal_form or "",
            "capital": words.format_capital(company.recouvrement_share_capital or ""),
            "seat": place if company.street and company.city else "",
            "place": place,
            "siren": format_siren(company._recouvrement_get_registry()),
            "registry": company.recouvrement_rcs_city or "",
        }

    @api.model
    def _prepare_debtor(self, action):
        """Who is written to, as far as the law asks."""
        partner = action.partner_id
        return {
            "name": partner.name or "",
            "registry": format_siret(partner._recouvrement_get_registry()),
            "is_french": (partner.country_id.code or "FR") == "FR",
        }

    @api.model
    def _prepare_recipient(self, action, words=french):
        contact = action.contact_id or action.partner_id
        place = self._get_place(action)
        names = [action.partner_id.name]
        if contact != action.partner_id and contact.name:
            attention = words.TEXTS["attention"].format(name=contact.name)
            names.append(attention if len(attention) <= ADDRESS_WIDTH else contact.name)
        return postal_address(
            names,
            [place.street, place.street2],
            place.zip,
            place.city,
            place.country_id.code,
        )

    @api.model
    def _get_place(self, action):
        """Who has the address that the letter goes to."""
        contact = action.contact_id or action.partner_id
        return contact if contact.city else action.partner_id

    @api.model
    def _goes_abroad(self, action):
        country = self._get_place(action).country_id.code
        return bool(country) and country not in wording.FRENCH_COUNTRIES

    @api.model
    def _prepare_place_date(self, action, words=french):
        city = action.company_id.city
        text = words.TEXTS["place_date" if city else "date_alone"]
        return text.format(city=city, day=words.format_date(action.date))

    @api.model
    def _prepare_delivery(self, action):
        """How the letter travels, line by line."""
        if action.channel == "lre":
            return [self._text(action, "lre")]
        if action.channel != "registered":
            return []
        lines = [self._text(action, "registered")]
        if action.tracking_number:
            lines.append(self._text(action, "tracking", number=action.tracking_number))
        return lines

    @api.model
    def _prepare_references(self, action):
        """Label and value of each line of the heading."""
        rows = [
            ("our_reference", action.name),
            ("customer", action.partner_id.ref),
        ]
        if action.profile == "public":
            registry = action.partner_id._recouvrement_get_registry()
            rows.append(("your_siret", format_siret(registry)))
        return [(self._text(action, code), value) for code, value in rows if value]

    @api.model
    def _prepare_text(self, html, words):
        """The text of a stage with the typography of its language."""
        if is_html_empty(html):
            return ""
        root = lxml.html.fragment_fromstring(html, create_parent="div")

        def set_type(text):
            return wording.keep_articles(words.nbsp(text)) if text else text

        for node in root.iter():
            if isinstance(node.tag, str):
                node.text = set_type(node.text)
                self._drop_outside(node)
            node.tail = set_type(node.tail)
        return Markup(lxml.html.tostring(root, encoding="unicode"))

    @api.model
    def _split_closing(self, closing):
        """What may stay on the page before, and what stands with the signature: the
        last two paragraphs."""
        if not closing:
            return "", ""
        root = lxml.html.fragment_fromstring(closing, create_parent="div")
        root = root[0] if len(root) == 1 and root[0].tag == "div" else root
        lead = lxml.html.Element("div")
        if not (root.text or "").strip():
            while len(root) > 2:
                lead.append(root[0])
        return tuple(
            Markup(lxml.html.tostring(part, encoding="unicode"))
            for part in (lead, root)
        )

    @api.model
    def _drop_outside(self, node):
        """Drop what the server would fetch from elsewhere to print it: a letter holds
        all that it shows, and nobody makes the server ask other machines."""
        for name in FETCHED & {*node.attrib}:
            if not node.attrib[name].strip().lower().startswith("data:image/"):
                del node.attrib[name]
        if FETCHED_BY_STYLE.search(node.attrib.get("style", "")):
            del node.attrib["style"]

    @api.model
    def _prepare_statement(self, action):
        day = self._format_date(action, action.date)
        return self._text(action, "as_at", day=day)

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    @api.model
    def _prepare_figures(self, action):
        """Tables and totals, checked to add up: a letter whose figures do not foot is
        not printed."""
        # Lists, not recordsets, which would read the entries letter by letter.
        invoices = [line for line in action.line_ids if line.kind == "invoice"]
        credits = [line for line in action.line_ids if line.kind != "invoice"]
        self._check_footing(action, invoices, credits)
        total = self._amount(action, action.amount_total)
        totals = self._prepare_totals(action, invoices)
        return {
            **self._prepare_tables(action, invoices, credits, len(totals)),
            "totals": totals,
            "total": self._format(action, total),
            "total_label": self._get_total_label(action),
            "total_words": self._spell(action, total),
        }

    @api.model
    def _get_total_label(self, action):
        """A public body owes the total, and is first asked for the principal."""
        is_owed = action.profile == "public" and action.kind != "courtesy"
        return self._text(action, "total_due" if is_owed else "total")

    @api.model
    def _prepare_tables(self, action, invoices, credits, total_rows):
        """The tables of a claim, where they read best."""
        tables = [self._prepare_invoices(action, invoices, credits)]
        if action.show_penalties and any(line.penalty_detail for line in invoices):
            tables.append(self._prepare_penalties(action, invoices))
        # Three sums stand beside the payment code; more take room of their own.
        room = INLINE_ROWS[len(tables) > 1] - max(0, total_rows - 3)
        return self._place_tables(action, tables, room)

    @api.model
    def _place_tables(self, action, tables, room):
        """Put tables in the letter while they leave it on one page, the others on the
        pages of an annex.

        :param room: lines of figures that the letter has room for
        """
        inline = []
        while tables and table_pages.height(tables[0]) <= room:
            inline.append(tables.pop(0))
            room -= table_pages.height(inline[-1])
        name = self._text(action, "annex_name")
        if inline and tables:
            name = tables[0]["caption"]
        return {
            "tables": inline,
            "annex": [
                [self._format_carried(action, part) for part in page]
                for page in table_pages.paginate(tables)
            ],
            "annex_name": name,
            "annex_heading": self._text(
                action,
                "annex_heading",
                name=action.name,
                day=self._format_date(action, action.date),
                debtor=action.partner_id.name,
            ),
        }

    @api.model
    def _format_carried(self, action, part):
        """Write what a table carries from one page to the next as its rows are."""
        carried = {
            name: {
                column: self._format(action, amount)
                for column, amount in part[name].items()
            }
            for name in ("brought", "carried")
            if name in part
        }
        return {**part, **carried}

    @api.model
    def _prepare_account_figures(self, action):
        """Figures of a statement of account: everything open, with its running
        balance."""
        lines = list(action.line_ids)
        debits = [line for line in lines if line.kind in DEBIT_KINDS]
        credits = [line for line in lines if line.kind not in DEBIT_KINDS]
        self._check_footing(action, debits, credits)
        balance, rows = to_decimal(0), []
        for line in lines:
            balance += self._amount(action, line.balance)
            rows.append(self._prepare_account_row(line, balance))
        overdue = self._get_overdue(action)
        sums = [(self._get_balance_label(action, balance), abs(balance))]
        if 0 < overdue < balance:
            sums.append((self._text(action, "overdue_part"), overdue))
        table = {
            "kind": "account",
            "caption": "",
            "note": "",
            "rows": rows,
            "sums": [(label, self._format(action, amount)) for label, amount in sums],
        }
        return {
            **self._place_tables(action, [table], INLINE_ROWS[False]),
            "totals": [],
            "total": self._format(action, abs(balance)),
            "total_label": self._get_balance_label(action, balance),
            "total_words": self._spell(action, abs(balance)),
        }

    @api.model
    def _get_overdue(self, action):
        """What is overdue on an account, credits deducted."""
        debits = action.line_ids.filtered(lambda line: line.kind in DEBIT_KINDS)
        late = debits.filtered(lambda line: line.days_late > 0)
        credits = action.line_ids - debits
        return self._sum(late, "amount_residual") - self._sum(
            credits, "amount_residual"
        )

    @api.model
    def _get_balance_label(self, action, balance):
        code = "in_your_favour" if balance < 0 else "account_balance"
        return self._text(action, code)

    @api.model
    def _prepare_account_row(self, line, balance):
        """One open item of an account and the balance after it."""
        action = line.action_id
        amount = self._amount(action, line.amount_residual)
        residual = self._format(action, amount)
        is_debit = line.kind in DEBIT_KINDS
        return {
            "date": self._format_day(action, line.date_document),
            "number": self._get_account_name(line),
            "detail": self._prepare_account_detail(line),
            "due_date": self._format_day(action, line.date_due) if is_debit else "",
            "debit": residual if is_debit else "",
            "credit": "" if is_debit else residual,
            "balance": self._format(action, balance),
            "figures": {
                "debit": amount if is_debit else 0,
                "credit": 0 if is_debit else amount,
                "balance": amount if is_debit else -amount,
            },
        }

    @api.model
    def _get_account_name(self, line):
        if line.kind == "entry":
            return line.label
        code = {
            "invoice": "invoice_item",
            "credit_note": "credit_note_item",
            "payment": "payment_received",
        }[line.kind]
        return self._text(line.action_id, code, label=line.label)

    @api.model
    def _prepare_account_detail(self, line):
        """What an open item needs to be understood, in small under it. Hook."""
        action, parts = line.action_id, []
        if line.kind == "invoice":
            detail = self._prepare_invoice_detail(line)
            parts.append(self._lower(detail))
            if line.days_late > 0:
                days = self._get_words(action).format_days(line.days_late)
                parts.append(self._text(action, "overdue_for", days=days))
            if line.move_id.payment_state in ACCOUNT_STATES:
                parts.append(self._text(action, line.move_id.payment_state))
        if line.amount_original != line.amount_residual:
            total = self._format(action, line.amount_original)
            part_of = "instalment" if line.instalment else line.kind
            parts.append(self._text(action, f"left_of_{part_of}", total=total))
        return self._join_detail(parts)

    @api.model
    def _prepare_receipt_figures(self, action):
        """Figures of a receipt: the invoices that are settled, and what settled them,
        which are the same amount."""
        invoices = [line for line in action.line_ids if line.kind == "invoice"]
        settlements = [line for line in action.line_ids if line.kind != "invoice"]
        total = self._sum(invoices, "amount_original")
        self._check_settled(action, total, self._sum(settlements, "amount_original"))
        amount = self._format(action, total)
        tables = [
            {
                "kind": "settled",
                "caption": "",
                "note": "",
                "rows": [self._prepare_settled_row(line) for line in invoices],
                "sums": [(self._text(action, "settled_total"), amount)]
                if len(invoices) > 1
                else [],
            },
            {
                "kind": "settlements",
                "caption": self._text(action, "settlements"),
                "note": "",
                "rows": [self._prepare_settlement_row(line) for line in settlements],
                "sums": [(self._text(action, "allocated_total"), amount)]
                if len(settlements) > 1
                else [],
            },
        ]
        return {
            **self._place_tables(action, tables, RECEIPT_ROWS),
            "totals": [],
            "total": amount,
            "total_label": self._text(action, "paid_total"),
            "total_words": self._spell(action, total),
            "reserve": self._prepare_reserve(action),
        }

    @api.model
    def _check_settled(self, action, total, settled):
        if total != settled:
            raise UserError(
                self.env._(
                    "The invoices of %(action)s make %(total)s and what settled them "
                    "makes %(sum)s: see their payments.",
                    action=action.name,
                    total=self._format(action, total),
                    sum=self._format(action, settled),
                )
            )

    @api.model
    def _prepare_settled_row(self, line):
        action = line.action_id
        return {
            "number": line.label,
            "detail": self._prepare_invoice_detail(line),
            "date": self._format_day(action, line.date_document),
            "due_date": self._format_day(action, line.date_due),
            "total": self._format(line.action_id, line.amount_original),
            "figures": {"total": self._amount(line.action_id, line.amount_original)},
        }

    @api.model
    def _prepare_settlement_row(self, line):
        action, is_refund = line.action_id, line.kind == "credit_note"
        return {
            "number": self._text(action, "credit_note_item", label=line.label)
            if is_refund
            else line._get_settlement_name(),
            "detail": "",
            "date": self._format_day(action, line.date_due),
            "total": self._format(line.action_id, line.amount_original),
            "figures": {"total": self._amount(line.action_id, line.amount_original)},
        }

    @api.model
    def _prepare_reserve(self, action):
        """A receipt for the principal forgives nothing: it says what is still due
        besides, since one without reserve could be read as a waiver."""
        invoices = action._get_invoices()
        due = self._sum_of(action, invoices.mapped("recouvrement_penalty_total"))
        if not due:
            return ""
        reserve = self._text(action, "reserve", amount=self._format(action, due))
        return self._get_words(action).nbsp(reserve)

    @api.model
    def _check_footing(self, action, invoices, credits):
        total = (
            self._sum(invoices, "amount_residual")
            - self._sum(credits, "amount_residual")
            + self._sum(invoices, "amount_interest")
            + self._sum(invoices, "amount_indemnity")
            + self._sum(invoices, "amount_cost")
        )
        if total != self._amount(action, action.amount_total):
            raise UserError(
                self.env._(
                    "The lines of %(action)s make %(sum)s and its total is %(total)s: "
                    "cancel it and make a new one.",
                    action=action.name,
                    sum=self._format(action, total),
                    total=self._format(action, action.amount_total),
                )
            )

    @api.model
    def _prepare_invoices(self, action, invoices, credits):
        rows = [self._prepare_invoice_row(line) for line in invoices]
        rows += [self._prepare_credit_row(line) for line in credits]
        sums = []
        if len(rows) > 1:
            net = self._sum(invoices, "amount_residual")
            net -= self._sum(credits, "amount_residual")
            label = self._text(action, "principal_left")
            sums = [(label, self._format(action, net))]
        return {
            "kind": "invoices",
            "caption": "",
            "note": "",
            "rows": rows,
            "sums": sums,
            "is_late": any(row["late"] for row in rows),
        }

    @api.model
    def _prepare_invoice_row(self, line):
        action = line.action_id
        total = self._amount(action, line.amount_original)
        balance = self._amount(action, line.amount_residual)
        return {
            "number": line.label or line.move_id.name,
            "detail": self._prepare_invoice_detail(line),
            "date": self._format_day(action, line.date_document),
            "due_date": self._format_day(action, line.date_due),
            "late": self._text(action, "days_late", days=line.days_late)
            if line.days_late > 0
            else "",
            "total": self._format(action, total),
            "paid": self._format(action, total - balance) if total != balance else "–",
            "balance": self._format(action, balance),
            "figures": {"total": total, "paid": total - balance, "balance": balance},
        }

    @api.model
    def _prepare_invoice_detail(self, line):
        """References of the debtor, in small under the number of an invoice. Hook."""
        action, move = line.action_id, line.move_id
        number = line.label or move.name
        parts = []
        if line.instalment:
            rank, count = line.instalment.split("/")
            total = self._format(action, move.amount_total)
            parts.append(
                self._text(action, "instalment", rank=rank, count=count, total=total)
            )
        if move.ref and move.ref != number:
            parts.append(self._text(action, "your_reference", reference=move.ref))
        if action.profile == "public":
            parts += self._prepare_public_references(action, move)
        return self._join_detail(parts)

    @api.model
    def _lower(self, name):
        """A name within a sentence: "French" keeps its capital."""
        return name[:1].lower() + name[1:]

    @api.model
    def _join_detail(self, parts):
        """Parts of a detail as one sentence."""
        text = ", ".join(part for part in parts if part)
        return text[:1].upper() + text[1:]

    @api.model
    def _prepare_public_references(self, action, move):
        """What a public body knows a request for payment by: day it came, and the
        references of Chorus Pro where its module is installed."""
        parts = []
        if move.recouvrement_request_date:
            day = self._format_day(action, move.recouvrement_request_date)
            parts.append(self._text(action, "request_received", day=day))
        for name in CHORUS_FIELDS:
            if name in move._fields and move[name]:
                parts.append(self._text(action, name, reference=move[name]))
        return parts

    @api.model
    def _prepare_credit_row(self, line):
        action = line.action_id
        total = self._amount(action, line.amount_original)
        balance = self._amount(action, line.amount_residual)
        number = line.label or line.move_id.name
        names = {
            "credit_note": (number, "credit_note"),
            # The number of a bank entry means nothing to who paid.
            "payment": (self._text(action, "payment_received"), "oldest_first"),
        }
        name, detail = names[line.kind]
        return {
            "number": name,
            "detail": self._text(action, detail),
            "date": self._format_day(action, line.date_document),
            "due_date": "",
            "late": "",
            "total": self._format(action, -total),
            "paid": self._format(action, balance - total) if total != balance else "–",
            "balance": self._format(action, -balance),
            "figures": {"total": -total, "paid": balance - total, "balance": -balance},
        }

    @api.model
    def _prepare_penalties(self, action, invoices):
        """The table of penalties, with all that a judge needs to work it out again."""
        segments = [
            (line, segment)
            for line in invoices
            for segment in line.penalty_detail or ()
        ]
        claimed = self._sum(invoices, "amount_interest")
        waived = self._sum(invoices, "amount_waived")
        sums = []
        if waived:
            sums.append((self._text(action, "waived"), -waived))
        if len(segments) > 1 or sums:
            label = self._text(
                action,
                "interest_at",
                label=self._text(action, "interest"),
                day=self._format_date(action, action.date),
            )
            sums.append((label, claimed))
        return {
            "kind": "penalties",
            "caption": self._text(action, "interest_table"),
            "note": self._text(action, "penalty_note"),
            "sources": self._prepare_rate_sources(action, segments),
            "amount_label": self._text(action, "interest_amount"),
            "rows": [self._prepare_segment_row(*segment) for segment in segments],
            "sums": [(label, self._format(action, amount)) for label, amount in sums],
        }

    @api.model
    def _prepare_rate_sources(self, action, segments):
        """Where each rate of the table comes from, so that a judge can check it."""
        words = self._get_words(action)
        return list(
            dict.fromkeys(
                rate_words.describe(
                    segment,
                    action.profile == "public",
                    words,
                    line.move_id.sudo().recouvrement_rate_basis or "",
                )
                for line, segment in segments
            )
        )

    @api.model
    def _prepare_segment_row(self, line, segment):
        action = line.action_id
        return {
            "number": line.label or line.move_id.name,
            "date_from": self._format_day(
                action, date.fromisoformat(segment["date_from"])
            ),
            "date_to": self._format_day(action, date.fromisoformat(segment["date_to"])),
            "days": str(segment["days"]),
            "base": self._format(action, segment["base"]),
            "rate": self._get_words(action).format_percent(
                to_decimal(segment["rate"], 4)
            ),
            "divisor": str(segment["divisor"]),
            "amount": self._format(action, segment["amount"]),
            "figures": {"amount": self._amount(action, segment["amount"])},
        }

    @api.model
    def _prepare_totals(self, action, invoices):
        """Label, amount and detail of the sums that make the total; none when there is
        one."""
        name = "principal_due_vat" if action.amount_credits else "principal_left_vat"
        rows = [(name, action.amount_invoices, "")]
        if action.amount_credits:
            rows.append(("deducted", -action.amount_credits, ""))
        if action.amount_interest:
            rows.append(("interest", action.amount_interest, ""))
        if action.amount_indemnity:
            detail = self._prepare_indemnity_detail(action, invoices)
            rows.append(("indemnity", action.amount_indemnity, detail))
        if action.amount_costs:
            detail = self._text(action, "costs_detail")
            rows.append(("costs", action.amount_costs, detail))
        if len(rows) == 1:
            return []
        return [
            (self._text(action, code), self._format(action, amount), detail)
            for code, amount, detail in rows
        ]

    @api.model
    def _prepare_indemnity_detail(self, action, invoices):
        amounts = [
            self._amount(action, line.amount_indemnity)
            for line in invoices
            if line.amount_indemnity
        ]
        if len(set(amounts)) != 1:
            return ""
        detail = f"{len(amounts)} × {self._format(action, amounts[0])}"
        if action.currency_id.name == "EUR":
            return detail if len(amounts) > 1 else ""
        # The law sets the indemnity in euros.
        euro = self.env.ref("base.EUR")
        rate = to_decimal(
            euro._get_conversion_rate(
                euro, action.currency_id, action.company_id, action.date
            ),
            4,
        )
        words = self._get_words(action)
        return self._text(
            action,
            "indemnity_each",
            count=len(amounts),
            tariff=words.format_amount(round_half_up(amounts[0] / rate, 0), "EUR"),
            amount=self._format(action, amounts[0]),
            rate=words.format_rate(rate),
            currency=action.currency_id.name,
        )

    # ------------------------------------------------------------------
    # Payment, signature, law
    # ------------------------------------------------------------------

    @api.model
    def _prepare_payment(self, action):
        account = action.company_id._recouvrement_get_account()
        number = account.number
        is_iban = epc.is_iban(number)
        items = [
            ("payee", account.holder),
            (
                "iban" if is_iban else "account",
                format_iban(number) if is_iban else number,
            ),
            ("bic", account.bic),
            ("reference", action.name),
        ]
        return {
            "lead": self._prepare_payment_lead(action),
            "items": [
                (self._text(action, code), value) for code, value in items if value
            ],
            "code": self._prepare_code(action, account) if is_iban else "",
        }

    @api.model
    def _prepare_payment_lead(self, action):
        """A public body pays on its own order, interest later than principal."""
        if action.kind == "courtesy":
            return self._prepare_courtesy_lead(action)
        if action.profile == "public" or not action.date_deadline:
            return self._text(action, "bank_details")
        day = self._format_date(action, action.date_deadline)
        return self._text(action, "pay_by", day=day)

    @api.model
    def _prepare_courtesy_lead(self, action):
        """Before the due date nothing else is asked than to pay on that day."""
        dues = set(action.line_ids.filtered("date_due").mapped("date_due"))
        if action.profile == "public" or len(dues) != 1:
            return self._text(action, "bank_details")
        day = self._format_date(action, dues.pop())
        return self._text(action, "pay_on", day=day)

    @api.model
    def _prepare_code(self, action, account):
        """Picture of the payment code, nothing where no such code exists."""
        total = self._amount(action, action.amount_total)
        if not 0 < total <= epc.MAX_AMOUNT or not self._has_code(action, total):
            return ""
        text = epc.payload(
            account.holder,
            account.number,
            total,
            action.currency_id.name,
            bic=account.bic,
            remittance=action.name,
        )
        return epc.data_uri(text) if text else ""

    @api.model
    def _has_code(self, action, total):
        """The accountant of a public body pays on an order, and a statement of account
        asks nobody for what is not due yet."""
        if action.kind == "account_statement":
            return action.profile != "public" and self._get_overdue(action) == total
        return action.profile != "public"

    @api.model
    def _prepare_legal_texts(self, action):
        """The law that the letter cites, as frozen on the action."""
        words, texts = self._get_words(action), []
        for mention in action.legal_mentions or ():
            if isinstance(mention, str):
                texts.append(words.nbsp(mention))
            else:
                subject = words.TEXTS.get(f"law_{mention['code']}")
                parts = [
                    part for part in (subject, words.cite(mention["article"])) if part
                ]
                texts.append(words.nbsp(words.TEXTS["colon"].join(parts) + "."))
        texts = [wording.keep_numbers(text) for text in texts]
        return texts + self._prepare_mediator(action)

    @api.model
    def _prepare_mediator(self, action):
        """Whom a consumer may turn to (C. conso. art. L612-1 and L616-1)."""
        mediator = self._get_mediator(action)
        if not mediator:
            return []
        text = self._text(action, "mediator", mediator=mediator)
        return [self._get_words(action).nbsp(text)]

    @api.model
    def _get_mediator(self, action):
        """The mediator that the letter names: to consumers, once they were reminded."""
        kind = letter_kinds.get(action.kind)
        if "mediator" not in kind.get_required(action.profile):
            return ""
        return action.company_id.recouvrement_mediator or ""

    @api.model
    def _prepare_citations(self, action):
        """``[(code, article)]`` of the texts that the action cites, in the language of
        the letter."""
        words = self._get_words(action)
        return [
            (mention["code"], words.cite(mention["article"]))
            for mention in action.legal_mentions or ()
            if not isinstance(mention, str)
        ]

    @api.model
    def _prepare_sums(self, action):
        """What the total is made of, as numbers."""
        return {
            name: self._amount(action, action[field])
            for name, field in (
                ("principal", "amount_invoices"),
                ("credits", "amount_credits"),
                ("interest", "amount_interest"),
                ("indemnity", "amount_indemnity"),
                ("costs", "amount_costs"),
                ("total", "amount_total"),
            )
        }

    @api.model
    def _prepare_signature(self, action):
        company = action.company_id
        return {
            "signatory": company.recouvrement_signatory_name or "",
            "name": company.recouvrement_signatory_name or company.name,
            "title": company.recouvrement_signatory_title or "",
        }

    @api.model
    def _prepare_enclosures(self, action, values):
        """What goes with the letter, as listed under the signature. Hook."""
        names = []
        if values["annex"]:
            name = self._lower(values["annex_name"])
            names.append(self._text(action, "enclosed_annex", name=name))
        listed = any(table["kind"] == "invoices" for table in values["tables"])
        return names + enclosure_words.summarise(
            self._get_words(action),
            [(piece["kind"], piece["name"]) for piece in action.enclosures or ()],
            self._text(action, "listed_above" if listed else "listed_in_annex"),
        )

    # ------------------------------------------------------------------
    # Amounts
    # ------------------------------------------------------------------

    @api.model
    def _amount(self, action, value):
        return to_decimal(value, action.currency_id.decimal_places)

    @api.model
    def _sum(self, lines, name):
        return sum(
            (self._amount(line.action_id, line[name]) for line in lines), to_decimal(0)
        )

    @api.model
    def _sum_of(self, action, values):
        return sum((self._amount(action, value) for value in values), to_decimal(0))

    @api.model
    def _format(self, action, value):
        words = self._get_words(action)
        return words.format_amount(self._amount(action, value), action.currency_id.name)

    @api.model
    def _spell(self, action, amount):
        words = self._get_words(action)
        return words.amount_in_words(amount, action.currency_id.name)

    @api.model
    def _format_day(self, action, day):
        return self._get_words(action).format_short_date(day) if day else ""
