from dataclasses import dataclass, field, replace
from datetime import date as Date
from typing import Any

from odoo import api, models

from .. import law
from ..const import DUE_STATES, FOLLOWED_TYPES
from ..paper.statement.statement_rows import ZERO, Unallocated
from ..paper.words.french import format_short_date, nbsp

INVOICED_STATES = ("invoiced", "collected")


@dataclass
class Charges:
    """What debit notes charged of one invoice, and its costs that none has charged."""

    days: list = field(default_factory=list)
    indemnity: str = ""
    costs: list = field(default_factory=list)


@dataclass
class Inputs:
    """What statements of many invoices are computed from: ``penalty`` is that of the
    penalties, the credits that nobody allocated among its payments; ``standing`` is
    what is set against each due line and leaves it owed, ``imputed`` the due lines that
    such credits were set against, ``credits`` what is left of them."""

    moves: Any
    date: Date
    penalty: Any
    charges: dict
    judgments: dict
    standing: dict = field(default_factory=dict)
    imputed: set = field(default_factory=set)
    credits: dict = field(default_factory=dict)

    @property
    def due_lines(self):
        return self.penalty.due_lines

    @property
    def facts(self):
        return self.penalty.facts


class RecouvrementStatementInputs(models.AbstractModel):
    """Gathers what statements of interest are computed from, a few queries for all
    the invoices: due lines and payments as the penalties read them, what debit notes
    charged, and the credits that nobody allocated."""

    _name = "recouvrement.statement.inputs"
    _description = "Inputs of statements of interest"

    @api.model
    def _read(self, moves, date, with_credits):
        """Read the :class:`Inputs` of the statements of ``moves``, see
        ``_get_statements``."""
        moves = moves.filtered(lambda move: move.move_type in FOLLOWED_TYPES)
        penalty = self.env["recouvrement.penalty.engine"]._read_inputs(moves.ids)
        moves = moves.browse(penalty.due_lines)
        judgments = self.env["recouvrement.judgment"].browse(
            row["id"] for rows in penalty.judgments.values() for row in rows
        )
        prefetch_ids = judgments.ids
        inputs = Inputs(
            moves=moves,
            date=date,
            penalty=penalty,
            charges=self._read_charges(moves, date),
            judgments={
                move_id: judgments.browse([row["id"] for row in rows]).with_prefetch(
                    prefetch_ids
                )
                for move_id, rows in penalty.judgments.items()
            },
        )
        for line_id, settlements in penalty.settlements.items():
            inputs.standing[line_id] = [
                standing for one in settlements for standing in one.standing
            ]
        if with_credits:
            for company, part in moves.grouped("company_id").items():
                self._read_credits(inputs, company, part.commercial_partner_id)
        return inputs

    @api.model
    def _read_charges(self, moves, date):
        """What debit notes charged, and the costs up to ``date`` that none has charged,
        by invoice."""
        charges = {}
        for line in self.env["recouvrement.penalty.line"].search(
            [
                ("move_id", "in", moves.ids),
                "|",
                ("kind", "=", "cost"),
                ("debit_line_id", "!=", False),
            ]
        ):
            found = charges.setdefault(line.move_id.id, Charges())
            note = line.debit_move_id
            name = note.name if note.state == "posted" else "en préparation"
            if line.state in INVOICED_STATES and line.kind == "interest":
                found.days.append(
                    (line.move_line_id.id, line.date_from, line.date_to, name)
                )
            elif line.state in INVOICED_STATES and line.kind == "indemnity":
                found.indemnity = name
            elif line.state in DUE_STATES and line.date_from <= date:
                amount = law.to_decimal(line.amount, line.currency_id.decimal_places)
                found.costs.append((self._get_cost_label(line), amount))
        return charges

    @api.model
    def _get_cost_label(self, line):
        day = format_short_date(line.date_from)
        return nbsp(
            f"Frais complémentaires du {day} : {line.name or 'sur justificatif'}"
        )

    @api.model
    def _read_credits(self, inputs, company, partners):
        """Set the credits of the debtors of a company that nobody allocated against
        their debts, and keep what no debt takes up."""
        engine = self.env["recouvrement.engine"]
        accounts = engine._read_accounts(company, inputs.date, partners)
        engine._impute_all(accounts)
        for account in accounts:
            self._keep_credits(inputs, account)

    @api.model
    def _keep_credits(self, inputs, account):
        """Keep what each credit was set against and what it is, in the order in which
        they were, and what no debt took."""
        for settlement in self.env["recouvrement.settlement"]._read_allocated(
            self._follow_moved(account)
        ):
            # Of the held part of a due line as well.
            line_id = abs(settlement.line_id)
            inputs.imputed.add(line_id)
            inputs.penalty.payments.setdefault(line_id, []).extend(
                replace(payment, nature=Unallocated(payment.nature))
                for payment in settlement.payments
            )
            inputs.standing.setdefault(line_id, []).extend(settlement.standing)
        inputs.credits[account.key] = sum(account.unused.values(), ZERO)

    @api.model
    def _follow_moved(self, account):
        """What credits were set against, with what was moved to another account, as to
        doubtful debts, in the name of the invoices whose debt it is."""
        origins = self._read_origins(account)
        followed = []
        for credit, line_id, part in account.allocated:
            left = part.amount
            for origin in origins.get(line_id, ()):
                share = min(left, origin["room"])
                origin["room"] -= share
                left -= share
                if share:
                    followed.append(
                        (credit, origin["line_id"], replace(part, amount=share))
                    )
            if left:
                followed.append((credit, line_id, replace(part, amount=left)))
        return followed

    @api.model
    def _read_origins(self, account):
        """The due lines that credits set against entries pay, by the item of the entry,
        where that is certain: one, or those of which nothing was paid."""
        paid = {line_id for _credit, line_id, _part in account.allocated}
        whole = {
            row["id"]: row["residual"] == row["amount"]
            for row in account.items
            if row["id"] in paid and row["move_type"] not in FOLLOWED_TYPES
        }
        origins = {}
        for line in self.env["account.move.line"].browse(whole):
            found = line._recouvrement_get_origins()
            if len(found) == 1 or whole[line.id]:
                origins[line.id] = [
                    {"line_id": due.id, "room": law.to_decimal(amount, account.digits)}
                    for due, amount in found
                ]
        return origins
