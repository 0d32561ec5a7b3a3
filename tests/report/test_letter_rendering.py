"""Letters as real PDFs, printed with both builds of wkhtmltopdf and read back."""

import base64
import io
import os
import re
import subprocess
import tempfile
from datetime import date
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time
from PIL import Image
from pypdf import PdfReader

from odoo.tools import mute_logger

from odoo.addons.base.models import ir_actions_report
from odoo.addons.l10n_fr_recouvrement.models.procedure.recouvrement_stage import (
    LETTER_TEXTS,
)
from odoo.addons.l10n_fr_recouvrement.paper.letter.heading import DEFAULT_COLOR
from odoo.addons.l10n_fr_recouvrement.paper.letter.texts import split_closing
from odoo.addons.l10n_fr_recouvrement.paper.page import letter_pdf
from odoo.addons.l10n_fr_recouvrement.report import letter_document

from ..common import BIC, IBAN, RecouvrementCase

BUILDS = ("PATCHED", "UNPATCHED")
MM = 25.4 / 72
WINDOW = (110, 50, 195, 88)
LOGGER = letter_document.__name__


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class PrintedLetter:
    """A PDF read back with the tools of a reader."""

    def __init__(self, pdf):
        self.pdf = pdf

    def _run(self, *command):
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(self.pdf)
            file.flush()
            return run(*(file.name if part is None else part for part in command))

    @property
    def text(self):
        """The text, what is unbreakable made plain and its lines joined."""
        text = self._run("pdftotext", "-raw", None, "-")
        text = text.replace("\N{NON-BREAKING HYPHEN}", "-")
        return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())

    @property
    def page_texts(self):
        return self._run("pdftotext", "-layout", None, "-").split("\f")[:-1]

    @property
    def page_count(self):
        return len(PdfReader(io.BytesIO(self.pdf)).pages)

    @property
    def words(self):
        """``(page, x, y, x end, y end, word)``, in millimetres."""
        words, page = [], 0
        for line in self._run("pdftotext", "-bbox", None, "-").splitlines():
            page += "<page " in line
            found = re.search(r'"(.+)" yMin="(.+)" xMax="(.+)" yMax="(.+)">(.*)<', line)
            if found:
                *corners, word = found.groups()
                words.append((page, *(float(corner) * MM for corner in corners), word))
        return words

    @property
    def seen_in_window(self):
        """What the window of the envelope shows of the first page."""
        left, top, right, bottom = WINDOW
        return " ".join(
            word
            for page, x, y, x_end, y_end, word in self.words
            if page == 1 and x < right and x_end > left and y < bottom and y_end > top
        )

    @property
    def payment_code(self):
        """Lines of the QR code of the first page, as a phone reads them."""
        with tempfile.TemporaryDirectory() as folder:
            self._run(
                *(
                    "pdftoppm",
                    "-r",
                    "200",
                    "-png",
                    "-singlefile",
                    None,
                    f"{folder}/page",
                )
            )
            return run(
                *("zbarimg", "-q", "--raw", "--set", "*.enable=0"),
                *("--set", "qrcode.enable=1", f"{folder}/page.png"),
            ).splitlines()


class UseBuild:
    """Choice of the build of wkhtmltopdf that a test prints with."""

    def _use_build(self, name):
        """Print with one build of wkhtmltopdf, the way Odoo would have found it."""
        binary = Path(os.environ[f"RECOUVREMENT_WKHTMLTOPDF_{name}"])
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        Path(folder.name, "wkhtmltopdf").symlink_to(binary.resolve())
        path = os.pathsep.join((folder.name, os.environ["PATH"]))
        environment = patch.dict(os.environ, PATH=path)
        environment.start()
        ir_actions_report._wkhtml.cache_clear()
        self.addCleanup(ir_actions_report._wkhtml.cache_clear)
        self.addCleanup(environment.stop)
        self.assertEqual(ir_actions_report._wkhtml().is_patched_qt, name == "PATCHED")


class TestLetterRendering(UseBuild, RecouvrementCase):
    """The printed letter: what it says, how it stands on the page, how many at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.printer.stop()
        cls.service = cls.env["report.l10n_fr_recouvrement.report_letter"]
        cls.report = cls.env["ir.actions.report"]

    # ------------------------------------------------------------------
    # Helpers
    # ------------------------------------------------------------------

    def _print(self, actions):
        """Print letters; return them in the order of ``actions``."""
        pdfs, errors = self.service._render_pdfs(actions)
        self.assertFalse(errors)
        return [PrintedLetter(pdfs[action.id]) for action in actions]

    def _notice(self, partner, amounts=(1000,), due="2026-05-31"):
        """An action of formal notice for invoices due the same day."""
        for amount in amounts:
            self._invoice(partner, amount, due)
        action = self._run("2026-09-15")
        notice = action.stage_id.procedure_id.stage_ids.filtered(
            lambda stage: stage.kind in ("formal_notice", "public_claim")
        )
        action = action.sudo()
        action.line_ids.own_stage_id = notice
        with freeze_time("2026-09-15"):
            action._refresh()
        self.assertEqual(action.stage_id, notice)
        action.tracking_number = "1A 234 567 8901 2"
        return action.sudo(False)

    def _reminder(self, partner, amount=1000):
        self._invoice(partner, amount, "2026-05-31")
        return self._run("2026-06-08")

    def _add_lines(self, action, count):
        """Copy the first invoice of an action, to make a long letter at little cost."""
        action = action.sudo()
        line = action.line_ids[0]
        for number in range(count):
            line.copy({"stage_id": False, "label": f"F{number:04d}"})
        action.invalidate_recordset()
        return action.sudo(False)

    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    def test_formal_notice_says_what_a_judge_needs(self):
        action = self._notice(self.business, [5400])
        for build in BUILDS:
            with self.subTest(build):
                self._use_build(build)
                text = self._print(action)[0].text
                for expected in (
                    "MISE EN DEMEURE",
                    "Lettre recommandée avec avis de réception n° 1A 234 567 8901 2",
                    "Lyon, le 15 septembre 2026",
                    f"Nos références : {action.name}",
                    action.line_ids.label,
                    "01/06/2026 30/06/2026 30 5 400,00 € 12,15 % 365 53,93 €",
                    "01/07/2026 15/09/2026 77 5 400,00 € 12,40 % 365 141,26 €",
                    "base × taux × jours ÷ diviseur",
                    "Total à régler 5 635,19 €",
                    "cinq mille six cent trente-cinq euros et dix-neuf centimes",
                    "sous déduction de tout règlement en cours d’acheminement",
                    "À régler au plus tard le 28 septembre 2026",
                    "FR76 3000 6000 0112 3456 7890 189",
                    BIC,
                    "Dominique Gérant",
                    "L441-10, II",
                    "SARL au capital de 50 000 €",
                    "SIREN 334 175 221 RCS Lyon",
                ):
                    self.assertIn(expected, text)

    def test_letters_are_in_french_for_an_english_user(self):
        action = self._reminder(self.business, 1234.5)
        [letter] = self._print(action.with_context(lang="en_US"))
        self.assertIn("Total à régler 1 234,50 €", letter.text)
        self.assertIn("Lyon, le 8 juin 2026", letter.text)

    def test_consumer_is_not_asked_what_the_law_forbids(self):
        letters = self._print(
            self._notice(self.consumer) | self._reminder(self.consumer, 500)
        )
        for letter in letters:
            for forbidden in (
                "L441",
                "D441",
                "40,00",
                "forfaitaire",
                "frais de recouvr",
            ):
                self.assertNotIn(forbidden, letter.text)

    def test_letters_do_not_look_like_those_of_a_court(self):
        actions = self._notice(self.business) | self._notice(self.public_body)
        for letter in self._print(actions):
            self.assertNotRegex(
                letter.text, "(?i)commandement|sommation|huissier|saisie"
            )

    def test_public_claim(self):
        [letter] = self._print(self._notice(self.public_body, [24000]))
        self.assertIn("RÉCLAMATION", letter.text)
        self.assertIn("Intérêts moratoires", letter.text)
        self.assertNotIn("L441-10", letter.text)

    def test_public_body_pays_on_its_own_order(self):
        """It is told what it owes, and pays by no code."""
        action = self._notice(self.public_body, [24000])
        values = self.service._letter_values(action)
        self.assertFalse(values["payment"]["code"])
        [letter] = self._print(action)
        self.assertIn("Total dû à ce jour", letter.text)
        self.assertIn("FR76 3000 6000 0112 3456 7890 189", letter.text)
        for absent in ("Total à régler", "scannez ce code"):
            self.assertNotIn(absent, letter.text)

    def test_no_column_of_lateness_where_nothing_is_late(self):
        action = self._reminder(self.business)
        self.assertIn("Échéance Retard Montant TTC", self._print(action)[0].text)
        action.sudo().line_ids.days_late = 0
        for build in BUILDS:
            with self.subTest(build):
                self._use_build(build)
                self.assertIn("Échéance Montant TTC", self._print(action)[0].text)

    def test_credits_are_deducted_in_sight(self):
        self._credit_note(self.business, 400, "2026-05-02", ref="Retour")
        self._receive(self.business, 150, "2026-05-03")
        [letter] = self._print(self._reminder(self.business))
        for expected in ("Avoir", "−400,00 €", "Règlement reçu", "−150,00 €"):
            self.assertIn(expected, letter.text)
        self.assertIn("Principal restant dû 450,00 €", letter.text)
        self.assertIn("Total à régler 450,00 €", letter.text)

    def test_payment_code_reads_back(self):
        action = self._notice(self.business, [1234.56])
        for build in BUILDS:
            with self.subTest(build):
                self._use_build(build)
                code = self._print(action)[0].payment_code
                self.assertEqual(code[:4], ["BCD", "002", "1", "SCT"])
                self.assertEqual(code[4:7], [BIC, self.company.name, IBAN])
                self.assertEqual(code[7], f"EUR{action.amount_total:.2f}")
                self.assertEqual(code[-1], action.name)

    def test_no_payment_code_in_another_currency(self):
        values = self.service._letter_values(self._reminder(self.business))
        self.assertTrue(values["payment"]["code"])
        action = self._reminder(self.consumer)
        action.sudo().currency_id = self.env.ref("base.CHF")
        values = self.service._letter_values(action)
        self.assertFalse(values["payment"]["code"])
        self.assertEqual(values["total_words"], "mille francs suisses")

    def test_no_line_breaks_the_number_of_an_article(self):
        values = self.service._letter_values(self._notice(self.business))
        cited = " ".join(values["legal_texts"])
        for number in ("L441-10", "D441-5"):
            self.assertNotIn(number, cited)
            self.assertIn(number.replace("-", "\N{NON-BREAKING HYPHEN}"), cited)

    def test_figures_that_do_not_foot_are_not_printed(self):
        action = self._reminder(self.business)
        self.env.cr.execute(
            "UPDATE recouvrement_action SET amount_total = 1 WHERE id = %s", action.ids
        )
        action.invalidate_recordset()
        pdfs, errors = self.service._render_pdfs(action)
        self.assertFalse(pdfs)
        self.assertIn(action.name, errors[action.id])

    def test_letter_says_where_several_times_the_legal_rate_come_from(self):
        self.business.recouvrement_rate_basis = "legal"
        [letter] = self._print(self._notice(self.business))
        self.assertIn("taux convenu, 3 fois le taux de l’intérêt légal", letter.text)

    def test_letter_values_is_an_extension_point(self):
        """An integrator adds a sentence without touching the template."""
        service = type(self.service)
        original = service._letter_values

        def _letter_values(self, action):
            values = original(self, action)
            values["legal_texts"].append("Conditions générales, article 12.")
            return values

        self.patch(service, "_letter_values", _letter_values)
        [letter] = self._print(self._reminder(self.business))
        self.assertIn("Conditions générales, article 12.", letter.text)

    # ------------------------------------------------------------------
    # How it stands on the page
    # ------------------------------------------------------------------

    def test_both_builds_set_the_same_page(self):
        action = self._notice(self.business, [5400], due="2026-07-31")
        printed = []
        for build in BUILDS:
            self._use_build(build)
            printed.append(self._print(action)[0])
        patched, unpatched = (letter.words for letter in printed)
        self.assertEqual(printed[0].page_count, 1, "one invoice, one page")
        self.assertEqual(
            sorted(word[-1] for word in patched), sorted(word[-1] for word in unpatched)
        )
        for one, other in zip(sorted(patched), sorted(unpatched), strict=True):
            self.assertEqual(one[0], other[0])
        places = {(word[0], word[-1]): word for word in unpatched}
        unique = {
            key
            for key in places
            if sum((word[0], word[-1]) == key for word in unpatched) == 1
        }
        for word in patched:
            if (word[0], word[-1]) in unique:
                other = places[word[0], word[-1]]
                self.assertAlmostEqual(word[1], other[1], delta=1, msg=str(word))
                self.assertAlmostEqual(word[2], other[2], delta=2, msg=str(word))

    def test_the_window_shows_the_address_alone(self):
        self.business.write(
            {"name": "Compagnie méridionale des menuiseries artisanales réunies"}
        )
        action = self._notice(self.business)
        visits = self.env["report.l10n_fr_recouvrement.report_visit_notice"]
        for build in BUILDS:
            with self.subTest(build):
                self._use_build(build)
                notice = PrintedLetter(visits._render_pdf(action))
                for letter in (*self._print(action), notice):
                    self.assertEqual(
                        letter.seen_in_window,
                        "Compagnie méridionale des menuiseries artisanales réunies "
                        "2 allée des Essais 75001 PARIS",
                    )

    def test_long_letter(self):
        """Sixty invoices: the letter on its page, the figures in an annex whose pages
        all carry the head of their table."""
        action = self._add_lines(self._notice(self.business), 59)
        counts = set()
        for build in BUILDS:
            with self.subTest(build):
                self._use_build(build)
                [letter] = self._print(action)
                first, *annex = letter.page_texts
                counts.add(letter.page_count)
                self.assertIn("Dominique Gérant", first)
                self.assertIn("annexe (relevé des sommes dues)", first)
                for text in annex:
                    self.assertRegex(text, "Reste dû|Taux annuel")
                self.assertIn("Principal restant dû", letter.text)
                for number in range(59):
                    self.assertIn(f"F{number:04d}", letter.text)
                for page, text in enumerate(letter.page_texts, 1):
                    self.assertIn(f"page {page}/{letter.page_count}", text)
                    self.assertIn("SIREN", text)
                self.assertCarried(annex)
        self.assertEqual(len(counts), 1, "the same pages with both builds")

    def assertCarried(self, pages):
        """What a page carries forward opens the next one, and grows."""
        carried = [re.search("À reporter(.*)", text) for text in pages]
        brought = [re.search(r"Report\b(.*)", text) for text in pages]
        self.assertTrue(carried[0])
        for before, after in zip(carried, brought[1:], strict=False):
            if before:
                self.assertEqual(before[1].split(), after[1].split())

    def test_fonts_are_embedded_text(self):
        """Mail services refuse fonts that are not embedded; searches need text."""
        action = self._notice(self.business)
        for build in BUILDS:
            with self.subTest(build):
                self._use_build(build)
                fonts = self._print(action)[0]._run("pdffonts", None).splitlines()[2:]
                self.assertTrue(fonts)
                for font in fonts:
                    self.assertEqual(font.split()[-5], "yes", font)

    def test_company_without_logo_bank_or_signatory(self):
        self.company.write(
            {
                "logo": False,
                "primary_color": "#ffff00",
                "recouvrement_signatory_name": False,
                "recouvrement_bank_id": False,
            }
        )
        self.company.partner_id.bank_ids.active = False
        [letter] = self._print(self._reminder(self.business))
        self.assertNotIn("IBAN", letter.text)
        values = self.service._letter_values(self._reminder(self.consumer))
        self.assertEqual(values["color"], DEFAULT_COLOR)

    def test_logo_of_the_company(self):
        stream = io.BytesIO()
        Image.new("RGB", (1600, 300), "navy").save(stream, "JPEG")
        self.company.logo = base64.b64encode(stream.getvalue())
        values = self.service._letter_values(self._reminder(self.business))
        logo = base64.b64decode(values["sender"]["logo"].partition(",")[2])
        image = Image.open(io.BytesIO(logo))
        self.assertEqual((image.format, image.width), ("PNG", 720))

    # ------------------------------------------------------------------
    # How many at once
    # ------------------------------------------------------------------

    def _batch(self):
        """Twelve letters of one to several pages."""
        actions = self.env["recouvrement.action"]
        for number in range(12):
            partner = self._create_debtor(
                f"Débiteur {number}", is_company=number % 2 > 0
            )
            action = self._notice(partner) if number % 3 else self._reminder(partner)
            actions |= self._add_lines(action, (0, 0, 5, 40)[number % 4])
        return actions

    def test_a_batch_is_its_letters_one_by_one(self):
        actions = self._batch()
        for build in BUILDS:
            with self.subTest(build):
                self._use_build(build)
                with patch.object(letter_document, "CHUNK", 5):
                    together = self._print(actions)
                alone = [self._print(action)[0] for action in actions]
                self.assertEqual(
                    [letter.page_count for letter in together],
                    [letter.page_count for letter in alone],
                )
                for action, letter in zip(actions, together, strict=True):
                    self.assertIn(action.name, letter.text)
                    self.assertIn(action.partner_id.name, letter.text)
                    others = (actions - action).mapped("name")
                    self.assertFalse([name for name in others if name in letter.text])

    def test_print_menu_gives_one_document_with_both_builds(self):
        actions = self._reminder(self.business) | self._reminder(self.consumer)
        report = self.report.with_context(force_report_rendering=True)
        for build in BUILDS:
            with self.subTest(build), self.allow_pdf_render():
                self._use_build(build)
                pdf, kind = report._render_qweb_pdf(
                    "l10n_fr_recouvrement.action_report_letter", actions.ids
                )
                self.assertEqual(kind, "pdf")
                letter = PrintedLetter(pdf)
                self.assertEqual(letter.page_count, 2)
                for action in actions:
                    self.assertIn(action.name, letter.text)

    def test_html_preview(self):
        action = self._reminder(self.business)
        html, kind = self.report._render_qweb_html(
            "l10n_fr_recouvrement.report_letter", action.ids
        )
        self.assertEqual(kind, "html")
        self.assertIn(action.name, html.decode())
        self.assertNotRegex(html.decode(), r'(src|href)="(?!data:)')

    def test_a_letter_fetches_nothing(self):
        """Neither what a person adds nor the text of a stage makes the server ask other
        machines; a picture that is inside the text stays."""
        action = self._reminder(self.business)
        picture = "data:image/png;base64,AAAA"
        action.sudo().letter_note = (
            '<p>Bonjour <img src="http://127.0.0.1:9/a.png"/>'
            f'<img src="{picture}"/>'
            '<a href="https://example.com/b">ici</a></p>'
            '<p style="background-image:url(http://127.0.0.1:9/c.png)">fin</p>'
        )
        note = str(self.service._letter_values(action)["note"])
        self.assertIn(picture, note)
        self.assertIn("ici", note)
        self.assertNotRegex(note, "http|url")

    def test_the_end_of_a_closing_stands_with_the_signature(self):
        """What comes before its last two paragraphs may stay on the page before."""
        for text, lead, end in (
            ("<p>A</p><p>B</p><p>C</p><p>D</p>", "AB", "CD"),
            ("<p>A</p><p>B</p>", "", "AB"),
            ("A<p>B</p><p>C</p><p>D</p>", "", "ABCD"),
            ("", "", ""),
        ):
            with self.subTest(text):
                parts = split_closing(f"<div>{text}</div>" if text else "")
                found = [re.sub("<[^>]+>", "", part) for part in parts]
                self.assertEqual(found, [lead, end])

    def test_sent_letter_comes_out_as_it_was_sent(self):
        action = self._reminder(self.business)
        action.sudo()._freeze_letters()
        sent = action.letter_attachment_id.raw
        self.assertTrue(sent.startswith(b"%PDF"))
        self.business.name = "Autre nom"
        self.company.name = "Autre société"
        action.invalidate_recordset()
        self.assertEqual(self._print(action.with_context(bin_size=True))[0].pdf, sent)

    def test_a_broken_letter_leaves_the_others_alone(self):
        good = self._reminder(self.business) | self._reminder(self.public_body)
        broken = self._reminder(self.consumer)
        service = type(self.service)
        original = service._gather_recipient

        def _gather_recipient(self, action):
            if action == broken:
                raise KeyError("street")
            return original(self, action)

        self.patch(service, "_gather_recipient", _gather_recipient)
        with mute_logger(LOGGER):
            pdfs, errors = self.service._render_pdfs(good | broken)
        self.assertEqual(set(pdfs), set(good.ids))
        self.assertEqual(list(errors), broken.ids)
        self.assertIn(broken.name, errors[broken.id])

        with mute_logger(LOGGER), self.allow_pdf_render():
            pdf, _kind = self.report.with_context(
                force_report_rendering=True
            )._render_qweb_pdf(
                "l10n_fr_recouvrement.report_letter", (good | broken).ids
            )
        letter = PrintedLetter(pdf)
        self.assertEqual(letter.page_count, 3, "the last page tells what is missing")
        self.assertIn(broken.name, letter.page_texts[-1])

    def test_a_letter_that_breaks_the_document_leaves_the_others_alone(self):
        """What shows only while the document is made: its letters are then printed
        one by one."""
        good = self._reminder(self.business)
        broken = self._reminder(self.consumer)
        service = type(self.service)
        original = service._prepare_document

        def _prepare_document(self, letters):
            if broken.name in [letter["reference"] for letter in letters]:
                raise ValueError("broken text")
            return original(self, letters)

        self.patch(service, "_prepare_document", _prepare_document)
        with mute_logger(LOGGER):
            pdfs, errors = self.service._render_pdfs(good | broken)
        self.assertEqual((list(pdfs), list(errors)), (good.ids, broken.ids))

    def test_lost_marks_are_made_up_for(self):
        """When the letters of a document cannot be told apart they are printed again,
        each on its own."""
        actions = self._reminder(self.business) | self._reminder(self.consumer)
        colour = letter_pdf.mark(1)
        actions[0].sudo().letter_texts = {
            **dict.fromkeys(LETTER_TEXTS, ""),
            "letter_subject": "Votre compte",
            "letter_intro": f'<p style="background:{colour}">Bonjour</p>',
        }
        with self.assertLogs(LOGGER, "WARNING"):
            letters = self._print(actions)
        self.assertEqual([letter.page_count for letter in letters], [1, 1])
        self.assertIn("Bonjour", letters[0].text)
        self.assertNotIn("Bonjour", letters[1].text)

    def test_queries_do_not_grow_with_the_letters(self):
        """Two letters or eight: the same number of queries."""
        partners = [self._create_debtor(f"Débiteur {number}") for number in range(10)]
        actions = self.env["recouvrement.action"]
        for partner in partners:
            actions |= self._reminder(partner)
        counts = []
        for part in (actions[:2], actions[:2], actions[2:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            for action in part:
                self.service._letter_values(action)
            counts.append(self.env.cr.sql_log_count - before)
        _first_time, of_two, of_eight = counts
        self.assertEqual(of_two, of_eight)

    def test_dates_follow_the_action(self):
        action = self._reminder(self.business)
        self.assertEqual(action.date, date(2026, 6, 8))
        values = self.service._letter_values(action)
        self.assertEqual(values["place_date"], "Lyon, le 8\u00a0juin\u00a02026")
        self.assertIn("15\u00a0juin\u00a02026", values["payment"]["lead"])
