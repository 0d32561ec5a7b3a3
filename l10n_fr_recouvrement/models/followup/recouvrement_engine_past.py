from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import CLOSED_STATES, CONTACTED_STATES, PENDING_STATES

DAY = "recouvrement_past_day"
# Columns that are computed as of the day, by the model whose table stands in.
DATED = {
    "account.move": {
        "payment_state",
        "recouvrement_stage_id",
        "recouvrement_stage_date",
        "recouvrement_cycle_date",
        "recouvrement_deadline",
        "recouvrement_presented_date",
    },
    "recouvrement.action": {"state"},
    "recouvrement.action.line": {"state"},
    "recouvrement.followed.entry": {
        "stage_id",
        "stage_date",
        "cycle_date",
        "deadline",
        "presented_date",
    },
    "res.partner": {"recouvrement_insolvency_date"},
}


class RecouvrementEnginePast(models.AbstractModel):
    """The engine as of the morning of a past day, to see what would have gone out.

    The queries of the engine read the account, the stages reached and the actions as
    they stood then. It makes no action: what was paid since is not claimed. What leaves
    no date is as it is today: marks older than the addon, procedures and conditions,
    and the columns that :data:`DATED` does not list, those of other addons included.
    """

    _name = "recouvrement.engine.past"
    _inherit = "recouvrement.engine"
    _description = "Recovery engine as of a past day"

    @api.model
    def _get_due_domain(self, company, date):
        """Invoices that had something open and late that day, or about to be."""
        before = date + timedelta(days=self._get_courtesy_lead(company) + 1)
        return self.env["account.move"]._recouvrement_followed_domain() & Domain(
            [
                ("company_id", "=", company.id),
                ("payment_state", "!=", "invoicing_legacy"),
                ("recouvrement_procedure_id", "!=", False),
                ("invoice_date", "<=", date),
                (
                    "line_ids",
                    "any",
                    [
                        ("display_type", "=", "payment_term"),
                        ("date_maturity", "<", before),
                        "|",
                        ("reconciled", "=", False),
                        ("matched_credit_ids.max_date", ">", date),
                    ],
                ),
            ]
        )

    @api.model
    def _collect(self, company, date, partners, planned_only=True):
        for name in ("account.partial.reconcile", "recouvrement.action"):
            self.env[name].flush_model()
        return super(RecouvrementEnginePast, self.with_context(**{DAY: date}))._collect(
            company, date, partners, planned_only=planned_only
        )

    @api.model
    def _prepare_hold_join(self, date):
        # OVERRIDE
        return self.env["recouvrement.hold"]._prepare_join(date, past=True)

    @api.model
    def _get_hold_condition(self, date):
        # OVERRIDE
        return self.env["recouvrement.hold"]._get_hold_condition(past=date)

    @api.model
    def _has_later_matches(self, company, date, contacts):
        # its tables stand as of the day already
        return False

    @api.model
    def _prepare_tables(self):
        """Stand in for the tables that the queries of the engine read, as of the day.

        An allocation counts from the later of the two dates. What is dated on the day
        is known; what was sent on the day is not, as a run comes first.
        """
        return SQL(
            """
            WITH action_then AS NOT MATERIALIZED (
                SELECT %(action)s,
                       CASE WHEN action.state = ANY(%(contacted)s)
                                 AND action.date_closed < %(day)s
                            THEN action.state
                            WHEN (action.state = ANY(%(pending)s)
                                  OR action.date_closed >= %(day)s)
                                 AND COALESCE(run.date, action.create_date::date)
                                     < %(day)s
                            THEN %(waiting)s
                            ELSE 'cancelled' END AS state
                  FROM recouvrement_action action
             LEFT JOIN recouvrement_run run ON run.id = action.run_id
            ), line_then AS NOT MATERIALIZED (
                SELECT %(action_line)s, action.state
                  FROM recouvrement_action_line line
                  JOIN action_then action ON action.id = line.action_id
            ), due_then AS NOT MATERIALIZED (
                SELECT line.*
                  FROM (%(line)s) line
                  JOIN account_move move ON move.id = line.move_id
                 WHERE COALESCE(move.invoice_date, line.date) <= %(day)s
            ), move_then AS NOT MATERIALIZED (
                SELECT %(move)s,
                       CASE WHEN move.payment_state IN ('blocked', 'invoicing_legacy')
                                 OR move.payment_state = 'in_payment'
                                    AND move.amount_residual != 0
                            THEN move.payment_state
                            ELSE 'not_paid' END AS payment_state,
                       CASE WHEN move.recouvrement_stage_date < %(day)s
                            THEN move.recouvrement_stage_id
                            ELSE last.stage_id END AS recouvrement_stage_id,
                       CASE WHEN move.recouvrement_stage_date < %(day)s
                            THEN move.recouvrement_stage_date
                            ELSE last.date_closed END AS recouvrement_stage_date,
                       CASE WHEN move.recouvrement_stage_date < %(day)s
                            THEN move.recouvrement_cycle_date
                            ELSE last.cycle_date END AS recouvrement_cycle_date,
                       CASE WHEN move.recouvrement_stage_date < %(day)s
                            THEN move.recouvrement_deadline
                            ELSE last.date_deadline END AS recouvrement_deadline,
                       CASE WHEN last.date_presented <= %(day)s
                            THEN last.date_presented END AS recouvrement_presented_date
                  FROM account_move move
             LEFT JOIN LATERAL (
                       SELECT line.stage_id, action.date_closed, line.cycle_date,
                              action.date_deadline, action.date_presented
                         FROM line_then line
                         JOIN action_then action ON action.id = line.action_id
                        WHERE line.move_id = move.id
                          AND line.stage_id IS NOT NULL
                          AND action.state = ANY(%(contacted)s)
                     ORDER BY action.date_closed DESC, action.id DESC
                        LIMIT 1
                       ) last ON TRUE
            ), followed_then AS NOT MATERIALIZED (
                SELECT %(followed)s,
                       CASE WHEN followed.stage_date < %(day)s
                            THEN followed.stage_id ELSE last.stage_id END AS stage_id,
                       CASE WHEN followed.stage_date < %(day)s
                            THEN followed.stage_date
                            ELSE last.date_closed END AS stage_date,
                       CASE WHEN followed.stage_date < %(day)s
                            THEN followed.cycle_date
                            ELSE last.cycle_date END AS cycle_date,
                       CASE WHEN followed.stage_date < %(day)s
                            THEN followed.deadline
                            ELSE last.date_deadline END AS deadline,
                       CASE WHEN last.date_presented <= %(day)s
                            THEN last.date_presented END AS presented_date
                  FROM recouvrement_followed_entry followed
             LEFT JOIN LATERAL (
                       SELECT line.stage_id, action.date_closed, line.cycle_date,
                              action.date_deadline, action.date_presented
                         FROM line_then line
                         JOIN action_then action ON action.id = line.action_id
                        WHERE line.move_line_id = followed.line_id
                          AND line.stage_id IS NOT NULL
                          AND action.state = ANY(%(contacted)s)
                     ORDER BY action.date_closed DESC, action.id DESC
                        LIMIT 1
                       ) last ON TRUE
            ), partner_then AS NOT MATERIALIZED (
                SELECT %(partner)s,
                       CASE WHEN partner.recouvrement_insolvency_date <= %(day)s
                            THEN partner.recouvrement_insolvency_date
                            END AS recouvrement_insolvency_date
                  FROM res_partner partner
            ), res_partner AS NOT MATERIALIZED (SELECT * FROM partner_then),
            recouvrement_action AS NOT MATERIALIZED (SELECT * FROM action_then),
            recouvrement_action_line AS NOT MATERIALIZED (SELECT * FROM line_then),
            recouvrement_followed_entry AS NOT MATERIALIZED (
                SELECT * FROM followed_then
            ),
            account_move_line AS NOT MATERIALIZED (SELECT * FROM due_then),
            account_move AS NOT MATERIALIZED (SELECT * FROM move_then)
            """,
            day=self.env.context[DAY],
            contacted=list(CONTACTED_STATES),
            pending=list(PENDING_STATES),
            waiting=PENDING_STATES[0],
            action=self._get_columns_but(DATED, "recouvrement.action", "action"),
            followed=self._get_columns_but(
                DATED, "recouvrement.followed.entry", "followed"
            ),
            action_line=self._get_columns_but(
                DATED, "recouvrement.action.line", "line"
            ),
            line=self._prepare_lines_as_of(self.env.context[DAY]),
            move=self._get_columns_but(DATED, "account.move", "move"),
            partner=self._get_columns_but(DATED, "res.partner", "partner"),
        )

    @api.model
    def _get_recent_contacts(self, company, date, candidates):
        since = date - timedelta(days=company._recouvrement_get_longest_interval())
        actions = (
            self.env["recouvrement.action"]
            .sudo()
            .search(
                Domain("company_id", "=", company.id)
                & Domain("partner_id", "in", [p.partner.id for p in candidates])
                & (
                    Domain("state", "in", PENDING_STATES)
                    | Domain("state", "in", CLOSED_STATES)
                    & Domain("date_closed", ">", since)
                ),
                order="date_closed, id",
            )
        )
        contacts, waiting = {}, {}
        for action in actions:
            closed = action.date_closed
            if closed and closed < date:
                contacts[action.partner_id.id] = (action.state, closed)
            elif self._get_made_day(action) < date:
                waiting[action.partner_id.id] = (PENDING_STATES[0], False)
        return contacts | waiting

    @api.model
    def _get_made_day(self, action):
        """Day that an action was made on."""
        return action.run_id.date or action.company_id._recouvrement_get_day(
            action.create_date
        )

    @api.model
    def _explain_left_out(self, company, date, listed, partners=None):
        # The reasons are those of today.
        return []

    @api.model
    def _announce_anew(self, company, candidates, date):
        """Announces nothing: the day is past."""

    @api.model
    def _create_actions(self, run, candidates):
        raise UserError(self.env._("Nothing is made as of a past day."))
