"""Which language a letter is written in, and the module that words it.

A module of words (:mod:`.french`, :mod:`.english`) is the same set of pure functions:
``format_amount``, ``format_date``, ``nbsp``, ``describe_line``, ``describe_settled``,
``settlement_name``, ``with_amount``.
"""

from . import english, french

FRENCH = "fr_FR"
WORDS = {"fr": french, "en": english}
# Where letters are French whatever the language of the debtor's file: France and its
# overseas parts, which have country codes of their own, and Monaco.
FRENCH_COUNTRIES = frozenset(
    ("FR", "BL", "GF", "GP", "MC", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT")
)


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
    same = [code for code in available if _get_language(code) == _get_language(lang)]
    if lang in same:
        return lang
    return same[0] if same else FRENCH


def _get_language(lang):
    return (lang or "").partition("_")[0]
