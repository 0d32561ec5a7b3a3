import io
from collections import OrderedDict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import find_in_path

from ...const import PROOF_REPORT, REPORT, REPORT_ALONE, VISIT_REPORT
from ...paper.page import printing


class IrActionsReport(models.Model):
    """Prints recovery letters the same way with any build of wkhtmltopdf."""

    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # EXTENDS base: several letters are bound as they are posted; those that cannot
        # be printed are listed on a last page and leave the others alone
        report_name = res_ids and self._get_report(report_ref).report_name
        if report_name == VISIT_REPORT:
            return self._recouvrement_prepare_visit_notices(res_ids)
        if report_name == PROOF_REPORT:
            return self._recouvrement_prepare_proof_sheets(res_ids)
        if report_name not in (REPORT, REPORT_ALONE):
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        # What is printed before it is sent is marked as a draft.
        service = self.env[f"report.{REPORT}"].with_context(recouvrement_draft=True)
        actions = self.env["recouvrement.action"].browse(dict.fromkeys(res_ids))
        actions.check_access("read")
        if report_name == REPORT:
            pdfs, errors = service._render_pdfs(actions)
        else:
            pdfs, errors = self._recouvrement_print_alone(service, actions)
        if errors and not pdfs:
            raise UserError("\n".join(errors.values()))
        if len(pdfs) > 1:
            posting = self.env["report.l10n_fr_recouvrement.report_posting"]
            printed = actions.filtered(lambda action: action.id in pdfs)
            pdfs = {False: posting._bind(printed, pdfs)}
        if errors:
            pdfs[None] = service._render_errors(errors)
        return OrderedDict(
            (res_id, {"stream": io.BytesIO(pdf), "attachment": None})
            for res_id, pdf in pdfs.items()
        )

    @api.model
    def _recouvrement_print_alone(self, service, actions):
        """Print letters without what is enclosed."""
        documents, errors = service._render_documents(actions, alone=True)
        return {res_id: document.pdf for res_id, document in documents.items()}, errors

    @api.model
    def _recouvrement_prepare_proof_sheets(self, res_ids):
        """Print sheets of proof, each on pages of its own, that nobody keeps."""
        actions = self.env["recouvrement.action"].browse(dict.fromkeys(res_ids))
        actions.check_access("read")
        pdf = self.env[f"report.{PROOF_REPORT}"]._render_pdf(actions)
        return OrderedDict({False: {"stream": io.BytesIO(pdf), "attachment": None}})

    @api.model
    def _recouvrement_prepare_visit_notices(self, res_ids):
        """Print notices of visit together: a page each, that nobody keeps."""
        actions = self.env["recouvrement.action"].browse(dict.fromkeys(res_ids))
        actions.check_access("read")
        pdf = self.env[f"report.{VISIT_REPORT}"]._render_pdf(actions)
        return OrderedDict({False: {"stream": io.BytesIO(pdf), "attachment": None}})

    @api.model
    def _recouvrement_begin_pdf(self, html, finish=bytes):
        """Begin to print a document of this module with the options of its letters.
        Hook: another program than wkhtmltopdf.

        :return: :class:`~odoo.addons.l10n_fr_recouvrement.paper.page.printing.Printing`
        """
        if self.get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._("Install wkhtmltopdf on the server: letters need it.")
            )
        options = self.with_context(recouvrement_letter=True)._build_wkhtmltopdf_args(
            self._get_report(REPORT).get_paperformat(), landscape=False
        )
        command = [find_in_path("wkhtmltopdf"), *options]
        return printing.Printing(command, html, finish)

    @api.autovacuum
    def _gc_recouvrement_printing(self):
        printing.clear_leftovers()

    @api.model
    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        # EXTENDS base: letters run no script, there is nothing to wait for
        command = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("recouvrement_letter"):
            if "--javascript-delay" in command:
                index = command.index("--javascript-delay")
                del command[index : index + 2]
            command.append("--disable-javascript")
        return command
