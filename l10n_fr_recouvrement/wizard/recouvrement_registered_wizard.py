import zipfile
from datetime import timedelta
from tempfile import TemporaryFile

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import human_size

from ..const import CONTACTED_STATES
from ..paper.page import enclosure_pdf
from ..paper.post import registered_file
from ..paper.words.french import ADDRESS_LINES
from .download import download_file

# What was made earlier and has no number was posted by hand.
RECENT_DAYS = 7
MAX_ARCHIVE = 200 * 1024**2
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
    file = fields.Binary(readonly=True)
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
            today = self.env.company._recouvrement_today()
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
        today = self.env.company._recouvrement_today()
        self._check_size(actions)
        with TemporaryFile() as stream:
            self._write_archive(actions, stream)
            stream.seek(0)
            self._keep_archive(stream.read())
        self.file_name = f"Recommandés {today}.zip"
        return download_file(self)

    def _check_size(self, actions):
        """An archive is downloaded at once."""
        size = sum(actions.letter_attachment_id.mapped("file_size"))
        if size > MAX_ARCHIVE:
            raise UserError(
                self.env._(
                    "These %(count)s letters make %(size)s, more than one archive "
                    "takes (%(limit)s): choose fewer, and export the others after.",
                    count=len(actions),
                    size=human_size(size),
                    limit=human_size(MAX_ARCHIVE),
                )
            )

    def _keep_archive(self, content):
        """Keep the file as it is: through the field it would go in base64."""
        files = self.env["ir.attachment"].sudo()
        kept = [("res_model", "=", self._name), ("res_field", "=", "file")]
        files.search([*kept, ("res_id", "=", self.id)]).unlink()
        files.create(
            {
                "name": "file",
                "raw": content,
                "res_model": self._name,
                "res_field": "file",
                "res_id": self.id,
                "mimetype": "application/zip",
            }
        )
        self.invalidate_recordset(["file"])

    def _write_archive(self, actions, stream):
        """Write the ZIP of the letters and of the file of recipients, one letter in
        memory at a time."""
        rows = []
        # PDF are packed already.
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for action in actions.sorted("name"):
                letter = action.letter_attachment_id
                pdf = letter._recouvrement_get_content()
                name = self._get_file_name(action)
                archive.writestr(name, pdf)
                rows.append(
                    self._prepare_row(action, enclosure_pdf.count_pages(pdf), name)
                )
                letter.invalidate_recordset(["raw"])
            write = {
                "csv": registered_file.write_csv,
                "xlsx": registered_file.write_xlsx,
            }[self.file_format]
            archive.writestr(f"destinataires.{self.file_format}", write(rows))

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
        words = letter._get_words(action)
        lines = list(letter._prepare_recipient(action, words))
        # The town is the last line (NF Z10-011), and the country has its column.
        if words.country_name(place.country_id.code):
            lines.pop()
        town = lines.pop() if place.zip or place.city else ""
        return [
            action.name,
            *lines,
            *[""] * (ADDRESS_LINES - 1 - len(lines)),
            town,
            place.zip or "",
            place.city or "",
            place.country_id.code or "FR",
            pages,
            YES_NO[self.color],
            YES_NO[self.double_sided],
            YES_NO[self.receipt],
            file_name,
        ]
