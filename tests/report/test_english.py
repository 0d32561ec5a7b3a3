"""Letters in English for debtors abroad: everything that no stage words."""

import inspect
import string

from freezegun import freeze_time

from odoo.addons.l10n_fr_recouvrement.paper.words import (
    english,
    french,
    letter_reader,
    mentions,
    wording,
)

from .letters import DAY, MODULE, LettersCase


def _placeholders(text):
    return {name for _text, name, *_rest in string.Formatter().parse(text) if name}


class TestWords(LettersCase):
    """What a language has to say, and what it says of the law."""

    def test_languages_have_the_same_words(self):
        """With the same placeholders, by the same profiles."""
        for name, language in wording.WORDS.items():
            with self.subTest(name):
                self.assertEqual(language.TEXTS.keys(), french.TEXTS.keys())
                for code, text in french.TEXTS.items():
                    self._check_text(text, language.TEXTS[code], code)

    def _check_text(self, expected, text, code):
        if isinstance(expected, dict):
            self.assertEqual(expected.keys(), text.keys(), code)
            for profile, one in expected.items():
                self._check_text(one, text[profile], code)
        else:
            self.assertEqual(_placeholders(expected), _placeholders(text), code)

    def test_languages_have_the_same_functions(self):
        """With the same parameters, those for French addresses and numbers apart."""
        for name, function in inspect.getmembers(english, inspect.isfunction):
            if function.__module__ == english.__name__ and not name.startswith("_"):
                self.assertEqual(
                    [*inspect.signature(function).parameters],
                    [*inspect.signature(getattr(french, name)).parameters],
                    name,
                )

    def test_every_citation_shipped_has_its_english(self):
        """But the day before which there was nothing to cite."""
        articles = self.env["recouvrement.legal.fact"].search([]).mapped("article")
        left = {article for article in articles if english.cite(article) == article}
        self.assertEqual(
            left, {"aucune indemnité forfaitaire avant le 1er janvier 2013"}
        )


class TestEnglishLetters(LettersCase):
    """What is printed, by language of the debtor."""

    def test_every_variety_of_english(self):
        self.env["res.lang"]._activate_lang("en_GB")
        self.debtors_abroad["business"].lang = "en_GB"
        values = self._values(self._make("business", "formal_notice", abroad=True))
        self.assertEqual(values["title"], "FORMAL NOTICE TO PAY (MISE EN DEMEURE)")
        self.assertEqual(values["salutation"], "Dear Sir or Madam,")
        self.assertEqual(values["total"], "€6,546.52")
        cited = letter_reader.plain(values["legal_texts"][1])
        self.assertIn("Article L441-10, II, of the French", cited)
        self.assertIn("FRANCE", values["sender"]["lines"])

    def test_any_other_language_is_written_to_in_french(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.debtors_abroad["business"].lang = "de_DE"
        values = self._check_french(self._make("business", "reminder", abroad=True))
        self.assertIn("FRANCE", values["sender"]["lines"], "the letter leaves it")

    def test_in_france_whatever_the_language(self):
        self.debtors_abroad["consumer"].country_id = self.env.ref("base.fr")
        values = self._check_french(
            self._make("consumer", "formal_notice", abroad=True)
        )
        self.assertNotIn("FRANCE", values["sender"]["lines"])

    def _check_french(self, action):
        values = self._values(action)
        self.assertEqual(values["salutation"], "Madame, Monsieur,")
        self.assertIn(values["total_label"], french.TEXTS.values())
        self.assertIn("Lyon, le 23", values["place_date"])
        self.assertIn("Total en toutes lettres\xa0:", values["in_words"])
        return values

    def test_public_body_abroad(self):
        """It is written to in French, also in a preview in English: no stage of its
        procedure has texts in it."""
        self.debtors["public"] = self._create_debtor(
            "Commune d’Exempleville",
            is_company=True,
            lang="en_US",
            country_id=self.env.ref("base.be").id,
            recouvrement_profile="public",
        )
        self.addCleanup(self.debtors.update, public=self.public_body)
        action = self._make("public", "reminder")
        self._check_french(action)
        self._check_french(action.with_context(recouvrement_letter_lang="en_US"))

    def test_enclosures_are_named_in_english(self):
        """The statement of penalties is for a French judge: the letter says so."""
        stage = self.env.ref(f"{MODULE}.stage_business_notice")
        stage.write({"enclose_invoices": True, "enclose_statement": True})
        action = self._make("business", "formal_notice", abroad=True)
        names = self._values(action)["enclosures"]
        self.assertEqual(names[0], "annex (calculation of late-payment penalties)")
        self.assertRegex(names[1], r"^invoice INV/2026/\d+ of \d+\sMay\s2026$")
        self.assertEqual(
            names[-1], "supporting statement of late-payment penalties, in French"
        )

    def test_email_is_signed_in_english(self):
        action = self._make("business", "reminder", abroad=True)
        self.assertIn("registered office: 1 rue de l’Exemple", action.sender_text)
        self.assertIn("For the attention of", self._get_recipient(action, "Jo Bloggs"))

    def test_email_of_a_statement_of_account(self):
        action = self._make("business", "account_statement", abroad=True)
        self._approve_and_send(action, DAY)
        self.assertIn(
            "The attached statement sets out these entries in detail.",
            action.email_body,
        )
        self.assertNotIn("transfer", action.email_body)

    def test_share_capital_is_written_in_english(self):
        """Where it is an amount of euros, on the letter as in the e-mail."""
        action = self._make("business", "reminder", abroad=True)
        for capital, expected in (
            ("50\xa0000\xa0€", "SARL with a share capital of €50,000 –"),
            ("7 622,45 euros", "SARL with a share capital of €7,622.45 –"),
            ("variable, 1 000 € au moins", "of variable, 1 000 € au moins –"),
        ):
            with self.subTest(capital):
                self.company.recouvrement_share_capital = capital
                values = self._values(action)
                self.assertIn(expected, letter_reader.plain(values["footer"]))
                self.assertEqual(mentions.check(values), ([], []))
        self.company.recouvrement_share_capital = "50 000 €"
        action.invalidate_recordset()
        self.assertIn("a share capital of €50,000", action.sender_text)

    def _get_recipient(self, action, name):
        action.contact_id = self.env["res.partner"].create(
            {
                "name": name,
                "parent_id": action.partner_id.id,
                "lang": "en_US",
                "street": "2 Example Road",
                "city": "Dublin",
                "country_id": action.partner_id.country_id.id,
            }
        )
        return "\n".join(self._values(action)["recipient_lines"])

    def test_indemnity_in_another_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 1.15,
                "currency_id": dollar.id,
                "company_id": self.company.id,
            }
        )
        partner = self.debtors_abroad["business"]
        self._invoice(partner, 1000, "2026-05-31", currency_id=dollar.id)
        stage = self.env.ref(f"{MODULE}.stage_business_second")
        action = self._run(DAY).sudo()
        action.line_ids.own_stage_id = stage
        with freeze_time(DAY):
            action._refresh()
        values = self._values(action)
        details = [row[2] for row in values["totals"]]
        self.assertIn("1 × €40.00, i.e. US$46.00 each (€1 = 1.15\xa0USD)", details)
        self.assertIn("US dollars", values["total_words"])
