"""The holds of some debtors in memory, asked about due lines one by one."""


class HoldBook:
    """Answers which holds stand over a due line, from those of its debtor: what
    :meth:`recouvrement.hold._prepare_join` answers in SQL.

    :param holds: ``recouvrement.hold``, those that hold or will until they end
    :param kinds: services of the kinds, in order
    """

    def __init__(self, holds, kinds):
        self.kinds = kinds
        order = {kind._get_code(): rank for rank, kind in enumerate(kinds)}
        self.by_debtor = {
            debtor: part.sorted(lambda hold: (order[hold.kind], hold.id))
            for debtor, part in holds.grouped("commercial_partner_id").items()
        }

    def get_holds(self, line):
        """The holds of the whole of a due line, in the order of their kinds."""
        holds = self.by_debtor.get(line.move_id.commercial_partner_id, ())
        return [hold for hold in holds if not hold.amount and hold._covers(line)]

    def is_held(self, line):
        """Whether a due line is held with no end: nothing of it is to come."""
        return any(kind._is_flagged(line) for kind in self.kinds) or any(
            not hold.date_to for hold in self.get_holds(line)
        )

    def get_end(self, line):
        """The last day that a due line is held, or False where it is not."""
        return max((hold.date_to for hold in self.get_holds(line)), default=False)

    def find(self, line):
        """``(kind, hold)`` that stands over a due line: the first of the kinds, and its
        record, empty where Odoo's own mark is all there is; ``(None, None)`` where
        nothing does."""
        holds = self.get_holds(line)
        for kind in self.kinds:
            own = [hold for hold in holds if hold.kind == kind._get_code()]
            if own or kind._is_flagged(line):
                return kind, own[0] if own else line.env["recouvrement.hold"]
        return None, None
