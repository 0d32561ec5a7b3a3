from odoo import api, models

from ..paper.page import enclosure_pdf, letter_pdf, posting_list
from ..paper.words.french import city_line, format_amount, format_date, nbsp


class ReportPosting(models.AbstractModel):
    """Puts letters together as one prints, folds and envelopes them: letters of as many
    sheets together, sorted as the post sorts them, the list of them in front."""

    _name = "report.l10n_fr_recouvrement.report_posting"
    _description = "Batch of letters to post"

    @api.model
    def _bind(self, actions, pdfs):
        """Return one PDF of several letters, in order, with the list of those that were
        sent in front; the drafts come last and are on no list.

        :param pdfs: ``{action_id: PDF as bytes}`` of every one of ``actions``
        """
        pages = {
            action: enclosure_pdf.count_pages(pdfs[action.id]) for action in actions
        }
        double_sided = actions.company_id[:1].recouvrement_double_sided
        ordered = actions.sorted(
            lambda action: self._sorting_key(action, pages[action], double_sided)
        )
        parts = [pdfs[action.id] for action in ordered]
        # A list is signed by one company.
        for _company, part in reversed(
            ordered.filtered(self._is_listed).grouped("company_id").items()
        ):
            parts.insert(0, posting_list.draw(self._prepare_list(part, pages)))
        return letter_pdf.bind(parts, double_sided)

    @api.model
    def _is_listed(self, action):
        """Whether a letter is on the list: it was sent, on paper, by us."""
        return bool(action.letter_attachment_id and action.is_printed)

    @api.model
    def _sorting_key(self, action, pages, double_sided):
        """Order that letters are printed in: as they are folded, then as they are
        posted. Hook."""
        place = self._get_place(action)
        home = action.company_id.country_id
        return (
            action.company_id.id,
            not self._is_listed(action),
            letter_pdf.count_sheets(pages, double_sided),
            bool(place.country_id) and place.country_id != home,
            place.country_id.code or "",
            place.zip or "",
            action.partner_id.name or "",
            action.id,
        )

    @api.model
    def _get_place(self, action):
        """The contact whose address is on the letter."""
        return action.contact_id if action.contact_id.city else action.partner_id

    @api.model
    def _prepare_list(self, actions, pages):
        """Values of the list of letters of one company.

        :param pages: ``{action: number of pages}``
        """
        company = actions.company_id
        sender = (
            company.name,
            company.street,
            company.street2,
            city_line(company.zip, company.city),
        )
        days = sorted({action.date_sent for action in actions if action.date_sent})
        days = [format_date(day) for day in dict.fromkeys(days[:1] + days[-1:])]
        return posting_list.PostingList(
            sender=tuple(line for line in sender if line),
            date=" au ".join(days),
            city=company.city or "",
            signatory=company.recouvrement_signatory_name or "",
            double_sided=company.recouvrement_double_sided,
            rows=tuple(self._prepare_row(action, pages[action]) for action in actions),
            total=tuple(
                format_amount(part[0]._sum_amounts(part, "amount_total"), currency.name)
                for currency, part in actions.grouped("currency_id").items()
            ),
        )

    @api.model
    def _prepare_row(self, action, pages):
        """One line of the list. Hook."""
        letter = self.env["report.l10n_fr_recouvrement.report_letter"]
        currency = action.currency_id.name
        # How letters travel, in the language of the list.
        delivery = action._channel_handler()._posting_name or dict(
            action._fields["channel"]._description_selection(self.env)
        ).get(action.channel, "")
        number = action.is_tracked and action.tracking_number
        return posting_list.Row(
            reference=action.name,
            debtor=nbsp(action.partner_id.name),
            address=tuple(letter._prepare_recipient(action, letter._get_words(action))),
            delivery=(delivery, number) if number else (delivery,),
            pages=pages,
            sheets=letter_pdf.count_sheets(
                pages, action.company_id.recouvrement_double_sided
            ),
            amount=format_amount(action._sum_amounts(action, "amount_total"), currency),
        )
