from odoo import api, models
from odoo.tools import format_date


class RecouvrementHoldKind(models.AbstractModel):
    """Why something is not chased: the base of every kind of hold.

    A kind ``x`` is an AbstractModel ``recouvrement.hold.kind.x`` that inherits this
    one, and a value ``x`` added to the selection ``recouvrement.hold.kind``: what it
    holds, its words and what follows from it come with it.
    """

    _name = "recouvrement.hold.kind"
    _description = "Kind of hold"

    # Which is named where several stand: the lowest.
    _sequence = 50
    # Credits pay what nobody disputes first.
    _is_disputed = False
    # Who is in charge of recovery opens and lifts one; else what it follows from does.
    _by_hand = True
    # Odoo has a mark of its own for it, kept in step both ways.
    _has_flag = False

    @api.model
    def _get(self, code):
        """The kind of a code; this base where there is none, as of an addon that is
        gone."""
        name = f"recouvrement.hold.kind.{code}"
        return self.env[name if name in self.env else "recouvrement.hold.kind"]

    @api.model
    def _get_all(self):
        """The kinds, in the order in which they are named."""
        codes = self.env["recouvrement.hold"]._fields["kind"].get_values(self.env)
        return sorted(map(self._get, codes), key=lambda kind: kind._sequence)

    @api.model
    def _get_codes(self, trait):
        """Codes of the kinds that have a trait."""
        return frozenset(
            kind._get_code() for kind in self._get_all() if getattr(kind, trait)
        )

    @api.model
    def _get_code(self):
        return self._name.removeprefix("recouvrement.hold.kind.")

    # ------------------------------------------------------------------
    # Odoo's own mark
    # ------------------------------------------------------------------

    @api.model
    def _is_flagged(self, line):
        """Whether Odoo's own mark stands on a due line, of a kind that has one: what
        :meth:`_get_flag_condition` asks in SQL."""
        return False

    @api.model
    def _get_flag_condition(self):
        """The same in SQL, over the tables ``line`` and ``move``."""
        return None

    @api.model
    def _set_flag(self, moves, value):
        """Set or take off Odoo's own mark on invoices."""

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _get_reason(self, hold):
        """Why nothing is claimed, as text that previews count by. Hook.

        :param hold: ``recouvrement.hold``, empty where Odoo's own mark is all there is
        """
        selection = self.env["recouvrement.hold"]._fields["kind"]
        return dict(selection._description_selection(self.env))[self._get_code()]

    @api.model
    def _get_detail(self, hold):
        """What makes a hold particular: its last day, what was noted. Hook."""
        until = hold.date_to and self.env._(
            "Until %s.", format_date(self.env, hold.date_to)
        )
        return " ".join(filter(None, [until, hold.reason]))
