"""The life of the demonstration company: its invoices and how they get paid.

The master data (company, users, terms, debtors, products) are plain demo files. What
depends on today's date cannot be, so it is planned here from two tables next to them:

``demo/habits.csv``, one row per debtor
    ``term`` (payment term), ``habit`` (a key of :data:`HABITS`), ``history`` (settled
    invoices), ``credited`` (how many of those were cancelled by a credit note),
    ``stops`` (1: buys nothing more after the oldest invoice left open).

``demo/open_items.csv``, one row per item that is still open
    ``kind`` is ``invoice``, ``blocked``, ``no_followup``, ``credit_note`` or
    ``payment``. ``days`` counts back from today to the first due date (invoices) or to
    the item's own date (the others); negative means still to come. ``amount`` is
    untaxed for a credit note. ``instalments`` due lines are paid, and ``percent`` of
    the next one.
"""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from odoo import api, models
from odoo.fields import Command
from odoo.tools import file_open

from ..const import DUE_STATES

SEED = "l10n_fr_recouvrement"
HISTORY_DAYS = 540  # eighteen months
SETTLED_DAYS = 6  # history is settled at least that long ago

# Days between the due date and the payment, earliest and latest.
HABITS = {
    "prompt": (-8, 0),
    "slow": (4, 18),
    "late": (15, 45),
    "split": (10, 25),
}
SPLIT_PERCENT = 60  # first payment of the habit "split"
SPLIT_DAYS = 20  # from the first to the second one
FOLLOW_UP_DAYS = (48, 38, 29, 19, 9)  # runs of the past: so many days ago

# Kind of the hold that keeps an open item from being chased.
HELD_BY = {"blocked": "dispute", "no_followup": "left_out"}

# Product, lowest and highest quantity.
BUSINESS_BASKET = (
    ("maintenance", 1, 1),
    ("technician", 1, 9),
    ("hosting", 1, 3),
    ("training", 1, 2),
    ("audit", 1, 1),
    ("cabling", 2, 12),
    ("workstation", 1, 4),
    ("screen", 1, 4),
    ("till", 1, 1),
    ("sheet", 4, 30),
    ("shelf", 2, 12),
    ("machining", 2, 15),
)
CONSUMER_BASKET = (
    ("laptop_repair", 1, 1),
    ("data_recovery", 1, 1),
    ("home_visit", 1, 3),
    ("laptop", 1, 1),
)
SOLD_BY_HALF_HOUR = ("technician", "machining", "home_visit")

# What was agreed with some customers: basis and rate of their penalties.
OWN_RATES = {"brasserie": ("legal", 0), "agence": ("contract", 5)}
WAIVED_DEBTOR = "cabinet"
WAIVER_REASON = "Premier retard d’un client fidèle, accord donné au téléphone."
CHARGED_DEBTOR = "restaurant"

CHF_PER_EUR = (0.94, 0.97)


@dataclass(frozen=True)
class Sale:
    """A planned invoice: what is sold, and how it is paid.

    ``delay`` is in days from the due date of the line being paid.
    ``instalments`` is the number of due lines paid in full, ``None`` for all.
    """

    debtor: str
    date: date
    term: str
    basket: tuple[tuple[str, float], ...]
    delay: int = 0
    instalments: int | None = None
    percent: int = 0
    split: bool = False
    credited: bool = False
    kind: str = "invoice"
    reason: str = ""


@dataclass(frozen=True)
class Receipt:
    """Money received on the bank account, in the invoice's currency.

    ``line`` is the due line it settles, empty if nobody said what it is for.
    """

    partner: models.BaseModel
    line: models.BaseModel
    date: date
    amount: float
    label: str


def _read_table(name):
    """Rows of a table of ``demo/``, as dictionaries of strings."""
    with file_open(f"l10n_fr_recouvrement/demo/{name}") as table:
        return list(csv.DictReader(table))


def _to_working_day(day):
    """The same day, or the Monday after it at a weekend."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)


class RecouvrementDemo(models.AbstractModel):
    """Gives the demonstration company eighteen months of invoices and payments."""

    _name = "recouvrement.demo"
    _description = "Demonstration Data Loader"

    @api.model
    def _load(self):
        """Load everything once; a company that has entries is left alone."""
        company = self._get_record("company")
        self = self.with_company(company).with_context(
            allowed_company_ids=company.ids, lang="fr_FR", tracking_disable=True
        )
        company = company.with_env(self.env)
        if self.env["account.move"].search_count(
            [("company_id", "=", company.id)], limit=1
        ):
            return
        self._load_chart(company)
        self._configure_bank_journal(company)
        self._configure_products(company)
        self._configure_debtors()
        self._create_rates(company)
        sales = self._plan_sales()
        moves = self._create_invoices(company, sales)
        self._note_requests(moves)
        self._create_receipts(company, sales, moves)
        self._create_credit_notes(company, sales, moves)
        self._apply_marks(sales, moves)
        # No server is there yet that gives printed invoices their styles.
        stages = self.env["recouvrement.stage"].search(
            [("enclose_invoices", "=", True)]
        )
        stages.enclose_invoices = False
        for days in FOLLOW_UP_DAYS:
            self._follow_up(company, self._today() - timedelta(days=days))
        stages.enclose_invoices = True
        self._price_lateness(company)

    def _note_requests(self, moves):
        """Public bodies receive the request for payment two days after its date."""
        for move in moves.sudo():
            if move.recouvrement_profile == "public":
                move.recouvrement_request_date = move.invoice_date + timedelta(days=2)

    def _price_lateness(self, company):
        """Penalties as the nightly job leaves them; some waived, some charged."""
        lines = self.env["recouvrement.penalty.line"]
        moves = self.env["account.move"].search(
            [("company_id", "=", company.id), ("move_type", "=", "out_invoice")]
        )
        moves._recouvrement_refresh_penalties(self._today())
        due = (
            lines.search(
                [
                    ("company_id", "=", company.id),
                    ("state", "in", DUE_STATES),
                ]
            )
            .move_id.sorted("id")
            .grouped("commercial_partner_id")
        )
        for debtor, method, vals in (
            (WAIVED_DEBTOR, "action_recouvrement_waive", {"reason": WAIVER_REASON}),
            (CHARGED_DEBTOR, "action_recouvrement_charge", {}),
        ):
            late = due.get(self._get_record(f"debtor_{debtor}"))
            if late:
                action = getattr(late[:2], method)()
                wizard = self.env[action["res_model"]].browse(action["res_id"])
                wizard.write(vals)
                wizard._confirm()

    def _follow_up(self, company, day):
        """Carry out the run of a past day: calls made, letters kept, no e-mail."""
        run = self.env["recouvrement.run"].create(
            {"company_id": company.id, "date": day}
        )
        run.action_start()
        waiting = run.action_ids.sudo().filtered(
            lambda action: (
                action.state != "failed" and action._channel_handler()._is_contact
            )
        )
        calls = waiting.filtered("is_human")
        letters = waiting - calls
        letters._set_state("ready")
        letters._freeze_letters()._mark_sent(day)
        calls._mark_done(day)
        # What could not leave, or is to be decided, is for today's run to find.
        (run.action_ids - waiting).sudo().unlink()

    # ------------------------------------------------------------------
    # Company and master data
    # ------------------------------------------------------------------
    def _load_chart(self, company):
        # Not `try_loading`: it warns when called while a module is being installed,
        # which is when demo data are loaded.
        self.env["account.chart.template"]._load("fr", company, install_demo=False)

    def _configure_bank_journal(self, company):
        self._get_bank_journal(company).bank_account_id = self._get_record(
            "bank_account"
        )

    def _configure_products(self, company):
        """Set what only exists once the chart of accounts is there."""
        products = self.env["product.product"].search([("company_id", "=", company.id)])
        products.taxes_id = company.account_sale_tax_id
        products.filtered(
            lambda product: product.type == "service"
        ).property_account_income_id = self._get_chart_record("pcg_706")

    def _configure_debtors(self):
        for row in _read_table("habits.csv"):
            debtor = self._get_record(f"debtor_{row['debtor']}")
            debtor.property_payment_term_id = self._get_record(f"term_{row['term']}")
        for name, (basis, rate) in OWN_RATES.items():
            self._get_record(f"debtor_{name}").write(
                {"recouvrement_rate_basis": basis, "recouvrement_contract_rate": rate}
            )

    def _create_rates(self, company):
        """One rate of the Swiss franc a month, for the debtor abroad."""
        rng = Random(f"{SEED}/rates")
        first = self._today() - timedelta(days=HISTORY_DAYS + 62)
        self.env["res.currency.rate"].create(
            [
                {
                    "name": first + timedelta(days=days),
                    "currency_id": self.env.ref("base.CHF").id,
                    "company_id": company.id,
                    "company_rate": round(rng.uniform(*CHF_PER_EUR), 4),
                }
                for days in range(0, HISTORY_DAYS + 62, 30)
            ]
        )

    # ------------------------------------------------------------------
    # Plan: plain values, no record
    # ------------------------------------------------------------------
    def _plan_sales(self):
        """Every invoice to create, oldest first so that numbers follow dates."""
        open_rows = {}
        for row in _read_table("open_items.csv"):
            open_rows.setdefault(row["debtor"], []).append(row)
        sales = []
        for row in _read_table("habits.csv"):
            rng = Random(f"{SEED}/{row['debtor']}")
            open_sales = [
                self._plan_open_sale(row, open_row, rng)
                for open_row in open_rows.get(row["debtor"], [])
                if open_row["kind"] in ("invoice", "blocked", "no_followup")
            ]
            sales += open_sales
            sales += self._plan_history(row, open_sales, rng)
        return sorted(sales, key=lambda sale: (sale.date, sale.debtor))

    def _plan_open_sale(self, row, open_row, rng):
        term = open_row["term"] or row["term"]
        days = int(open_row["days"])
        due_date = self._today() - timedelta(days=days)
        first_due = self._get_record(f"term_{term}").line_ids[0].nb_days
        return Sale(
            debtor=row["debtor"],
            date=due_date - timedelta(days=first_due),
            term=term,
            basket=self._plan_basket(row["debtor"], rng),
            delay=min(10, max(0, days // 2)),
            instalments=int(open_row["instalments"] or 0),
            percent=int(open_row["percent"] or 0),
            kind=open_row["kind"],
            reason=open_row["reason"],
        )

    def _plan_history(self, row, open_sales, rng):
        """Settled invoices spread over the period, the last ones credited."""
        count = int(row["history"])
        earliest, latest = HABITS[row["habit"]]
        end = self._get_history_end(row, open_sales, latest)
        start = self._today() - timedelta(days=HISTORY_DAYS)
        step = (end - start).days / count
        return [
            Sale(
                debtor=row["debtor"],
                date=_to_working_day(
                    start + timedelta(days=int(step * (rank + 0.8 * rng.random())))
                ),
                term=row["term"],
                basket=self._plan_basket(row["debtor"], rng),
                delay=rng.randint(earliest, latest),
                split=row["habit"] == "split",
                credited=rank >= count - int(row["credited"]),
            )
            for rank in range(count)
        ]

    def _get_history_end(self, row, open_sales, latest):
        """Day after which no settled invoice is dated."""
        terms = self._get_record(f"term_{row['term']}").line_ids
        wait = max(
            line.nb_days + (31 if "end_of_month" in line.delay_type else 0)
            for line in terms
        )
        wait += max(0, latest) + (SPLIT_DAYS if row["habit"] == "split" else 0)
        end = self._today() - timedelta(days=wait + SETTLED_DAYS)
        if row["stops"] == "1":
            end = min([end, *(sale.date for sale in open_sales)])
        return end

    def _plan_basket(self, debtor, rng):
        """One to three products with their quantities."""
        business = self._get_record(f"debtor_{debtor}")._recouvrement_is_company()
        choices = BUSINESS_BASKET if business else CONSUMER_BASKET
        return tuple(
            (product, self._draw_quantity(product, lowest, highest, rng))
            for product, lowest, highest in rng.sample(
                choices, rng.randint(1, 3 if business else 2)
            )
        )

    def _draw_quantity(self, product, lowest, highest, rng):
        if product in SOLD_BY_HALF_HOUR:
            return rng.randint(2 * lowest, 2 * highest) / 2
        return rng.randint(lowest, highest)

    # ------------------------------------------------------------------
    # Entries
    # ------------------------------------------------------------------
    def _create_invoices(self, company, sales):
        """Create and post one invoice per sale, in the same order."""
        moves = self.env["account.move"].create(
            [self._prepare_invoice(company, sale) for sale in sales]
        )
        moves.action_post()
        self._analyze()
        return moves

    def _prepare_invoice(self, company, sale):
        debtor = self._get_record(f"debtor_{sale.debtor}")
        return {
            "move_type": "out_invoice",
            "company_id": company.id,
            "partner_id": debtor.address_get(["invoice"])["invoice"],
            "currency_id": self._get_debtor_currency(debtor).id,
            "invoice_user_id": self._get_record("user_accountant").id,
            "invoice_date": sale.date,
            "invoice_payment_term_id": self._get_record(f"term_{sale.term}").id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": self._get_record(f"product_{product}").id,
                        "quantity": quantity,
                    }
                )
                for product, quantity in sale.basket
            ],
        }

    def _create_receipts(self, company, sales, moves):
        """Enter the payments on the bank account, each at its own date, and match."""
        receipts = [
            receipt
            for sale, move in zip(sales, moves, strict=True)
            if not sale.credited
            for receipt in self._prepare_receipts(sale, move)
        ]
        receipts += self._prepare_unallocated_receipts()
        receipts.sort(key=lambda receipt: receipt.date)
        bank_lines = self.env["account.bank.statement.line"].create(
            [self._prepare_bank_line(company, receipt) for receipt in receipts]
        )
        self._analyze()
        self.env["account.move.line"]._reconcile_plan(
            [
                receipt.line
                + bank_line.line_ids.filtered(
                    lambda line: line.account_type == "asset_receivable"
                )
                for receipt, bank_line in zip(receipts, bank_lines, strict=True)
                if receipt.line
            ]
        )
        self._analyze()

    def _prepare_receipts(self, sale, move):
        """Receipts that settle ``move`` as planned, in order of date."""
        receipts = []
        due_lines = move.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).sorted("date_maturity")
        for rank, line in enumerate(due_lines):
            if sale.instalments is None or rank < sale.instalments:
                percents = (SPLIT_PERCENT, 100) if sale.split else (100,)
            elif rank == sale.instalments and sale.percent:
                percents = (sale.percent,)
            else:
                break
            receipts += self._split_receipts(sale, line, percents)
        return receipts

    def _split_receipts(self, sale, line, percents):
        """Receipts on one due line, ``percents`` being cumulative."""
        currency = line.currency_id
        day = max(line.date_maturity + timedelta(days=sale.delay), sale.date)
        paid = 0.0
        receipts = []
        for percent in percents:
            reached = currency.round(line.amount_currency * percent / 100)
            receipts.append(
                Receipt(
                    partner=line.move_id.commercial_partner_id,
                    line=line,
                    date=min(_to_working_day(day), self._today()),
                    amount=currency.round(reached - paid),
                    label=f"VIR SEPA {line.move_id.commercial_partner_id.name}"
                    f" {line.move_id.name}",
                )
            )
            paid = reached
            day += timedelta(days=SPLIT_DAYS)
        return receipts

    def _prepare_unallocated_receipts(self):
        return [
            Receipt(
                partner=self._get_record(f"debtor_{row['debtor']}"),
                line=self.env["account.move.line"],
                date=self._today() - timedelta(days=int(row["days"])),
                amount=float(row["amount"]),
                label=row["reason"],
            )
            for row in _read_table("open_items.csv")
            if row["kind"] == "payment"
        ]

    def _prepare_bank_line(self, company, receipt):
        partner = receipt.partner
        account = receipt.line.account_id or partner.property_account_receivable_id
        vals = {
            "journal_id": self._get_bank_journal(company).id,
            "date": receipt.date,
            "payment_ref": receipt.label,
            "partner_id": partner.id,
            "amount": receipt.amount,
            "counterpart_account_id": account.id,
        }
        currency = self._get_debtor_currency(partner)
        if currency != company.currency_id:
            vals |= {
                "foreign_currency_id": currency.id,
                "amount_currency": receipt.amount,
                "amount": currency._convert(
                    receipt.amount, company.currency_id, company, receipt.date
                ),
            }
        return vals

    def _create_credit_notes(self, company, sales, moves):
        """Cancel the credited invoices, and grant the credits still to be used."""
        credited = moves.browse(
            move.id for sale, move in zip(sales, moves, strict=True) if sale.credited
        )
        credited._reverse_moves(
            [
                {
                    "invoice_date": day,
                    "date": day,
                    "ref": f"Annulation de la facture {move.name}",
                }
                for move in credited
                for day in [_to_working_day(move.invoice_date + timedelta(days=9))]
            ],
            cancel=True,
        )
        self.env["account.move"].create(
            [
                self._prepare_credit_note(company, row)
                for row in _read_table("open_items.csv")
                if row["kind"] == "credit_note"
            ]
        ).action_post()

    def _prepare_credit_note(self, company, row):
        debtor = self._get_record(f"debtor_{row['debtor']}")
        day = self._today() - timedelta(days=int(row["days"]))
        return {
            "move_type": "out_refund",
            "company_id": company.id,
            "partner_id": debtor.address_get(["invoice"])["invoice"],
            "invoice_user_id": self._get_record("user_accountant").id,
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_payment_term_id": False,
            "ref": row["reason"],
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": row["reason"],
                        "quantity": 1,
                        "price_unit": float(row["amount"]),
                        "tax_ids": company.account_sale_tax_id.ids,
                    }
                )
            ],
        }

    def _apply_marks(self, sales, moves):
        """Block the disputed invoices, take the agreed ones out of follow-up."""
        author = self._get_record("user_accountant").partner_id
        for sale, move in zip(sales, moves, strict=True):
            if sale.kind in HELD_BY:
                self.env["recouvrement.hold"].create(
                    {
                        "kind": HELD_BY[sale.kind],
                        "partner_id": move.commercial_partner_id.id,
                        "company_id": move.company_id.id,
                        "move_ids": [Command.set(move.ids)],
                        "reason": sale.reason,
                        "user_id": self._get_record("user_accountant").id,
                    }
                )
            if sale.reason:
                move.message_post(
                    body=sale.reason,
                    author_id=author.id,
                    message_type="comment",
                    subtype_xmlid="mail.mt_note",
                )

    def _analyze(self):
        """Refresh the statistics of the tables being filled.

        All is loaded in one transaction, that autovacuum cannot look into: with the
        statistics of empty tables, reconciling takes a minute instead of seconds.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "ANALYZE account_move, account_move_line, account_partial_reconcile"
        )

    # ------------------------------------------------------------------
    # Look-ups
    # ------------------------------------------------------------------
    def _today(self):
        return self.env.company._recouvrement_today()

    def _get_record(self, name):
        """The demo record ``demo_<name>`` of this module."""
        return self.env.ref(f"l10n_fr_recouvrement.demo_{name}")

    def _get_chart_record(self, name):
        return self.env["account.chart.template"].ref(name)

    def _get_bank_journal(self, company):
        return self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
        )

    def _get_debtor_currency(self, debtor):
        """Invoices go out in euros, except to Switzerland."""
        swiss = debtor.country_id == self.env.ref("base.ch")
        return self.env.ref("base.CHF" if swiss else "base.EUR")
