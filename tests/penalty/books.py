"""What settles invoices in real books, as entries."""

from odoo.fields import Command

from ..common import RecouvrementCase


class SettledCase(RecouvrementCase):
    """Invoices and the entries that settle them."""

    @classmethod
    def _account(cls, code):
        """An account of the French chart, by the end of its external id."""
        chart = cls.env["account.chart.template"].with_company(cls.company)
        return chart.ref(f"pcg_{code}")

    @classmethod
    def _receivable(cls, partner=None):
        return (partner or cls.business).property_account_receivable_id

    @classmethod
    def _entry(cls, day, *lines, journal=None):
        """Post an entry.

        :param lines: ``(account, balance, values)``, the debtor's own by default
        """
        move = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "journal_id": (journal or cls.company_data["default_journal_misc"]).id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "debit": max(balance, 0),
                            "credit": max(-balance, 0),
                            "partner_id": cls.business.id,
                            **(vals[0] if vals else {}),
                        }
                    )
                    for account, balance, *vals in lines
                ],
            }
        )
        move.action_post()
        return move

    @classmethod
    def _open_lines(cls, moves, account):
        return moves.line_ids.filtered(
            lambda line: line.account_id == account and not line.reconciled
        )

    @classmethod
    def _settle(cls, invoice, entry, account=None):
        """Reconcile an invoice, or an entry, with what settles it."""
        account = account or cls._receivable(invoice.partner_id)
        cls._open_lines(invoice + entry, account).reconcile()

    @classmethod
    def _write_off(cls, invoice, amount, day):
        """Dr 654 / Cr 411."""
        name = {"partner_id": invoice.partner_id.id}
        loss = cls._entry(
            day,
            (cls._account("6541"), amount, name),
            (cls._receivable(invoice.partner_id), -amount, name),
        )
        cls._settle(invoice, loss)
        return loss

    @classmethod
    def _accept_bill(cls, invoice, amount, day, due):
        """Dr 413 / Cr 411."""
        bill = cls._entry(
            day,
            (cls._account("413"), amount, {"date_maturity": due}),
            (cls._receivable(invoice.partner_id), -amount),
        )
        cls._settle(invoice, bill)
        return bill

    @classmethod
    def _cash(cls, entry, amount, day, account, partner=None):
        """Receive by the bank what an account of a transfer has."""
        line = cls._receive(partner or cls.business, amount, day)
        line.account_id = account
        (cls._open_lines(entry, account) + line).reconcile()
        return line

    @classmethod
    def _pay_in_window(cls, invoice, amount, day, **vals):
        """Odoo's own payment window."""
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": day, "amount": amount, **vals})
        )
        return wizard._create_payments()

    def _parts(self, invoice):
        """What settled an invoice: ``[(nature, amount, day)]`` in text."""
        self.env.flush_all()
        dues = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        found = self.env["recouvrement.settlement"]._read(dues.ids)
        return [
            (part.nature, str(part.amount), str(part.date))
            for line in dues
            for settlement in found.get(line.id, ())
            for part in settlement.parts
        ]

    def _segments(self, invoice, day):
        """Interest of an invoice: ``[(first day, last day, base)]``."""
        return [
            (str(line.date_from), str(line.date_to), line.base)
            for line in self._penalties(invoice, day)
            if line.kind == "interest"
        ]
