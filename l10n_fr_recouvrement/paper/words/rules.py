"""What a letter may not say, in any of its languages: pure functions, without ORM.

Which letter may not break which rule: see :mod:`.letter_kinds`. A rule of another
module is one more value, given to :func:`register`.

>>> [found for _rule, found in broken(("court_act",), "<p>Sommation de payer</p>")]
['Sommation']
>>> broken(("court_act", "empty_threat"), "<p>Nous saisirons le tribunal.</p>")
[]
>>> [found for _rule, found in broken(("court_act",), "PROCÈS-VERBAL et signification")]
['PROCÈS-VERBAL']
>>> broken(("court_act",), "le procès-verbal de réception signé le 3 mars")
[]
>>> threats = ("votre liquidation judiciaire", "votre employeur", "interdit bancaire")
>>> [bool(broken(("empty_threat",), text)) for text in threats]
[True, True, True]
>>> debt = "créance postérieure à l’ouverture du redressement judiciaire"
>>> broken(("empty_threat",), debt)
[]
>>> [found for _rule, found in broken(("empty_threat",), debt, raw=True)]
['redressement judiciaire']
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from odoo.tools.translate import LazyTranslate

from . import letter_kinds, wording
from .letter_reader import plain, words

_lt = LazyTranslate(__name__)


@dataclass(frozen=True)
class Rule:
    """Words that a letter may not use.

    :param article: code of the legal fact that forbids them
    :param pattern: the words in French, which no letter may use in any language: a
        French judge may read it; a language has more, ``RULE_WORDS`` of its module
    :param raw: words forbidden in the text of a stage alone: what is filled in may
        make them by chance
    :param test: function of the values of a letter: what it prints that it may not, as
        a text, whatever its words
    """

    code: str
    label: str
    article: str
    pattern: re.Pattern
    raw: re.Pattern | None = None
    test: Callable | None = None


# What only a court opens.
INSOLVENCY = "(?:mise en )?(?:redressement|liquidation)s? judiciaires?"


def _words(*patterns):
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


def _asks_indemnity(letter):
    """A consumer owes neither the indemnity nor costs, nor interest before a formal
    notice."""
    sums = letter["sums"]
    for name in ("indemnity", "costs"):
        if sums[name]:
            return str(sums[name])
    if sums["interest"] and not letter_kinds.get(letter["kind"]).puts_in_default:
        return str(sums["interest"])
    return ""


RULES = {
    rule.code: rule
    for rule in (
        Rule(
            "court_act",
            _lt("what looks like an act of a court or of its officers"),
            "court_act",
            _words(
                "sommations?",
                "commandements?",
                "huissiers?(?: de justice)?",
                "avis avant saisie",
                r"saisies?[ -](?:attribution|vente|conservatoire|sur|de vos?)",
                "Marianne",
                "République française",
                "au nom du peuple français",
                "cerfa",
                "avis de passage",
                "titres? exécutoires?",
                "significations?",
                "assignations?",
                "itérati(?:fs?|ves?)",
                # that of a delivery or of works proves a debt, it is no act of a court
                r"procès-verba(?:l|ux)(?! (?:de|d')"
                r" ?(?:réception|livraison|recette|fin|mise|achèvement|réunion))",
            ),
        ),
        Rule(
            "empty_threat",
            _lt("a threat that a creditor cannot carry out"),
            "aggressive_practice",
            _words(
                "Banque de France",
                "FICP",
                "fich(?:age|er|é|ée|és|ées)",
                "poursuites? pénales?",
                r"(?:dépôt de|déposer|porter|porterons) plainte",
                "escroquerie",
                "exécution forcée",
                "interdi(?:t|te|ts|tes|ction|ctions) bancaires?",
                "employeurs?",
                rf"(?:votre|assign\w* en|demand\w* (?:votre|la|le)) {INSOLVENCY}",
            ),
            # a debt may be told to come after that of the debtor itself
            raw=_words(INSOLVENCY),
        ),
        Rule(
            "business_law",
            _lt("the law of penalties between businesses"),
            "business_margin",
            _words(r"[LD]\.? ?441[-\u2010\u2011]\d+"),
        ),
        Rule(
            "public_law",
            _lt("the law of public procurement"),
            "public_margin",
            _words(r"[LRD]\.? ?2192[-\u2010\u2011]\d+"),
        ),
        Rule(
            "indemnity",
            _lt("an indemnity or penalties that a consumer does not owe"),
            "consumer_costs",
            _words("indemnités? forfaitaires?", "pénalités? de retard"),
            raw=_words(r"40(?:,00)? ?(?:€|euros?|EUR)"),
            test=_asks_indemnity,
        ),
        Rule(
            "recovery_costs",
            _lt("costs that stay with the creditor"),
            "recovery_costs",
            _words(
                r"frais (?:de |d')?(?:recouvrement|relance|rappel|dossier|gestion"
                r"|impayés?|mise en demeure|procédure)"
            ),
        ),
        Rule(
            "drama",
            _lt("a route that is not open against a public body"),
            "",
            _words("injonctions? de payer"),
        ),
        Rule(
            "premature",
            _lt("lateness, before the due date"),
            "",
            _words(
                "retards? de paiement",
                "impayée?s?",
                "pénalités?",
                "relances?",
                "échue?s?",
            ),
        ),
        Rule(
            "formal_threat",
            _lt("a formal notice or a court, in a letter that is neither"),
            "",
            _words("en demeure", "tribuna(?:l|ux)", "juridictions?", "poursuites?"),
        ),
        Rule(
            "penalties",
            _lt("penalties"),
            "",
            _words(
                "pénalités?", "indemnités?", "intérêts (?:moratoires|au taux légal)"
            ),
        ),
    )
}


def register(rule):
    """Make a rule known, or replace the one of the same code."""
    RULES[rule.code] = rule
    _get_patterns.cache_clear()
    return rule


@lru_cache(maxsize=64)
def _get_patterns(code, language, raw):
    """Everything that breaks a rule in a language, French and its own."""
    rule, own = RULES[code], (language.RULE_WORDS, language.RAW_RULE_WORDS)
    patterns = [rule.pattern, rule.raw if raw else None]
    patterns += [_words(*more[code]) for more in own[: 1 + raw] if more.get(code)]
    return [pattern for pattern in patterns if pattern]


def broken(codes, text, raw=False, lang=False):
    """Rules of words among ``codes`` that a text breaks, with the words.

    :param raw: the text is that of a stage, its placeholders not filled in
    :param lang: language of the text, French by default
    :return: list of ``(Rule, words)``

    >>> [found for _rule, found in broken(["court_act"], "A summons", lang="en_US")]
    ['summons']
    """
    text, language = plain(text), wording.for_lang(lang)
    found = []
    for code in codes:
        for pattern in _get_patterns(code, language, raw):
            match = pattern.search(text)
            if match:
                found.append((RULES[code], match.group()))
                break
    return found


def check(codes, letter):
    """Rules among ``codes`` that a letter breaks, by its words or by its figures.

    :param letter: values of ``_letter_values``
    :return: list of ``(Rule, words)``
    """
    printed = (letter.get("mediator_notice", ""), *letter.get("legal_texts", ()))
    texts = f"{words(letter)} {' '.join(printed)}"
    found = broken(codes, texts, lang=letter["lang"])
    for code in codes:
        test = RULES[code].test
        excess = test(letter) if test and "sums" in letter else ""
        if excess:
            found.append((RULES[code], excess))
    return found
