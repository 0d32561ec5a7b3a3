from dataclasses import dataclass, field, replace
from datetime import date as Date
from typing import Any

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, split_every

from .. import law
from ..law import MISSING_DATA
from ..paper.page import letter_pdf, pdf_file
from ..paper.statement import (
    statement_pages,
    statement_sources,
    statement_words,
    statement_xlsx,
)
from ..paper.statement.statement_rows import (
    ZERO,
    DueLine,
    Invoice,
    invoice_rows,
    is_money,
    make_row,
    sum_up,
)
from ..paper.words.french import format_amount, format_short_date, format_siren, nbsp
from .letter_document import CHUNK
from .statement_inputs import Charges

TEMPLATE = "l10n_fr_recouvrement.report_statement"
ORDERS = {
    "principal_first": ("principal_first",),
    "interest_first": ("interest_first",),
    "both": ("principal_first", "interest_first"),
}


@dataclass
class Account:
    """Whose debt a statement shows: one debtor, profile and currency.

    It has what the helpers of letters read of an action to word sender and recipient.
    """

    company_id: Any
    partner_id: Any
    currency_id: Any
    profile: str
    date: Date
    move_ids: list = field(default_factory=list)

    @property
    def contact_id(self):
        """The debtor itself: a court needs its seat."""
        return self.partner_id

    @property
    def digits(self):
        return self.currency_id.decimal_places

    @property
    def credit_key(self):
        return (self.company_id, self.partner_id, self.currency_id)


class ReportStatement(models.AbstractModel):
    """Shows what lateness costs in a statement that a judge can recompute from the
    paper alone.

    :meth:`_get_statements` gives the values, typed and in French, that the pages and
    the spreadsheet both lay out: neither computes anything of its own.
    """

    _name = "report.l10n_fr_recouvrement.report_statement"
    _description = "Statement of interest"

    # ------------------------------------------------------------------
    # Documents
    # ------------------------------------------------------------------

    @api.model
    def _render_pdf(self, statements):
        """Print statements, as given by :meth:`_get_statements`, in one document."""
        printed = []
        for chunk in split_every(CHUNK, statements, list):
            printed += self._print_statements(chunk)
        return pdf_file.join(printed)

    @api.model
    def _print_statements(self, statements):
        """Return the PDF of each of ``statements``, printed in one call."""
        documents = [
            {
                **statement,
                **statement_pages.lay_out(statement),
                "mark": letter_pdf.mark(rank),
            }
            for rank, statement in enumerate(statements)
        ]
        letters = self.env["report.l10n_fr_recouvrement.report_letter"]
        pdf = letters._print_html(
            TEMPLATE,
            {
                "statements": documents,
                "document_title": ", ".join(
                    statement["reference"] for statement in statements
                ),
            },
        )
        return letter_pdf.finish(
            pdf,
            [
                letter_pdf.Footer(statement["reference"], statement["footer"])
                for statement in statements
            ],
        )

    @api.model
    def _render_xlsx(self, statements):
        """The same statements as a workbook that computes them again."""
        return statement_xlsx.write(statements)

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    @api.model
    def _get_statements(
        self,
        moves,
        date,
        imputation="principal_first",
        with_credits=True,
        reference="",
    ):
        """Return the values of the statements of invoices as of ``date``: one for each
        debtor, profile and currency; see :meth:`_statement_values`.

        :param moves: posted customer invoices that the caller may read; those that were
            not late are left out
        :param imputation: a key of :data:`ORDERS`
        :param with_credits: set the credits of the debtors that nobody allocated
            against their oldest debts (C. civ. 1342-10), as letters do
        :param str reference: what the statement belongs to
        :raise UserError: when a rate is missing, or nothing was late
        """
        statements = [
            statement
            for _account, statement in self._get_account_statements(
                moves, date, imputation, with_credits, reference
            )
        ]
        if not statements:
            raise UserError(
                self.env._(
                    "None of these invoices was late on %s: there is nothing to state.",
                    format_date(self.env, date),
                )
            )
        return statements

    @api.model
    def _get_account_statements(
        self,
        moves,
        date,
        imputation="principal_first",
        with_credits=True,
        reference="",
    ):
        """The same as :meth:`_get_statements` as ``[(Account, statement)]``, empty when
        nothing was late.

        :param reference: text, or function of the account that returns it
        """
        service = self.sudo()
        try:
            inputs = service.env["recouvrement.statement.inputs"]._read(
                moves.sudo(), date, with_credits
            )
            penalties = {
                order: service._work_out(inputs, order) for order in ORDERS[imputation]
            }
            statements = [
                (
                    account,
                    service._statement_values(
                        account,
                        inputs,
                        penalties,
                        reference(account) if callable(reference) else reference,
                    ),
                )
                for account in service._get_accounts(inputs)
            ]
        except MISSING_DATA as error:
            raise UserError(
                self.env["recouvrement.rate"]._get_missing_message(error)
            ) from error
        return [(account, statement) for account, statement in statements if statement]

    @api.model
    def _work_out(self, inputs, order):
        penalties, errors = self.env["recouvrement.penalty.engine"]._work_out_inputs(
            inputs.penalty, inputs.date, order
        )
        for error in errors.values():
            raise error
        return penalties

    @api.model
    def _get_accounts(self, inputs):
        """Group the invoices by what makes one statement, in order of due date."""
        accounts = {}
        for move_id, rows in sorted(
            inputs.due_lines.items(), key=lambda item: item[1][0]["date_maturity"]
        ):
            move = inputs.moves.browse(move_id)
            key = (
                move.company_id,
                move.commercial_partner_id,
                move.currency_id,
                rows[0]["profile"],
            )
            account = accounts.setdefault(key, Account(*key, inputs.date))
            account.move_ids.append(move_id)
        return list(accounts.values())

    @api.model
    def _statement_values(self, account, inputs, penalties, reference):
        """Return one statement as plain values, None where nothing was late: what pages
        and spreadsheet lay out, printed alone or enclosed with a letter. Hook.

        :param account: :class:`Account`
        :param inputs: see ``recouvrement.statement.inputs``
        :param penalties: ``{order of imputation: {move_id: law.Penalties}}``
        :param str reference: what the statement belongs to
        """
        orders = list(penalties)
        credit = inputs.credits.get(account.credit_key, ZERO)
        parts = [
            self._prepare_part(account, inputs, order, penalties[order], credit)
            for order in orders
        ]
        if not parts[0]["rows"]:
            return None
        # The first statement of the debtor deducts what is left of its credits.
        inputs.credits.pop(account.credit_key, None)
        letters = self.env["report.l10n_fr_recouvrement.report_letter"]
        name = account.partner_id.name
        reference = reference or f"Décompte {name}, {format_short_date(account.date)}"
        if len(parts) > 1:
            self._number_parts(account, inputs, parts)
        return {
            "reference": reference,
            "name": name,
            "title": statement_words.TITLES[account.profile],
            "profile": account.profile,
            "date": account.date,
            "currency": account.currency_id.name,
            "digits": account.digits,
            "color": letters._prepare_color(account),
            "sender": letters._prepare_sender(account),
            "footer": letters._prepare_footer(account),
            "recipient_lines": letters._prepare_recipient(account),
            "creditor_ids": self._prepare_identifiers(account.company_id),
            "debtor_ids": self._prepare_identifiers(account.partner_id),
            "place_date": letters._prepare_place_date(self._get_today(account)),
            "signature": letters._prepare_signature(account),
            "parts": parts,
            "comparison": self._prepare_comparison(parts),
            "sources": self._prepare_sources(account, inputs, parts),
            "reservation": self._prepare_reservation(account, parts),
        }

    @api.model
    def _get_today(self, account):
        """The account on the day that its statement is signed."""
        return replace(account, date=account.company_id._recouvrement_today())

    @api.model
    def _prepare_identifiers(self, record):
        """What distinguishes a company or a debtor from its namesakes."""
        siren = format_siren(record._recouvrement_get_registry())
        lines = [f"SIREN {siren}" if siren else ""]
        if record._name == "res.partner" and record.ref:
            lines.append(f"Compte client {record.ref}")
        return [nbsp(line) for line in lines if line]

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    @api.model
    def _prepare_part(self, account, inputs, order, penalties, credit):
        """The account under one order of imputation: its rows, what each invoice and
        all of them make, and the segments that the sources explain."""
        invoices = [
            self._prepare_invoice(account, inputs, order, move_id, penalties[move_id])
            for move_id in account.move_ids
        ]
        invoices = [invoice for invoice in invoices if invoice.lines]
        blocks = [invoice_rows(invoice) for invoice in invoices]
        rows = [row for block in blocks for row in block]
        return {
            "order": order,
            "heading": "",
            "rows": rows,
            **sum_up(rows, credit),
            "invoices": [
                {"number": invoice.number, **block[-1]["sums"]}
                for invoice, block in zip(invoices, blocks, strict=True)
            ],
            "lines": [line for invoice in invoices for line in invoice.lines],
        }

    @api.model
    def _prepare_invoice(self, account, inputs, order, move_id, penalties):
        """What the statement shows of one invoice; without due lines, nothing was late
        of it."""
        move = inputs.moves.browse(move_id)
        charges = inputs.charges.get(move_id) or Charges()
        rows = inputs.due_lines[move_id]
        lines = [
            self._prepare_due_line(account, inputs, order, row, len(rows), penalties)
            for row in rows
        ]
        invoice = Invoice(move.name, [line for line in lines if line])
        invoice.waived_interest = penalties.waived_interest
        if account.profile != "consumer" and invoice.lines:
            self._add_fees(account, invoice, charges, penalties)
        if account.profile == "public":
            invoice.settlement = self._get_settlement(inputs, invoice)
        return invoice

    @api.model
    def _add_fees(self, account, invoice, charges, penalties):
        """The indemnity of an invoice, once, and its costs, in its own currency."""
        invoice.indemnity = self._convert_euros(account, penalties.indemnity)
        invoice.waived_indemnity = self._convert_euros(
            account, penalties.waived_indemnity
        )
        invoice.costs = charges.costs
        if charges.indemnity:
            invoice.indemnity_detail = statement_words.charged_detail(charges.indemnity)
        elif invoice.indemnity and account.currency_id.name != "EUR":
            invoice.indemnity_detail = (
                f"{format_amount(penalties.indemnity)} au cours du "
                f"{format_short_date(account.date)}"
            )

    @api.model
    def _convert_euros(self, account, amount):
        """An amount that the law sets in euros, in the currency of the statement."""
        if not amount or account.currency_id.name == "EUR":
            return amount
        converted = self.env.ref("base.EUR")._convert(
            float(amount), account.currency_id, account.company_id, account.date
        )
        return law.to_decimal(converted, account.digits)

    @api.model
    def _prepare_due_line(self, account, inputs, order, row, count, penalties):
        """What the statement shows of one due line, None while it was not late."""
        start = self._get_start(inputs, row)
        found = penalties.statements.get(row["id"])
        payments = [
            payment
            for payment in inputs.penalty.payments.get(row["id"], ())
            if payment.date <= account.date
        ]
        end = self.env["recouvrement.penalty.engine"]._get_interest_end(
            row, account.date
        )
        if not found:
            # Nothing ran: what was received lowers the principal alone.
            found = law.without_interest(row["amount"], payments)
            first_late = row["date_maturity"]
            if account.profile == "public":
                first_late = start
            if first_late >= account.date or not found.principal_left:
                return None
        charges = inputs.charges.get(row["move_id"]) or Charges()
        return DueLine(
            label=self._get_label(inputs, row, count),
            details=tuple(self._get_details(account, inputs, row, count, start, end)),
            amount=row["amount"],
            found=found,
            charged=tuple(
                (first, last, note)
                for line_id, first, last, note in charges.days
                if line_id in (row["id"], False)
            ),
            standing=tuple(
                standing
                for standing in inputs.standing.get(row["id"], ())
                if standing.date <= account.date
            ),
            graces=self._get_graces(inputs, row),
            rate_basis=row["rate_basis"] or "",
            digits=account.digits,
        )

    @api.model
    def _get_graces(self, inputs, row):
        """First and last days of the times that judges granted to pay."""
        return tuple(
            (judgment.date_grace_from, judgment.date_grace_to)
            for judgment in inputs.judgments.get(row["move_id"], ())
            if judgment.date_grace_from
        )

    @api.model
    def _get_start(self, inputs, row):
        """Last day on which payment was in time, as the penalties count it."""
        return self.env["recouvrement.penalty.engine"]._get_interest_start(
            row, inputs.penalty
        )

    @api.model
    def _get_label(self, inputs, row, count):
        move = inputs.moves.browse(row["move_id"])
        return statement_words.invoice_label(
            move.name, move.invoice_date, row["date_maturity"], row["rank"], count
        )

    @api.model
    def _get_details(self, account, inputs, row, count, start, end):
        """What a reader must know to recompute a due line, under its heading."""
        move = inputs.moves.browse(row["move_id"])
        details = self._get_references(account, move)
        if count > 1:
            total = format_amount(
                law.to_decimal(move.amount_total, account.digits),
                account.currency_id.name,
            )
            details.append(f"facture de {total} TTC")
        if account.profile == "consumer":
            details.append(statement_words.notice_detail(start, account.date))
        elif account.profile == "public" and row["request_date"]:
            days = inputs.facts.at(
                f"public_delay_{row['public_delay']}", row["request_date"]
            ).value
            details.append(
                statement_words.request_detail(row["request_date"], int(days), start)
            )
        if end < account.date:
            stopped = row["penalty_end"] == end
            opening = None if stopped else row["insolvency_date"]
            article = opening and inputs.facts.at("insolvency", opening).article
            details.append(statement_words.stop_detail(end, opening, article))
        details += [
            self._get_judgment_detail(judgment)
            for judgment in inputs.judgments.get(row["move_id"], ())
            if judgment.date <= account.date
        ]
        return details

    @api.model
    def _get_references(self, account, move):
        """What the debtor knows an invoice by, under its heading: list of lines in
        French. Hook."""
        parts = []
        if move.ref and move.ref != move.name:
            parts.append(f"votre réf. {move.ref}")
        if account.profile == "public" and "purchase_order_reference" in move:
            commitment = move.purchase_order_reference
            parts += [f"engagement {commitment}"] if commitment else []
        return [", ".join(parts)] if parts else []

    @api.model
    def _get_judgment_detail(self, judgment):
        """The judgment that a rate or a capitalisation comes from."""
        detail = f"jugement {judgment.name} du {format_short_date(judgment.date)}"
        if judgment.court:
            detail += f", {judgment.court}"
        if judgment.date_capitalised:
            day = format_short_date(judgment.date_capitalised)
            detail += f", capitalisation demandée le {day}"
        return detail

    @api.model
    def _get_settlement(self, inputs, invoice):
        """By when a public body that has paid the principal owes interest and
        indemnity."""
        paid = [
            imputation.date
            for line in invoice.lines
            for imputation in line.found.imputations
            if imputation.to_principal and is_money(imputation.nature)
        ]
        if not paid or any(line.found.principal_left for line in invoice.lines):
            return ""
        fact = inputs.facts.at("public_settlement_days", max(paid))
        limit = law.net_due(max(paid), int(fact.value))
        return statement_words.settlement(limit, fact.article)

    @api.model
    def _number_parts(self, account, inputs, parts):
        """Head the parts of a statement that has two."""
        words = {
            "running": statement_words.RUNNING[account.profile],
            "article": inputs.facts.at("imputation", account.date).article,
        }
        for number, part in zip(("I", "II"), parts, strict=True):
            heading = statement_words.HEADINGS[part["order"]].format(**words)
            part["heading"] = nbsp(f"{number}. {heading}")

    @api.model
    def _prepare_comparison(self, parts):
        """What each invoice makes under the two orders, side by side."""
        if len(parts) < 2:
            return []
        return [
            make_row("comparison", first["number"], sums=(first, second))
            for first, second in zip(*(part["invoices"] for part in parts), strict=True)
        ]

    @api.model
    def _prepare_sources(self, account, inputs, parts):
        """Where the figures come from, in French: ``[(title, [sentence])]``. Hook.

        :param parts: see :meth:`_prepare_part`, one for each order of imputation
        """
        rows = [
            row for move_id in account.move_ids for row in inputs.due_lines[move_id]
        ]
        return statement_sources.describe(
            account.profile,
            account.date,
            inputs.facts,
            parts,
            delays=self._get_delays(account, inputs, rows),
            civil_year=any(row["divisor"] == "actual" for row in rows),
            credits=bool(parts[0]["credit"])
            or any(row["id"] in inputs.imputed for row in rows),
        )

    @api.model
    def _get_delays(self, account, inputs, rows):
        """``(days, article)`` of the times to pay of public bodies."""
        if account.profile != "public":
            return []
        facts = [
            inputs.facts.at(f"public_delay_{row['public_delay']}", row["request_date"])
            for row in rows
            if row["request_date"]
        ]
        return [(int(fact.value), fact.article) for fact in facts]

    @api.model
    def _prepare_reservation(self, account, parts):
        runs = any(
            line.found.principal_left
            and line.found.segments
            and line.found.segments[-1].date_to == account.date
            for line in parts[0]["lines"]
        )
        return nbsp(statement_words.reservation(account.profile, account.date, runs))
