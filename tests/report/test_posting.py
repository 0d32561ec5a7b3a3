import io
import subprocess
from unittest.mock import patch

from freezegun import freeze_time
from pypdf import PdfReader

from odoo.addons.l10n_fr_recouvrement.models.channel import recouvrement_action_post
from odoo.addons.l10n_fr_recouvrement.paper.page import (
    enclosure_pdf,
    letter_pdf,
    posting_list,
)

from ..common import Printed, RecouvrementCase, blank_letter

REPORT = "l10n_fr_recouvrement.action_report_letter"


def text_of(pdf):
    """Text of each page."""
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    return text.replace("\N{NO-BREAK SPACE}", " ").split("\f")[:-1]


class TestPosting(RecouvrementCase):
    """A series of letters: sent, printed together, with the list of what was posted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("l10n_fr_recouvrement.stage_business_reminder").channel = "letter"

    def _prepare(self, *debtors):
        """Prepare a letter to each of the debtors, given by name, zip and country."""
        for name, zip_code, country in debtors:
            debtor = self._create_debtor(
                name,
                is_company=True,
                zip=zip_code,
                country_id=self.env.ref(f"base.{country}").id,
            )
            self._invoice(debtor, 100, "2026-05-01")
        return self._run("2026-05-05")

    def _patch_pages(self, pages):
        """Letters of so many pages, by name of their debtor."""
        service = type(self.env["report.l10n_fr_recouvrement.report_letter"])

        def begin_letters(service, letters):
            names = [letter["recipient_lines"][0] for letter in letters]
            return Printed(
                blank_letter(f"LETTRE {name}", pages.get(name, 1)) for name in names
            )

        self.patch(service, "_begin_letters", begin_letters)

    def _print(self, actions):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        return report._render_qweb_pdf(REPORT, actions.ids)[0]

    def test_an_exception_that_was_chosen_with_others_is_told(self):
        self._patch_pages({})
        actions = self._prepare(("Albi", "01000", "fr"), ("Brest", "29200", "fr"))
        actions[0]._fail("No address")
        with freeze_time("2026-05-05"):
            shown = actions.action_approve_and_send()
        self.assertEqual(actions.mapped("state"), ["failed", "sent"])
        message = shown["params"]["message"]
        self.assertIn("marked as sent today: 1", message)
        self.assertIn("Set aside as exceptions: 1", message)

    def test_one_document_sorted_as_it_is_folded_and_posted(self):
        self._patch_pages({"Albi": 3, "Zoug": 1})
        actions = self._prepare(
            ("Albi", "01000", "fr"),
            ("Zoug", "10000", "be"),
            ("Brest", "29200", "fr"),
            ("Arles", "13200", "fr"),
            ("Avignon", "13200", "fr"),
        )
        self._approve_and_send(actions, "2026-05-05")
        self.assertEqual(
            {action.partner_id.name: action.letter_pages for action in actions},
            {"Albi": 3, "Zoug": 1, "Brest": 1, "Arles": 1, "Avignon": 1},
        )
        [posting, *letters] = text_of(self._print(actions))
        self.assertEqual(
            [page.split("LETTRE ")[1].strip() for page in letters],
            ["Arles 1/1", "Avignon 1/1", "Brest 1/1", "Zoug 1/1"]
            + ["Albi 1/3", "Albi 2/3", "Albi 3/3"],
        )
        self.assertIn("BORDEREAU D’ENVOI", posting)
        self.assertIn("Lyon, le 5", posting)
        self.assertIn("5 plis, 7 pages, 7 feuilles (recto seul)", posting)
        self.assertIn("500,00", posting)
        self.assertIn("Dominique Gérant", posting)
        for action in actions:
            self.assertIn(action.name, posting)
        order = [posting.index(name) for name in ("Arles", "Avignon", "Brest", "Zoug")]
        self.assertEqual(order, sorted(order))
        self.assertIn("BELGIQUE", posting)

    def test_printed_again_it_is_the_same(self):
        actions = self._prepare(("Arles", "13200", "fr"), ("Brest", "29200", "fr"))
        self._approve_and_send(actions, "2026-05-05")
        before = text_of(self._print(actions))
        self.printer.stop()
        self.addCleanup(self.printer.start)
        actions.partner_id.write({"name": "Autre nom"})
        after = text_of(self._print(actions))
        self.assertEqual(after[1:], before[1:], "the letters are those that were sent")

    def test_both_sides(self):
        """Each letter, and the list, on sheets of their own."""
        self.company.recouvrement_double_sided = True
        self._patch_pages({"Albi": 3, "Brest": 2})
        actions = self._prepare(
            ("Albi", "01000", "fr"), ("Brest", "29200", "fr"), ("Arles", "13200", "fr")
        )
        self._approve_and_send(actions, "2026-05-05")
        pages = text_of(self._print(actions))
        self.assertEqual(
            [page.split("LETTRE ")[-1].strip() for page in pages[1:]],
            ["", "Arles 1/1", "", "Brest 1/2", "Brest 2/2"]
            + ["Albi 1/3", "Albi 2/3", "Albi 3/3", ""],
        )
        self.assertIn("6 pages, 4 feuilles (recto verso)", pages[0])

    def test_drafts_are_on_no_list(self):
        actions = self._prepare(("Arles", "13200", "fr"), ("Brest", "29200", "fr"))
        self.assertEqual(len(text_of(self._print(actions))), 2)

    def test_one_letter_is_alone(self):
        actions = self._prepare(("Arles", "13200", "fr"))
        self._approve_and_send(actions, "2026-05-05")
        self.assertEqual(self._print(actions), actions.letter_attachment_id.raw)

    def test_each_company_signs_its_list(self):
        other = self._create_company(name="Seconde Société")
        actions = self._prepare(("Arles", "13200", "fr"), ("Brest", "29200", "fr"))
        self._approve_and_send(actions, "2026-05-05")
        # The same letters, as if another company had sent the second one.
        actions[1].sudo().company_id = other
        pages = text_of(self._print(actions))
        lists = [page for page in pages if "BORDEREAU" in page]
        self.assertEqual(len(lists), 2)
        self.assertIn("1 pli,", lists[0])
        self.assertIn("Seconde Société", lists[1])

    def test_long_series_goes_by_steps(self):
        """The screen asks for the next ones after each step, and prints them all."""
        actions = self._prepare(
            *((f"Débiteur {number}", "13200", "fr") for number in range(5))
        )
        officer = self._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        asked = actions.with_user(officer).with_context(recouvrement_in_steps=True)
        with (
            patch.object(recouvrement_action_post, "STEP", 2),
            freeze_time("2026-05-05"),
        ):
            answer = asked.action_approve_and_send()
            sent = []
            while answer["params"]["next"]["type"] == "ir.actions.server":
                following = answer["params"]["next"]
                sent.append(len(actions.filtered("letter_attachment_id")))
                answer = (
                    self.env["ir.actions.server"]
                    .with_user(officer)
                    .browse(following["id"])
                    .with_context(**following["context"])
                    .run()
                )
        self.assertEqual(sent, [2, 4])
        self.assertEqual(set(actions.mapped("state")), {"sent"})
        download = answer["params"]["next"]
        self.assertEqual(download["type"], "ir.actions.report")
        self.assertCountEqual(download["context"]["active_ids"], actions.ids)
        self.assertIn("5", answer["params"]["message"])

    def test_steps_are_for_who_may_send(self):
        actions = self._prepare(("Arles", "13200", "fr"))
        actions.action_approve()
        reader = self._create_user("facturation", "account.group_account_invoice")
        action = self.env["recouvrement.action"].with_user(reader)
        with self.assertRaisesRegex(Exception, "recouvrement.action"):
            action.with_context(recouvrement_left_ids=actions.ids)._continue_sending()
        self.assertEqual(actions.state, "ready")


def test_posting_list_goes_on_over_pages_with_its_headings():
    rows = tuple(
        posting_list.Row(
            f"REL/{number:05}",
            "Menuiserie <Exemple> & fils",
            ("Menuiserie Exemple", "2 allée des Essais", "75001 PARIS"),
            ("Lettre",),
            1,
            1,
            "100,00 €",
        )
        for number in range(200)
    )
    pdf = posting_list.draw(
        posting_list.PostingList(("Atelier",), "5 mai 2026", rows, ("20 000,00 €",))
    )
    pages = text_of(pdf)
    assert len(pages) > 5
    assert all("Destinataire" in page for page in pages[:-1])
    assert f"page {len(pages)}/{len(pages)}" in pages[-1]
    assert "200 plis" in pages[-1] and "Remis à la poste" in pages[-1]
    assert "<Exemple> &" in pages[0]
    for row in (rows[0], rows[99], rows[199]):
        assert sum(row.reference in page for page in pages) == 1


def test_bound_pages_are_those_of_the_letters():
    letters = [blank_letter("A", 1), blank_letter("B", 2)]
    assert enclosure_pdf.count_pages(letter_pdf.bind(letters)) == 3
    bound = PdfReader(io.BytesIO(letter_pdf.bind(letters, double_sided=True)))
    assert [page.extract_text().strip() for page in bound.pages] == [
        "A 1/1",
        "",
        "B 1/2",
        "B 2/2",
    ]
