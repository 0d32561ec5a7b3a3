from odoo import api, models

from ..const import VISIT_REPORT
from ..paper.letter import heading
from ..paper.words import letter_kinds
from ..paper.words.french import nbsp


class ReportVisitNotice(models.AbstractModel):
    """Turns visits into the notice left at the debtor's: courteous, without penalties
    or threat, and nothing that looks like an act of a court."""

    _name = "report.l10n_fr_recouvrement.report_visit_notice"
    _description = "Notice of visit"

    @api.model
    def _get_report_values(self, docids, data=None):
        actions = self.env["recouvrement.action"].browse(docids)
        actions.check_access("read")
        return {"notices": [self._prepare_notice(action) for action in actions]}

    @api.model
    def _render_pdf(self, actions):
        """Return one PDF of the notices of ``actions``."""
        return self.env["report.l10n_fr_recouvrement.report_letter"]._print_html(
            VISIT_REPORT, self._get_report_values(actions.ids)
        )

    @api.model
    def _prepare_notice(self, action):
        """Return what the template prints, as a dict of plain values. Hook."""
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        writer = service._get_writer(action)
        company, words = service._gather_company(action.company_id), writer.words
        owed = action._sum_amounts(action, "amount_invoices") - action._sum_amounts(
            action, "amount_credits"
        )
        kind = letter_kinds.get("visit_notice")
        letter = {
            "kind": kind.code,
            "lang": writer.lang,
            "words": writer.texts,
            "profile": writer.profile,
            "color": service._prepare_color(action),
            "sender": service._prepare_sender(action, words),
            "identity": heading.identity(company, words),
            "footer": heading.footer(company, words),
            "recipient_lines": service._prepare_recipient(action, words),
            "references": heading.references(
                action.name, service._gather_debtor(action), writer
            ),
            "delivery": [writer.text("visit_delivery")],
            "place_date": "",
            "title": kind.get_title(writer.profile, words),
            "subject": "",
            "total": writer.money(owed),
            "total_words": writer.spell(owed),
            "contact": self._prepare_whom_to_call(action),
        }
        service._check_mentions(action, letter)
        return {
            "letter": letter,
            "came": writer.text(
                "visit_came", day=writer.full_date(self._get_day(action))
            ),
            "invoices": ", ".join(action._get_invoices().mapped("name")),
        }

    @api.model
    def _get_day(self, action):
        """Day of the visit: the one it is planned for, today when that has passed."""
        today = action.company_id._recouvrement_today()
        return max(action.date_planned or today, today)

    @api.model
    def _prepare_whom_to_call(self, action):
        """Name, phone and e-mail of who answers for the visit, else of the company."""
        user, company = action.user_id.sudo(), action.company_id
        parts = (
            user.name,
            user.phone or company.phone,
            user.email or company.email,
        )
        return [nbsp(part) for part in parts if part]
