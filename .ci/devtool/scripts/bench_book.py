"""A book of invoices of any size: a few made by Odoo, multiplied by SQL.

Every stored column of the invoices, their journal items, payments and debtors is copied
from a template that went through the ORM; what tells one copy from another is set on
the way: keys, names, dates, debtor, amounts. Chatter is not copied.
"""

import random
from datetime import timedelta

from bench_script import profile_of

from odoo.tools import SQL

ONE_PAID_IN = 5
# The numbers of the templates come before; they leave a gap when they go.
FIRST_NUMBER = 100
GAP = "made_sequence_gap"
CHECKED = 120

# Computed from the due date by more than a shift: Odoo computes them once a due date.
COMPUTED_BY_DUE_DATE = ("recouvrement_next_date",)


class Book:
    """The invoices of a company that are overdue on a day.

    A book of another kind says so by the attributes, and makes templates of its own.
    """

    # About eighteen months: three times a half-year ends.
    spread_days = 545
    invoices_per_debtor = 5

    def __init__(self, company, day, size):
        self.company = company
        self.env = company.env
        self.day = day
        self.size = size
        self.debtors = {}
        self.templates = {}

    def fill(self):
        """Multiply the templates, take them away; return what the book counts."""
        # what Odoo writes after the commit belongs to the templates too
        self.env.cr.commit()
        self._plan()
        self._copy_debtors()
        self._copy_moves()
        self._copy_lines()
        self._copy_partials()
        self._drop_templates()
        self.env.invalidate_all()
        for name in COMPUTED_BY_DUE_DATE:
            self._compute_by_due_date(name)
        self.env.cr.commit()
        return {
            "invoices": self._count("account_move", "move_type = 'out_invoice'"),
            "debtors": self._count("bench_debtor"),
            "partials": self._count("account_partial_reconcile"),
        }

    def _template_moves(self):
        """The invoices and the receipts of the templates."""
        moves = self.env["account.move"]
        return (
            moves.union(*part) for part in zip(*self.templates.values(), strict=True)
        )

    # The plan: what each copy is like

    def _plan(self):
        """Write down for each invoice its template, debtor, dates and amount."""
        self._execute(
            """
            CREATE TEMP TABLE bench_plan (
                number int, debtor int, invoice_id int, invoice_days int,
                receipt_id int, receipt_days int, factor int
            )
            """
        )
        self.env.cr.execute_values(
            "INSERT INTO bench_plan VALUES %s", self._plan_rows(), page_size=1000
        )

    def _plan_rows(self):
        return [self._planned(number) for number in range(self.size)]

    @property
    def _debtor_count(self):
        return max(1, self.size // self.invoices_per_debtor)

    def _profile_of(self, debtor):
        return profile_of(debtor)

    def _planned(self, number):
        """Due dates rise with the numbers, as in a real book; each debtor has invoices
        all along it, one of them paid in part."""
        debtors = self._debtor_count
        debtor = number % debtors
        paid = (number + number // debtors) % ONE_PAID_IN == 0
        invoice, receipt = self.templates[self._profile_of(debtor), paid]
        late = self.spread_days - number * self.spread_days // self.size
        due = self.day - timedelta(days=late)
        received = due + timedelta(days=1 + number * 31 % late)
        return (
            number,
            debtor,
            invoice.id,
            (due - invoice.invoice_date_due).days,
            receipt.id or None,
            (received - receipt.date).days if receipt else None,
            1 + number * 104729 % 1999,
        )

    # The copies, parents first

    def _copy_debtors(self):
        self._execute(
            """
            CREATE TEMP TABLE bench_debtor AS
                SELECT nextval('res_partner_id_seq') AS id, number, template_id,
                       0 AS days, 1 AS factor
                  FROM (SELECT DISTINCT ON (debtor)
                               debtor AS number, move.partner_id AS template_id
                          FROM bench_plan
                          JOIN account_move move ON move.id = invoice_id
                      ORDER BY debtor) numbered
            """
        )
        name = SQL("concat(source.name, ' ', copy.number)")
        email = SQL("concat('d', copy.number, source.email)")
        self._insert(
            "res.partner",
            "bench_debtor",
            name=name,
            complete_name=name,
            commercial_company_name=SQL(
                "CASE WHEN source.commercial_company_name != '' THEN %s END", name
            ),
            email=email,
            email_normalized=email,
            commercial_partner_id=SQL("copy.id"),
        )

    def _copy_moves(self):
        """Number them by journal and year in the order of their dates."""
        self._execute(
            """
            CREATE TEMP TABLE bench_move AS
                SELECT nextval('account_move_id_seq') AS id, numbered.*,
                       concat(prefix, repeat('0', 5 - length(sequence::text)),
                              sequence) AS name
                  FROM (
                    SELECT plan.number, plan.factor, debtor.id AS partner_id,
                           source.id AS template_id, source.name AS template_name,
                           part.days,
                           dated.prefix,
                           %s + row_number() OVER (
                               PARTITION BY dated.prefix
                               ORDER BY source.date + part.days, plan.number
                           ) AS sequence
                      FROM bench_plan plan
                      JOIN bench_debtor debtor ON debtor.number = plan.debtor
                CROSS JOIN LATERAL (VALUES (plan.invoice_id, plan.invoice_days),
                                           (plan.receipt_id, plan.receipt_days)
                           ) part (template_id, days)
                      JOIN account_move source ON source.id = part.template_id
                CROSS JOIN LATERAL (SELECT regexp_replace(
                               source.sequence_prefix, '[0-9]{4}',
                               to_char(source.date + part.days, 'YYYY')
                           )) dated (prefix)
                  ORDER BY plan.number, source.id
                  ) numbered
            """,
            FIRST_NUMBER,
        )
        self._execute("CREATE INDEX ON bench_move (template_id)")
        partner = SQL("copy.partner_id")
        self._insert(
            "account.move",
            "bench_move",
            name=SQL("copy.name"),
            sequence_prefix=SQL("copy.prefix"),
            sequence_number=SQL("copy.sequence"),
            payment_reference=self._renamed("payment_reference"),
            partner_id=partner,
            commercial_partner_id=partner,
            partner_shipping_id=SQL(
                "CASE WHEN source.partner_shipping_id IS NOT NULL THEN %s END", partner
            ),
            invoice_partner_display_name=SQL(
                """CASE WHEN source.invoice_partner_display_name != ''
                        THEN (SELECT complete_name FROM res_partner
                               WHERE id = copy.partner_id) END"""
            ),
            **{name: SQL("NULL") for name in COMPUTED_BY_DUE_DATE},
        )

    def _copy_lines(self):
        self._execute(
            """
            CREATE TEMP TABLE bench_line AS
                SELECT nextval('account_move_line_id_seq') AS id, ordered.*
                  FROM (SELECT line.id AS template_id, move.number, move.factor,
                               move.days, move.partner_id, move.id AS move_id,
                               move.name, move.template_name
                          FROM bench_move move
                          JOIN account_move_line line
                            ON line.move_id = move.template_id
                      ORDER BY move.id, line.id) ordered
            """
        )
        self._execute("CREATE INDEX ON bench_line (template_id, number)")
        self._execute(
            """
            CREATE TEMP TABLE bench_partial AS
                SELECT nextval('account_partial_reconcile_id_seq') AS id,
                       partial.id AS template_id, debit.factor, credit.days,
                       debit.id AS debit_id, credit.id AS credit_id
                  FROM account_partial_reconcile partial
                  JOIN bench_line debit ON debit.template_id = partial.debit_move_id
                  JOIN bench_line credit ON credit.template_id = partial.credit_move_id
                                        AND credit.number = debit.number
            """
        )
        self._execute(
            """
            CREATE TEMP TABLE bench_matching AS
                SELECT debit_id AS id, concat('P', id) AS number FROM bench_partial
             UNION ALL
                SELECT credit_id, concat('P', id) FROM bench_partial
            """
        )
        self._execute("CREATE INDEX ON bench_matching (id)")
        self._execute("ANALYZE bench_line, bench_matching")
        self._insert(
            "account.move.line",
            "bench_line",
            move_id=SQL("copy.move_id"),
            partner_id=SQL("copy.partner_id"),
            name=self._renamed("name"),
            move_name=self._renamed("move_name"),
            ref=self._renamed("ref"),
            matching_number=SQL(
                "(SELECT number FROM bench_matching WHERE id = copy.id)"
            ),
        )

    def _copy_partials(self):
        self._insert(
            "account.partial.reconcile",
            "bench_partial",
            debit_move_id=SQL("copy.debit_id"),
            credit_move_id=SQL("copy.credit_id"),
        )

    def _drop_templates(self):
        moves = [move.id for part in self._template_moves() for move in part]
        self._execute(
            """
            DELETE FROM account_partial_reconcile
                  WHERE debit_move_id IN (SELECT id FROM account_move_line
                                           WHERE move_id = ANY(%s))
            """,
            moves,
        )
        self._execute("DELETE FROM account_move WHERE id = ANY(%s)", moves)
        debtors = [debtor.id for debtor in self.debtors.values()]
        self._execute("DELETE FROM res_partner WHERE id = ANY(%s)", debtors)

    def _compute_by_due_date(self, name):
        """Let Odoo compute a field for one invoice of each procedure and due date, take
        its value over to the others."""
        moves = self.env["account.move"]
        if name not in moves._fields:
            return
        group = SQL("recouvrement_procedure_id, invoice_date_due")
        ids = self.env.execute_query(
            SQL(
                "SELECT MIN(id) FROM account_move"
                " WHERE move_type = 'out_invoice' GROUP BY %s",
                group,
            )
        )
        chosen = moves.browse(id_ for (id_,) in ids)
        self.env.add_to_compute(moves._fields[name], chosen)
        self.env.flush_all()
        self._execute(
            """
            UPDATE account_move move
               SET %(name)s = chosen.%(name)s
              FROM account_move chosen
             WHERE chosen.id = ANY(%(chosen)s)
               AND move.id != chosen.id
               AND move.move_type = 'out_invoice'
               AND move.recouvrement_procedure_id = chosen.recouvrement_procedure_id
               AND move.invoice_date_due = chosen.invoice_date_due
            """,
            name=SQL.identifier(name),
            chosen=chosen.ids,
        )

    # The check: what Odoo itself makes of the copies

    def check(self):
        """Raise where the copies are not what Odoo would have made."""
        partials = self._count("bench_plan", "receipt_id IS NOT NULL")
        assert self._count("account_partial_reconcile") == partials
        assert not self.env.execute_query(
            SQL(
                "SELECT move_id FROM account_move_line"
                " GROUP BY move_id HAVING SUM(balance) != 0"
            )
        )
        invoices = self.env["account.move"].search([("move_type", "=", "out_invoice")])
        assert len(invoices) == self.size
        sample = invoices.browse(
            random.Random(self.size).sample(invoices.ids, min(CHECKED, self.size))
        )
        states = set(sample.mapped("payment_state"))
        assert states == {"not_paid", "partial"}, states
        receipts = sample.line_ids.matched_credit_ids.credit_move_id.move_id
        for records in (
            sample + receipts,
            (sample + receipts).line_ids,
            sample.partner_id,
        ):
            self._check_computed(records)
        self.env.cr.rollback()

    def _check_computed(self, records):
        """Compute anew all that is computed alone: nothing may change."""
        fields = [
            field
            for field in records._fields.values()
            if field.compute
            and field.store
            and field.readonly
            and field.column_type
            and field.name != GAP
        ]
        names = [field.name for field in fields]
        before = records.read(names, load=None)
        for field in fields:
            self.env.add_to_compute(field, records)
        self.env._recompute_all()
        for old, new in zip(before, records.read(names, load=None), strict=True):
            changed = {
                name: (old[name], new[name]) for name in names if old[name] != new[name]
            }
            assert not changed, (records._name, changed)

    # SQL

    def _insert(self, model, copies, **expressions):
        """Copy records and what they are linked to.

        :param copies: table of what tells the copies apart: ``id``, ``template_id``,
            ``days`` to add to dates and ``factor`` of amounts
        :param expressions: SQL of the columns that are not the template's, of which
            those that this database does not have are left out
        """
        records = self.env[model]
        table = SQL.identifier(records._table)
        columns = [
            name
            for (name,) in self.env.execute_query(
                SQL(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_name = %s AND column_name != 'id'",
                    records._table,
                )
            )
        ]
        self._execute(
            """
            INSERT INTO %(table)s (id, %(columns)s)
                 SELECT copy.id, %(values)s
                   FROM %(copies)s copy
                   JOIN %(table)s source ON source.id = copy.template_id
               ORDER BY copy.id
            """,
            table=table,
            copies=SQL.identifier(copies),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            values=SQL(", ").join(
                expressions.get(name) or self._copied(records, name) for name in columns
            ),
        )
        for field in records._fields.values():
            if field.type == "many2many" and field.store:
                self._execute(
                    """
                    INSERT INTO %(relation)s (%(own)s, %(other)s)
                         SELECT copy.id, source.%(other)s
                           FROM %(copies)s copy
                           JOIN %(relation)s source ON source.%(own)s = copy.template_id
                    """,
                    relation=SQL.identifier(field.relation),
                    own=SQL.identifier(field.column1),
                    other=SQL.identifier(field.column2),
                    copies=SQL.identifier(copies),
                )
        self._execute("ANALYZE %s", table)

    @staticmethod
    def _copied(records, name):
        """A column of the template: dates shifted, amounts multiplied."""
        column = SQL.identifier("source", name)
        field = records._fields.get(name)
        if field and (field.type == "monetary" or name == "price_unit"):
            return SQL("%s * copy.factor", column)
        if field and field.type == "date":
            return SQL("%s + copy.days", column)
        return column

    @staticmethod
    def _renamed(name):
        """A column of the template in which its name may stand."""
        column = SQL.identifier("source", name)
        return SQL("replace(%s, copy.template_name, copy.name)", column)

    def _execute(self, query, *args, **kwargs):
        self.env.cr.execute(SQL(query, *args, **kwargs))

    def _count(self, table, condition="TRUE"):
        query = SQL(
            "SELECT COUNT(*) FROM %s WHERE %s", SQL.identifier(table), SQL(condition)
        )
        return self.env.execute_query(query)[0][0]
