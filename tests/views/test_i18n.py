"""The French of the screens: complete, well typeset, and what users get to read."""

import html
import io
import re
from pathlib import Path

import polib
from lxml import etree

from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_open, file_path
from odoo.tools.translate import trans_export

ADDON = "l10n_fr_recouvrement"
RUN = "run ./dev i18n and translate in i18n/fr.po"

# The same word in both languages: fr.po leaves it empty, as the OCA's checks want.
SAME_WORDS = {
    "Action",
    "Actions",
    "Article",
    "CSV",
    "Code",
    "Contact",
    "Date",
    "E-mail",
    "Euro",
    "Format",
    "ID",
    "Intact",
    "Journal",
    "Message",
    "Messages",
    "Nature",
    "Note",
    "RG 26/01234",
    "SMS",
    "Service",
    "Source",
    "Total",
    "XLSX",
}
# French at the source, or Python and not a text: a report's file name.
LEFT_AS_IS = re.compile(r"model:mail\.template,|.*,print_report_name:")
# Names that Odoo's own models have before ours: its translation of them stays.
SHARED = re.compile(
    r"model:ir\.model,name:|.*__(display_name|id)$|.*field_res_(partner|users)__type$"
)
# What a translation must repeat as it is: arguments, expressions and markup.
VERBATIM = re.compile(r"%\(\w+\)[a-z]|%[sdrf]\b|\{\{.*?\}\}|<[^>]+>")

TYPOGRAPHY = {
    "a straight apostrophe, not ’": re.compile(r"\w'\w"),
    "straight or English quotes, not « »": re.compile('[“”"]'),
    "three dots, not …": re.compile(r"\.\.\."),
    "no non-breaking space before ; ? or !": re.compile(
        "(?<![\u00a0\u202f?!])[;?!](?!\\w)"
    ),
    "no non-breaking space before a colon": re.compile(
        "(?<![\u00a0\u202f]):(?![\\w/])"
    ),
    "no non-breaking space after «": re.compile("«(?![\u00a0\u202f])"),
    "no non-breaking space before »": re.compile("(?<![\u00a0\u202f])»"),
    "a capital without its accent": re.compile(
        r"\bA (?=\w+er\b)|\bE(?=tape|chéance|cart|tat\b|criture)"
    ),
}

# One word for one thing, see doc/glossaire.md: what is said otherwise.
OTHER_WORDS = {
    "frais has no singular": re.compile(
        r"\b([Uu]n|[Ll]e|[Cc]e|[Dd]u|[Ss]on|[Aa]u|[Cc]haque) frais\b"
        r"|\bfrais (complémentaire|ajouté|supprimé|retiré)\b(?!s)"
    ),
    "e-mail": re.compile(r"\b[Cc]ourriels?\b"),
    "avis de réception": re.compile(r"\b[Aa]ccusés? de réception\b"),
    "avis de visite": re.compile(r"\b[Aa]vis de passage\b"),
    "avoirs et règlements; an SMS has credits": re.compile(
        r"(?<!leurs )(?<!ses )\b([Cc]rédits|[Uu]n crédit)\b"
    ),
    "extournée": re.compile(r"\bcontre-passé"),
    "variable": re.compile(r"\b(champs?|espaces? réservés?) dynamiques?\b"),
    "particulier": re.compile(r"\b[Cc]onsommateurs?\b"),
    "a wish is addressed, not the expression of it": re.compile(
        r"l[’']expression de (nos|mes)"
    ),
    "automatiquement": re.compile(r"\bde soi-même\b"),
}
# French that users and debtors read, beside fr.po.
FRENCH_TEXTS = (
    f"{ADDON}/data/recouvrement_procedure_data.xml",
    f"{ADDON}/data/mail_template_data.xml",
    f"{ADDON}/paper/statement/statement_words.py",
    f"{ADDON}/paper/words/french.py",
    f"{ADDON}/static/description/index.html",
)


def read(name):
    return polib.pofile(file_path(f"{ADDON}/i18n/{name}"))


def places(entry, pattern):
    return [place for place, _line in entry.occurrences if pattern.match(place)]


def prose(text):
    """The words of a term, without markup, expressions and arguments."""
    return VERBATIM.sub("", html.unescape(text))


def is_french_already(entry):
    return (
        entry.msgid in SAME_WORDS
        or len(places(entry, LEFT_AS_IS)) == len(entry.occurrences)
        or not re.search(r"[^\W\d_]", prose(entry.msgid))
    )


@tagged("standard", "post_install", "-at_install")
class TestTerms(TransactionCase):
    """fr.po holds every term of the addon, in proper French."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exported = cls._export()
        cls.catalog = read("fr.po")
        cls.french = {entry.msgid: entry for entry in cls.catalog if not entry.obsolete}

    @classmethod
    def _export(cls, lang=False):
        """What Odoo itself finds to translate, with its translation in ``lang``."""
        buffer = io.BytesIO()
        trans_export(lang, [ADDON], buffer, "po", cls.env)
        catalog = polib.pofile(buffer.getvalue().decode())
        return {entry.msgid: entry for entry in catalog}

    def test_every_term_is_translated(self):
        left = [
            msgid
            for msgid, entry in self.exported.items()
            if not is_french_already(entry)
            and (msgid not in self.french or not self.french[msgid].translated())
        ]
        self.assertEqual(left, [], f"without a French translation: {RUN}")

    def test_nothing_is_left_over(self):
        self.assertEqual(self.catalog.fuzzy_entries(), [])
        self.assertEqual(self.catalog.obsolete_entries(), [])
        self.assertEqual(sorted(self.french.keys() - self.exported.keys()), [])

    def test_template_is_current(self):
        template = {entry.msgid for entry in read(f"{ADDON}.pot")}
        self.assertEqual(template ^ self.exported.keys(), set(), RUN)

    def test_no_path_of_a_machine(self):
        code = re.compile(rf"code:(?!addons/{ADDON}/)")
        for entry in [*self.catalog, *read(f"{ADDON}.pot")]:
            self.assertEqual(places(entry, code), [])

    def test_arguments_and_markup_are_kept(self):
        changed = [
            (msgid, entry.msgstr)
            for msgid, entry in self.french.items()
            if entry.msgstr
            and sorted(VERBATIM.findall(entry.msgstr))
            != sorted(VERBATIM.findall(msgid))
        ]
        self.assertEqual(changed, [])

    def test_typography(self):
        faults = [
            (fault, entry.msgstr)
            for entry in self.french.values()
            for fault, pattern in TYPOGRAPHY.items()
            if pattern.search(prose(entry.msgstr))
        ]
        self.assertEqual(faults, [])

    def test_one_word_for_one_thing(self):
        texts = [entry.msgstr for entry in self.french.values()]
        for path in FRENCH_TEXTS:
            with file_open(path) as file:
                texts.append(file.read())
        guide = Path(__file__).parents[2] / "doc" / "guide-comptable.md"
        texts.append(guide.read_text(encoding="utf-8"))
        faults = [
            (word, found.group())
            for text in texts
            for word, pattern in OTHER_WORDS.items()
            for found in pattern.finditer(text)
        ]
        self.assertEqual(faults, [])

    def test_database_says_what_the_file_says(self):
        """Odoo took every translation: it drops those whose markup differs."""
        loaded = self._export("fr_FR")
        dropped = [
            (entry.msgstr, loaded[msgid].msgstr)
            for msgid, entry in self.french.items()
            if msgid in loaded
            and not places(entry, SHARED)
            and loaded[msgid].msgstr != entry.msgstr
        ]
        self.assertEqual(dropped, [])


@tagged("standard", "post_install", "-at_install")
class TestScreens(TransactionCase):
    """A French user sees French."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env = cls.env(context={**cls.env.context, "lang": "fr_FR"})

    def _get_name(self, xmlid):
        return self.env.ref(f"{ADDON}.{xmlid}").name

    def test_action_list(self):
        actions = self.env["recouvrement.action"]
        view = self.env.ref(f"{ADDON}.recouvrement_action_view_list")
        arch = etree.fromstring(actions.get_view(view.id, "list")["arch"])
        buttons = {
            button.get("name"): button.get("string") for button in arch.iter("button")
        }
        self.assertEqual(buttons["action_approve"], "Approuver")
        self.assertEqual(buttons["action_confirm_sending"], "Approuver et envoyer")
        retry = self._get_name("recouvrement_action_retry")
        self.assertEqual(retry, "Vérifier à nouveau")
        labels = actions.fields_get(["partner_id", "date", "state"])
        self.assertEqual(labels["partner_id"]["string"], "Débiteur")
        self.assertEqual(labels["date"]["string"], "Montants arrêtés au")
        self.assertEqual(dict(labels["state"]["selection"])["failed"], "Anomalie")

    def test_menus(self):
        menus = {
            "menu_recouvrement": "Recouvrement",
            "menu_recouvrement_todo": "À faire aujourd’hui",
            "menu_recouvrement_prepare": "Préparer les relances du jour",
            "menu_recouvrement_debtors": "Débiteurs",
            "menu_recouvrement_runs": "Campagnes",
            "menu_recouvrement_procedures": "Scénarios",
            "menu_recouvrement_rates": "Taux semestriels",
        }
        self.assertEqual({menu: self._get_name(menu) for menu in menus}, menus)

    def test_preview_is_titled(self):
        action = self.env["recouvrement.run.wizard"].action_open()
        self.assertEqual(action["name"], "Préparer les relances du jour")

    def test_shipped_records(self):
        records = {
            "procedure_business": "Professionnels",
            "stage_business_notice": "Mise en demeure",
            "group_recovery_officer": "Chargé de recouvrement",
            "action_report_letter": "Lettre de relance",
        }
        self.assertEqual({name: self._get_name(name) for name in records}, records)

    def test_message(self):
        rate = {"ecb_refi": 2, "legal_individual": 6, "legal_other": 2}
        with self.assertRaisesRegex(ValidationError, "Aucun semestre ne débute le"):
            self.env["recouvrement.rate"].create({**rate, "date_from": "2090-02-01"})

    def test_mail_reads_the_same_in_any_language(self):
        """What goes to debtors is French at the source."""
        french = self.env.ref(f"{ADDON}.mail_template_letter")
        english = french.with_context(lang="en_US")
        self.assertEqual(french.subject, english.subject)
        self.assertEqual(french.body_html, english.body_html)
