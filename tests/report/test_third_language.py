"""A third language, as the integrator's guide says to add one: a module of words with
the names of ``english.py`` and its entry in ``wording.WORDS``."""

from types import ModuleType
from unittest.mock import patch

from babel import Locale

from odoo.addons.l10n_fr_recouvrement.paper.words import (
    english,
    letter_reader,
    mentions,
    rules,
    wording,
)

from .letters import MODULE, LettersCase

TEXTS = {
    "letter_subject": "Zahlung {{ object.amount_text }}",
    "letter_intro": "<p>Folgende Rechnungen sind offen.</p>",
    "letter_demand": "<p>Wir setzen Sie in Verzug: zahlen Sie bis zum "
    "{{ object.deadline_text }}.</p>",
    "letter_closing": "<p>Danach rufen wir das Gericht an.</p>",
}


def make_german():
    """A pretend German: the words of English with marks on them, its own dates, titles
    and checks."""
    german = ModuleType("german")
    german.__dict__.update(
        {
            name: value
            for name, value in vars(english).items()
            if not name.startswith("__")
        }
    )
    german.LOCALE = Locale("de")
    german.TEXTS = {code: _mark(text) for code, text in english.TEXTS.items()}
    german.TITLES = {"formal_notice": "MAHNUNG", "reminder": {"business": "ERINNERUNG"}}
    german.MENTION_WORDS = {
        **english.MENTION_WORDS,
        "formal_words": r"\bin Verzug\b",
        "consequence": r"\bGericht\b",
    }
    german.RULE_WORDS = {"court_act": ("Zahlungsbefehl",)}
    german.RAW_RULE_WORDS = {}
    german.format_date = lambda day: f"{day.day}. {day.month}. {day.year}"
    return german


def _mark(text):
    if isinstance(text, dict):
        return {profile: _mark(one) for profile, one in text.items()}
    return f"DE {text}"


class TestThirdLanguage(LettersCase):
    """Nothing else has to be told that there is one more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.german = make_german()
        patcher = patch.dict(wording.WORDS, de=cls.german)
        patcher.start()
        cls.addClassCleanup(patcher.stop)
        cls.addClassCleanup(rules._get_patterns.cache_clear)
        cls.env["res.lang"]._activate_lang("de_DE")
        debtor = cls.debtors_abroad["business"]
        debtor.write({"lang": "de_DE", "country_id": cls.env.ref("base.at").id})
        cls.stage = cls.env.ref(f"{MODULE}.stage_business_notice")
        cls.stage.text_ids = [(0, 0, {"lang": "de_DE", **TEXTS})]

    def _make_notice(self):
        return self._make("business", "formal_notice", abroad=True)

    def test_the_whole_letter_is_in_it(self):
        self.stage.write({"enclose_invoices": True, "enclose_statement": True})
        action = self._make_notice()
        self.assertEqual(action.letter_lang, "de_DE")
        values = self._values(action)
        self.assertEqual(values["lang"], "de_DE")
        self.assertEqual(values["title"], "MAHNUNG")
        self.assertEqual(values["salutation"], "DE Dear Sir or Madam,")
        self.assertEqual(values["place_date"], "DE Lyon, 23. 9. 2026")
        self.assertIn("DE Total in words", values["in_words"])
        self.assertIn("DE ", values["total_label"])
        self.assertIn("zahlen Sie bis zum 5. 10. 2026", values["demand"])
        self.assertEqual(
            {name.partition(" ")[0] for name in values["enclosures"]}, {"DE"}
        )
        for _label, amount, _detail in values["totals"]:
            self.assertTrue(amount.startswith("€"))
        html = self.env["ir.qweb"]._render(
            f"{MODULE}.report_letter", self.service._prepare_document([values])
        )
        self.assertIn('lang="de-DE"', str(html))
        self.assertNotIn("Madame", str(html))

    def test_it_is_checked_in_it(self):
        """By its own words, and by those that no letter may use."""
        action = self._make_notice()
        values = self._values(action)
        self.assertEqual(mentions.check(values), ([], []))
        missing, _broken = mentions.check({**values, "demand": "Bitte zahlen Sie."})
        self.assertIn("formal_words", [mention.code for mention in missing])
        for words in ("Zahlungsbefehl", "sommation"):
            _missing, broken = mentions.check({**values, "note": words})
            self.assertEqual([rule.code for rule, _words in broken], ["court_act"])

    def test_a_letter_without_a_title_of_its_own_has_the_french_one(self):
        kind = self.service._gather_letter(self._make_notice()).kind
        self.assertEqual(kind.get_title("business", self.german), "MAHNUNG")
        self.german.TITLES.pop("formal_notice")
        self.addCleanup(self.german.TITLES.update, formal_notice="MAHNUNG")
        self.assertEqual(kind.get_title("business", self.german), "MISE EN DEMEURE")

    def test_e_mail_and_signature(self):
        """What the e-mail says besides its template is in it too."""
        action = self._make_notice()
        self.assertIn("DE registered office", action.sender_text)
        self.assertIn("DE ", letter_reader.plain(action.sender_text))
        self.assertEqual(action.deadline_text, "5. 10. 2026")
