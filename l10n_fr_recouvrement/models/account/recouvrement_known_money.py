from dataclasses import dataclass
from datetime import date as Date
from typing import Any

from odoo import api, models
from odoo.tools import SQL, format_amount, format_date

# Key of the context: names of the kinds that none of the debtors asked about has.
ABSENT = "recouvrement_absent_money"


@dataclass(frozen=True)
class Money:
    """Money of a debtor that its account does not show yet: ``amount`` in ``currency``
    of ``date``; ``record`` is where somebody sets it right, ``kind`` the model that
    found it."""

    kind: Any
    partner_id: int
    currency: Any
    amount: Any
    date: Date
    record: Any = None


class RecouvrementKnownMoney(models.AbstractModel):
    """Money that is known and that nobody set against the debts: the base of its kinds.

    A kind ``x`` is an AbstractModel ``recouvrement.known.money.x`` that inherits this
    one. As long as it finds money of a debtor, no letter goes out: who is written to
    about what was paid is right to be angry.
    """

    _name = "recouvrement.known.money"
    _description = "Money known of a debtor"

    _sequence = 10
    # Letters wait only where it is as much as they would claim; else whatever it is.
    _must_cover = False

    @api.model
    def _get_all(self):
        """The kinds, in the order in which they are looked at."""
        prefix = f"{self._name}."
        kinds = [self.env[name] for name in self.env if name.startswith(prefix)]
        return sorted(kinds, key=lambda kind: (kind._sequence, kind._name))

    @api.model
    def _find_all(self, company, date, accounts):
        """``{partner_id: [Money]}`` of the debtors of some accounts."""
        found = {}
        for kind in self._find_absent(company, date, accounts)._get_all():
            for money in kind._find(company, date, accounts):
                found.setdefault(money.partner_id, []).append(money)
        return found

    @api.model
    def _find_absent(self, company, date, accounts):
        """Note which kinds the debtors of some accounts have nothing of, one query for
        all of the kinds: mostly that is each of them."""
        conditions = {
            kind._name: condition
            for kind in self._get_all()
            if (condition := kind._get_presence(company, date)) is not None
        }
        partner_ids = list({account.partner.id for account in accounts})
        if not (conditions and partner_ids):
            return self
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        [present] = self.env.execute_query(
            SQL(
                """
                WITH contact AS MATERIALIZED (
                    SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s)
                )
                SELECT %s
                """,
                partner_ids,
                SQL(", ").join(
                    SQL("EXISTS (%s)", condition) for condition in conditions.values()
                ),
            )
        )
        absent = {
            name for name, there in zip(conditions, present, strict=True) if not there
        }
        return self.with_context(**{ABSENT: frozenset(absent)})

    @api.model
    def _get_presence(self, company, date):
        """Query on ``contact``, the contacts of some debtors, by their ``id``, that
        finds a row where they may have money of this kind; None where that is not to
        be known beforehand. What it does not find is not looked for, see
        :meth:`_is_absent`."""
        return None

    @api.model
    def _is_absent(self):
        """Whether none of the debtors asked about has money of this kind."""
        return self._name in self.env.context.get(ABSENT, ())

    @api.model
    def _find(self, company, date, accounts):
        """The money of this kind that is known on ``date``. Hook.

        :param accounts: :class:`~.debtor_account.DebtorAccount` of the debtors asked
            about, credits set against the debts
        :return: list of :class:`Money`
        """
        return []

    @api.model
    def _get_reason(self):
        """Why letters wait, in words that the preview counts by. Hook."""
        return ""

    @api.model
    def _get_detail(self, money):
        """What is known of this money in particular."""
        return self.env._(
            "%(amount)s of %(date)s",
            amount=format_amount(self.env, float(money.amount), money.currency),
            date=format_date(self.env, money.date),
        )

    @api.model
    def _holds(self, money, owed, currency, company):
        """Whether letters that would claim ``owed`` wait for this money."""
        if not self._must_cover:
            return True
        amount = float(money.amount)
        if money.currency != currency:
            amount = money.currency._convert(amount, currency, company, money.date)
        return currency.compare_amounts(amount, float(owed)) >= 0
