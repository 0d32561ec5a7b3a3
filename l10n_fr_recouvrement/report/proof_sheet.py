from odoo import api, fields, models
from odoo.tools import split_every

from ..const import ALTERED, INTACT, LETTER_STATES, LOST, PROOF_REPORT
from ..paper.page import letter_pdf, pdf_file
from ..paper.words.french import (
    NBSP,
    TEXTS,
    format_amount,
    format_date,
    format_short_date,
    format_siren,
    nbsp,
)
from .letter_document import CHUNK

ZONE = "Europe/Paris"
RETURNS = {
    "refused": "refusée par le destinataire",
    "unclaimed": "non réclamée",
    "unknown": "destinataire inconnu à l’adresse",
    "undelivered": "non remise par la messagerie du destinataire",
}
VERDICTS = {
    INTACT: "intact : l’empreinte calculée à nouveau est celle de l’envoi",
    ALTERED: "ALTÉRÉ : l’empreinte calculée à nouveau n’est pas celle de l’envoi",
    LOST: "PERDU : le fichier n’est plus là",
}
KINDS = {"invoice": "Facture", "credit_note": "Avoir", "payment": "Règlement"}


class ReportProofSheet(models.AbstractModel):
    """Shows the whole chain of one action on a sheet for the file of a judge: who
    prepared, approved and sent it, how, to whom, what became of it, what it claimed,
    and whether the files kept are what was sent."""

    _name = "report.l10n_fr_recouvrement.report_proof"
    _description = "Proof sheet of a recovery action"

    @api.model
    def _get_report_values(self, docids, data=None):
        actions = self.env["recouvrement.action"].browse(docids)
        actions.check_access("read")
        return self._prepare_document([self._proof_values(one) for one in actions])

    @api.model
    def _prepare_document(self, sheets):
        for rank, sheet in enumerate(sheets):
            sheet["mark"] = letter_pdf.mark(rank)
        return {"sheets": sheets}

    @api.model
    def _render_pdf(self, actions):
        """Return one PDF of the sheets of ``actions``."""
        printed = []
        letters = self.env["report.l10n_fr_recouvrement.report_letter"]
        for ids in split_every(CHUNK, actions.ids, list):
            sheets = [self._proof_values(action) for action in actions.browse(ids)]
            pdf = letters._print_html(PROOF_REPORT, self._prepare_document(sheets))
            footers = [
                letter_pdf.Footer(f"{sheet['reference']}, preuve", sheet["footer"])
                for sheet in sheets
            ]
            printed += letter_pdf.finish(pdf, footers)
        return pdf_file.join(printed)

    @api.model
    def _proof_values(self, action):
        """Return what the template prints, as a dict of plain values. Hook."""
        action = self._in_french(action).sudo()
        letters = self.env["report.l10n_fr_recouvrement.report_letter"]
        return {
            "reference": action.name,
            "color": letters._prepare_color(action),
            "sender": letters._prepare_sender(action),
            "footer": letters._prepare_footer(action),
            "subject": self._prepare_subject(action),
            "parties": self._prepare_parties(action),
            "recipient_lines": (action.recipient_text or "").splitlines(),
            "events": [
                (when, what, nbsp(detail or ""))
                for when, what, detail in self._prepare_events(action)
            ],
            "rows": [self._prepare_row(line) for line in action.line_ids],
            "sums": self._prepare_sums(action),
            "total": letters._get_writer(action).money(action.amount_total),
            "pieces": self._prepare_pieces(action),
            "verified": self._prepare_verified(),
        }

    @api.model
    def _in_french(self, action):
        installed = dict(self.env["res.lang"].get_installed())
        return action.with_context(lang="fr_FR" if "fr_FR" in installed else None)

    @api.model
    def _prepare_subject(self, action):
        return nbsp(
            f"{action.stage_id.name} – {self._get_channel(action)} – "
            f"{action.partner_id.name}"
        )

    @api.model
    def _get_channel(self, action):
        labels = dict(action._fields["channel"]._description_selection(action.env))
        return (
            action._channel_handler()._proof_name
            or labels.get(action.channel, action.channel).lower()
        )

    @api.model
    def _prepare_parties(self, action):
        """Creditor and debtor, with what distinguishes them from their namesakes."""
        rows = []
        for label, record in (
            ("Créancier", action.company_id),
            ("Débiteur", action.partner_id),
        ):
            siren = format_siren(record._recouvrement_get_registry())
            text = f"{record.name}, SIREN {siren}" if siren else record.name
            rows.append((label, nbsp(text)))
        if action.partner_id.ref:
            rows.append(("Compte client", action.partner_id.ref))
        return rows

    # ------------------------------------------------------------------
    # What happened
    # ------------------------------------------------------------------

    @api.model
    def _prepare_events(self, action):
        """List what happened, in order. Hook.

        :return: ``[(when, what, detail)]``, all text
        """
        events = [self._prepare_preparation(action), self._prepare_approval(action)]
        if action.letter_attachment_id:
            events.append(
                (
                    self._format_time(action.date_frozen),
                    "Lettre établie et scellée",
                    self._get_by(action.sender_id),
                )
            )
        if action.state in LETTER_STATES:
            events += action._channel_handler()._prepare_sent_events(action)
        if action.date_posted:
            events.append((self._format_day(action.date_posted), "Postée", ""))
        if action.date_presented:
            day = self._format_day(action.date_presented)
            events.append((day, "Première présentation", ""))
        if action.date_received:
            day = self._format_day(action.date_received)
            events.append((day, "Remise au destinataire", ""))
        if action.state == "returned":
            reason = RETURNS.get(action.return_reason, "")
            events.append(("", "Retournée", action.email_bounce or reason))
        if action.date_answered:
            time = self._format_time(action.date_answered)
            events.append((time, "Réponse reçue", "conservée avec l’action"))
        if action.outcome:
            events.append(self._prepare_outcome(action))
        return events

    @api.model
    def _prepare_preparation(self, action):
        run = action.run_id
        detail = self._get_by(action.create_uid)
        if run.automatic:
            detail = f"campagne automatique du {format_date(run.date)}"
        elif run:
            detail = f"campagne du {format_date(run.date)}, {detail}"
        return self._format_time(action.create_date), "Préparée", detail

    @api.model
    def _prepare_approval(self, action):
        if action.approver_id:
            by = self._get_by(action.approver_id)
            return self._format_time(action.date_approved), "Approuvée", by
        return "", "Approuvée", "étape réglée sans approbation préalable"

    @api.model
    def _get_towards(self, channel, address):
        return f"par {channel}" + (f" à {address}" if address else "")

    @api.model
    def _prepare_outcome(self, action):
        outcome = action._get_outcome_service()
        detail = outcome._proof_name or outcome._get_label().lower()
        if action.promise_date:
            amount = format_amount(
                action._sum_amounts(action, "promise_amount"), action.currency_id.name
            )
            detail += f" : {amount} pour le {format_date(action.promise_date)}"
        if action.outcome_note:
            detail += f" – {action.outcome_note}"
        return self._format_day(action.date_closed), "Issue", detail

    # ------------------------------------------------------------------
    # What was claimed, and the files
    # ------------------------------------------------------------------

    @api.model
    def _prepare_row(self, line):
        action = line.action_id
        letters = self.env["report.l10n_fr_recouvrement.report_letter"]
        sign = 1 if line.kind == "invoice" else -1
        return {
            "kind": KINDS.get(line.kind, ""),
            "number": line.label or line.move_id.name or "",
            "date": self._format_day(line.date_document),
            "due_date": self._format_day(line.date_due),
            "stage": line.stage_id.name or "",
            "balance": letters._get_writer(action).money(sign * line.amount_residual),
        }

    @api.model
    def _prepare_sums(self, action):
        """Label and amount of what the total is made of."""
        letters = self.env["report.l10n_fr_recouvrement.report_letter"]
        writer = letters._get_writer(action)
        rows = [
            ("Principal", action.amount_invoices),
            ("Avoirs et règlements déduits", -action.amount_credits),
            (TEXTS["interest"][action.profile], action.amount_interest),
            ("Indemnité forfaitaire", action.amount_indemnity),
            ("Frais de recouvrement complémentaires", action.amount_costs),
        ]
        return [(label, writer.money(amount)) for label, amount in rows if amount]

    @api.model
    def _prepare_pieces(self, action):
        """The sealed files with what is in them, and what their verification gives."""
        pieces = []
        for piece, state in action._verify_seal().items():
            rows = []
            if piece.attachment == action.letter_attachment_id:
                rows = self._prepare_contents(action)
            pieces.append(
                {
                    "name": piece.name,
                    "pages": self._get_pages(piece.pages),
                    "sha256": piece.sha256,
                    "verdict": nbsp(VERDICTS[state]),
                    "is_intact": state == INTACT,
                    "rows": rows,
                }
            )
        return pieces

    @api.model
    def _get_pages(self, count):
        return f", {count}{NBSP}page{'s' if count > 1 else ''}" if count else ""

    @api.model
    def _prepare_contents(self, action):
        """What the file of a letter holds: pages, name and fingerprint of each part."""
        if not action.letter_enclosures:
            return []
        rows, page = [], 1
        for name, count, digest in (
            ("la lettre", action.letter_pages, ""),
            *(
                (piece["name"], piece["pages"], piece["sha256"])
                for piece in action.letter_enclosures
            ),
        ):
            last = page + count - 1
            rows.append(
                {
                    "pages": f"{page}" if last == page else f"{page}–{last}",
                    "name": name,
                    "sha256": digest,
                }
            )
            page = last + 1
        return rows

    @api.model
    def _prepare_verified(self):
        return nbsp(
            f"Vérifié le {self._format_time(fields.Datetime.now())}, à l’impression de "
            f"cette fiche {self._get_by(self.env.user)}, heure de Paris."
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _get_by(self, user):
        return f"par {user.name}" if user else ""

    @api.model
    def _format_day(self, day):
        return format_short_date(day) if day else ""

    @api.model
    def _format_time(self, time):
        """A moment in French time."""
        if not time:
            return ""
        local = fields.Datetime.context_timestamp(self.with_context(tz=ZONE), time)
        return f"{format_short_date(local.date())} à {local:%H}{NBSP}h{NBSP}{local:%M}"
