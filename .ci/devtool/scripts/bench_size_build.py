# Run in an Odoo shell by `./dev bench size`: the contacts and entries of a company that
# has worked for years, without the module.
from bench_followup_book import PROFILE, FollowupBook
from bench_script import (
    create_company,
    options,
    prepare_debtor,
    prepare_invoice,
    prepare_receipt,
    receivable_lines,
    report,
)

from odoo.fields import Date
from odoo.tools import SQL

SETTLED = "settled"
OPEN = "move_type = 'out_invoice' AND payment_state IN ('not_paid', 'partial')"
# What is copied, and what slows copying down: put back at the end.
TABLES = (
    "res_partner",
    "account_move",
    "account_move_line",
    "account_partial_reconcile",
)
# One contact in three is somebody of a customer, one in three a consumer.
KINDS = 3


class SizeBook(FollowupBook):
    """Open invoices as those of the bench of runs, the invoices paid before, each with
    its receipt, and contacts who owe nothing."""

    def __init__(self, company, day, size, moves, contacts):
        super().__init__(company, day, size)
        self.moves = moves
        self.contacts = contacts

    def build(self):
        self._create_templates()
        kept = self._take_off()
        counts = self.fill()
        self._copy_contacts()
        self._put_back(kept)
        self.env.cr.commit()
        return {
            **counts,
            "contacts": self._count("res_partner"),
            "moves": self._count("account_move"),
            "open": self._count("account_move", OPEN),
        }

    def _create_templates(self):
        # EXTENDS FollowupBook
        super()._create_templates()
        debtor = self.debtors[PROFILE]
        moves = self.env["account.move"]
        due = Date.subtract(self.day, days=400)
        invoice = moves.create(prepare_invoice(self.company, debtor, due))
        received = Date.add(due, days=10)
        receipt = moves.create(
            prepare_receipt(self.company, debtor, invoice.amount_total, received)
        )
        (invoice + receipt).action_post()
        receivable_lines(invoice + receipt).reconcile()
        assert invoice.payment_state == "paid", invoice.payment_state
        self.templates[PROFILE, SETTLED] = invoice, receipt
        self.person = self.env["res.partner"].create(
            prepare_debtor(self.env, "consumer", "Contact")
        )

    def _plan_rows(self):
        # EXTENDS FollowupBook
        rows = super()._plan_rows()
        partials = sum(row[4] is not None for row in rows)
        settled = max(0, self.moves - len(rows) - partials) // 2
        invoice, receipt = self.templates[PROFILE, SETTLED]
        customers = 2 * self._debtor_count
        start = len(rows)
        rows += [
            (
                start + number,
                number % customers,
                invoice.id,
                -(number * 1000 // settled),
                receipt.id,
                -(number * 1000 // settled),
                1 + number * 104729 % 1999,
            )
            for number in range(settled)
        ]
        return rows

    def _copy_contacts(self):
        """Contacts who owe nothing, up to the number asked for."""
        missing = self.contacts - self._count("res_partner")
        self._execute(
            """
            CREATE TEMP TABLE bench_contact AS
                SELECT nextval('res_partner_id_seq') AS id, number,
                       %s AS template_id, 0 AS days, 1 AS factor
                  FROM generate_series(1, %s) number
            """,
            self.person.id,
            missing,
        )
        self._execute("CREATE INDEX ON bench_debtor (number)")
        name = SQL("concat(source.name, ' ', copy.number)")
        parent = SQL(
            "CASE WHEN copy.number %% %s = 0 THEN"
            " (SELECT id FROM bench_debtor WHERE number = copy.number %% %s) END",
            KINDS,
            self._debtor_count,
        )
        self._insert(
            "res.partner",
            "bench_contact",
            name=name,
            complete_name=name,
            parent_id=parent,
            commercial_partner_id=SQL("COALESCE(%s, copy.id)", parent),
            is_company=SQL("copy.number %% %s = 1", KINDS),
        )

    def _take_off(self):
        """Take off the indexes and foreign keys of what is copied; return statements
        that put them back."""
        indexes = self.env.execute_query(
            SQL(
                """
                SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
                  FROM pg_index
                 WHERE indrelid::regclass::text = ANY(%s)
                   AND NOT indisprimary
                   AND NOT EXISTS (SELECT FROM pg_constraint
                                    WHERE conindid = indexrelid)
                """,
                list(TABLES),
            )
        )
        keys = self.env.execute_query(
            SQL(
                """
                SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
                  FROM pg_constraint
                 WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)
                """,
                list(TABLES),
            )
        )
        for name, _definition in indexes:
            self.env.cr.execute(f'DROP INDEX "{name}"')
        for table, name, _definition in keys:
            self.env.cr.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
        # What copying looks the templates and the debtors up by.
        return [
            *(definition for _name, definition in indexes),
            *(
                f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {definition}'
                for table, name, definition in keys
            ),
        ]

    def _put_back(self, statements):
        for statement in statements:
            self.env.cr.execute(statement)

    def _drop_templates(self):
        """The templates stay: a few entries more, whose foreign keys are off."""


def main(env):
    given = options()
    book = SizeBook(
        create_company(env),
        given["date"],
        given["open"],
        given["moves"],
        given["contacts"],
    )
    report(book.build())


main(env)
