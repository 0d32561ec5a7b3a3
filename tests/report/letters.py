"""Every letter there is, on fixed data, for the tests that read them."""

from freezegun import freeze_time

from odoo.addons.l10n_fr_recouvrement.models.letter.recouvrement_letter_request import (
    LetterRequest,
)
from odoo.addons.l10n_fr_recouvrement.paper.words import letter_kinds

from ..common import RecouvrementCase

MODULE = "l10n_fr_recouvrement"
# A day from which eight days lead to the first of a month.
DAY = "2026-09-23"
MEDIATOR = "Médiation Exemple, 3 rue du Modèle, 75009 Paris, www.mediation.example.com"
# Letters shipped for each profile.
PLANNED = ("courtesy", "reminder", "second_reminder", "last_reminder")
ON_REQUEST = ("receipt", "account_statement")
LETTERS = [
    (profile, kind)
    for profile, notice in (
        ("business", "formal_notice"),
        ("consumer", "formal_notice"),
        ("public", "public_claim"),
    )
    for kind in (*PLANNED, notice, *ON_REQUEST)
]
# Those shipped in English, for debtors abroad.
ENGLISH_LETTERS = [letter for letter in LETTERS if letter[0] != "public"]


class LettersCase(RecouvrementCase):
    """Makes any letter of any profile, always the same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.service = cls.env["report.l10n_fr_recouvrement.report_letter"]
        cls.company.recouvrement_mediator = MEDIATOR
        cls.debtors = {
            "business": cls.business,
            "consumer": cls.consumer,
            "public": cls.public_body,
        }
        abroad = {"lang": "en_US", "country_id": cls.env.ref("base.ie").id}
        abroad.update(street="2 Example Road", zip="D02 XY00", city="Dublin")
        cls.debtors_abroad = {
            "business": cls._create_debtor(
                "Example Joinery Ltd", is_company=True, vat="IE1519572A", **abroad
            ),
            "consumer": cls._create_debtor("Taylor Example", **abroad),
        }

    def _make(self, profile, kind, abroad=False):
        """Return a pending action of a letter, its numbers fixed.

        :param abroad: to a debtor abroad, who is written to in English
        """
        stage = self.env["recouvrement.stage"].with_context(active_test=False)
        stage = stage.search(
            [
                ("procedure_id", "=", self.env.ref(f"{MODULE}.procedure_{profile}").id),
                ("kind", "=", kind),
            ]
        )
        partner = (self.debtors_abroad if abroad else self.debtors)[profile]
        if letter_kinds.get(kind).on_request:
            action = self._make_on_request(partner, stage)
        elif kind == "courtesy":
            action = self._make_courtesy(partner, stage)
        else:
            action = self._make_claim(partner, stage)
        self.assertEqual(action.kind, kind)
        action = action.sudo()
        action.name = "REC/2026/0042"
        if action.channel == "registered":
            action.tracking_number = "1A 234 567 8901 2"
        return action.sudo(False)

    def _invoices(self, partner):
        """Two invoices that are late, one of them paid in part."""
        invoices = self.env["account.move"]
        for amount, due in ((5400, "2026-05-31"), (1234.56, "2026-06-30")):
            invoice = self._invoice(partner, amount, due, ref=f"CDE-{amount:.0f}")
            if partner == self.public_body:
                invoice.recouvrement_request_date = invoice.invoice_date
            invoices |= invoice
        self._pay(invoices[0], 400, "2026-06-15")
        return invoices

    def _make_claim(self, partner, stage):
        self._invoices(partner)
        action = self._run(DAY).sudo()
        stage.sudo().active = True
        action.line_ids.own_stage_id = stage
        with freeze_time(DAY):
            action._refresh()
        action.channel = stage.channel
        return action

    def _make_courtesy(self, partner, stage):
        stage.sudo().active = True
        with freeze_time("2026-09-01"):
            invoice = self._invoice(partner, 1234.56, "2026-10-01", ref="CDE-1235")
            if partner == self.public_body:
                invoice.recouvrement_request_date = "2026-09-01"
        return self._run("2026-09-28")

    def _make_on_request(self, partner, stage):
        invoices = self._invoices(partner)
        if stage.kind == "receipt":
            self._pay(invoices[0], 5000, "2026-09-02")
            self._pay(invoices[1], 1234.56, "2026-09-21")
            self._penalties(invoices, DAY)
        else:
            self._invoice(partner, 300, "2026-10-31", invoice_date="2026-09-15")
            self._credit_note(partner, 120, "2026-07-02", ref="Retour")
        with freeze_time(DAY):
            return self.env["recouvrement.letter.request"]._create_actions(
                self.company, stage, LetterRequest(partner, invoices)
            )

    def _values(self, action):
        """What the letter is printed from."""
        with freeze_time(action.date):
            return self.service._letter_values(action)
