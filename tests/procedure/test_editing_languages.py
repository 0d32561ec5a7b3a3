"""Texts in other languages than French, and who is written to in them."""

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.fields import Command
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_recouvrement.models.procedure.recouvrement_text_mixin import (
    LETTER_TEXTS,
)

from .editing import EditingCase


class TestLanguages(EditingCase):
    """French letters, and English ones for debtors abroad."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("en_GB")
        cls.abroad = cls._create_debtor(
            "Example Joinery",
            is_company=True,
            vat="IE1519572A",
            city="Dublin",
            country_id=cls.env.ref("base.ie").id,
            lang="en_GB",
        )

    def test_english_for_a_debtor_abroad_whose_language_it_is(self):
        invoice = self._invoice(self.abroad, 1234.56, "2026-05-01")
        action = self._run("2026-05-05")
        self.assertEqual(action._get_letter_lang(), "en_US")
        self.assertEqual(action.letter_subject, "Payment reminder")
        self.assertIn("pay us the sum of €1,234.56", action.letter_demand)
        self.assertIn("by 11&nbsp;May&nbsp;2026", action.letter_demand)
        self.assertEqual(
            action.line_ids.summary,
            f"Invoice {invoice.name}, which fell due on 1\xa0May\xa02026: €1,234.56",
        )
        self._approve_and_send(action, "2026-05-05")
        self.assertIn("Dear Sir or Madam", action.mail_id.body_html)
        self.assertIn("Payment reminder, ", action.mail_id.subject)

    def test_french_for_everybody_else(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        body = {"recouvrement_profile": "public"}
        for name, lang, country, vals in (
            ("in France", "en_GB", "base.fr", {}),
            ("overseas", "en_GB", "base.gp", {}),
            ("French abroad", "fr_FR", "base.ie", {}),
            ("public body", "en_GB", "base.be", body),
        ):
            with self.subTest(name):
                debtor = self._create_debtor(
                    name,
                    is_company=True,
                    lang=lang,
                    country_id=self.env.ref(country).id,
                    **vals,
                )
                self._invoice(debtor, 100, "2026-05-01")
                action = self._run("2026-05-06")
                self.assertEqual(action.partner_id, debtor)
                self.assertEqual(action._get_letter_lang(), "fr_FR")
                self.assertIn("Nous ", action.letter_demand)

    def test_the_contact_who_gets_the_letter_decides(self):
        self.env["res.partner"].create(
            {
                "parent_id": self.abroad.id,
                "type": "recouvrement",
                "name": "Camille Fictif",
                "email": "camille@joinery.example",
                "street": "3 allée des Essais",
                "city": "Paris",
                "country_id": self.env.ref("base.fr").id,
            }
        )
        self._invoice(self.abroad, 100, "2026-05-01")
        self.assertEqual(self._run("2026-05-05")._get_letter_lang(), "fr_FR")

    def test_texts_of_another_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.reminder.text_ids = [
            Command.create(
                {
                    "lang": "de_DE",
                    "letter_subject": "Zahlungserinnerung",
                    "letter_demand": "<p>Zahlen Sie {{ object.amount_text }}.</p>",
                }
            )
        ]
        self.abroad.write({"lang": "de_DE", "country_id": self.env.ref("base.de").id})
        self._invoice(self.abroad, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self.assertEqual(action.letter_lang, "de_DE")
        self.assertEqual(action.letter_subject, "Zahlungserinnerung")
        self.assertEqual(
            action.stage_id._get_mail_template("de_DE"), self.template, "the stage's"
        )

    def test_once_in_each_language_and_never_in_french(self):
        self.env["res.lang"]._activate_lang("fr_BE")
        texts = self.env["recouvrement.stage.text"]
        for lang, error in (("en_US", UniqueViolation), ("fr_BE", CheckViolation)):
            with (
                self.subTest(lang),
                mute_logger("odoo.sql_db"),
                self.assertRaises(error),
                self.env.cr.savepoint(),
            ):
                texts.create({"stage_id": self.reminder.id, "lang": lang})

    def test_a_sent_letter_keeps_its_language(self):
        self._invoice(self.abroad, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self._approve_and_send(action, "2026-05-05")
        self.abroad.lang = "en_US"
        self.abroad.country_id = self.env.ref("base.fr")
        self.assertEqual(action._get_letter_lang(), "en_US")
        self.assertEqual(action.letter_subject, "Payment reminder")

    def test_both_languages_in_one_run(self):
        for partner in (self.abroad, self.business):
            self._invoice(partner, 100, "2026-05-01")
        actions = self._run("2026-05-05")
        self.assertEqual(
            {action.partner_id.name: action.letter_subject for action in actions},
            {
                "Example Joinery": "Payment reminder",
                "Menuiserie Exemple": "Règlement en attente",
            },
        )

    def test_rendered_together_whatever_their_number(self):
        """No query for one letter more."""
        counts = []
        for size in (2, 3, 9):
            partners = [
                self._create_debtor(
                    f"Debtor {size} {rank}",
                    is_company=True,
                    country_id=self.env.ref("base.ie").id,
                    lang="en_GB" if rank % 2 else False,
                )
                for rank in range(size)
            ]
            for partner in partners:
                self._invoice(partner, 100, "2026-05-01")
            actions = self._run("2026-05-05").filtered(
                lambda action, names=tuple(p.id for p in partners): (
                    action.partner_id.id in names
                )
            )
            self.assertEqual(len(actions), size)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            actions.mapped("letter_demand")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2], "the first one fills Odoo's caches")

    def test_every_letter_of_businesses_and_consumers_is_shipped_in_english(self):
        letters = self.env["recouvrement.stage"].with_context(active_test=False)
        for stage in letters.search([("letter_demand", "!=", False)]):
            with self.subTest(f"{stage.procedure_id.name}, {stage.name}"):
                expected = [] if stage.profile == "public" else ["en_US"]
                self.assertEqual(stage.text_ids.mapped("lang"), expected)
                for name in LETTER_TEXTS if expected else ():
                    self.assertTrue(stage.text_ids[name])

    def test_consumers_are_told_of_no_business_law_in_english_either(self):
        texts = self.env["recouvrement.stage.text"].search(
            [("stage_id.procedure_id.profile", "=", "consumer")]
        )
        words = " ".join(
            str(text[name]) for text in texts for name in LETTER_TEXTS
        ).lower()
        for word in ("l441-10", "indemnity", "recovery costs", "penalt"):
            self.assertNotIn(word, words)

    def test_restored_procedures_have_their_english_letters(self):
        restored = self.env["recouvrement.procedure"]._load_shipped()
        business = restored.filtered(lambda procedure: procedure.profile == "business")
        for stage in business.stage_ids.filtered("letter_demand"):
            self.assertEqual(stage.text_ids.mapped("lang"), ["en_US"])
        self.assertEqual(len(self.reminder.text_ids), 1)

    def test_a_copied_stage_keeps_its_languages(self):
        self.assertEqual(self.reminder.copy().text_ids.mapped("lang"), ["en_US"])
