"""Which language a letter is written in, and the module that words it.

A module of words (:mod:`.french`, :mod:`.english`) has all that a letter says besides
the texts of its stage. Another language is one more module, named in ``WORDS``, with
the same names as :mod:`.english`: ``TEXTS``, ``TITLES``, the words by which the checks
of :mod:`.mentions` know what a letter says (``MENTION_WORDS``, ``RULE_WORDS``,
``RAW_RULE_WORDS``), and its functions, all of them pure.
"""

import re

from . import english, french

FRENCH = "fr_FR"
WORDS = {"fr": french, "en": english}
# Where letters are French whatever the language of the debtor's file: France and its
# overseas parts, which have country codes of their own, and Monaco.
FRENCH_COUNTRIES = frozenset(
    ("FR", "BL", "GF", "GP", "MC", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT")
)

HYPHEN = "\N{NON-BREAKING HYPHEN}"
# Numbers of articles that no other number looks like: L441-10, article 1231-6.
ARTICLES = re.compile(r"\b(?:[LRD]\d{3,4}|articles?\s\d{2,4})-\d+\b", re.IGNORECASE)


def keep_numbers(text):
    """A citation of the law, whose numbers no line breaks.

    >>> keep_numbers("articles 1231-6 et 1344-1, loi n° 68-1250")
    'articles 1231‑6 et 1344‑1, loi n° 68‑1250'
    """
    return re.sub(r"(?<=\d)-(?=\d)", HYPHEN, text)


def keep_articles(text):
    """A text whose numbers of articles no line breaks; what may be the number of an
    invoice or of a phone is left as it is, to be copied.

    >>> keep_articles("Article L441-10, the article 1231-6, invoice 2026-001")
    'Article L441‑10, the article 1231‑6, invoice 2026-001'
    """
    return ARTICLES.sub(lambda found: keep_numbers(found[0]), text)


def for_lang(lang):
    """The words of a language, of French where it has none of its own.

    >>> for_lang("en_GB").__name__.rpartition(".")[2]
    'english'
    >>> for_lang("de_DE") is for_lang(False) is french
    True
    """
    return WORDS.get(_get_language(lang), french)


def choose_lang(lang, country_code, available):
    """Language of the letter to a debtor: its own where there are texts in it and the
    debtor is abroad, else French.

    What Odoo puts on a new contact is the language of who makes it, and says nothing of
    a debtor in France.

    :param lang: code of the debtor's language, e.g. ``en_GB``
    :param country_code: where the letter goes; not known counts as France
    :param available: codes of the languages that there are texts in besides French

    >>> choose_lang("en_GB", "IE", ["de_DE", "en_US"])
    'en_US'
    >>> choose_lang("en_GB", "IE", ["en_US", "en_GB"])
    'en_GB'
    >>> choose_lang("en_US", "FR", ["en_US"]), choose_lang("en_US", False, ["en_US"])
    ('fr_FR', 'fr_FR')
    >>> choose_lang("fr_BE", "BE", ["en_US"]), choose_lang(False, "BE", ["en_US"])
    ('fr_FR', 'fr_FR')
    """
    if not country_code or country_code in FRENCH_COUNTRIES:
        return FRENCH
    return match_lang(lang, available)


def match_lang(lang, available):
    """The language among those that there are texts in, or another variety of it;
    French where there is none.

    >>> match_lang("en_GB", ["de_DE", "en_US"]), match_lang("it_IT", ["en_US"])
    ('en_US', 'fr_FR')
    """
    same = [code for code in available if _get_language(code) == _get_language(lang)]
    if lang in same:
        return lang
    return same[0] if same else FRENCH


def _get_language(lang):
    return (lang or "").partition("_")[0]
