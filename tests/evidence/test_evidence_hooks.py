"""The hooks of enclosures and of proof, each used as the integrator's guide shows: an
override that calls the original and adds to what it returns."""

import hashlib

from freezegun import freeze_time

from odoo.addons.l10n_fr_recouvrement.const import INTACT
from odoo.addons.l10n_fr_recouvrement.models.evidence.recouvrement_action_seal import (
    Piece,
)
from odoo.addons.l10n_fr_recouvrement.models.evidence.recouvrement_enclosure import (
    Enclosure,
)

from ..hooks import Extending
from .test_enclosures import FIRST, SECOND, EnclosureCase, make_pdf


class TestEvidenceHooks(Extending, EnclosureCase):
    """What an addon may add to what goes with a letter, and to what proves it."""

    def _add_file(self, record, name, **vals):
        return (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{name}.pdf",
                    "raw": make_pdf(name),
                    "res_model": record._name,
                    "res_id": record.id,
                    **vals,
                }
            )
        )

    def test_a_piece_read_for_all_letters_at_once(self):
        """``_read`` adds what it read to what is found, ``_enclosures`` lists it: one
        query more, however many letters."""
        partners = [
            self._create_debtor(f"Débiteur {number}", is_company=True)
            for number in range(6)
        ]
        terms = {
            partner: self._add_file(partner, f"Conditions {partner.name}")
            for partner in partners
        }
        for partner in partners:
            self._sent_invoice(partner)
        actions = self._run(FIRST)
        self.assertEqual(len(actions), 6)

        def _read(service, original, actions):
            found = original(actions)
            found.terms = {
                attachment.res_id: attachment
                for attachment in service.env["ir.attachment"].search(
                    [
                        ("res_model", "=", "res.partner"),
                        ("res_id", "in", actions.partner_id.ids),
                    ]
                )
            }
            return found

        def _enclosures(_service, original, action, found):
            file = found.terms[action.partner_id.id]
            return [*original(action, found), Enclosure("terms", "conditions", file)]

        def load(part):
            return self._count(lambda: self.service._load(part))

        load(actions)
        before = [load(part) for part in (actions[:2], actions)]
        self._extend("recouvrement.enclosure", "_read", _read)
        self._extend("recouvrement.enclosure", "_enclosures", _enclosures)
        load(actions)
        after = [load(part) for part in (actions[:2], actions)]
        self.assertEqual(after[0] - before[0], after[1] - before[1])
        self._approve_and_send(actions, FIRST)
        for action in actions:
            self.assertEqual(
                self._pages(action)[2:], [f"Conditions {action.partner_id.name}"]
            )
            self.assertEqual(action.enclosure_names, "conditions")
            self.assertEqual(
                action.letter_enclosures[0]["sha256"],
                hashlib.sha256(terms[action.partner_id].raw).hexdigest(),
            )

    def test_evidence_from_elsewhere(self):
        """``_find_evidence``: a contract kept with the debtor is enclosed, and shown on
        the invoice, as its own would be."""
        self._enclose("evidence")
        move = self._sent_invoice(self.business)
        contract = self._add_file(
            self.business, "Contrat-cadre", recouvrement_evidence="contract"
        )

        def _find_evidence(_service, original, moves):
            found = original(moves)
            for move in moves.filtered(
                lambda move: move.partner_id.id == contract.res_id
            ):
                found.setdefault(move.id, []).append(contract)
            return found

        self._extend("recouvrement.enclosure", "_find_evidence", _find_evidence)
        self.assertEqual(move.recouvrement_evidence_ids, contract)
        action = self._reminded(FIRST)
        self.assertEqual(self._names(action), [f"contrat (facture {move.name})"])
        self.assertEqual(self._pages(action)[2:], ["Contrat-cadre"])

    def test_a_warning_before_the_letter_leaves(self):
        """``_get_missing``: it is shown, and keeps nothing back."""

        def _get_missing(_service, original, action, enclosures):
            missing = original(action, enclosures)
            if not enclosures:
                missing.append("Nothing goes with this letter.")
            return missing

        self._extend("recouvrement.enclosure", "_get_missing", _get_missing)
        self._sent_invoice(self.business)
        action = self._run(FIRST)
        self.assertIn("Nothing goes with this letter.", action.enclosure_warning)
        self.assertEqual(self._send(action, FIRST), ["sent"])

    def test_what_is_kept_with_the_letter(self):
        """``_prepare_seal`` sees the document and its attachment; what it adds is kept
        with the letter and changes no more."""

        def _prepare_seal(action, original, document, attachment):
            vals = original(document, attachment)
            code = hashlib.sha256(document.pdf).hexdigest()[:8]
            return {**vals, "carrier_reference": f"{attachment.id}-{code}"}

        self._extend("recouvrement.action", "_prepare_seal", _prepare_seal)
        self._sent_invoice(self.business)
        action = self._reminded(FIRST)
        self.assertEqual(
            action.carrier_reference,
            f"{action.letter_attachment_id.id}-{action.letter_sha256[:8]}",
        )

    def test_a_piece_and_an_event_that_prove(self):
        """``_get_pieces``, ``_prepare_events`` and ``_proof_values``: a report of
        delivery is verified with the letter and stands on the sheet of proof."""
        self._sent_invoice(self.business)
        action = self._reminded(FIRST)
        report = self._add_file(action, "Rapport", recouvrement_sealed=True)
        digest = hashlib.sha256(report.raw).hexdigest()

        def _get_pieces(_action, original):
            return [*original(), Piece("Rapport", report, digest, 1)]

        def _prepare_events(_service, original, action):
            return [*original(action), ("04/06/2026", "Lue", "par le débiteur")]

        def _proof_values(_service, original, action):
            values = original(action)
            values["parties"].append(("Dossier", action.name))
            return values

        self._extend("recouvrement.action", "_get_pieces", _get_pieces)
        sheets = "report.l10n_fr_recouvrement.report_proof"
        self._extend(sheets, "_prepare_events", _prepare_events)
        self._extend(sheets, "_proof_values", _proof_values)
        self.assertEqual([*action._verify_seal().values()], [INTACT, INTACT])
        with freeze_time(SECOND):
            values = self.env[sheets]._proof_values(action)
        self.assertEqual(values["pieces"][-1]["sha256"], digest)
        self.assertIn("intact", values["pieces"][-1]["verdict"])
        html = str(
            self.env["ir.qweb"]._render(
                sheets.removeprefix("report."),
                self.env[sheets]._prepare_document([values]),
            )
        )
        for expected in ("Lue", "par le débiteur", "Dossier", digest):
            self.assertIn(expected, html)
