from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import law
from ...const import (
    CHASED_PAYMENT_STATES,
    CONTACTED_STATES,
    FOLLOWED_TYPES,
    PENDING_STATES,
)
from .account_move import UNDER_WAY_OF_MOVE
from .debtor_account import DebtorAccount

# The tables that open items are read from, by the names that conditions give them.
ITEMS = SQL(
    """account_move_line line
       JOIN account_move move ON move.id = line.move_id
       JOIN account_account account ON account.id = line.account_id
       JOIN res_partner partner ON partner.id = line.partner_id
       JOIN res_partner debtor ON debtor.id = partner.commercial_partner_id
  LEFT JOIN recouvrement_followed_entry followed
         ON followed.line_id = line.id AND followed.active
  LEFT JOIN LATERAL (%s) under_way ON TRUE""",
    UNDER_WAY_OF_MOVE,
)
# What walks a procedure: the invoice, or less the entry that somebody follows.
ITEM_UNIT = SQL("COALESCE(-followed.id, move.id)")
ITEM_KIND = SQL(
    "CASE WHEN line.amount_residual_currency < 0 THEN 'credit' ELSE 'debt' END"
)
# A row is a :class:`~.debtor_account.OpenItem`.
OPEN_ITEMS = """
   %(tables)s
   SELECT line.id, line.move_id, %(unit)s AS unit,
          line.currency_id, line.date, %(due)s AS date_maturity,
          line.payment_id, line.statement_line_id,
          debtor.id AS partner_id,
          COALESCE(followed.name, move.name) AS name, move.ref,
          move.move_type, move.invoice_date,
          CASE WHEN move.move_type = ANY(%(types)s) THEN move.id
               ELSE move.reversed_entry_id END AS origin_id,
          COALESCE(origin.invoice_date, move.invoice_date, line.date)
          < debtor.recouvrement_insolvency_date IS TRUE AS is_prior,
          line.discount_date,
          ABS(line.amount_currency - line.discount_amount_currency)
          AS discount,
          under_way.amount AS under_way,
          COALESCE(move.recouvrement_procedure_id,
                   followed.procedure_id) AS procedure_id,
          COALESCE(move.recouvrement_stage_id,
                   followed.stage_id) AS stage_id,
          COALESCE(move.recouvrement_stage_date,
                   followed.stage_date) AS stage_date,
          COALESCE(move.recouvrement_cycle_date,
                   followed.cycle_date) AS cycle_date,
          COALESCE(move.recouvrement_deadline,
                   followed.deadline) AS deadline,
          COALESCE(move.recouvrement_presented_date,
                   followed.presented_date) AS presented,
          move.recouvrement_posted_date AS posted,
          move.recouvrement_next_date AS next_date,
          %(profile)s AS profile,
          instalment.number, instalment.count,
          done.acted, done.waiting IS TRUE AS waiting,
          %(kind)s AS kind,
          %(held)s AS held, hold.id AS hold_id,
          hold.kind AS hold_kind, hold.part AS hold_part,
          ABS(line.amount_residual_currency) AS residual,
          ABS(line.amount_currency) AS amount
          %(columns)s
     FROM %(items)s
          %(holds)s
LEFT JOIN account_move origin ON origin.id = move.reversed_entry_id
     JOIN LATERAL (
          SELECT COUNT(*) AS count,
                 COUNT(*) FILTER (
                     WHERE (due.date_maturity, due.id)
                        <= (line.date_maturity, line.id)) AS number
            FROM account_move_line due
           WHERE due.move_id = line.move_id
             AND due.display_type = 'payment_term'
          ) instalment ON TRUE
     JOIN LATERAL (
          SELECT COUNT(*) > 0 AS acted,
                 BOOL_OR((followed.id IS NULL OR acted.move_line_id = line.id)
                         AND acted.stage_id IS NOT NULL
                         AND acted.state = ANY(%(waiting)s)) AS waiting
            FROM recouvrement_action_line acted
           WHERE acted.move_id = move.id
          ) done ON TRUE
    WHERE %(condition)s
      AND line.partner_id = ANY(%(contacts)s)
    ORDER BY %(due)s, line.id
"""
# When an open item falls due; an entry that names no day does on its own.
ITEM_DUE = SQL("COALESCE(line.date_maturity, line.date)")
ITEM_PROFILE = SQL(
    """COALESCE(move.recouvrement_profile, followed.profile,
                debtor.recouvrement_profile)"""
)
# Key of the context: day that open items are read as of.
AS_OF = "recouvrement_as_of"
# Columns of a due line that follow its reconciliations.
DATED = {"account.move.line": {"amount_residual_currency", "reconciled"}}


class RecouvrementAccount(models.AbstractModel):
    """Reads what debtors owe, what is held of it and what was received, a few queries
    for all of them, and sets the credits against the debts by law, once.

    What letters claim, statements show and screens announce comes from here.
    """

    _name = "recouvrement.account"
    _description = "Account of a debtor"

    # ------------------------------------------------------------------
    # Open items
    # ------------------------------------------------------------------

    @api.model
    def _claimable_domain(self, company, date):
        """Domain on the invoices that follow-up may claim on ``date``; the others are
        claimed by no run, preview or action that waits, whoever else of their debtor
        is. It is searched, for all of them together, and asked of single invoices to
        report the reason, see :meth:`_get_left_out_reason`. Hook: narrow it with
        ``&``."""
        return Domain.TRUE

    @api.model
    def _get_item_columns(self):
        """Columns that the rows of open items have beyond those of
        :class:`~.debtor_account.OpenItem`. Hook.

        :return: ``{name: SQL}``; the expressions read the tables of :data:`ITEMS`:
            ``line``, ``move``, ``account``, ``partner`` and ``debtor``. As of a past
            day they are as they are today, and need nothing more.
        """
        return {}

    @api.model
    def _prepare_tables(self):
        """Tables that stand in for those that the queries below read: what is matched
        with something of a later day is open still."""
        day = self.env.context.get(AS_OF)
        if not day:
            return SQL()
        return SQL(
            """
            WITH due_then AS NOT MATERIALIZED (%s),
            account_move_line AS NOT MATERIALIZED (SELECT * FROM due_then)
            """,
            self._prepare_lines_as_of(day),
        )

    @api.model
    def _prepare_lines_as_of(self, day):
        """The due lines of all, with what was left of them on the evening of ``day``:
        an allocation counts from the later of its two dates."""
        return SQL(
            """
            SELECT %(columns)s,
                   line.amount_residual_currency + later.amount
                   AS amount_residual_currency,
                   line.amount_residual_currency + later.amount = 0 AS reconciled
              FROM account_move_line line
              JOIN LATERAL (
                   SELECT COALESCE(SUM(
                              CASE WHEN partial.debit_move_id = line.id
                                   THEN partial.debit_amount_currency
                                   ELSE -partial.credit_amount_currency END
                          ), 0) AS amount
                     FROM account_partial_reconcile partial
                    WHERE (partial.debit_move_id = line.id
                           OR partial.credit_move_id = line.id)
                      AND partial.max_date > %(day)s
                   ) later ON TRUE
            """,
            columns=self._get_columns_but(DATED, "account.move.line", "line"),
            day=day,
        )

    @api.model
    def _get_columns_but(self, dated, model, alias):
        """The columns of a table that stay as they are, of other addons as well.

        :param dated: ``{model: names of columns}`` that do not
        """
        return SQL(", ").join(
            SQL.identifier(alias, name)
            for name, field in self.env[model]._fields.items()
            if field.store and field.column_type and name not in dated[model]
        )

    @api.model
    def _has_later_matches(self, company, date, contacts):
        """Whether anything of the debtors is matched with something of after
        ``date``."""
        self.env["account.partial.reconcile"].flush_model()
        return bool(
            self.env.execute_query(
                SQL(
                    """
                    SELECT FROM account_partial_reconcile partial
                      JOIN account_move_line line ON line.id = partial.debit_move_id
                     WHERE partial.max_date > %s
                       AND partial.company_id = %s
                       AND line.partner_id = ANY(%s)
                     LIMIT 1
                    """,
                    date,
                    company.id,
                    contacts,
                )
            )
        )

    @api.model
    def _get_item_condition(self, company, before=None):
        """What an open item of a company is, over :data:`ITEMS`: debts due before
        ``before``, whatever they are called, and every credit."""
        return SQL(
            """
                line.company_id = %(company)s
            AND line.parent_state = 'posted'
            AND line.reconciled IS NOT TRUE
            AND %(debtors)s
            AND (line.amount_residual_currency < 0
                 OR line.amount_residual_currency > 0 AND %(due)s < %(before)s)
            """,
            company=company.id,
            debtors=self.env["account.account"]._recouvrement_debtor_condition(company),
            due=ITEM_DUE,
            before=before or "infinity",
        )

    @api.model
    def _get_hold_expression(self, company, date, since=None):
        """Why an open item may not be claimed on ``date``, over :data:`ITEMS` and the
        ``hold`` of ``recouvrement.hold._prepare_join``: the code of a reason, a kind of
        hold among them, or NULL.

        :param since: first day that follow-up claims what falls due from
        """
        return SQL(
            """
            CASE WHEN line.amount_residual_currency <= 0 THEN NULL
                 WHEN move.move_type != ALL(%(types)s) AND followed.id IS NULL
                 THEN 'entry'
                 %(holds)s
                 WHEN move.payment_state != ALL(%(states)s)
                      AND under_way.move_id IS NULL
                 THEN 'in_payment'
                 WHEN %(due)s < %(since)s THEN 'start'
                 WHEN NOT %(claimable)s THEN 'rule' END
            """,
            types=list(FOLLOWED_TYPES),
            states=[*CHASED_PAYMENT_STATES, "blocked"],
            holds=self._get_hold_condition(date),
            due=ITEM_DUE,
            since=since or "-infinity",
            claimable=self._get_claimable_condition(company, date),
        )

    @api.model
    def _prepare_hold_join(self, date):
        """The table of holds, see ``recouvrement.hold._prepare_join``."""
        return self.env["recouvrement.hold"]._prepare_join(date)

    @api.model
    def _get_hold_condition(self, date):
        """What holds an open item, see ``recouvrement.hold._get_hold_condition``."""
        return self.env["recouvrement.hold"]._get_hold_condition()

    @api.model
    def _get_claimable_condition(self, company, date):
        domain = Domain(self._claimable_domain(company, date))
        if domain.is_true():
            return SQL("TRUE")
        found = self.env["account.move"].sudo()._search(domain)
        return SQL("move.id IN %s", found.subselect())

    @api.model
    def _read_open_items(self, company, date, before, partners):
        """Read what the debtors owe that falls due before ``before``, and every open
        credit of theirs.

        :return: list of :class:`~.debtor_account.OpenItem`, in order of due date
        """
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        self.env["res.partner"].flush_model()
        self.env["recouvrement.action.line"].flush_model(["move_id", "state"])
        self.env["recouvrement.followed.entry"].flush_model()
        self.env["account.payment"].flush_model()
        # Named one by one: PostgreSQL would read every open item of the company, for a
        # few of its debtors.
        contacts = [
            contact_id
            for (contact_id,) in self.env.execute_query(
                SQL(
                    "SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s)",
                    partners.ids,
                )
            )
        ]
        if self._has_later_matches(company, date, contacts):
            self = self.with_context(**{AS_OF: date})
        return self.env.execute_query_dict(
            SQL(
                OPEN_ITEMS,
                tables=self._prepare_tables(),
                items=ITEMS,
                holds=self._prepare_hold_join(date),
                unit=ITEM_UNIT,
                due=ITEM_DUE,
                kind=ITEM_KIND,
                held=self._get_hold_expression(
                    company, date, company.recouvrement_start_date
                ),
                profile=ITEM_PROFILE,
                columns=self._prepare_item_columns(),
                condition=self._get_item_condition(company, before),
                contacts=contacts,
                types=list(FOLLOWED_TYPES),
                waiting=list(PENDING_STATES),
            )
        )

    @api.model
    def _prepare_item_columns(self):
        return SQL().join(
            SQL(", %s AS %s", expression, SQL.identifier(name))
            for name, expression in self._get_item_columns().items()
        )

    # ------------------------------------------------------------------
    # Accounts
    # ------------------------------------------------------------------

    @api.model
    def _read_accounts(self, company, date, partners, lead=0):
        """Return the :class:`~.debtor_account.DebtorAccount` of each debtor and
        currency with anything open, nothing set against anything yet.

        :param lead: days ahead of which what falls due is read as well
        """
        accounts, under_way, left = {}, {}, {}
        before = date + timedelta(days=lead + 1) if lead else date
        for row in self._read_open_items(company, date, before, partners):
            key = (row["partner_id"], row["currency_id"])
            account = accounts.get(key)
            if account is None:
                account = accounts[key] = DebtorAccount(
                    company=company,
                    partner=self.env["res.partner"].browse(row["partner_id"]),
                    currency=self.env["res.currency"].browse(row["currency_id"]),
                    date=date,
                )
            self._deduct_under_way(account, row, under_way)
            if row["residual"]:
                for part in self._split_held(account, row, left):
                    account.add(part)
        return list(accounts.values())

    @api.model
    def _deduct_under_way(self, account, row, left):
        """Take what a payment under way pays off the due lines of its invoice, those
        due first to begin with, as it will be once it is there.

        :param left: ``{move_id: what is left of such payments}``
        """
        if row["under_way"] and row["kind"] == "debt":
            amount = law.to_decimal(row["under_way"], account.digits)
            residual = account.get_residual(row)
            part = min(left.setdefault(row["move_id"], amount), residual)
            left[row["move_id"]] -= part
            account.under_way += part
            row["residual"] = float(residual - part)

    @api.model
    def _split_held(self, account, row, left):
        """A due line of which a part alone is held, as two: what may be claimed, and
        what is held, whose id is less that of the line and which credits pay last.

        :param left: ``{id of the hold: what it holds still}``, the oldest due first
        """
        if row["held"] or row["hold_part"] is None or row["kind"] == "credit":
            return [row]
        residual = account.get_residual(row)
        whole = law.to_decimal(row["hold_part"], account.digits)
        part = min(left.get(row["hold_id"], whole), residual)
        left[row["hold_id"]] = left.get(row["hold_id"], whole) - part
        held = {**row, "id": -row["id"], "residual": part, "discount_date": None}
        held["held"] = row["hold_kind"]
        free = {**row, "residual": residual - part}
        return [item for item in (free, held) if item["residual"]]

    @api.model
    def _impute_all(self, accounts):
        """Set the credits of accounts against their debts, see :meth:`_impute`."""
        receiving = [account for account in accounts if account.credits]
        claimed = self._read_claimed(receiving)
        for account in receiving:
            self._impute(account, claimed)

    @api.model
    def _impute(self, account, claimed):
        """Set what was received of a debtor against what it owes: a credit note on the
        invoice that it corrects, what was paid back on the credits that it pays back,
        then every credit by law (C. civ. 1342-10). What is of before the judgment that
        opened insolvency proceedings is not set off against what is of after it
        (C. com. L622-7).

        :param claimed: see :meth:`_read_claimed`
        """
        credits = sorted(account.credits, key=lambda row: (row["date"], row["id"]))
        left = {row["id"]: account.get_residual(row) for row in credits}
        owed = {row["id"]: account.get_residual(row) for row in account.items}
        account.allocated, account.collected, account.discounts = [], [], {}
        account.disputed = self.env["recouvrement.hold.kind"]._get_codes("_is_disputed")
        account.__dict__.pop("owed", None)
        for row in credits:
            if row["origin_id"]:
                own = [
                    item
                    for item in account.items
                    if item["move_id"] == row["origin_id"]
                ]
                self._allocate(account, [row], own, left, owed, {})
        for row in account.items:
            repaid = self._get_repaid(row, credits, left, owed)
            if repaid:
                self._allocate(account, repaid, [row], left, owed, {})
        for is_prior in (True, False):
            pool = [row for row in credits if row["is_prior"] == is_prior]
            debts = [row for row in account.items if row["is_prior"] == is_prior]
            if pool and debts:
                self._allocate(account, pool, debts, left, owed, claimed)
        account.unused = {row_id: amount for row_id, amount in left.items() if amount}

    @api.model
    def _get_repaid(self, row, credits, left, owed):
        """The credits that a debit pays back: a payment to the debtor, those there were
        by then; a bank line, which may be a payment that the bank returned, the credit
        note of its very amount."""
        if row["move_type"] != "entry":
            return []
        if row["payment_id"]:
            return [credit for credit in credits if credit["date"] <= row["date"]]
        if row["statement_line_id"]:
            return [
                credit
                for credit in credits
                if credit["move_type"] == "out_refund"
                and credit["date"] <= row["date"]
                and left[credit["id"]] == owed[row["id"]]
            ][:1]
        return []

    @api.model
    def _allocate(self, account, credits, debts, left, owed, claimed):
        """Set credits against debts, and take what they took off ``left`` and ``owed``:
        what is left of each, by id."""
        credits = [row for row in credits if left[row["id"]] > 0]
        found = law.allocate(
            [self._make_payment(account, row, left[row["id"]]) for row in credits],
            [
                law.Debt(
                    row["id"],
                    row["date_maturity"],
                    owed[row["id"]],
                    row["held"] in account.disputed or row["id"] < 0,
                    claimed.get(row["id"], ()),
                    self._get_discount(account, row),
                )
                for row in debts
            ],
            account.digits,
        )
        for parts, target in (
            (found.principal, account.allocated),
            (found.accessories, account.collected),
        ):
            target += [(credits[rank], key, part) for rank, key, part in parts]
        for _rank, key, part in found.principal:
            owed[key] -= part.amount
        for key, amount in found.discounts.items():
            owed[key] -= amount
        account.discounts |= found.discounts
        for row, amount in zip(credits, found.unused, strict=True):
            left[row["id"]] = amount

    @api.model
    def _make_payment(self, account, row, amount):
        """A credit as the law counts it."""
        is_refund = row["move_type"] == "out_refund"
        effect = account.company.recouvrement_credit_effect if is_refund else "payment"
        return law.Payment(row["date"], amount, effect)

    @api.model
    def _get_discount(self, account, row):
        """``(last day, amount)`` of the discount that paying early earns, if any."""
        if not row["discount_date"] or not row["discount"]:
            return None
        return (row["discount_date"], law.to_decimal(row["discount"], account.digits))

    @api.model
    def _read_claimed(self, accounts):
        """Read the interest, indemnity and costs that letters claimed and that no debit
        note has charged, for what was paid of them with the principal.

        :return: ``{id of the due line: [(day of the letter, amount)]}``
        """
        line_ids = [
            row["id"] for account in accounts for row in account.items if row["acted"]
        ]
        if not line_ids:
            return {}
        for name in ("recouvrement.action", "recouvrement.action.line"):
            self.env[name].flush_model()
        self.env["recouvrement.penalty.line"].flush_model()
        claimed = {}
        for line_id, day, amount in self.env.execute_query(
            SQL(
                """
                %(tables)s
                SELECT DISTINCT ON (line.move_line_id)
                       line.move_line_id, action.date_closed,
                       line.amount_interest + line.amount_indemnity + line.amount_cost
                  FROM recouvrement_action_line line
                  JOIN recouvrement_action action ON action.id = line.action_id
                 WHERE line.move_line_id = ANY(%(lines)s)
                   AND line.amount_interest + line.amount_indemnity
                       + line.amount_cost > 0
                   AND action.state = ANY(%(contacted)s)
                   AND NOT EXISTS (SELECT FROM recouvrement_penalty_line penalty
                                    WHERE penalty.move_id = line.move_id
                                      AND penalty.debit_line_id IS NOT NULL)
                 ORDER BY line.move_line_id, action.date_closed DESC, action.id DESC
                """,
                tables=self._prepare_tables(),
                lines=line_ids,
                contacted=list(CONTACTED_STATES),
            )
        ):
            claimed[line_id] = [(day, law.to_decimal(amount))]
        return claimed
