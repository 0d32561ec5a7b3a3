import base64
import logging
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL, format_date, human_size

from ..const import CONTACTED_STATES, RETURN_REASONS
from ..models.settings.one_by_one import attempt
from ..paper.post import tracking_file
from ..paper.post.tracking_number import SEPARATORS, get_problem, normalise

_logger = logging.getLogger(__name__)


class RecouvrementTrackingWizard(models.TransientModel):
    """Imports the tracking of registered letters from a file: reads it, shows what
    would be written, then writes the lines that can be; the others stay, with what is
    wrong, to be corrected."""

    _name = "recouvrement.tracking.wizard"
    _description = "Import of tracking numbers"

    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    unread_columns = fields.Char("Columns that are not read", readonly=True)
    line_ids = fields.One2many(
        "recouvrement.tracking.wizard.line", "wizard_id", "Letters"
    )
    error_count = fields.Integer(compute="_compute_counts")
    warning_count = fields.Integer(compute="_compute_counts")
    change_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.error", "line_ids.warning", "line_ids.changes")
    def _compute_counts(self):
        for wizard in self:
            wizard.error_count = len(wizard.line_ids.filtered("error"))
            wizard.warning_count = len(wizard.line_ids.filtered("warning"))
            wizard.change_count = len(wizard.line_ids.filtered("changes"))

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_read(self):
        """Read the file and show what it would write."""
        self.ensure_one()
        content = self._read_file()
        self.unread_columns = ", ".join(content.unread)
        self.line_ids = [
            Command.clear(),
            *(Command.create(self._prepare_line(row)) for row in content.rows),
        ]
        self._check_lines()
        return self._reopen()

    def action_check(self):
        """Check the lines again, as they were corrected."""
        self.ensure_one()
        self._check_lines()
        return self._reopen()

    def action_confirm(self):
        """Write the lines that can be. What is left stays to be corrected."""
        self.ensure_one()
        # The letters may have changed since the preview, and the lines with them.
        self._check_lines()
        attempt(
            self.line_ids.filtered("changes"),
            lambda lines: lines._apply(),
            lambda line, error: line._note_failure(error),
        )
        written = self.line_ids.filtered("changes").action_id
        left = self.line_ids.filtered("error")
        if left:
            (self.line_ids - left).unlink()
            message = self.env._(
                "Letters brought up to date: %(written)s. Lines to correct: %(left)s.",
                written=len(written),
                left=len(left),
            )
            return written._notify(message, self._reopen())
        return written._notify(
            self.env._("Letters brought up to date: %s.", len(written)),
            self._show(written.ids)
            if written
            else {"type": "ir.actions.act_window_close"},
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import tracking numbers"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _show(self, action_ids):
        """Open the list of letters."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_recouvrement.recouvrement_action_action"
        )
        action["domain"] = [("id", "in", action_ids)]
        return action

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _read_file(self):
        content = base64.b64decode(self.with_context(bin_size=False).file or b"")
        try:
            return tracking_file.read(content)
        except tracking_file.UnreadableFileError as error:
            words = {
                "format": self.env._(
                    "%s cannot be read: export it as CSV or XLSX.", self.file_name
                ),
                "old": self.env._(
                    "%s is a workbook of an old format, or has a password: save it as "
                    "XLSX, without a password.",
                    self.file_name,
                ),
                "heading": self.env._(
                    "%(file)s: one of the first lines must name the columns, the "
                    "reference of the letter (“Référence”) and at least one of: “N° de "
                    "suivi”, “Date de dépôt”, “Première présentation”, “Date de "
                    "distribution”, “Statut”. It has: %(found)s.",
                    file=self.file_name,
                    found=", ".join(error.found) or "–",
                ),
                "size": self.env._(
                    "%(file)s is larger than a list of letters is (%(limit)s, "
                    "%(packed)s unpacked): export the columns that are needed "
                    "alone, or split it.",
                    file=self.file_name,
                    limit=human_size(tracking_file.MAX_BYTES),
                    packed=human_size(tracking_file.MAX_UNPACKED),
                ),
                "length": self.env._(
                    "%(file)s has more than %(count)s lines: split it.",
                    file=self.file_name,
                    count=tracking_file.MAX_ROWS,
                ),
            }
            raise UserError(words[error.code]) from error

    @api.model
    def _prepare_line(self, row):
        """Values of a line: what was read, and what could not be."""
        return {
            "number": row.number,
            "reference": row.reference,
            "faults": row.errors,
            **row.values,
        }

    # ------------------------------------------------------------------
    # Checking
    # ------------------------------------------------------------------

    def _check_lines(self):
        """Work out what each line would write, or what is wrong with it."""
        lines = self.line_ids
        actions = self._find_actions(lines)
        seen = Counter(lines.mapped("reference"))
        numbers = Counter(
            normalise(line.tracking_number) for line in lines if line.tracking_number
        )
        taken = self._find_taken(numbers, self._get_companies(actions))
        for line in lines:
            found = actions.get(line.reference, self.env["recouvrement.action"])
            number = normalise(line.tracking_number)
            error = self._get_line_error(line, found, seen)
            if not error and (numbers[number] > 1 or taken.get(number, found) != found):
                error = self.env._("Another letter has this number already.")
            changes = {} if error else self._get_changes(found, line._get_values())
            error = error or self._get_change_error(found, changes)
            line.write(
                {
                    "action_id": found.id if len(found) == 1 else False,
                    "changes": not error and self._prepare_values(changes),
                    "summary": self._describe(changes),
                    "warning": not error and self._get_warning(found, changes),
                    "error": error,
                }
            )

    @api.model
    def _find_actions(self, lines):
        """Return ``{reference: actions}`` of the companies that the user works in."""
        found = self.env["recouvrement.action"].search(
            [
                ("name", "in", lines.mapped("reference")),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        return dict(found.grouped("name").items())

    @api.model
    def _get_companies(self, actions):
        """Companies of the letters found."""
        return self.env["recouvrement.action"].union(*actions.values()).company_id

    @api.model
    def _find_taken(self, numbers, companies):
        """Return ``{number: action}`` of the letters of ``companies`` that have one of
        ``numbers``."""
        actions = self.env["recouvrement.action"]
        actions.flush_model(["tracking_number"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT number, id
                  FROM (SELECT UPPER(REGEXP_REPLACE(tracking_number, %s, '', 'g'))
                               AS number, id
                          FROM recouvrement_action
                         WHERE tracking_number IS NOT NULL
                           AND company_id = ANY(%s)) AS numbered
                 WHERE number = ANY(%s)
                """,
                SEPARATORS,
                companies.ids,
                list(numbers),
            )
        )
        return {number: actions.browse(action_id) for number, action_id in rows}

    @api.model
    def _get_line_error(self, line, found, seen):
        """Return the error of a line as text, empty where there is none."""
        if fault := line._describe_fault():
            return fault
        if not line.reference:
            return self.env._("The reference of the letter is missing.")
        if not found:
            return self.env._("No letter has this reference.")
        if len(found) > 1:
            return self.env._(
                "Letters of several companies have this reference: choose one company."
            )
        if seen[line.reference] > 1:
            return self.env._("This reference stands on several lines.")
        if not found.is_tracked or found.state not in CONTACTED_STATES:
            return self.env._("This is no registered letter that was sent.")
        known = found.tracking_number
        number = line.tracking_number
        if (
            known
            and number
            and normalise(known) != normalise(number)
            # One that was read wrong is corrected.
            and not get_problem(known)
        ):
            return self.env._("This letter has another number already: %s.", known)
        return ""

    @api.model
    def _get_changes(self, action, values):
        """Return the values of a line that are not known yet."""
        return {
            name: value
            for name, value in values.items()
            if (
                normalise(value) != normalise(action.tracking_number)
                if name == "tracking_number"
                else value != action[name]
            )
        }

    @api.model
    def _get_change_error(self, action, changes):
        """Return why changes cannot be written, as text, empty where they can."""
        if not changes:
            return ""
        posted, presented, received = (
            changes.get(name) or action[name] for name in tracking_file.DATES
        )
        days = [day for day in (action.date_sent, posted, presented, received) if day]
        if days != sorted(days) or days[-1] > action.company_id._recouvrement_today():
            return self.env._(
                "The dates do not follow each other: printed on %(sent)s, then posted, "
                "presented, received, and none in the future.",
                sent=format_date(self.env, action.date_sent),
            )
        reason = changes.get("return_reason")
        if (reason or action.return_reason) and received:
            return self.env._("A letter that was received did not come back.")
        if reason and action.state == "returned":
            return self.env._("It came back for another reason already.")
        return ""

    @api.model
    def _get_warning(self, action, changes):
        """What is odd about changes that may be written all the same."""
        number = changes.get("tracking_number")
        if get_problem(number):
            return self.env._("The number does not look like one of the post.")
        if number and action.tracking_number:
            return self.env._("It replaces the number %s.", action.tracking_number)
        return ""

    @api.model
    def _prepare_values(self, changes):
        """Changes as JSON takes them."""
        return {name: str(value) for name, value in changes.items()} or False

    @api.model
    def _describe(self, changes):
        """Return a description of what would be written."""
        fields_ = self.env["recouvrement.action"]._fields
        reasons = dict(fields_["return_reason"]._description_selection(self.env))
        parts = []
        for name, value in changes.items():
            label = fields_[name]._description_string(self.env)
            if name in tracking_file.DATES:
                value = format_date(self.env, value)
            parts.append(f"{label} : {reasons.get(value, value)}")
        return ", ".join(parts)


class RecouvrementTrackingWizardLine(models.TransientModel):
    """What the file reports of one letter, what would be written, or what is wrong.
    Whoever corrects a value takes what was wrong with it away."""

    _name = "recouvrement.tracking.wizard.line"
    _description = "Line of a file of tracking numbers"
    _order = "number"

    wizard_id = fields.Many2one(
        "recouvrement.tracking.wizard", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer("Line", readonly=True)
    reference = fields.Char()
    tracking_number = fields.Char()
    date_posted = fields.Date("Posted on")
    date_presented = fields.Date("First presented on")
    date_received = fields.Date("Received on")
    return_reason = fields.Selection(RETURN_REASONS)
    is_accepted = fields.Boolean(
        "As it stands",
        help="What could not be read on this line is left out; the rest is written.",
    )
    faults = fields.Json(readonly=True)
    action_id = fields.Many2one("recouvrement.action", "Letter", readonly=True)
    partner_id = fields.Many2one(related="action_id.partner_id", related_sudo=False)
    changes = fields.Json(readonly=True)
    summary = fields.Char("To be written", readonly=True)
    warning = fields.Char(readonly=True)
    error = fields.Char("What to correct", readonly=True)

    def write(self, vals):
        # EXTENDS base: what somebody enters replaces what could not be read
        entered = vals.keys() & {"reference", *tracking_file.VALUES}
        for line in self if entered else ():
            line.faults = [
                fault for fault in line.faults or () if fault[0] not in entered
            ]
        return super().write(vals)

    def _get_values(self):
        """What the line says of its letter."""
        return {name: self[name] for name in tracking_file.VALUES if self[name]}

    def _describe_fault(self):
        """What could not be read, as text, empty where there is nothing."""
        if self.is_accepted or not self.faults:
            return ""
        [_name, code, value] = self.faults[0]
        words = {
            "missing": self.env._("The reference of the letter is missing."),
            "date": self.env._("“%s” is no date: write it as 31/12/2026.", value),
            "status": self.env._(
                "“%s” is no status that is known: refusé, non réclamé, NPAI, or "
                "nothing.",
                value,
            ),
            "returned": self.env._(
                "“%s” does not say why it came back: refusé, non réclamé or NPAI.",
                value,
            ),
            "shortened": self.env._(
                "“%s” is a number that a spreadsheet shortened: enter it whole, or "
                "make the column text and export the file again.",
                value,
            ),
            "formula": self.env._(
                "“%s” is a formula without its result: enter the value.", value
            ),
            "several": self.env._(
                "The lines of this letter do not agree: %s. Enter the right value.",
                value,
            ),
        }
        return words[code]

    def _apply(self):
        """Write the changes."""
        for line in self:
            vals = dict(line.changes)
            reason = vals.pop("return_reason", None)
            if vals:
                line.action_id.write(vals)
            if reason:
                line.action_id._return_letter(reason)

    def _note_failure(self, error):
        """Keep why the changes could not be written."""
        if not isinstance(error, UserError | ValidationError):
            _logger.exception("Line %s cannot be written", self.number, exc_info=error)
        self.write({"changes": False, "error": str(error)})
