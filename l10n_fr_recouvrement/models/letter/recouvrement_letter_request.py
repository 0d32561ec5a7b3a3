from dataclasses import dataclass
from typing import Any

from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import law
from ...const import FOLLOWED_TYPES, SETTLED_PAYMENT_STATES
from ...paper.words import letter_kinds, natures


@dataclass(frozen=True)
class LetterRequest:
    """A letter that somebody asks for: to which debtor, about which invoices (of no use
    to a statement of account, which lists everything)."""

    partner: Any
    moves: Any


class RecouvrementLetterRequest(models.AbstractModel):
    """Letters that are no step of a procedure: what each lists, and the actions that
    carry them.

    They claim nothing: their lines reach no stage, no minimum interval keeps them back
    and they keep no stage back.

    The content of a letter is a method ``_collect_x`` that
    :attr:`~odoo.addons.l10n_fr_recouvrement.paper.words.letter_kinds.LetterKind.collect`
    names. It reads for all the requests together and returns, for each of them,
    ``{currency: [values of the lines of its action]}``, empty when there is nothing to
    list.
    """

    _name = "recouvrement.letter.request"
    _description = "Letters on request"

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def _create_actions(self, company, stage, request, **vals):
        """Make the actions that carry a letter, one for each currency.

        :param stage: a stage on request
        :param request: :class:`LetterRequest`
        :param vals: ``contact_id``, ``channel`` and other values of the actions
        :raise UserError: the letter would be empty
        """
        today = company._recouvrement_today()
        [content] = self._collect(stage.kind, company, [request], today)
        self._check_request(stage.kind, request)
        if not content:
            raise UserError(self._get_nothing(stage.kind))
        actions = (
            self.env["recouvrement.action"]
            .sudo()
            .create(
                [
                    {
                        **self._prepare_action_vals(company, stage, request, today),
                        **vals,
                        "currency_id": currency.id,
                        "line_ids": [fields.Command.create(line) for line in lines],
                    }
                    for currency, lines in content.items()
                ]
            )
        )
        actions._check_before_sending()
        return actions.with_env(self.env)

    @api.model
    def _prepare_action_vals(self, company, stage, request, date):
        """Values of an action that carries a letter on request. Hook."""
        partner = request.partner
        contacts = partner._recouvrement_get_contact()
        return {
            "company_id": company.id,
            "partner_id": partner.id,
            "contact_id": stage._get_addressee(partner, contacts[partner]).id,
            "stage_id": stage.id,
            "channel": stage.channel,
            "state": self.env["recouvrement.action"]._get_first_state(stage),
            "user_id": partner._recouvrement_get_responsible(company, stage).id,
            "profile": stage.procedure_id.profile,
            "date": date,
            "legal_mentions": self._get_legal_mentions(stage.kind, date),
        }

    @api.model
    def _get_legal_mentions(self, kind, date):
        facts = self.env["recouvrement.legal.fact"]._get_table()
        return [
            {"code": code, "article": facts.at(code, date).article}
            for code in letter_kinds.get(kind).cites
        ]

    @api.model
    def _refresh(self, actions, date):
        """Bring pending letters on request up to what the account is on ``date``.

        :return: the actions that have nothing to list any more
        """
        empty = actions.browse()
        lines = []
        for (company, kind), part in actions.grouped(
            lambda action: (action.company_id, action.kind)
        ).items():
            requests = [
                LetterRequest(action.partner_id, action._get_invoices())
                for action in part
            ]
            contents = self._collect(kind, company, requests, date)
            for action, content in zip(part, contents, strict=True):
                if action.currency_id not in content:
                    empty |= action
                for vals in content.get(action.currency_id, ()):
                    lines.append({**vals, "action_id": action.id})
        kept = actions - empty
        kept.line_ids.unlink()
        self.env["recouvrement.action.line"].create(lines)
        for kind, part in kept.grouped("kind").items():
            part.write(
                {"date": date, "legal_mentions": self._get_legal_mentions(kind, date)}
            )
        return empty

    # ------------------------------------------------------------------
    # What letters list
    # ------------------------------------------------------------------

    @api.model
    def _collect(self, kind, company, requests, date):
        """Return what the letter of each request lists (see the class)."""
        method = letter_kinds.get(kind).collect
        return getattr(self.sudo(), method)(company, requests, date)

    @api.model
    def _get_nothing(self, kind):
        """Return why a letter would be empty."""
        return self.env._(letter_kinds.get(kind).nothing)

    @api.model
    def _check_request(self, kind, request):
        """Refuse a letter about an invoice that somebody chose and that it cannot be
        about, with the reason."""
        if letter_kinds.get(kind).about_settled:
            refusals = self.sudo()._get_refusals(request.moves)
            if refusals:
                raise UserError("\n".join(refusals.values()))

    @api.model
    def _get_refusals(self, moves):
        """Return ``{invoice: why it gets no receipt}`` of the settled invoices that
        nobody paid, or not yet."""
        refusals = {}
        for move, settlements in self._read_settlements(moves).items():
            parts = [part for one in settlements for part in one.parts]
            is_open = [part for part in parts if part.is_open]
            if not parts or (not is_open and any(part.is_money for part in parts)):
                continue
            part = max(is_open or parts, key=lambda part: part.amount)
            nature = natures.get(part.origin if part.is_open else part.nature)
            refusal = self.env._(nature.refusal)
            refusals[move] = refusal % {"invoice": move.name}
        return refusals

    @api.model
    def _read_settlements(self, moves):
        """Return ``{move: [Settlement]}`` of the settled ones among these invoices."""
        moves = moves.filtered(
            lambda move: (
                move.move_type in FOLLOWED_TYPES
                and move.payment_state in SETTLED_PAYMENT_STATES
            )
        )
        dues = {move: self._get_due_lines(move) for move in moves}
        found = self.env["recouvrement.settlement"]._read(
            [line.id for lines in dues.values() for line in lines]
        )
        return {
            move: [one for line in lines for one in found.get(line.id, ())]
            for move, lines in dues.items()
        }

    @api.model
    def _prepare_line_vals(self, kind, line, date, **amounts):
        """Values of one line of a letter on request, nothing claimed by default."""
        move = line.move_id
        return {
            "kind": kind,
            "move_id": move.id,
            "move_line_id": line.id,
            "label": move.name,
            "instalment": self._get_instalment(line),
            "date_document": self._get_document_date(line),
            "date_due": line.date_maturity or line.date,
            "days_late": 0,
            "amount_original": 0.0,
            "amount_residual": 0.0,
            **amounts,
        }

    @api.model
    def _get_document_date(self, line):
        return line.move_id.invoice_date or line.date

    @api.model
    def _get_instalment(self, line):
        """Rank of a due line among those of its invoice, as 2/3."""
        dues = line.move_id.line_ids.filtered(
            lambda due: due.display_type == "payment_term"
        ).sorted(lambda due: (due.date_maturity, due.id))
        if line not in dues or len(dues) < 2:
            return False
        return f"{dues.ids.index(line.id) + 1}/{len(dues)}"

    @api.model
    def _collect_account(self, company, requests, date):
        """Everything open on the accounts of the debtors on a day, due or not, credits
        and disputed invoices included, in order of date."""
        partners = self.env["res.partner"].union(*(r.partner for r in requests))
        debtors = self.env["account.account"]._recouvrement_find_debtors(company)
        lines = (
            self.env["account.move.line"]
            .search(
                [
                    ("company_id", "=", company.id),
                    ("parent_state", "=", "posted"),
                    ("account_id", "in", debtors),
                    ("reconciled", "=", False),
                    ("amount_residual_currency", "!=", 0),
                    ("partner_id.commercial_partner_id", "in", partners.ids),
                ],
            )
            .filtered(lambda line: self._get_document_date(line) <= date)
            .sorted(lambda line: (self._get_document_date(line), line.id))
        )
        [vals_list] = self.env["recouvrement.settlement"]._name_credits(
            [[self._prepare_account_line_vals(line, date) for line in lines]]
        )
        by_id = {line.id: line for line in lines}
        found = {}
        for vals in vals_list:
            line = by_id[vals["move_line_id"]]
            content = found.setdefault(line.partner_id.commercial_partner_id, {})
            content.setdefault(line.currency_id, []).append(vals)
        return [found.get(request.partner, {}) for request in requests]

    @api.model
    def _prepare_account_line_vals(self, line, date):
        owed = line.amount_residual_currency > 0
        is_invoice = line.move_id.move_type in FOLLOWED_TYPES
        if owed:
            kind = "invoice" if is_invoice else "entry"
        else:
            is_refund = line.move_id.move_type == "out_refund"
            kind = "credit_note" if is_refund else "payment"
        late = (date - line.date_maturity).days if owed and line.date_maturity else 0
        return self._prepare_line_vals(
            kind,
            line,
            date,
            days_late=max(late, 0),
            amount_original=abs(line.amount_currency),
            amount_residual=abs(line.amount_residual_currency),
        )

    @api.model
    def _collect_receipt(self, company, requests, date):
        """The invoices that are settled, money among it, and what settled them, line by
        line."""
        moves = self.env["account.move"].union(*(request.moves for request in requests))
        settlements = self._read_settlements(self._filter_paid(moves))
        contents = []
        for request in requests:
            content = {}
            paid = request.moves.filtered(
                lambda move, request=request: (
                    move in settlements
                    and move.company_id == company
                    and move.commercial_partner_id == request.partner
                )
            )
            for currency, part in paid.grouped("currency_id").items():
                content[currency] = [
                    *self._prepare_settled(part, date),
                    *self._prepare_settlements(part, settlements, date),
                ]
            contents.append(content)
        return contents

    @api.model
    def _filter_paid(self, moves):
        """Those of some invoices that are settled, part of it at least by money."""
        settled = moves.browse(
            move.id
            for move, settlements in self._read_settlements(moves).items()
            if settlements
        )
        return settled - moves.browse(move.id for move in self._get_refusals(settled))

    @api.model
    def _get_due_lines(self, moves):
        return moves.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).sorted(lambda line: (line.date_maturity, line.id))

    @api.model
    def _prepare_settled(self, moves, date):
        return [
            self._prepare_line_vals(
                "invoice", line, date, amount_original=abs(line.amount_currency)
            )
            for line in self._get_due_lines(moves)
        ]

    @api.model
    def _prepare_settlements(self, moves, settlements, date):
        """What settled invoices: each payment, credit note or other credit once for
        each of its natures, with the part of it that went to them.

        :param settlements: as of :meth:`_read_settlements`
        """
        sums = {}
        for move in moves:
            for settlement in settlements[move]:
                for part in settlement.parts:
                    key = (part.line_id, part.nature)
                    sums[key] = sums.get(key, law.ZERO) + part.amount
        lines = self.env["account.move.line"].browse(
            {line_id for line_id, _code in sums}
        )
        lines = {line.id: line for line in lines}
        credits = [
            (lines[line_id], natures.get(code), amount)
            for (line_id, code), amount in sums.items()
        ]
        return [
            self._prepare_line_vals(
                "credit_note" if nature.is_document else "payment",
                line,
                date,
                nature=nature.code,
                date_document=line.date,
                date_due=line.date,
                amount_original=float(amount),
            )
            for line, nature, amount in sorted(
                credits, key=lambda credit: (credit[0].date, credit[0].id)
            )
        ]
