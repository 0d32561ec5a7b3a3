"""What goes with a letter: which pieces, in which order, by which name, in one PDF."""

import io
import subprocess
from unittest.mock import patch

from freezegun import freeze_time
from PIL import Image
from psycopg2 import OperationalError
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_recouvrement.models.evidence import recouvrement_enclosure
from odoo.addons.l10n_fr_recouvrement.models.evidence.recouvrement_enclosure import (
    FLAGS,
    Enclosure,
)
from odoo.addons.l10n_fr_recouvrement.paper.page import enclosure_pdf
from odoo.addons.l10n_fr_recouvrement.paper.page.pdf_file import to_bytes
from odoo.addons.l10n_fr_recouvrement.report import letter_document

from ..common import Printed, RecouvrementCase, blank_letter

FIRST, SECOND, NOTICE = "2026-06-03", "2026-06-15", "2026-06-30"
SENDING = f"{recouvrement_enclosure.__name__}.RecouvrementEnclosure"


def make_pdf(*texts):
    """A PDF of one page a text."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for text in texts:
        canvas.drawString(60, 700, text)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def make_picture(kind, size=(400, 300)):
    stream = io.BytesIO()
    Image.new("RGB", size, "teal").save(stream, kind)
    return stream.getvalue()


def make_protected(user_password, owner_password="owner"):
    writer = PdfWriter()
    writer.add_page(PdfReader(io.BytesIO(make_pdf("secret"))).pages[0])
    writer.encrypt(user_password, owner_password)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def read_pages(pdf):
    """The text of each page, as a reader sees it."""
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return [
        " ".join(page.replace("\N{NO-BREAK SPACE}", " ").split())
        for page in text.split("\f")[:-1]
    ]


class EnclosureCase(RecouvrementCase):
    """Letters of two pages drawn at once: what is enclosed is the point here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.printer.stop()
        cls.service = cls.env["recouvrement.enclosure"]
        cls.letters = cls.env["report.l10n_fr_recouvrement.report_letter"]
        cls.printer = patch.object(
            type(cls.letters),
            "_begin_letters",
            lambda self, letters: Printed(
                make_pdf(f"Lettre {letter['reference']}", "suite") for letter in letters
            ),
        )
        cls.printer.start()
        cls.addClassCleanup(cls.printer.stop)

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _enclose(self, *names, stages=None):
        stages = stages or self.env["recouvrement.stage"].search([])
        stages.write({f"enclose_{name}": True for name in names})

    def _keep_pdf(self, move, *texts):
        """Give an invoice the PDF that Odoo keeps when it sends one."""
        return self.env["ir.attachment"].create(
            {
                "name": f"{move.name.replace('/', '_')}.pdf",
                "raw": make_pdf(*(texts or [f"Facture {move.name}"])),
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
            }
        )

    def _add_evidence(self, move, kind, name="scan.pdf", raw=None):
        return self.env["ir.attachment"].create(
            {
                "name": name,
                "raw": raw or make_pdf(f"{kind} {move.name}"),
                "res_model": "account.move",
                "res_id": move.id,
                "recouvrement_evidence": kind,
            }
        )

    def _sent_invoice(self, partner, amount=1000, due="2026-05-31"):
        move = self._invoice(partner, amount, due)
        self._keep_pdf(move)
        return move

    def _reminded(self, day, partner=None):
        """The action of a run, sent that day."""
        action = self._run(day)
        if partner:
            action = action.filtered(lambda one: one.partner_id == partner)
        self._approve_and_send(action, day)
        self.assertEqual(set(action.mapped("state")), {"sent"}, action.mapped("name"))
        return action

    def _send(self, actions, day):
        self._approve_and_send(actions, day)
        return [
            "sent" if action.state == "sent" else action.failure_reason
            for action in actions
        ]

    def _names(self, action):
        names = action.enclosure_names or ""
        return names.replace("\N{NO-BREAK SPACE}", " ").splitlines()

    def _pages(self, action):
        return read_pages(action.letter_attachment_id.raw)

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before


class TestEnclosures(EnclosureCase):
    def test_a_formal_notice_with_all_that_goes_with_it(self):
        self._enclose("earlier_letters", "invoices", "evidence")
        move = self._sent_invoice(self.business)
        self._add_evidence(move, "delivery")
        self._add_evidence(move, "order")
        first = self._reminded(FIRST)
        second = self._reminded(SECOND)
        notice = self._run(NOTICE)
        self.assertEqual(notice.kind, "formal_notice")
        names = [
            f"notre e-mail du 3 juin 2026 ({first.name})",
            f"notre lettre recommandée du 15 juin 2026 ({second.name})",
            f"facture {move.name} du 1er mai 2026",
            f"bon de commande (facture {move.name})",
            f"bon de livraison (facture {move.name})",
        ]
        self.assertEqual(self._names(notice), names)
        self.assertEqual(self._send(notice, NOTICE), ["sent"])
        # The earlier letters come without what was enclosed with them.
        self.assertEqual(
            self._pages(notice),
            [
                f"Lettre {notice.name}",
                "suite",
                f"Lettre {first.name}",
                "suite",
                f"Lettre {second.name}",
                "suite",
                f"Facture {move.name}",
                f"order {move.name}",
                f"delivery {move.name}",
            ],
        )
        self.assertEqual(notice.letter_pages, 2)
        self.assertEqual(
            [one["pages"] for one in notice.letter_enclosures], [2, 2, 1, 1, 1]
        )
        self.assertEqual(self._names(notice), names)

    def test_a_letter_names_what_it_encloses(self):
        self._enclose("invoices")
        moves = [self._sent_invoice(self.business, 100 + n) for n in range(3)]
        action = self._run(FIRST)
        values = self.letters._letter_values(action)
        self.assertEqual(
            [name.replace("\N{NO-BREAK SPACE}", " ") for name in values["enclosures"]],
            [f"facture {move.name} du 1er mai 2026" for move in moves],
        )

    def test_many_invoices_are_counted(self):
        self._enclose("invoices")
        for number in range(6):
            self._sent_invoice(self.business, 100 + number)
        action = self._run(FIRST)
        names = self.letters._letter_values(action)["enclosures"]
        self.assertEqual(
            [name.replace("\N{NO-BREAK SPACE}", " ") for name in names],
            ["6 factures (liste ci-dessus)"],
        )
        for number in range(30):
            self._sent_invoice(self.business, 200 + number)
        with freeze_time(FIRST):
            action.sudo()._refresh()
        names = self.letters._letter_values(action)["enclosures"]
        self.assertEqual(
            [name.replace("\N{NO-BREAK SPACE}", " ") for name in names],
            ["annexe (relevé des sommes dues)", "36 factures (liste en annexe)"],
        )

    def test_nothing_is_enclosed_that_the_stage_does_not_ask_for(self):
        self._sent_invoice(self.business)
        action = self._reminded(FIRST)
        self.assertEqual(self._pages(action), [f"Lettre {action.name}", "suite"])
        self.assertFalse(action.letter_enclosures)

    # ------------------------------------------------------------------
    # Missing
    # ------------------------------------------------------------------

    def test_what_is_missing_is_told_before_and_keeps_nothing_back(self):
        self._enclose("earlier_letters", "evidence")
        move = self._sent_invoice(self.business)
        action = self._run(FIRST)
        self.assertIn("none was sent about these invoices", action.enclosure_warning)
        self.assertIn("none is on these invoices", action.enclosure_warning)
        domain = [("is_enclosure_missing", "=", True)]
        self.assertIn(action, action.search(domain))
        self.assertNotIn(action, action.search([("is_enclosure_missing", "=", False)]))
        self._add_evidence(move, "contract")
        action.invalidate_recordset()
        self.assertNotIn("on these invoices. Add", action.enclosure_warning)
        self.assertEqual(self._send(action, FIRST), ["sent"])
        self.assertFalse(action.enclosure_warning)
        self.assertNotIn(action, action.search(domain))

    def test_an_earlier_letter_to_another_customer_is_not_enclosed(self):
        self._enclose("earlier_letters")
        self._sent_invoice(self.business)
        other = self._create_debtor("Atelier Autre", is_company=True)
        first = self._reminded(FIRST)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE recouvrement_action_line SET partner_id = %s WHERE action_id = %s",
            [other.id, first.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._names(self._run(SECOND)), [])

    def test_a_damaged_piece_keeps_its_letter_back_and_no_other(self):
        self._enclose("evidence")
        other = self._create_debtor("Atelier Autre", is_company=True)
        good, bad = self._sent_invoice(other), self._sent_invoice(self.business)
        self._add_evidence(good, "delivery")
        scan = self._add_evidence(bad, "delivery", name="BL 12.pdf")
        scan.raw = b"%PDF-1.4 cut off"
        actions = self._run(FIRST).sorted("partner_id")
        states = dict(zip(actions.partner_id, self._send(actions, FIRST), strict=True))
        self.assertEqual(states[other], "sent")
        self.assertIn("bon de livraison", states[self.business])
        self.assertIn("is damaged and cannot be enclosed", states[self.business])
        scan.raw = make_pdf("BL 12")
        action = actions.filtered(lambda one: one.partner_id == self.business)
        with freeze_time(FIRST):
            action.action_retry()
        self.assertEqual(self._send(action, FIRST), ["sent"])
        self.assertEqual(self._pages(action)[-1], "BL 12")

    def test_an_altered_earlier_letter_is_not_enclosed(self):
        self._enclose("earlier_letters")
        self._sent_invoice(self.business)
        first = self._reminded(FIRST)
        first.sudo().letter_sha256 = "0" * 64
        [reason] = self._send(self._run(SECOND), SECOND)
        self.assertIn(first.name, reason)
        self.assertIn("no longer what was sent", reason)

    def test_an_invoice_that_cannot_be_printed_keeps_its_letter_back(self):
        self._enclose("invoices")
        other = self._create_debtor("Atelier Autre", is_company=True)
        self._sent_invoice(other)
        bare = self._invoice(self.business, 100, "2026-05-31")

        def fail(_self, moves):
            raise KeyError(moves.name)

        self.patch(type(self.service), "_keep_pdfs", fail)
        actions = self._run(FIRST)
        states = dict(zip(actions.partner_id, self._send(actions, FIRST), strict=True))
        self.assertEqual(states[other], "sent")
        self.assertIn(f"facture {bare.name}", states[self.business])
        self.assertIn("cannot be printed", states[self.business])

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def test_pictures_become_pages(self):
        self._enclose("evidence")
        move = self._sent_invoice(self.business)
        self._add_evidence(move, "delivery", "bl.png", make_picture("PNG"))
        self._add_evidence(move, "delivery", "bl.jpg", make_picture("JPEG", (300, 900)))
        action = self._reminded(FIRST)
        reader = PdfReader(io.BytesIO(action.letter_attachment_id.raw))
        sizes = [
            (round(page.mediabox.width), round(page.mediabox.height))
            for page in reader.pages
        ]
        self.assertEqual(sizes[2:], [(842, 595), (595, 842)])
        self.assertEqual(
            self.letters._letter_values(action)["enclosures"],
            [f"bon de livraison (facture {move.name}) (2\N{NO-BREAK SPACE}pièces)"],
        )

    def test_what_cannot_be_enclosed_is_refused_when_it_is_marked(self):
        move = self._sent_invoice(self.business)
        for raw, words in (
            (make_protected("secret"), "protected by a password"),
            (b"%PDF-1.4 cut off", "is damaged"),
            (b"PK\x03\x04 a text", "neither a PDF nor a picture"),
            (make_picture("PNG")[:-20], "is damaged"),
            (make_picture("JPEG")[:-20], "is damaged"),
        ):
            with self.subTest(words), self.assertRaisesRegex(ValidationError, words):
                self._add_evidence(move, "other", "pièce", raw)

    def test_a_file_that_anybody_may_read_is_enclosed(self):
        """What an owner's password forbids is changing."""
        writer = PdfWriter()
        for pdf in (make_pdf("one"), make_protected("")):
            enclosure_pdf.append(writer, enclosure_pdf.read(pdf), 1)
        self.assertEqual(read_pages(to_bytes(writer)), ["one", "secret"])

    def test_the_invoice_of_another_program(self):
        self._enclose("invoices")
        move = self._invoice(self.business, 100, "2026-05-31")
        self._add_evidence(move, "invoice", raw=make_pdf("Facture du logiciel"))
        action = self._reminded(FIRST)
        self.assertEqual(self._pages(action)[2:], ["Facture du logiciel"])
        self.assertEqual(action.letter_enclosures[0]["kind"], "invoice")

    def test_too_heavy_for_an_e_mail(self):
        self._enclose("evidence")
        self.env["ir.config_parameter"].set_param(
            "base.default_max_email_size", "0.001"
        )
        move = self._sent_invoice(self.business)
        self._add_evidence(move, "delivery")
        action = self._run(FIRST)
        self.assertEqual(action.channel, "email")
        self.assertIn("more than mail servers take", action.enclosure_warning)
        action.channel = "letter"
        self.assertFalse(action.enclosure_warning)

    # ------------------------------------------------------------------
    # Many at once
    # ------------------------------------------------------------------

    def test_queries_do_not_grow_with_the_letters(self):
        self._enclose(*(flag.removeprefix("enclose_") for flag in FLAGS))
        stages = self.env["recouvrement.stage"].search([])
        stages.write({"enclose_statement": False, "show_penalties": False})

        def prepare(count, day, due):
            debtors = [
                self._create_debtor(f"Débiteur {day} {rank}", is_company=True)
                for rank in range(count)
            ]
            for debtor in debtors:
                self._add_evidence(self._sent_invoice(debtor, due=due), "delivery")
            return self._run(day)

        def count(size, day, due):
            actions = prepare(size, day, due).sudo()
            self.assertEqual(len(actions), size)
            planned = self._count(lambda: self.service._plan(actions))
            frozen = self._count(actions._freeze_letters)
            self.assertTrue(all(one.letter_enclosures for one in actions))
            return planned, frozen

        count(2, "2026-06-03", "2026-05-31")
        small = count(4, "2026-06-10", "2026-06-07")
        large = count(24, "2026-06-17", "2026-06-14")
        self.assertLessEqual(large[0], small[0] + 2)
        # One attachment is written and its file read for each letter.
        self.assertLessEqual(large[1] - small[1], 20 * 2 + 10)

    def test_a_long_series_goes_chunk_by_chunk(self):
        self._enclose("invoices")
        self.patch(recouvrement_enclosure, "INVOICES", 2)
        letter = "odoo.addons.l10n_fr_recouvrement.report.letter_document.CHUNK"
        for rank in range(5):
            debtor = self._create_debtor(f"Débiteur {rank}", is_company=True)
            self._sent_invoice(debtor)
        actions = self._run(FIRST)
        with patch(letter, 2):
            self.assertEqual(self._send(actions, FIRST), ["sent"] * 5)
        for action in actions:
            self.assertEqual(len(self._pages(action)), 3)

    def test_a_series_that_breaks_leaves_nothing_at_the_printer(self):
        """The next part is at the printer while one is handed out, no more than that;
        both are dropped when whoever wanted them stops."""
        begun = []

        def begin_letters(service, letters):
            begun.append(Printed(blank_letter("A") for _letter in letters))
            return begun[-1]

        self.patch(type(self.letters), "_begin_letters", begin_letters)
        self.patch(letter_document, "CHUNK", 1)
        for rank in range(4):
            debtor = self._create_debtor(f"Débiteur {rank}", is_company=True)
            self._sent_invoice(debtor)
        actions = self._run(FIRST)
        parts = self.letters._iterate_documents(actions)
        done, documents, errors = next(parts)
        first = actions[0].ids
        self.assertEqual((done.ids, [*documents], errors), (first, first, {}))
        self.assertEqual([printed.closed for printed in begun], [True, False])
        parts.close()
        self.assertEqual([printed.closed for printed in begun], [True, True])

        def load(_service, _actions, _keep):
            raise OperationalError("somebody else changed it")

        self.patch(type(self.service), "_load", load)
        with self.assertRaises(OperationalError):
            self.letters._render_documents(actions)
        self.assertEqual([printed.closed for printed in begun], [True] * 3)

    # ------------------------------------------------------------------
    # Extension, settings, rights
    # ------------------------------------------------------------------

    def test_an_integrator_adds_a_piece(self):
        self._sent_invoice(self.business)
        service = type(self.service)
        original = service._enclosures

        def _enclosures(self, action, found):
            terms = Enclosure(
                "terms", "nos conditions générales", content=make_pdf("CG")
            )
            return [*original(self, action, found), terms]

        self.patch(service, "_enclosures", _enclosures)
        action = self._reminded(FIRST)
        self.assertEqual(self._pages(action)[2:], ["CG"])
        self.assertEqual(action.enclosure_names, "nos conditions générales")

    def test_what_the_shipped_procedures_enclose(self):
        found = {}
        for procedure in self.env["recouvrement.procedure"]._load_shipped():
            for stage in procedure.stage_ids:
                flags = [flag for flag in FLAGS if stage[flag]]
                found.setdefault(stage.kind, []).append(flags)
        letters = "enclose_earlier_letters"
        notice = [letters, "enclose_invoices", "enclose_statement"]
        self.assertEqual(found["reminder"], [[]] * 4)
        self.assertEqual(found["second_reminder"], [[letters]] * 4)
        self.assertEqual(found["formal_notice"], [notice] * 3)
        self.assertEqual(found["public_claim"], [notice])

    def test_officers_and_invoicing_users_mark_the_evidence(self):
        move = self._sent_invoice(self.business)
        plain = self._add_evidence(move, False, "commande.pdf", make_pdf("commande"))
        for number, group in enumerate(
            (
                "l10n_fr_recouvrement.group_recovery_officer",
                "account.group_account_invoice",
            )
        ):
            user = self._create_user(f"user{number}", group)
            wizard = (
                self.env["recouvrement.evidence.wizard"]
                .with_user(user)
                .create({"move_id": move.id, "kind": "delivery"})
            )
            line = wizard.line_ids.filtered(lambda one: one.attachment_id == plain)
            line.kind = ("order", "contract")[number]
            scan = (
                self.env["ir.attachment"]
                .with_user(user)
                .create({"name": f"BL {number}.pdf", "raw": make_pdf("BL")})
            )
            wizard.attachment_ids = scan
            wizard.action_confirm()
            self.assertEqual(plain.recouvrement_evidence, ("order", "contract")[number])
            self.assertEqual(
                (scan.recouvrement_evidence, scan.res_id), ("delivery", move.id)
            )
            shown = move.with_user(user)
            shown.invalidate_recordset()
            self.assertEqual(
                shown.recouvrement_evidence_ids, move.recouvrement_evidence_ids
            )
            self.assertIn(plain, shown.recouvrement_evidence_ids)

    def test_nobody_marks_a_file_of_something_else(self):
        move, other = (
            self._sent_invoice(self.business),
            self._sent_invoice(self.consumer),
        )
        secret = self._add_evidence(other, False, "secret.pdf")
        officer = self._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        wizard = (
            self.env["recouvrement.evidence.wizard"]
            .with_user(officer)
            .create({"move_id": move.id})
        )
        wizard.line_ids = [
            Command.create({"attachment_id": secret.id, "kind": "order"})
        ]
        with self.assertRaises(AccessError):
            wizard.action_confirm()
        employee = self._create_user("salarie", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["recouvrement.evidence.wizard"].with_user(employee).create(
                {"move_id": move.id}
            )


class TestPrintedEnclosures(RecouvrementCase):
    """The whole of it as real PDF: letter, earlier letter, invoice, statement."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.printer.stop()
        cls.env = cls.env(context={**cls.env.context, "force_report_rendering": True})
        cls.stages = cls.env["recouvrement.stage"].search([])
        cls.stages.write({"enclose_earlier_letters": True, "enclose_invoices": True})
        cls.stages.filtered("show_penalties").enclose_statement = True

    def _print_draft(self, action):
        pdf, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
            "l10n_fr_recouvrement.report_letter", action.ids
        )
        return read_pages(pdf)

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_a_formal_notice_on_paper(self):
        move = self._invoice(self.business, 5400, "2026-05-31")
        with self.allow_pdf_render():
            first = self._run("2026-06-03")
            self._approve_and_send(first, "2026-06-03")
            kept = move.invoice_pdf_report_id
            self.assertTrue(kept.raw.startswith(b"%PDF"))
            self._pay(move, 1000, "2026-06-20")
            action = self._run("2026-06-25")
            self.assertEqual(action.kind, "second_reminder")
            draft = self._print_draft(action)
            self.assertEqual(action.state, "to_approve")
            self._approve_and_send(action, "2026-06-25")
        self.assertEqual(action.state, "sent", action.failure_reason)
        self.assertEqual(move.invoice_pdf_report_id, kept)
        pages = read_pages(action.letter_attachment_id.raw)
        self.assertEqual(
            len(pages),
            action.letter_pages + sum(one["pages"] for one in action.letter_enclosures),
        )
        self.assertEqual(len(draft), len(pages))
        letter = " ".join(
            subprocess.run(
                ["pdftotext", "-raw", "-l", f"{action.letter_pages}", "-", "-"],
                input=action.letter_attachment_id.raw,
                capture_output=True,
                check=True,
            )
            .stdout.decode()
            .replace("\N{NO-BREAK SPACE}", " ")
            .split()
        )
        self.assertIn(
            "P.J. : annexe (calcul des pénalités de retard), "
            f"notre e-mail du 3 juin 2026 ({first.name}), facture "
            f"{move.name} du 1er mai 2026, "
            "décompte justificatif des pénalités de retard",
            letter,
        )
        earlier, invoice, statement = pages[action.letter_pages :]
        self.assertIn(first.name, earlier)
        self.assertIn(move.name, invoice)
        self.assertIn("DÉCOMPTE DES PÉNALITÉS DE RETARD", statement)
        # Both say the same: 5 400 for 20 days, 4 400 for 5.
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        amount = service._get_writer(action).money(action.amount_interest)
        amount = amount.replace("\N{NARROW NO-BREAK SPACE}", " ").replace(
            "\N{NO-BREAK SPACE}", " "
        )
        self.assertIn(amount, letter)
        self.assertIn(amount, statement)

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_a_preview_keeps_no_invoice(self):
        moves = [
            self._invoice(self.business, 100 + rank, "2026-05-31") for rank in range(2)
        ]
        action = self._run("2026-06-03")
        with self.allow_pdf_render():
            pages = self._print_draft(action)
        for move, page in zip(moves, pages[1:], strict=True):
            self.assertIn(move.name, page)
            self.assertFalse(move.invoice_pdf_report_id)
            self.assertFalse(move.is_move_sent)

    def test_a_statement_that_contradicts_its_letter_is_not_sent(self):
        self.stages.write({"enclose_invoices": False, "enclose_earlier_letters": False})
        self._invoice(self.business, 5400, "2026-05-31")
        self._approve_and_send(self._run("2026-06-03"), "2026-06-03")
        action = self._run("2026-06-25").sudo()
        action.line_ids.amount_interest += 1
        service = self.env["recouvrement.enclosure"]
        _enclosures, problems = service._load(action)
        self.assertIn("of interest and the letter", problems[action.id])
        with self.assertRaises(UserError):
            self._print_draft(action)

    def test_statements_agree_with_their_letters(self):
        """Of each profile, with payments, credits and several invoices."""
        self.stages.write({"enclose_invoices": False, "enclose_earlier_letters": False})
        debtors = (self.business, self.public_body, self.consumer)
        for debtor in debtors:
            for amount in (1200, 3450.5):
                move = self._invoice(debtor, amount, "2026-05-15")
                self._pay(move, amount / 3, "2026-06-10")
            self._credit_note(debtor, 55.55, "2026-06-12")
            self._receive(debtor, 44.4, "2026-06-15")
        profiles = set()
        for day in ("2026-05-26", "2026-06-18", "2026-07-20", "2026-08-20"):
            actions = self._run(day).sudo()
            claiming = actions.filtered("show_penalties")
            profiles.update(claiming.mapped("profile"))
            _enclosures, problems = self.env["recouvrement.enclosure"]._load(claiming)
            self.assertFalse(problems)
            with patch.object(
                type(self.env["recouvrement.enclosure"]),
                "_enclosures",
                lambda *_args: [],
            ):
                self._approve_and_send(actions, day)
        self.assertEqual(profiles, {"business", "public"})
