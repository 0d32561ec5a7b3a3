from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...const import CONTACTED_STATES
from ...paper.words import letter_kinds


class RecouvrementAction(models.Model):
    """When the post presented a letter, and what counts from that day."""

    _inherit = "recouvrement.action"

    def write(self, vals):
        # EXTENDS base: the interest of a consumer runs from the day that the notice
        # was presented
        res = super().write(vals)
        if "date_presented" in vals:
            for stage, lines in (
                self.line_ids.filtered("stage_id").grouped("stage_id").items()
            ):
                lines.move_id._recouvrement_set_presented(vals["date_presented"], stage)
                lines.followed_id.sudo().filtered(
                    lambda entry, stage=stage: entry.stage_id == stage
                ).presented_date = vals["date_presented"]
        if {"date_presented", "date_received"} & vals.keys():
            self.filtered(
                lambda action: letter_kinds.get(action.kind).puts_in_default
            ).line_ids.move_id._recouvrement_refresh_penalties()
        return res

    @api.constrains("date_presented", "date_received", "date_posted")
    def _check_date_presented(self):
        for action in self:
            today = action.company_id._recouvrement_today()
            days = [day for day in (action.date_presented, action.date_received) if day]
            if days and (
                action.state not in CONTACTED_STATES
                or not action.is_registered
                or not (action.date_posted or action.date_sent)
                <= min(days)
                <= max(days)
                <= today
                or days != sorted(days)
            ):
                raise ValidationError(
                    self.env._(
                        "%(action)s: a registered letter is first presented once it is "
                        "sent and posted, on that day or later, received after that, "
                        "and not in the future.",
                        action=action.name,
                    )
                )

    @api.model
    def _read_formal_notices(self, moves):
        """Read from when due lines are in default: for a registered formal notice the
        event that the company settled on, the sending of any other.

        :return: ``{move_line_id: date}``
        """
        self.flush_model()
        self.env["recouvrement.action.line"].flush_model()
        channels = self.env["recouvrement.channel"]
        return {
            line_id: day
            for line_id, day in self.env.execute_query(
                SQL(
                    """
                    SELECT line.move_line_id,
                           MIN(CASE WHEN action.channel != ALL(%s)
                                      OR company.recouvrement_consumer_start = 'sent'
                                    THEN action.date_sent
                                    WHEN company.recouvrement_consumer_start
                                         = 'received'
                                    THEN action.date_received
                                    ELSE action.date_presented END)
                      FROM recouvrement_action_line line
                      JOIN recouvrement_action action ON action.id = line.action_id
                      JOIN recouvrement_stage stage ON stage.id = action.stage_id
                      JOIN res_company company ON company.id = action.company_id
                     WHERE line.move_id = ANY(%s)
                       AND line.kind = 'invoice'
                       AND action.state = ANY(%s)
                       AND stage.kind = ANY(%s)
                       -- what came back and reached nobody put nobody in default
                       AND (action.channel != ALL(%s) OR action.state != 'returned')
                     GROUP BY line.move_line_id
                    """,
                    channels._get_codes("is_registered"),
                    moves.ids,
                    list(CONTACTED_STATES),
                    letter_kinds.codes(lambda kind: kind.puts_in_default),
                    channels._get_codes("counts_when_returned", False),
                )
            )
            if day
        }
