import io
from collections import OrderedDict

from odoo import api, models
from odoo.exceptions import UserError

LETTER_REPORT = "l10n_fr_recouvrement.report_letter"


class IrActionsReport(models.Model):
    """Prints recovery letters the same way with any build of wkhtmltopdf."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # EXTENDS base: one PDF a letter, whatever the build of wkhtmltopdf
        if not res_ids or self._get_report(report_ref).report_name != LETTER_REPORT:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        actions = self.env["recouvrement.action"].browse(dict.fromkeys(res_ids))
        pdfs, errors = self.env[f"report.{LETTER_REPORT}"]._render_pdfs(actions)
        if errors:
            raise UserError("\n".join(errors.values()))
        return OrderedDict(
            (action.id, {"stream": io.BytesIO(pdfs[action.id]), "attachment": None})
            for action in actions
        )

    @api.model
    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        # EXTENDS base: letters run no script, there is nothing to wait for
        command = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("recouvrement_letter"):
            index = command.index("--javascript-delay")
            command[index : index + 2] = ["--disable-javascript"]
        return command
