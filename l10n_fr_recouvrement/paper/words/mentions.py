"""What a letter must say and what it may not: pure functions of the values that it is
printed from, without ORM.

Which letter needs which mention is told in :mod:`.letter_kinds`; here stands what each
mention is, the text it comes from (a code of ``recouvrement.legal.fact``, whose
citation is dated) and how it is seen on a letter.

>>> identity = {"name": "Exemple", "form": "SARL", "capital": "", "siren": "1",
...             "seat": "1 rue A, 69003 LYON", "registry": "Lyon"}
>>> letter = {"identity": identity, "footer": "Exemple, SARL, 1 rue A, 69003 LYON, 1"}
>>> [mention.code for mention in missing(("sender_form", "sender_capital"), letter)]
['sender_capital']
>>> [found for _rule, found in broken(("court_act",), "<p>Sommation de payer</p>")]
['Sommation']
>>> broken(("court_act", "empty_threat"), "<p>Nous saisirons le tribunal.</p>")
[]
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from odoo.tools.translate import LazyTranslate

from . import letter_kinds, wording

_lt = LazyTranslate(__name__)

LETTER_TEXTS = ("subject", "intro", "demand", "note", "closing")

# Forms whose letters state the share capital (C. com. art. R123-238, 3° and 4°).
CAPITAL_FORMS = re.compile(
    r"\b(SARL|EURL|SA|SAS|SASU|SCA|SE|SELARL|SELAS|SELAFA|SELCA)\b"
    r"|responsabilité limitée|société anonyme|par actions|société européenne",
    re.IGNORECASE,
)
# Who may not be registered with the RCS: individuals without trade, associations.
UNREGISTERED_FORMS = re.compile(
    r"\b(EI|EIRL)\b|entreprise individuelle|entrepreneur individuel"
    r"|micro-?entrepr|auto-?entrepr|artisan|libéral|association|fondation|syndicat"
    r"|mutuelle",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """Something that a letter must say.

    :param label: what it is
    :param article: code of the legal fact that cites its text, empty for good practice
    :param test: function of the values of a letter: whether it says so
    :param problem: what to tell when it is missing and what to do about it, with
        ``%(company)s``, ``%(debtor)s`` and ``%(stage)s``
    """

    code: str
    label: str
    article: str
    test: Callable
    problem: str


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


# ----------------------------------------------------------------------
# Reading a letter
# ----------------------------------------------------------------------


def plain(text):
    """The words of a text: no tags, ordinary spaces, apostrophes and hyphens.

    >>> plain("<p>L’indemnité de<br/>40\\u202f€</p>")
    "L'indemnité de 40 €"
    >>> plain("article L441\\u201110")
    'article L441-10'
    """
    text = html.unescape(re.sub(r"<[^>]*>", " ", str(text or "")))
    text = text.replace("’", "'").replace(wording.HYPHEN, "-")
    return " ".join(text.split())


def words(letter):
    """Everything that is worded by hand in a letter."""
    return " ".join(plain(letter.get(name)) for name in LETTER_TEXTS)


def rows(letter, kind):
    """Rows of the tables of a kind, in the letter and on the pages of its annex."""
    tables = [*letter.get("tables", ())]
    for page in letter.get("annex", ()):
        tables += page
    return [row for table in tables if table["kind"] == kind for row in table["rows"]]


def needs_capital(form):
    """Whether a company of this legal form states its share capital.

    >>> needs_capital("SARL"), needs_capital("Société anonyme"), needs_capital("SNC")
    (True, True, False)
    """
    return bool(CAPITAL_FORMS.search(form or ""))


def needs_registry(form):
    """Whether a company of this legal form is registered with the RCS.

    >>> needs_registry("SNC"), needs_registry("Association loi 1901")
    (True, False)
    """
    return not UNREGISTERED_FORMS.search(form or "")


def _states(name, needed=None, after=""):
    """Test that the foot of the letter states a part of the identity of the sender,
    after some words."""

    def test(letter):
        identity = letter["identity"]
        if needed and not needed(identity["form"]):
            return True
        value = plain(identity[name])
        return bool(value) and f"{after}{value}" in plain(letter["footer"])

    return test


def _says(code, *names):
    """Test that the texts of a letter, all or some of them, use the words of a mention
    in its language."""

    def test(letter):
        pattern = wording.for_lang(letter["lang"]).MENTION_WORDS[code]
        texts = " ".join(plain(letter.get(name)) for name in names or LETTER_TEXTS)
        return bool(re.search(pattern, texts, re.IGNORECASE))

    return test


def _has_basis(letter):
    """Each invoice has its number, dates and amounts; an amount paid may be none."""
    found = rows(letter, "invoices")
    invoices = [row for row in found if row["due_date"]]
    return bool(invoices) and all(
        row[name]
        for row in invoices
        for name in ("number", "date", "due_date", "total", "paid", "balance")
    )


def _has_separate_sums(letter):
    """Principal, interest, indemnity and costs stand on lines of their own, and make
    the total."""
    sums = letter["sums"]
    parts = [sums[name] for name in ("principal", "interest", "indemnity", "costs")]
    parts.append(-sums["credits"])
    printed = [row[1] for row in letter["totals"]]
    claimed = [name for name in ("interest", "indemnity", "costs") if sums[name]]
    return sum(parts) == sums["total"] and (
        not claimed or len(printed) >= 1 + len(claimed)
    )


def _has_penalty_detail(letter):
    """Interest claimed has its period, base, rate and divisor."""
    if not letter["sums"]["interest"]:
        return True
    found = rows(letter, "penalties")
    return bool(found) and all(
        row[name]
        for row in found
        for name in ("date_from", "date_to", "days", "base", "rate", "divisor")
    )


def _has_deadline(letter):
    """A day, and not a number of days from a day that nobody knows."""
    deadline = plain(letter["deadline"])
    lead = plain(letter["payment"]["lead"])
    return bool(deadline) and (deadline in lead or deadline in words(letter))


def _has_legal_texts(letter):
    """What it is based on, and what it claims, are cited."""
    cited = plain(" ".join(letter["legal_texts"]))
    articles = dict(letter["citations"])
    kind = letter_kinds.get(letter["kind"])
    expected = [*kind.cites]
    if letter["sums"]["interest"]:
        interest = {"consumer": "consumer_interest"}
        expected.append(interest.get(letter["profile"], f"{letter['profile']}_margin"))
    if letter["sums"]["indemnity"]:
        expected.append(f"{letter['profile']}_indemnity")
    return all(
        articles.get(code) and plain(articles[code]) in cited for code in expected
    )


def _has_references(letter):
    """A French public body finds its invoices by its SIRET and their numbers."""
    if not letter["debtor"]["is_french"]:
        return True
    references = " ".join(f"{label} {value}" for label, value in letter["references"])
    registry = plain(letter["debtor"]["registry"])
    return bool(registry) and registry in plain(references)


def _has_account(letter):
    """The number of an account, under one of its names."""
    labels = (letter["words"]["iban"], letter["words"]["account"])
    return any(label in labels and value for label, value in letter["payment"]["items"])


def _mediator(letter):
    mediator = plain(letter["mediator"])
    return not mediator or mediator in plain(" ".join(letter["legal_texts"]))


MENTIONS = {
    mention.code: mention
    for mention in (
        Mention(
            "sender_name",
            _lt("Name of the sender"),
            "company_identity",
            _states("name"),
            _lt("The name of the company is missing: enter it on %(company)s."),
        ),
        Mention(
            "sender_form",
            _lt("Legal form of the sender"),
            "company_identity",
            _states("form"),
            _lt(
                "The legal form of %(company)s is missing: enter it in the settings "
                "of debt recovery, under Letterhead."
            ),
        ),
        Mention(
            "sender_capital",
            _lt("Share capital of the sender"),
            "company_identity",
            _states("capital", needs_capital),
            _lt(
                "The share capital of %(company)s is missing: enter it in the settings "
                "of debt recovery, under Letterhead."
            ),
        ),
        Mention(
            "sender_seat",
            _lt("Registered office of the sender"),
            "company_identity",
            _states("seat"),
            _lt(
                "The address of %(company)s is missing or has no town: complete it on "
                "the company."
            ),
        ),
        Mention(
            "sender_siren",
            _lt("SIREN of the sender"),
            "company_identity",
            _states("siren"),
            _lt(
                "The SIRET or SIREN of %(company)s is missing or has no nine digits: "
                "enter it on the company."
            ),
        ),
        Mention(
            "sender_registry",
            _lt("Registry of the sender"),
            "company_identity",
            _states("registry", needs_registry, "RCS "),
            _lt(
                "The town of the registry (RCS) of %(company)s is missing: enter it in "
                "the settings of debt recovery, under Letterhead."
            ),
        ),
        Mention(
            "debtor",
            _lt("Name of the debtor"),
            "formal_notice",
            lambda letter: bool(letter["recipient_lines"][:1]),
            _lt("The name of the debtor is missing: enter it."),
        ),
        Mention(
            "debtor_address",
            _lt("Address of the debtor"),
            "formal_notice",
            lambda letter: len(letter["recipient_lines"]) >= 3,
            _lt("The address of %(debtor)s is missing: enter it on the contact."),
        ),
        Mention(
            "date",
            _lt("Date of the letter"),
            "formal_notice",
            lambda letter: bool(re.search(r"\d{4}$", plain(letter["place_date"]))),
            _lt("The letter has no date: cancel it and make a new one."),
        ),
        Mention(
            "subject",
            _lt("Subject"),
            "",
            lambda letter: bool(plain(letter["subject"])),
            _lt("The letter has no subject: enter one on the stage “%(stage)s”."),
        ),
        Mention(
            "signatory",
            _lt("Name of who signs"),
            "formal_notice",
            lambda letter: bool(letter["signature"]["signatory"]),
            _lt(
                "Nobody signs for %(company)s: enter the signatory in the settings of "
                "debt recovery."
            ),
        ),
        Mention(
            "basis",
            _lt("Each invoice: number, date, due date, amount, paid, left"),
            "formal_notice",
            _has_basis,
            _lt(
                "An invoice lacks its number, a date or an amount: see the lines of "
                "the action."
            ),
        ),
        Mention(
            "separate_sums",
            _lt("Principal, penalties and indemnity on lines of their own"),
            "formal_notice",
            _has_separate_sums,
            _lt(
                "Principal, penalties and indemnity do not stand on separate lines, or "
                "do not make the total: cancel the action and make a new one."
            ),
        ),
        Mention(
            "penalty_detail",
            _lt("Rate and period of the penalties"),
            "formal_notice",
            _has_penalty_detail,
            _lt(
                "The penalties claimed have no rate or no period: check the rates, "
                "then check again."
            ),
        ),
        Mention(
            "total",
            _lt("Total, in figures and in words"),
            "formal_notice",
            lambda letter: bool(letter["total"] and letter["total_words"]),
            _lt("The letter has no total: cancel it and make a new one."),
        ),
        Mention(
            "deadline",
            _lt("Deadline, as a date"),
            "formal_notice",
            _has_deadline,
            _lt(
                "The letter names no day to pay by: put the placeholder of the "
                "deadline into the texts of the stage “%(stage)s”."
            ),
        ),
        Mention(
            "payment_means",
            _lt("Account to pay to"),
            "formal_notice",
            _has_account,
            _lt(
                "The letter does not say where to pay: choose the account to pay to in "
                "the settings of debt recovery."
            ),
        ),
        Mention(
            "formal_words",
            _lt("The words “mise en demeure”"),
            "formal_notice",
            _says("formal_words", "demand"),
            _lt(
                "Nothing puts the debtor in default: what is asked at the stage "
                "“%(stage)s” must say “nous vous mettons en demeure”, or “we give you "
                "formal notice” in English."
            ),
        ),
        Mention(
            "claim_words",
            _lt("The word “réclamation”"),
            "public_claim",
            _says("claim_words", "demand"),
            _lt(
                "Nothing says that it is a claim: what is asked at the stage "
                "“%(stage)s” must say “réclamation”, or “claim” in English."
            ),
        ),
        Mention(
            "announcement",
            _lt("Announcement of the formal notice"),
            "",
            _says("announcement"),
            _lt(
                "The last reminder announces no formal notice: say so in the closing "
                "of the stage “%(stage)s”."
            ),
        ),
        Mention(
            "consequence",
            _lt("What follows when nothing is paid"),
            "formal_notice",
            _says("consequence"),
            _lt(
                "The letter does not say what follows when nothing is paid: name the "
                "court in the closing of the stage “%(stage)s”."
            ),
        ),
        Mention(
            "legal_texts",
            _lt("Texts that it is based on"),
            "formal_notice",
            _has_legal_texts,
            _lt(
                "The letter does not cite the texts that it is based on: complete the "
                "legal facts of its day, then check again."
            ),
        ),
        Mention(
            "enclosures",
            _lt("List of what is enclosed"),
            "",
            lambda letter: bool(letter["enclosures"]) or not letter["annex"],
            _lt(
                "The letter does not list its enclosures: cancel it and make a new one."
            ),
        ),
        Mention(
            "mediator",
            _lt("Mediator of consumers, where the company has one"),
            "consumer_mediator",
            _mediator,
            _lt(
                "The letter does not name the consumer mediator: see the settings of "
                "debt recovery."
            ),
        ),
        Mention(
            "public_references",
            _lt("SIRET that a public body is billed under"),
            "public_references",
            _has_references,
            _lt(
                "The SIRET of %(debtor)s is missing: enter it on the debtor, so that "
                "it finds the invoices in Chorus Pro."
            ),
        ),
        Mention(
            "settlement",
            _lt("What was settled and what settled it"),
            "",
            lambda letter: bool(
                rows(letter, "settled") and rows(letter, "settlements")
            ),
            _lt("The receipt names no payment: cancel it and make a new one."),
        ),
        Mention(
            "discharge",
            _lt("Closing of the file"),
            "",
            _says("discharge"),
            _lt(
                "The receipt does not close the file: say so in the texts of the stage "
                "“%(stage)s”."
            ),
        ),
        Mention(
            "account",
            _lt("Each open item"),
            "",
            lambda letter: bool(rows(letter, "account")),
            _lt("The statement lists nothing: cancel it and make a new one."),
        ),
        Mention(
            "balance",
            _lt("Balance"),
            "",
            lambda letter: bool(letter["total"] and letter["total_label"]),
            _lt("The statement has no balance: cancel it and make a new one."),
        ),
        Mention(
            "contact",
            _lt("Whom to call"),
            "",
            lambda letter: len(letter["contact"]) > 1,
            _lt("Nobody can be called: enter the phone or the e-mail of %(company)s."),
        ),
    )
}


# ----------------------------------------------------------------------
# Words
# ----------------------------------------------------------------------


def _words(*patterns):
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


def _asks_indemnity(letter):
    """A consumer owes neither the indemnity nor costs, nor interest before a formal
    notice."""
    sums = letter["sums"]
    for name in ("indemnity", "costs"):
        if sums[name]:
            return str(sums[name])
    if sums["interest"] and letter["kind"] != "formal_notice":
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
            ),
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


# ----------------------------------------------------------------------
# Checks
# ----------------------------------------------------------------------


def missing(codes, letter):
    """Mentions among ``codes`` that a letter does not have, in order.

    :param letter: values of ``_letter_values``
    """
    return [
        MENTIONS[code]
        for code in codes
        if code in MENTIONS and not MENTIONS[code].test(letter)
    ]


@lru_cache(maxsize=64)
def _get_patterns(code, language, raw):
    """Everything that breaks a rule in a language, French and its own."""
    rule, own = RULES[code], (language.RULE_WORDS, language.RAW_RULE_WORDS)
    patterns = [rule.pattern, rule.raw if raw else None]
    patterns += [_words(*words[code]) for words in own[: 1 + raw] if words.get(code)]
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


def check(letter):
    """What is wrong with a letter: mentions that its kind needs and that it lacks, and
    what it may not say.

    :return: ``([Mention], [(Rule, words)])``
    """
    kind = letter_kinds.get(letter["kind"])
    rules = kind.get_forbidden(letter["profile"])
    texts = f"{words(letter)} {' '.join(letter.get('legal_texts', ()))}"
    found = broken(rules, texts, lang=letter["lang"])
    for code in rules:
        test = RULES[code].test
        excess = test(letter) if test and "sums" in letter else ""
        if excess:
            found.append((RULES[code], excess))
    return missing(kind.get_required(letter["profile"]), letter), found
