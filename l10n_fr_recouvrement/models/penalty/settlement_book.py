"""What the credits of some entries are made of, without ORM: the entry of each credit
gives its sources, what is set against it takes its share of each, and what was
transferred to another account is followed there."""

from dataclasses import dataclass, field, replace
from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from ... import law
from ...law import ZERO
from ...paper.words import natures

# How a reconciliation counts where nobody chose otherwise.
BY_NATURE = "nature"
GOES_ON = "goes_on"


class Step(NamedTuple):
    """A transfer that a debt went through: its nature, and when the other account is
    due."""

    nature: str
    due: Date | None


@dataclass(frozen=True)
class Part:
    """One part of a credit, of one nature.

    :param nature: code of :mod:`~...paper.words.natures`
    :param amount: in the currency of what it is set against
    :param line_id: the credit that it comes from in the end
    :param via: the :class:`Step` that led there; a part whose nature lives on is not
        settled there yet
    """

    nature: str
    amount: Decimal
    line_id: int
    date: Date | None = None
    via: tuple = ()

    @property
    def is_money(self):
        return natures.get(self.nature).is_money

    @property
    def is_open(self):
        """Whether the debt lives on in another account."""
        return natures.get(self.nature).lives_on

    @property
    def origin(self):
        """The nature of the credit itself: that of the transfer, where it was one."""
        return self.via[0].nature if self.via else self.nature


class Standing(NamedTuple):
    """An entry that is set against a debt and leaves it as it was: a transfer, or what
    somebody chose not to count."""

    date: Date
    amount: Decimal
    nature: str
    due: Date | None = None


@dataclass
class Settlement:
    """What one reconciliation set against a due line.

    :param effect: how it counts, a value of ``recouvrement_effect``
    :param parts: list of :class:`Part`, which make ``amount`` together
    """

    id: int
    line_id: int
    credit_id: int
    date: Date
    amount: Decimal
    effect: str = BY_NATURE
    parts: list = field(default_factory=list)

    @property
    def payments(self):
        """What counts for interest, as :class:`law.Payment`."""
        return [
            law.Payment(day, part.amount, effect, nature)
            for part, effect, day, nature in self._count()
            if effect
        ]

    @property
    def standing(self):
        """What is set against the due line and leaves it owed, as :class:`Standing`."""
        amounts = {}
        for part, effect, _day, nature in self._count():
            if effect and nature == part.origin:
                continue
            step = part.via[0] if part.via else Step(nature, None)
            amounts[step] = amounts.get(step, ZERO) + part.amount
        return [
            Standing(self.date, amount, step.nature, step.due)
            for step, amount in amounts.items()
        ]

    @property
    def lives_on(self):
        """Whether part of the debt is settled by nothing that counts."""
        return any(not effect for _part, effect, _day, _nature in self._count())

    def _count(self):
        """Each part with the effect it has, none where interest goes on, its date and
        its nature."""
        is_chosen = self.effect not in (BY_NATURE, GOES_ON)
        for part in self.parts:
            nature = natures.get(part.nature)
            if is_chosen and part.via:
                # The transfer itself is what counts.
                yield part, self.effect, self.date, part.origin
            elif nature.is_money:
                yield part, nature.effect, part.date, part.nature
            elif self.effect == BY_NATURE:
                yield part, nature.effect, part.date, part.nature
            else:
                effect = self.effect if is_chosen else ""
                yield part, effect, part.date, part.nature


class Target(NamedTuple):
    """A line of an entry on which a debt lives on."""

    line_id: int
    nature: str
    amount: Decimal
    due: Date | None


class Pot:
    """What is left of the sources of a credit while others take their share."""

    def __init__(self, sources):
        self.sources = [(source, amount) for source, amount in sources if amount]
        self.left = [amount for _source, amount in self.sources]

    def draw(self, amount, digits):
        """Take ``amount`` pro rata of what is left; nothing is taken of what comes to
        nothing in the currency of the company, the proportions hold all the same.

        :return: ``[(source, amount)]``
        """
        if not amount:
            return list(self.sources)
        if len(self.sources) == 1:
            return [(self.sources[0][0], amount)]
        left = self.left if sum(self.left) >= amount else [a for _s, a in self.sources]
        shares = law.share_pro_rata(amount, left, digits)
        self.left = [
            max(ZERO, kept - share)
            for kept, share in zip(self.left, shares, strict=True)
        ]
        return [
            (source, share)
            for (source, _amount), share in zip(self.sources, shares, strict=True)
            if share
        ]


def explain(rows, digits):
    """What the credits of one entry are made of.

    What stands in the name of a contact explains its own credits first; what it does
    not explain comes from what is left of the others and what bears no name: money
    first, the rest pro rata. Money that went out went to what is no money, if there is
    any. A tax goes with the loss or the discount that it corrects.

    :param rows: lines of the entry: ``id``, ``partner_id``, ``balance``, ``nature``,
        ``is_tax``, ``is_claim`` (a credit to be explained), ``due``
    :return: ``{credit line id: [(code of a nature or Target, amount)]}``, in the
        currency of the company

    >>> def row(number, balance, nature, partner=1, **vals):
    ...     return {"id": number, "balance": Decimal(balance), "nature": nature,
    ...             "partner_id": partner, "is_tax": False, "due": None,
    ...             "is_claim": False, **vals}
    >>> entry = [row(1, "700.00", "payment"), row(2, "300.00", "loss"),
    ...          row(3, "-1000.00", "transfer", is_claim=True)]
    >>> [(source, str(amount)) for source, amount in explain(entry, 2)[3]]
    [('payment', '700.00'), ('loss', '300.00')]
    """
    tax_nature = _get_tax_nature(rows)
    sides = {}
    for row in rows:
        side = sides.setdefault(row["partner_id"], _Side())
        side.add(row, tax_nature if row["is_tax"] else row["nature"])
    pool, paid_out, lacking = {}, ZERO, ZERO
    for side in sides.values():
        side.close()
        lacking += side.lacking
        paid_out += side.paid_out
        for source, amount in side.surplus.items():
            pool[source] = pool.get(source, ZERO) + amount
    paid_out = _take_out(pool, paid_out, of_money=False)
    _take_out(pool, paid_out, of_money=True)
    pool = _get_shares(pool, lacking)
    found = {}
    for side in sides.values():
        found.update(side.explain(pool, lacking, digits))
    return found


def _get_tax_nature(rows):
    """What a tax among the counterparts goes with."""
    sums = {}
    for row in rows:
        nature = natures.get(row["nature"])
        if not (row["is_tax"] or nature.is_money or nature.lives_on):
            sums[nature.code] = sums.get(nature.code, ZERO) + row["balance"]
    code = max(sums, key=sums.get, default=natures.ADJUSTMENT)
    return code if sums.get(code, ZERO) > 0 else natures.ADJUSTMENT


def _is_money(source):
    return isinstance(source, str) and natures.get(source).is_money


def _scale(sources, amount):
    """Sources as they come to ``amount`` together."""
    whole = sum(sources.values(), ZERO)
    return {source: part * amount / whole for source, part in sources.items() if whole}


def _take_out(sources, amount, of_money):
    """Take money that went out off the sources that are money, or those that are none.

    :return: what there was nothing for
    """
    there = {
        source: part
        for source, part in sources.items()
        if _is_money(source) == of_money
    }
    taken = min(amount, sum(there.values(), ZERO))
    for source, part in _scale(there, taken).items():
        sources[source] -= part
    return amount - taken


def _get_shares(pool, amount):
    """What of the sources that bear no name explains ``amount``."""
    money = {source: part for source, part in pool.items() if _is_money(source)}
    received = min(amount, sum(money.values(), ZERO))
    rest = {source: part for source, part in pool.items() if not _is_money(source)}
    others = min(amount - received, sum(rest.values(), ZERO))
    return {**_scale(money, received), **_scale(rest, others)}


class _Side:
    """What an entry has in the name of one contact, or in no name.

    Once closed, ``sources`` explain its own credits, ``surplus`` is what they leave,
    ``lacking`` what they do not explain, ``paid_out`` money that went to nothing here.
    """

    def __init__(self):
        self.nets = {}
        self.claims = []
        self.paid_out = ZERO

    def add(self, row, nature):
        balance = row["balance"]
        if row["is_claim"]:
            self.claims.append((row["id"], -balance))
            return
        source = nature
        if natures.get(nature).lives_on and balance > 0:
            source = Target(row["id"], nature, balance, row["due"])
        elif natures.get(nature).is_money and balance < 0:
            self.paid_out -= balance
            return
        self.nets[source] = self.nets.get(source, ZERO) + balance

    def close(self):
        self.sources = {
            source: amount for source, amount in self.nets.items() if amount > 0
        }
        self.paid_out = _take_out(self.sources, self.paid_out, of_money=False)
        others = sum((-amount for amount in self.nets.values() if amount < 0), ZERO)
        self.claimed = others + sum((amount for _line_id, amount in self.claims), ZERO)
        whole = sum(self.sources.values(), ZERO)
        self.lacking = max(ZERO, self.claimed - whole)
        self.surplus = _scale(self.sources, max(ZERO, whole - self.claimed))

    def explain(self, pool, lacking, digits):
        """What each of its credits is made of.

        :param pool: what explains all that is ``lacking`` in the entry
        """
        if not self.claims:
            return {}
        weights = {source: amount for source, amount in self.sources.items() if amount}
        for source, amount in pool.items():
            part = amount * self.lacking / lacking if self.lacking else ZERO
            weights[source] = weights.get(source, ZERO) + part
        if not any(weights.values()):
            weights = {natures.ADJUSTMENT: self.claimed}
        shares = law.share_pro_rata(self.claimed, list(weights.values()), digits)
        pot = Pot(zip(weights, shares, strict=True))
        return {
            line_id: pot.draw(amount, digits) for line_id, amount in sorted(self.claims)
        }


class Book:
    """The credits that are looked at, what is set against what, and what each
    reconciliation is made of.

    :param sources: ``{credit line id: [(code of a nature or Target, amount)]}``
    :param partials: reconciliations: ``id``, ``debit_id``, ``credit_id``, ``date``,
        ``amount``, in the currency of the company
    """

    def __init__(self, sources, partials, digits):
        self.sources = sources
        self.digits = digits
        self.by_credit, self.by_debit = {}, {}
        for partial in sorted(partials, key=lambda partial: partial["id"]):
            self.by_credit.setdefault(partial["credit_id"], []).append(partial)
            self.by_debit.setdefault(partial["debit_id"], []).append(partial)
        self.drawn = {}
        self.following = set()

    def get_parts(self, partial, amount, digits):
        """The :class:`Part` list of a reconciliation.

        :param amount: what it comes to in the currency of its debit
        """
        drawn, _rest = self._draw(partial["credit_id"])
        return self._convert(drawn[partial["id"]], amount, digits)

    def get_rest(self, credit_id, amount, digits):
        """The :class:`Part` list of what nothing has taken of a credit.

        :param amount: what it comes to in the currency of the credit
        """
        _drawn, rest = self._draw(credit_id)
        return self._convert(rest, amount, digits)

    def _convert(self, parts, amount, digits):
        shares = law.share_pro_rata(amount, [part.amount for part in parts], digits)
        return [
            replace(part, amount=share)
            for part, share in zip(parts, shares, strict=True)
            if share
        ]

    def _draw(self, credit_id):
        """Share a credit among what is set against it, in the order in which it was.

        :return: ``({partial id: [Part]}, [Part] of the rest)``
        """
        if credit_id not in self.drawn:
            self.following.add(credit_id)
            pot = Pot(self._get_atoms(credit_id))
            drawn = {
                partial["id"]: self._merge(
                    pot.draw(partial["amount"], self.digits), partial["date"]
                )
                for partial in self.by_credit.get(credit_id, ())
            }
            left = zip([atom for atom, _amount in pot.sources], pot.left, strict=True)
            rest = [(atom, amount) for atom, amount in left if amount]
            self.following.discard(credit_id)
            self.drawn[credit_id] = drawn, self._merge(rest or pot.sources, None)
        return self.drawn[credit_id]

    def _merge(self, atoms, date):
        parts = {}
        for part, amount in atoms:
            days = [day for day in (part.date, date) if day]
            key = replace(part, date=max(days, default=None), amount=ZERO)
            parts[key] = parts.get(key, ZERO) + amount
        return [replace(part, amount=amount) for part, amount in parts.items()]

    def _get_atoms(self, credit_id):
        """The parts that a credit is made of, transfers followed, with their amounts in
        the currency of the company."""
        atoms = []
        for source, amount in self.sources[credit_id]:
            if isinstance(source, Target):
                atoms += self._follow(source, credit_id, amount)
            else:
                atoms.append((Part(source, ZERO, credit_id), amount))
        return atoms

    def _follow(self, target, credit_id, amount):
        """What became of the part of a credit that lives on in another account."""
        step = Step(target.nature, target.due)
        found, left = [], target.amount
        for partial in self.by_debit.get(target.line_id, ()):
            # One that is looked at already leads round in a circle.
            if partial["credit_id"] in self.following or not partial["amount"]:
                continue
            drawn, _rest = self._draw(partial["credit_id"])
            found += drawn[partial["id"]]
            left -= partial["amount"]
        if left > 0:
            found.append(Part(target.nature, left, credit_id))
        shares = law.share_pro_rata(
            amount, [part.amount for part in found], self.digits
        )
        return [
            (
                replace(part, amount=ZERO, via=(step, *part.via)),
                share,
            )
            for part, share in zip(found, shares, strict=True)
        ]
