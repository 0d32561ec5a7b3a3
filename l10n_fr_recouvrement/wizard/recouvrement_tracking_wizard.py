import base64
from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL, format_date, human_size

from ..const import CONTACTED_STATES
from ..models.channel import tracking_file
from ..models.channel.tracking_number import SEPARATORS, get_problem, normalise


class RecouvrementTrackingWizard(models.TransientModel):
    """Imports the tracking of registered letters from a file: reads it, shows what
    would be written, then writes all of it or nothing."""

    _name = "recouvrement.tracking.wizard"
    _description = "Import of tracking numbers"

    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    line_ids = fields.One2many(
        "recouvrement.tracking.wizard.line", "wizard_id", "Letters", readonly=True
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
        rows = self._read_file()
        self.line_ids = [
            Command.clear(),
            *map(Command.create, self._prepare_lines(rows)),
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import tracking numbers"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_confirm(self):
        """Write the content of the file, for all letters or for none."""
        self.ensure_one()
        # The letters may have changed since the preview.
        lines = self._prepare_lines(self._read_file())
        errors = [line for line in lines if line["error"]]
        if errors:
            raise UserError(
                "\n".join(
                    self.env._(
                        "Line %(number)s: %(error)s",
                        number=line["number"],
                        error=line["error"],
                    )
                    for line in errors
                )
            )
        changed = [line for line in lines if line["changes"]]
        for line in changed:
            self._apply(line)
        return self.env["recouvrement.action"]._notify(
            self.env._("Letters brought up to date: %s.", len(changed)),
            self._show([line["action_id"] for line in changed])
            if changed
            else {"type": "ir.actions.act_window_close"},
        )

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
                "heading": self.env._(
                    "%s: the first line must name the columns, the reference of the "
                    "letter (“Référence”) and at least one of: “N° de suivi”, “Date de "
                    "dépôt”, “Première présentation”, “Date de distribution”, "
                    "“Statut”.",
                    self.file_name,
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
    def _prepare_lines(self, rows):
        """Values of the lines of the preview."""
        actions = self._find_actions(rows)
        seen = Counter(row.reference for row in rows)
        numbers = Counter(
            normalise(row.values["tracking_number"])
            for row in rows
            if row.values.get("tracking_number")
        )
        taken = self._find_taken(numbers, self._get_companies(actions))
        lines = []
        for row in rows:
            found = actions.get(row.reference, self.env["recouvrement.action"])
            number = normalise(row.values.get("tracking_number"))
            error = self._get_row_error(row, found, seen)
            if not error and (numbers[number] > 1 or taken.get(number, found) != found):
                error = self.env._("Another letter has this number already.")
            changes = {} if error else self._get_changes(found, row.values)
            error = error or self._get_change_error(found, changes)
            lines.append(
                {
                    "number": row.number,
                    "reference": row.reference,
                    "action_id": found.id if len(found) == 1 else False,
                    "changes": not error and self._prepare_values(changes),
                    "summary": self._describe(changes),
                    "warning": not error and self._get_warning(changes),
                    "error": error,
                }
            )
        return lines

    @api.model
    def _find_actions(self, rows):
        """Return ``{reference: actions}`` of the companies that the user works in."""
        found = self.env["recouvrement.action"].search(
            [
                ("name", "in", [row.reference for row in rows]),
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
    def _get_row_error(self, row, found, seen):
        """Return the error of a line as text, empty where there is none."""
        words = {
            "reference": self.env._("The reference of the letter is missing."),
            "date": self.env._("“%s” is no date: write it as 31/12/2026."),
            "status": self.env._(
                "“%s” is no status that is known: refusé, non réclamé, NPAI, or "
                "nothing."
            ),
        }
        for code, value in row.errors:
            return words[code] % value if value else words[code]
        if not found:
            return self.env._("No letter has this reference.")
        if len(found) > 1:
            return self.env._(
                "Letters of several companies have this reference: choose one company."
            )
        if seen[row.reference] > 1:
            return self.env._("This reference stands on several lines.")
        if not found.is_tracked or found.state not in CONTACTED_STATES:
            return self.env._("This is no registered letter that was sent.")
        known = found.tracking_number
        number = row.values.get("tracking_number")
        if known and number and normalise(known) != normalise(number):
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
    def _get_warning(self, changes):
        """What is odd about changes that may be written all the same."""
        if get_problem(changes.get("tracking_number")):
            return self.env._("The number does not look like one of the post.")
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

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------

    @api.model
    def _apply(self, line):
        """Write the changes of one line."""
        action = self.env["recouvrement.action"].browse(line["action_id"])
        vals = dict(line["changes"])
        reason = vals.pop("return_reason", None)
        try:
            if vals:
                action.write(vals)
            if reason:
                action._return_letter(reason)
        except (UserError, ValidationError) as error:
            raise UserError(
                self.env._(
                    "Line %(number)s: %(error)s", number=line["number"], error=error
                )
            ) from error


class RecouvrementTrackingWizardLine(models.TransientModel):
    """Line of the file: what it reports of one letter, what would be written."""

    _name = "recouvrement.tracking.wizard.line"
    _description = "Line of a file of tracking numbers"
    _order = "number"

    wizard_id = fields.Many2one(
        "recouvrement.tracking.wizard", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer("Line", readonly=True)
    reference = fields.Char(readonly=True)
    action_id = fields.Many2one("recouvrement.action", "Letter", readonly=True)
    partner_id = fields.Many2one(related="action_id.partner_id", related_sudo=False)
    changes = fields.Json(readonly=True)
    summary = fields.Char("To be written", readonly=True)
    warning = fields.Char(readonly=True)
    error = fields.Char("What to correct", readonly=True)
