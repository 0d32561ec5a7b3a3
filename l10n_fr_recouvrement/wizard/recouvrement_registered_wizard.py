import base64
import io
import zipfile
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import CONTACTED_STATES
from ..paper.page import enclosure_pdf, registered_file
from ..paper.words.french import ADDRESS_LINES
from .download import download_file

# What was made earlier and has no number was posted by hand.
RECENT_DAYS = 7
YES_NO = {True: "oui", False: "non"}


class RecouvrementRegisteredWizard(models.TransientModel):
    """Hands over registered letters to an online postal service: the file of recipients
    and the letters as they were frozen, in one archive."""

    _name = "recouvrement.registered.wizard"
    _description = "Export of registered letters"

    action_ids = fields.Many2many(
        "recouvrement.action",
        string="Letters",
        domain=[
            ("is_tracked", "=", True),
            ("is_printed", "=", True),
            ("letter_attachment_id", "!=", False),
        ],
    )
    file_format = fields.Selection(
        [("csv", "CSV"), ("xlsx", "XLSX")], "Format", required=True, default="csv"
    )
    color = fields.Boolean("In colour")
    double_sided = fields.Boolean(
        "On both sides",
        default=lambda self: self.env.company.recouvrement_double_sided,
    )
    receipt = fields.Boolean("With notice of receipt", default=True)
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    @api.model
    def default_get(self, fields_list):
        # EXTENDS base: what is chosen in the list, else what was made these days
        # and has no number yet
        defaults = super().default_get(fields_list)
        actions = self.env["recouvrement.action"]
        if self.env.context.get("active_model") == actions._name:
            actions = actions.browse(self.env.context.get("active_ids") or ())
            actions = actions.filtered(self._is_exportable)
        else:
            today = fields.Date.context_today(self)
            actions = actions.search(
                [
                    ("company_id", "=", self.env.company.id),
                    ("is_tracked", "=", True),
                    ("is_printed", "=", True),
                    ("state", "=", "sent"),
                    ("tracking_number", "=", False),
                    ("letter_attachment_id", "!=", False),
                    ("date_posted", "=", False),
                    ("date_sent", ">=", today - timedelta(days=RECENT_DAYS)),
                ]
            )
        defaults["action_ids"] = [Command.set(actions.ids)]
        return defaults

    @api.model
    def _is_exportable(self, action):
        return (
            action.is_tracked
            and action.is_printed
            and action.state in CONTACTED_STATES
            and action.letter_attachment_id
        )

    def action_export(self):
        """Download the archive."""
        self.ensure_one()
        actions = self.env["recouvrement.action"].browse(self.action_ids.ids)
        actions.check_access("write")
        actions = actions.filtered(self._is_exportable)
        if not actions:
            raise UserError(
                self.env._(
                    "Choose registered letters that were sent: approve and print them "
                    "first, the letters are frozen then."
                )
            )
        self.write(
            {
                "file": base64.b64encode(self._build_archive(actions)),
                "file_name": f"Recommandés {fields.Date.context_today(self)}.zip",
            }
        )
        return download_file(self)

    def _build_archive(self, actions):
        """Return the ZIP of the file of recipients and of the letters, as bytes."""
        rows, stream = [], io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for action in actions.sorted("name"):
                pdf = action.letter_attachment_id._recouvrement_get_content()
                name = self._get_file_name(action)
                archive.writestr(name, pdf)
                rows.append(
                    self._prepare_row(action, enclosure_pdf.count_pages(pdf), name)
                )
            write = {
                "csv": registered_file.write_csv,
                "xlsx": registered_file.write_xlsx,
            }[self.file_format]
            archive.writestr(f"destinataires.{self.file_format}", write(rows))
        return stream.getvalue()

    @api.model
    def _get_file_name(self, action):
        """Names are unique by company: two of them may export together."""
        name = action.name.replace("/", "-")
        return (
            f"{name}.pdf"
            if len(self.env.companies) == 1
            else (f"{action.company_id.id}-{name}.pdf")
        )

    def _prepare_row(self, action, pages, file_name):
        """One line of the file, in the order of ``registered_file.HEADINGS``. Hook."""
        letter = self.env["report.l10n_fr_recouvrement.report_letter"]
        posting = self.env["report.l10n_fr_recouvrement.report_posting"]
        place = posting._get_place(action)
        lines = letter._prepare_recipient(action, letter._get_words(action))
        return [
            action.name,
            *lines,
            *[""] * (ADDRESS_LINES - len(lines)),
            place.zip or "",
            place.city or "",
            place.country_id.code or "FR",
            pages,
            YES_NO[self.color],
            YES_NO[self.double_sided],
            YES_NO[self.receipt],
            file_name,
        ]
