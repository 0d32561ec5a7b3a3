"""The hooks of penalties, as an integrator uses them from doc/integrator.md."""

from datetime import timedelta
from decimal import Decimal

from odoo.addons.l10n_fr_recouvrement import law

from .charging import TODAY, ChargingCase


class TestHooks(ChargingCase):
    """What an integrator may change, as doc/integrator.md tells."""

    def _extend(self, model, name, method):
        """Stand in for an addon that overrides a method."""
        model_class = type(self.env[model])
        original = getattr(model_class, name)
        self.patch(
            model_class, name, lambda *args: method(lambda: original(*args), *args)
        )

    def test_another_rate(self):
        self._extend(
            "recouvrement.penalty.engine",
            "_rate_rule",
            lambda original, *args: law.RateRule(None, Decimal(7)),
        )
        lines = self._penalties(self.invoice, TODAY)
        self.assertEqual(set(lines.filtered("days").mapped("rate")), {7.0})

    def test_days_of_grace_of_the_house(self):
        self._extend(
            "recouvrement.penalty.engine",
            "_get_interest_start",
            lambda original, *args: original() + timedelta(days=10),
        )
        first = self._penalties(self.invoice, TODAY)[0]
        self.assertEqual(str(first.date_from), "2026-06-11")

    def test_other_terms_at_posting(self):
        self._extend(
            "account.move",
            "_recouvrement_prepare_rate_vals",
            lambda original, *args: {
                **original(),
                "recouvrement_rate_basis": "legal",
            },
        )
        invoice = self._invoice(self.business, 100, "2026-09-30")
        self.assertEqual(invoice.recouvrement_rate_basis, "legal")

    def test_other_lines_of_a_debit_note(self):
        self._extend(
            "recouvrement.debit.wizard",
            "_prepare_note_line_vals",
            lambda original, *args: {**original(), "name": "Retard"},
        )
        note = self._charge(self.invoice)
        self.assertEqual(set(note.invoice_line_ids.mapped("name")), {"Retard"})
