from dataclasses import dataclass

from odoo import models


@dataclass(frozen=True)
class BankAccount:
    """Where to pay to, as letters and payment codes print it: empty texts where nothing
    is known.

    :param number: an IBAN, or the number of an account that has none
    :param bank: name of the bank
    """

    holder: str = ""
    number: str = ""
    bic: str = ""
    bank: str = ""


class ResPartnerBank(models.Model):
    """Reads a bank account as a plain value, whatever fields Odoo keeps it in."""

    _inherit = "res.partner.bank"

    def _recouvrement_get_account(self, holder=""):
        """Return the :class:`BankAccount` of this record, or an empty one of none.

        :param holder: who holds the account where the record names nobody
        """
        if not self:
            return BankAccount()
        self.ensure_one()
        return BankAccount(
            holder=self.acc_holder_name or holder or "",
            number=self.acc_number or "",
            bic=self.bank_bic or "",
            bank=self.bank_name or "",
        )
