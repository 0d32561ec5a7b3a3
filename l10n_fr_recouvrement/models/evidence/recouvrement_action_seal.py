import hashlib
from dataclasses import dataclass
from typing import Any

from odoo import fields, models

from ...const import ALTERED, CONTACTED_STATES, INTACT, LOST
from ..settings.shipped import get_shipped


@dataclass(frozen=True)
class Piece:
    """A sealed file of an action, and the fingerprint that it had when it was kept."""

    name: str
    attachment: Any
    sha256: str
    pages: int = 0


class RecouvrementAction(models.Model):
    """Proof of an action: who approved and sent it, to whom, and whether its sealed
    files are what they were.

    A file is sealed by ``recouvrement_sealed`` on its attachment: nobody changes or
    deletes it. :meth:`_get_pieces` lists those of an action with their fingerprints.
    """

    _inherit = "recouvrement.action"

    approver_id = fields.Many2one(
        "res.users", "Approved by", readonly=True, ondelete="restrict"
    )
    date_approved = fields.Datetime("Approved on", readonly=True)
    sender_id = fields.Many2one(
        "res.users", "Sent by", readonly=True, ondelete="restrict"
    )
    date_frozen = fields.Datetime(
        "Letter made on", readonly=True, help="When its PDF was made and sealed."
    )
    recipient_text = fields.Text(
        "Recipient as written",
        readonly=True,
        help="Name and address on the letter, as it was sent.",
    )
    seal_state = fields.Selection(
        [
            (INTACT, "Intact"),
            (ALTERED, "Altered"),
            (LOST, "File lost"),
        ],
        "Verification",
        compute="_compute_seal_state",
        help="The SHA-256 of the files kept, computed again now, against the one kept "
        "when they were sent.",
    )

    def _compute_seal_state(self):
        for action in self:
            found = set(action._verify_seal().values())
            action.seal_state = next(
                (state for state in (LOST, ALTERED, INTACT) if state in found), False
            )

    def _get_pieces(self):
        """List the sealed files of an action. Hook: add those that prove what became of
        it.

        :return: list of :class:`Piece`
        """
        self.ensure_one()
        action = self.sudo()
        proofs = [
            Piece(proof.attachment_id.name, proof.attachment_id, proof.sha256)
            for proof in action.proof_ids
        ]
        if not action.letter_attachment_id:
            return proofs
        enclosed = sum(piece["pages"] for piece in action.letter_enclosures or ())
        letter = Piece(
            action.letter_attachment_id.name,
            action.letter_attachment_id,
            action.letter_sha256,
            action.letter_pages + enclosed,
        )
        return [letter, *proofs]

    def _verify_seal(self):
        """Compute the fingerprints of the sealed files of an action again.

        :return: ``{Piece: INTACT, ALTERED or LOST}``
        """
        self.ensure_one()
        states = {}
        for piece in self._get_pieces():
            content = piece.attachment._recouvrement_get_content()
            if not content:
                states[piece] = LOST
            elif hashlib.sha256(content).hexdigest() == piece.sha256:
                states[piece] = INTACT
            else:
                states[piece] = ALTERED
        return states

    def action_print_proof(self):
        """Print the sheet that shows what was done, step by step, and proves it."""
        self.check_access("read")
        done = self.filtered(lambda action: action.state in CONTACTED_STATES)
        if not done:
            return self._notify(
                self.env._("Nothing was sent yet: there is nothing to prove.")
            )
        report = get_shipped(self.env, "l10n_fr_recouvrement.action_report_proof")
        return report.report_action(done, config=False)
