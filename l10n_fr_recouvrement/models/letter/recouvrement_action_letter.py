from markupsafe import Markup

from odoo import api, fields, models

from ...const import CONTACTED_STATES
from ...paper.words import natures, wording
from ...paper.words.french import format_iban
from ...paper.words.letter_placeholders import PLACEHOLDERS


class RecouvrementAction(models.Model):
    """Computes the language of the letter of an action, and its placeholders."""

    _inherit = "recouvrement.action"

    letter_lang = fields.Char(
        "Language of the letter",
        compute="_compute_letter_lang",
        help="That of the debtor where the stage has texts in it and the debtor is "
        "abroad, else French. Kept when the letter is sent.",
    )
    interest_text = fields.Char(compute="_compute_sum_texts")
    indemnity_text = fields.Char(compute="_compute_sum_texts")
    settled_text = fields.Char(compute="_compute_sum_texts")
    date_text = fields.Char(compute="_compute_sum_texts")
    iban_text = fields.Char(compute="_compute_iban_text")
    first_invoice_text = fields.Char(compute="_compute_first_invoice")
    first_invoice_date_text = fields.Char(compute="_compute_first_invoice")
    first_due_text = fields.Char(compute="_compute_first_invoice")
    days_late = fields.Integer(compute="_compute_first_invoice")
    last_letter_text = fields.Char(compute="_compute_last_letter_text")
    invoice_list = fields.Html(compute="_compute_invoice_list", sanitize=False)

    @api.depends(
        "letter_texts",
        "profile",
        "contact_id.lang",
        "contact_id.country_id",
        "partner_id.lang",
        "partner_id.country_id",
        "stage_id.text_ids.lang",
    )
    @api.depends_context("recouvrement_letter_lang")
    def _compute_letter_lang(self):
        forced = self.env.context.get("recouvrement_letter_lang")
        for action in self:
            lang = (action.letter_texts or {}).get("lang")
            if not lang and forced:
                texts = action.stage_id.sudo().text_ids
                lang = wording.match_lang(forced, texts.mapped("lang"))
            action.letter_lang = lang or action._choose_letter_lang()

    def _choose_letter_lang(self):
        contact, debtor = self.contact_id, self.partner_id
        country = contact.country_id or debtor.country_id
        return self.stage_id.sudo()._choose_letter_lang(
            self.profile, contact.lang or debtor.lang, country.code
        )

    def _get_letter_lang(self):
        """Code of the language that the letter of this action is written in: the one
        place that decides. A language that has no module of words (see
        :mod:`..report.wording`) has French words around its texts."""
        self.ensure_one()
        return self.letter_lang or wording.FRENCH

    @api.model
    def _get_placeholders(self):
        """The placeholders that letters and e-mails may use. Hook: add yours, and a
        field of this model for each.

        :return: tuple of :class:`~.letter_placeholders.Placeholder`
        """
        return PLACEHOLDERS

    @api.model
    def mail_allowed_qweb_expressions(self):
        # OVERRIDE mail: these and no others, without the right to write templates
        return tuple(placeholder.expression for placeholder in self._get_placeholders())

    @api.depends(
        "line_ids.amount_original",
        "line_ids.nature",
        "amount_interest",
        "amount_indemnity",
        "currency_id",
        "date",
        "letter_lang",
    )
    def _compute_sum_texts(self):
        for action in self:
            words = wording.for_lang(action.letter_lang)
            invoices = action.line_ids.filtered(lambda line: line.kind == "invoice")
            for name, records, amount in (
                ("interest_text", action, "amount_interest"),
                ("indemnity_text", action, "amount_indemnity"),
                ("settled_text", invoices, "amount_original"),
            ):
                action[name] = words.format_amount(
                    action._sum_amounts(records, amount), action.currency_id.name
                )
            received = action._get_received()
            if received is not None:
                action.settled_text = words.TEXTS["received_of"].format(
                    total=action.settled_text,
                    received=words.format_amount(received, action.currency_id.name),
                )
            action.date_text = action.date and words.format_date(action.date)

    def _get_received(self):
        """What came in as money, of a letter about settled invoices of which something
        else settled a part; None where the debtor knows of itself what did."""
        self.ensure_one()
        credits = self.line_ids.filtered("nature").grouped(
            lambda line: natures.get(line.nature)
        )
        if all(nature.is_known_to_debtor for nature in credits):
            return None
        money = [lines for nature, lines in credits.items() if nature.is_money]
        return self._sum_amounts(
            self.line_ids.browse().union(*money), "amount_original"
        )

    @api.depends("company_id")
    def _compute_iban_text(self):
        for action in self:
            account = action.company_id._recouvrement_get_account()
            action.iban_text = format_iban(account.number)

    @api.depends(
        "line_ids.kind", "line_ids.date_due", "line_ids.label", "date", "letter_lang"
    )
    def _compute_first_invoice(self):
        """What is due first: its number, its date, since when."""
        for action in self:
            words = wording.for_lang(action.letter_lang)
            first = action.line_ids.filtered(
                lambda line: line.kind == "invoice" and line.date_due
            ).sorted("date_due")[:1]
            day, due = first.date_document, first.date_due
            action.first_invoice_text = first.label
            action.first_invoice_date_text = day and words.format_date(day)
            action.first_due_text = due and words.format_date(due)
            action.days_late = max((action.date - due).days, 0) if due else 0

    @api.depends("line_ids.move_id", "date", "letter_lang")
    def _compute_last_letter_text(self):
        """The day of the last letter about any of the invoices, by one search."""
        sent = {}
        lines = self.env["recouvrement.action.line"].sudo()
        for line in lines.search(
            [
                ("move_id", "in", self.line_ids.move_id.ids),
                ("kind", "=", "invoice"),
                ("state", "in", CONTACTED_STATES),
                ("action_id.has_letter", "=", True),
                ("action_id.stage_id.delay_from", "!=", "hand"),
            ]
        ):
            sent.setdefault(line.move_id.id, []).append(line.action_id)
        for action in self:
            words = wording.for_lang(action.letter_lang)
            days = [
                earlier.date_sent
                for move_id in action.line_ids.move_id.ids
                for earlier in sent.get(move_id, ())
                if earlier != action and earlier.date_sent <= action.date
            ]
            action.last_letter_text = words.format_date(max(days)) if days else False

    @api.depends("line_ids.summary")
    def _compute_invoice_list(self):
        for action in self:
            items = Markup().join(
                Markup("<li>{}</li>").format(line.summary) for line in action.line_ids
            )
            action.invoice_list = Markup("<ul>{}</ul>").format(items)
