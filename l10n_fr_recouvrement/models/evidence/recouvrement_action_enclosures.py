from odoo import api, fields, models
from odoo.fields import Domain

from ...const import PENDING_STATES
from ..settings.shipped import get_shipped


class RecouvrementAction(models.Model):
    """What goes with a letter: what will be enclosed as long as it waits, what was once
    it has left."""

    _inherit = "recouvrement.action"

    letter_pages = fields.Integer(
        "Pages of the letter",
        readonly=True,
        help="Of its PDF, in which what is enclosed comes after.",
    )
    letter_enclosures = fields.Json(
        readonly=True,
        help="What was enclosed, in order: kind, name, pages and SHA-256 of each.",
    )
    enclosures = fields.Json(
        compute="_compute_enclosures", help="Kind and name of each piece, in order."
    )
    enclosure_names = fields.Text("Enclosed", compute="_compute_enclosures")
    enclosure_warning = fields.Text(compute="_compute_enclosures")
    is_enclosure_missing = fields.Boolean(
        "Enclosures missing",
        compute="_compute_enclosures",
        search="_search_is_enclosure_missing",
    )

    @api.depends(
        "state",
        "channel",
        "stage_id",
        "date",
        "letter_lang",
        "line_ids.move_id",
        "letter_enclosures",
    )
    @api.depends_context("lang")
    def _compute_enclosures(self):
        pending = self.filtered(lambda action: action.state in PENDING_STATES)
        plans = self.env["recouvrement.enclosure"]._plan(pending)
        for action in self:
            pieces, missing = action.letter_enclosures or [], []
            if plan := plans.get(action):
                pieces, missing = plan.enclosures, plan.missing
                pieces = [{"kind": one.kind, "name": one.name} for one in pieces]
            action.enclosures = pieces
            action.enclosure_names = "\n".join(piece["name"] for piece in pieces)
            action.enclosure_warning = "\n".join(missing)
            action.is_enclosure_missing = bool(missing)

    @api.model
    def _search_is_enclosure_missing(self, operator, _value):
        if operator != "in":
            return NotImplemented
        limited = self.env["recouvrement.channel"]._get_codes("is_size_limited")
        pending = self.search(
            Domain("state", "in", PENDING_STATES)
            & Domain.OR(
                Domain(f"stage_id.{flag}", "=", True)
                for flag in ("enclose_earlier_letters", "enclose_evidence")
            )
            | Domain("state", "in", PENDING_STATES) & Domain("channel", "in", limited)
        )
        return Domain("id", "in", pending.filtered("is_enclosure_missing").ids)

    def action_print_alone(self):
        """Print the letter without what was enclosed."""
        self.ensure_one()
        self.check_access("read")
        report = get_shipped(
            self.env, "l10n_fr_recouvrement.action_report_letter_alone"
        )
        return report.report_action(self, config=False)
