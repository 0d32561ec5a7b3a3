"""English wording and typography of a letter, as pure functions of plain values: the
counterparts of those of :mod:`.french`, for debtors abroad.

Dates name their month and amounts the sign of their currency, so that no reader takes
one for another.
"""

import re
from decimal import Decimal

from babel import Locale
from babel.dates import format_date as babel_format_date
from babel.numbers import format_currency, format_decimal, get_currency_name
from num2words import num2words

from .french import LOCALE as FRENCH_LOCALE
from .french import MINUS, NBSP, WHOLE_CURRENCIES

LOCALE = Locale("en", "GB")
# Its months in short are all three letters long.
SHORT_LOCALE = Locale("en")
MONTHS = "|".join(LOCALE.months["format"]["wide"].values())
TYPOGRAPHY = [
    (re.compile(pattern), character)
    for pattern, character in (
        (r"(?<=\w)'(?=\w|\s)", "’"),
        (rf"(?<=\d) (?=(?:{MONTHS})\b)", NBSP),
        (rf"\b({MONTHS}) (?=\d{{4}}\b)", rf"\1{NBSP}"),
        (r"\b(Articles?|Nos?\.) (?=[A-Z]?\d)", rf"\1{NBSP}"),
        (r"\bChorus (?=Pro\b)", f"Chorus{NBSP}"),
    )
]

# Words of a letter that no stage writes; a text by profile where profiles differ.
TEXTS = {
    "salutation": "Dear Sir or Madam,",
    "attention": "For the attention of {name}",
    "place_date": "{city}, {day}",
    "date_alone": "{day}",
    "registered": "Registered letter with advice of delivery (LRAR)",
    "lre": "Electronic registered letter (LRE)",
    "tracking": f"No.{NBSP}{{number}}",
    "our_reference": "Our reference:",
    "customer": "Customer account:",
    "your_siret": "Your SIRET:",
    "subject": "Subject:",
    "colon": ": ",
    "in_words": "Total in words: {words}.",
    "balance_in_words": "Balance in words: {words}.",
    "or_in_words": ", in words: ",
    "as_at": "Position as at {day}, less any payment on its way to us.",
    "page": "Ref. {reference} – page {page}/{pages}",
    "draft": "DRAFT",
    # Foot of the pages
    "capital": " with a share capital of {capital}",
    "seat": "registered office: {seat}",
    "siren": "SIREN {siren}",
    "registry": " RCS {registry}",
    "vat": f"VAT{NBSP}{{vat}}",
    # Annex
    "annex": "Annex",
    "annex_notice": "The {name} is set out in the annex.",
    "annex_again": "Annex – {name} (continued)",
    "annex_heading": "Attached to our letter ref. {name} of {day}, addressed to "
    "{debtor}.",
    "annex_name": "Statement of sums due",
    "brought": "Brought forward",
    "carried": "Carried forward",
    # Heads of columns
    "invoice": "Invoice",
    "date": "Date",
    "due_date": "Due date",
    "lateness": "Days late",
    "total_vat": "Total incl. VAT",
    "paid": "Already paid",
    "settled_part": "Already settled",
    "balance": "Balance due",
    "from": "From",
    "to": "To",
    "days": "Days",
    "base": "Base incl. VAT",
    "rate": "Annual rate",
    "divisor": "Divisor",
    "item": "Description",
    "debit": "Debit",
    "credit": "Credit",
    "running_balance": "Balance",
    "settled_invoice": "Invoice settled",
    "settlement_kind": "Settled by",
    "allocated": "Amount allocated",
    # Rows
    "days_late": "{days}",
    "instalment": "instalment {rank} of {count}, invoice of {total} incl. VAT",
    "your_reference": "your ref. {reference}",
    "request_received": "request received on {day}",
    "purchase_order_reference": "commitment {reference}",
    "contract_reference": "contract {reference}",
    "buyer_reference": "department {reference}",
    "credit_note": "Credit note",
    "payment_received": "Payment received",
    "due_elsewhere": "{name}, due {day}",
    "oldest_first": "Allocated to the oldest sums",
    "invoice_item": "Invoice {label}",
    "credit_note_item": "Credit note {label}",
    "overdue_for": {
        "business": "{days} overdue",
        "consumer": "{days} overdue",
        "public": "payment period over for {days}",
    },
    "left_of_invoice": "balance of an invoice for {total}",
    "left_of_instalment": "balance of an instalment of {total}",
    "left_of_credit_note": "balance of a credit note for {total}",
    "left_of_payment": "balance of a payment of {total}",
    "left_of_entry": "balance of an entry of {total}",
    # What a statement of account says of an invoice that is not simply to be paid.
    "blocked": "complaint under review",
    "in_payment": "payment being cleared",
    # Sums
    "principal_left": "Principal outstanding",
    "principal_due_vat": "Principal overdue, incl. VAT",
    "principal_left_vat": "Principal, incl. VAT",
    "deducted": "Credit notes and payments deducted",
    "overdue_part": "of which overdue, net of credit notes and payments",
    "in_your_favour": "Balance in your favour",
    "account_balance": "Account balance",
    "waived": "Waiver granted",
    "interest_at": "{label} as at {day}",
    "indemnity": "Fixed compensation",
    "indemnity_each": "{count} × {tariff}, i.e. {amount} each (€1 = {rate}"
    f"{NBSP}{{currency}})",
    "costs": "Additional recovery costs",
    "costs_detail": "supporting documents available on request",
    "total": "Total payable",
    "total_due": "Total due as at this date",
    "penalty_note": "base × rate × days ÷ divisor, rounded to the cent line by line; "
    "both dates are included",
    # The heading of the table of interest, what interest is called, one amount of it.
    "interest_table": {
        "business": "Calculation of late-payment penalties",
        "consumer": "Calculation of interest at the French statutory rate",
        "public": "Calculation of late-payment interest",
    },
    "interest": {
        "business": "Late-payment penalties",
        "consumer": "Interest at the French statutory rate",
        "public": "Late-payment interest",
    },
    "interest_amount": {
        "business": "Penalty",
        "consumer": "Interest",
        "public": "Interest",
    },
    # Receipt
    "settled_total": "Total settled",
    "settlements": "Details of payments",
    "allocated_total": "Total allocated",
    "paid_total": "Total settled",
    # Where something else than money and credit notes settled part of it.
    "received_total": "Total received",
    "received_of": "{total}, of which {received} received",
    "settlements_of_all_kinds": "How these invoices were settled",
    # What a receipt says of the penalties that are still due.
    "reserve": {
        "business": "This receipt covers the principal only. It does not waive the "
        "late-payment penalties or the fixed compensation for recovery costs, of which "
        "{amount} remains due as at this date.",
        "consumer": "This receipt covers the principal only. It does not waive the "
        "interest at the French statutory rate, of which {amount} remains due as at "
        "this date.",
        "public": "This receipt covers the principal only. It does not waive the "
        "late-payment interest or the fixed compensation for recovery costs, of which "
        "{amount} remains due as at this date, payable within forty-five days of "
        "payment of the principal.",
    },
    # Payment
    "payee": "Payee",
    "iban": "IBAN",
    "account": "Account",
    "bic": "BIC",
    "reference": "Reference",
    "bank_details": "Bank details",
    "pay_by": "To be paid by {day}",
    "pay_on": "To be paid on {day}",
    "code": "Payment code",
    "code_hint": "Pay by bank transfer: scan this code with your banking app",
    # Law that the letter cites, by the code of the mention
    "law_formal_notice": "Formal notice (mise en demeure)",
    "law_business_margin": "Late-payment penalties, payable without a reminder",
    "law_business_indemnity": "Fixed compensation for recovery costs",
    "law_public_margin": "Late-payment interest, due automatically",
    "law_public_indemnity": "Fixed compensation for recovery costs",
    "law_public_settlement_days": "Payment of interest and compensation within "
    "forty-five days",
    "law_consumer_interest": "Interest at the French statutory rate from the formal "
    "notice",
    "law_public_claim": "Interruption of the four-year limitation period",
    "mediator": "If a dispute remains after you have complained to us in writing, you "
    "may refer it, free of charge and within a year of that complaint, to the consumer "
    "mediator (médiateur de la consommation) to whose scheme we belong: {mediator}.",
    # Where a rate comes from
    "rate_agreed": "agreed rate",
    "rate_floor": "legal minimum",
    "rate_times": ", {factor} times the ",
    "rate_ecb_refi": "ECB main refinancing rate as at {day}",
    "rate_legal": "French statutory rate of interest for the half-year beginning on "
    "{day}",
    "rate_plus": " plus {margin} percentage points",
    "rate_frozen": ", fixed for the whole period of delay",
    # Enclosures
    "enclosures": "Encl.:",
    "enclosed_annex": "annex ({name})",
    "listed_above": "listed above",
    "listed_in_annex": "listed in the annex",
    "enclosed_email": "our e-mail of {day} ({reference})",
    "enclosed_letter": "our letter of {day} ({reference})",
    "enclosed_registered": "our registered letter{number} of {day} ({reference})",
    "enclosed_number": f" No.{NBSP}{{number}}",
    "enclosed_invoice": "invoice {number} of {day}",
    "enclosed_debit_note": "debit note {number} of {day}",
    # Printed for a French judge, in French.
    "enclosed_statement": {
        "business": "supporting statement of late-payment penalties, in French",
        "consumer": "supporting statement of interest at the French statutory rate, in "
        "French",
        "public": "supporting statement of late-payment interest, in French",
    },
    "enclosed_evidence": "{name} (invoice {invoice})",
    "enclosed_order": "purchase order",
    "enclosed_contract": "contract",
    "enclosed_delivery": "delivery note",
    "pieces": f"{{name}} ({{count}}{NBSP}documents)",
    # More of a kind are counted, not named one by one.
    "many_letter": f"{{count}}{NBSP}letters",
    "many_invoice": f"{{count}}{NBSP}invoices",
    "many_order": f"{{count}}{NBSP}purchase orders",
    "many_contract": f"{{count}}{NBSP}contracts",
    "many_delivery": f"{{count}}{NBSP}delivery notes",
    "many_other": f"{{count}}{NBSP}supporting documents",
    # Notice of visit
    "visit_delivery": "Private and confidential – delivered in a sealed envelope",
    "visit_came": "We came to see you on {day}, to go over your account with you. It "
    "currently shows a balance of",
    "visit_call": "A difficulty, a question, a disagreement? Call us: we will look for "
    "a solution together.",
    "visit_crossed": "If your payment has reached us in the meantime, please disregard "
    "this message.",
    "visit_closing": "With our best regards.",
    "visit_private": "This message comes from our company, not from a court or a "
    "court officer.",
}
# Titles, by code, of letters that have none of their own in this language, see
# :mod:`.letter_kinds`.
TITLES = {}
# Names, by code, of natures that have none of their own in this language, see
# :mod:`.natures`.
NATURES = {}
# How some mentions are seen in the texts of a stage, by code of :mod:`.mentions`.
MENTION_WORDS = {
    "formal_words": r"\bformal notice\b",
    "claim_words": r"\bclaim",
    "announcement": r"\bformal notice\b",
    "consequence": r"\b(courts?|tribunals?|judges?|legal proceedings)\b",
    "discharge": r"\bclos(e|ed|es|ing|ure)\b",
}
# Words that break rules of :mod:`.mentions`, besides those in French, which no letter
# may use in any language; and those that only the text of a stage may not use.
RULE_WORDS = {
    "court_act": (
        "writs?",
        "summons(?:es)?",
        "subpoenas?",
        "bailiffs?",
        "court orders?",
        "enforceable (?:titles?|orders?|instruments?)",
        "service of process",
        "(?:final|last) notice before (?:seizure|attachment|enforcement|execution)",
        r"(?:seizure|attachment|distraint)s? (?:of|on|over) (?:your|goods|assets)",
        "(?:French Republic|Republic of France)",
        "in the name of the (?:law|(?:French )?people)",
    ),
    "empty_threat": (
        "blacklist(?:s|ed|ing)?",
        "criminal (?:charges?|complaints?|offences?|proceedings|prosecutions?)",
        "prosecut(?:e|ed|es|ing|ions?)",
        "press(?:ing)? charges",
        "fraud",
        "(?:compulsory|forced) (?:enforcement|execution)",
        "banking bans?",
        "employers?",
        "(?:your|petition(?:ing)? for|apply(?:ing)? for) (?:bankruptcy"
        "|(?:compulsory |court-ordered )?(?:liquidation|receivership|winding[- ]up))",
    ),
    "indemnity": (
        "(?:fixed|flat[- ]rate)(?: recovery)? (?:indemnit(?:y|ies)|compensation)",
        "late[- ]payment (?:penalt(?:y|ies)|charges?|fees?)",
        "late fees?",
    ),
    "recovery_costs": (
        "(?:recovery|collection|reminder|dunning|administrati(?:on|ve)|handling"
        "|procedural) (?:costs?|charges?|fees?)",
        r"(?:costs?|charges?|fees?) (?:of|for) (?:the |our |this )?"
        "(?:recovery|collection|reminders?|letters?|formal notice)",
    ),
    "drama": ("orders? (?:for payment|to pay)", "injunctions? to pay"),
    "premature": (
        "late payments?",
        "unpaid",
        "overdue",
        "past due",
        "arrears",
        "penalt(?:y|ies)",
    ),
    "formal_threat": (
        "formal notices?",
        "courts?",
        "tribunals?",
        "legal (?:action|proceedings)",
        "lawsuits?",
    ),
    "penalties": (
        "penalt(?:y|ies)",
        "indemnit(?:y|ies)",
        "fixed compensation",
        "(?:default|late[- ]payment|statutory) interest",
        "interest at the (?:French )?(?:statutory|legal) rate",
    ),
}
RAW_RULE_WORDS = {
    "empty_threat": ("bankruptcy", "liquidation", "receivership", "winding[- ]up"),
    "indemnity": (
        r"€ ?40(?:\.00)?(?![.,]?\d)",
        r"40(?:\.00)? ?(?:euros?|EUR)",
    ),
}
# Unit and hundredth, each singular and plural, where the name that Babel gives is not
# the one a business writes, or where it does not name the hundredth.
CURRENCY_WORDS = {
    "EUR": (("euro", "euros"), ("cent", "cents")),
    "USD": (("US dollar", "US dollars"), ("cent", "cents")),
    "CHF": (("Swiss franc", "Swiss francs"), ("centime", "centimes")),
    "GBP": (("pound sterling", "pounds sterling"), ("penny", "pence")),
}
# Sources of law that letters cite, and what they are called in English.
LAW_SOURCES = {
    "code civil": "French Civil Code",
    "code de commerce": "French Commercial Code",
    "code de la commande publique": "French Public Procurement Code",
    "code de la consommation": "French Consumer Code",
    "code de procédure civile": "French Code of Civil Procedure",
    "code des procédures civiles d’exécution": "French Code of Civil Enforcement "
    "Procedures",
    "code des postes et des communications électroniques": "French Postal and "
    "Electronic Communications Code",
    "code général des impôts": "French General Tax Code",
    "code monétaire et financier": "French Monetary and Financial Code",
    "code pénal": "French Criminal Code",
    "décret": "French Decree",
    "loi": "French Act",
}
FRENCH_MONTHS = {
    name: number for number, name in FRENCH_LOCALE.months["format"]["wide"].items()
}
CITATION = re.compile(
    r"(?P<word>articles?) (?P<numbers>.+?) (?:du|de la) "
    r"(?P<source>code .+|(?:décret|loi)(?= n°))"
    r"(?: n° (?P<number>[\d-]+) du (?P<day>\d+)(?:er)? (?P<month>\w+) (?P<year>\d{4}))?"
)
# An amount of euros as a French company writes it.
FRENCH_EUROS = re.compile(
    r"(\d{1,3}(?:[\s.]\d{3})+|\d+)(?:,(\d\d))?\s*(?:€|euros?|EUR)", re.IGNORECASE
)
# Numbers of articles, their paragraphs, and what joins them.
ARTICLES = re.compile(r"(?:[LRDA]?\d[\d-]*|[IVX]+|\d°|et|à|[ ,])+")


def format_amount(amount, currency_code="EUR"):
    """An amount as it is written in English, the currency first.

    >>> from decimal import Decimal
    >>> format_amount(Decimal("1234.56")), format_amount(Decimal("-50"), "USD")
    ('€1,234.56', '−US$50.00')
    >>> format_amount(Decimal("1000000"), "CHF")
    'CHF\\xa01,000,000.00'
    """
    text = format_currency(amount, currency_code, locale=LOCALE)
    return re.sub(r"(?<=[A-Z]{3})(?=\d)", NBSP, text.replace("-", MINUS))


def format_capital(text):
    """The share capital, which the company has written in French; what is no plain
    amount of euros stays as it is.

    >>> format_capital("50 000 €"), format_capital("7 622,45 euros")
    ('€50,000', '€7,622.45')
    >>> format_capital("1.000.000,00 EUR"), format_capital("€50,000")
    ('€1,000,000', '€50,000')
    >>> format_capital("variable, 1 000 € au moins"), format_capital("50,000 €")
    ('variable, 1 000 € au moins', '50,000 €')
    """
    found = FRENCH_EUROS.fullmatch(text.strip())
    if not found:
        return text
    euros = re.sub(r"\D", "", found[1])
    amount = format_amount(Decimal(f"{euros}.{found[2] or '00'}"))
    return amount.removesuffix(".00")


def format_date(day):
    """A date in full.

    >>> from datetime import date
    >>> format_date(date(2026, 11, 1))
    '1\\xa0November\\xa02026'
    """
    return babel_format_date(day, "d MMMM y", locale=LOCALE).replace(" ", NBSP)


def format_rate(rate):
    """A rate: two decimals, more when it has more.

    >>> from decimal import Decimal
    >>> format_rate(Decimal("1.15")), format_rate(Decimal("0.8575"))
    ('1.15', '0.8575')
    """
    return format_decimal(rate, format="#,##0.00##", locale=LOCALE)


def format_percent(rate):
    """A yearly rate given in percent.

    >>> from decimal import Decimal
    >>> format_percent(Decimal("12.40")), format_percent(Decimal("4.875"))
    ('12.40%', '4.875%')
    """
    return f"{format_rate(rate)}%"


def format_number(number):
    """A number that is counted, without the decimals that it has none of.

    >>> from decimal import Decimal
    >>> format_number(Decimal("10")), format_number(Decimal("10.50"))
    ('10', '10.5')
    """
    return format_decimal(number, format="#,##0.####", locale=LOCALE)


def format_short_date(day):
    """A date for a column of figures: its month cannot be taken for its day.

    >>> from datetime import date
    >>> format_short_date(date(2026, 9, 1))
    '1\\xa0Sep\\xa02026'
    """
    return babel_format_date(day, "d MMM y", locale=SHORT_LOCALE).replace(" ", NBSP)


def format_days(days):
    """A number of days.

    >>> format_days(1), format_days(85)
    ('1\\xa0day', '85\\xa0days')
    """
    return f"{days}{NBSP}{'day' if days == 1 else 'days'}"


def amount_in_words(amount, currency_code="EUR"):
    """An amount spelt out.

    >>> from decimal import Decimal
    >>> print(amount_in_words(Decimal("1234.56")))
    one thousand two hundred and thirty-four euros and fifty-six cents
    >>> print(amount_in_words(Decimal("1.01"), "GBP"))
    one pound sterling and one penny
    >>> print(amount_in_words(Decimal("-0.80"), "SEK"))
    minus zero Swedish kronor and eighty hundredths
    >>> print(amount_in_words(Decimal("1000000"), "JPY"))
    one million Japanese yen
    """
    digits = 0 if currency_code in WHOLE_CURRENCIES else 2
    amount = amount.quantize(Decimal(1).scaleb(-digits))
    whole, hundredths = divmod(abs(amount), 1)
    unit, hundredth = _currency_words(currency_code)
    words = _count_in_words(int(whole), unit)
    if hundredths:
        words += " and " + _count_in_words(int(hundredths * 100), hundredth)
    return f"minus {words}" if amount < 0 else words


def _currency_words(currency_code):
    if currency_code in CURRENCY_WORDS:
        return CURRENCY_WORDS[currency_code]
    unit = tuple(get_currency_name(currency_code, n, locale=LOCALE) for n in (1, 2))
    return unit, ("hundredth", "hundredths")


def _count_in_words(number, names):
    words = num2words(number, lang="en").replace(",", "")
    return f"{words} {names[number != 1]}"


def cite(article):
    """A citation of French law, in English. What is not one of the usual forms stays as
    it is in French, which is the law's own language.

    :param article: citation as dated facts have it

    >>> cite("articles L441-10, II, et D441-5 du code de commerce")
    'Articles L441-10, II, and D441-5 of the French Commercial Code'
    >>> cite("article 1er du décret n° 2013-269 du 29 mars 2013")
    'Article 1 of French Decree No. 2013-269 of 29 March 2013'
    >>> cite("articles R2192-31 à R2192-33 du code de la commande publique")
    'Articles R2192-31 to R2192-33 of the French Public Procurement Code'
    >>> cite("article 4 de l’ordonnance n° 2020-306")
    'article 4 de l’ordonnance n° 2020-306'
    """
    plain = " ".join(article.replace("'", "’").split())
    found = CITATION.fullmatch(plain)
    if not found:
        return article
    numbers = re.sub(r"(?<=\d)er\b", "", found["numbers"])
    source = LAW_SOURCES.get(found["source"])
    month = FRENCH_MONTHS.get(found["month"])
    is_dated = not found["source"].startswith("code")
    if not source or is_dated != bool(month) or not ARTICLES.fullmatch(numbers):
        return article
    numbers = re.sub(r"\bet\b", "and", re.sub(r"\bà\b", "to", numbers))
    text = f"{found['word'].capitalize()} {numbers} of"
    if not is_dated:
        return f"{text} the {source}"
    day = f"{found['day']} {LOCALE.months['format']['wide'][month]} {found['year']}"
    return f"{text} {source} No. {found['number']} of {day}"


def origin_name(country_code):
    """The country of the sender: a letter that leaves it names it.

    >>> origin_name("FR"), origin_name(False)
    ('France', '')
    """
    return LOCALE.territories.get(country_code, "")


def nbsp(text):
    """Keep the parts of a date or of a reference together, and set the curly
    apostrophe, in a text typed on a keyboard.

    >>> nbsp("the debtor's invoice No. 12 of 21 November 2026, Article L441-10")
    'the debtor’s invoice No.\\xa012 of 21\\xa0November\\xa02026, Article\\xa0L441-10'
    """
    for pattern, character in TYPOGRAPHY:
        text = pattern.sub(character, text)
    return text


def describe_line(kind, label, day, is_late, name=""):
    """One line of a claim or of a statement of account, without its amount.

    :param name: that of the nature of a credit that is no money

    >>> describe_line("invoice", "FAC/1", "1 May 2026", True)
    'Invoice FAC/1, which fell due on 1 May 2026'
    >>> describe_line("payment", "OD/1", "1 May 2026", False, "Set-off")
    'Set-off of 1 May 2026, to be deducted'
    """
    received = f"{name} of {day}" if name else f"Payment received on {day}"
    due = "which fell due on" if is_late else "falling due on"
    return {
        "invoice": f"Invoice {label}, {due} {day}",
        "credit_note": f"Credit note {label} of {day}, to be deducted",
        "payment": f"{received}, to be deducted",
        "entry": f"{label} of {day}",
    }[kind]


def describe_settled(kind, label, day, name):
    """One line of a receipt, without its amount.

    :param name: that of the nature of a credit

    >>> describe_settled("payment", "BNK1/7", "1 May 2026", "Set-off")
    'Set-off of 1 May 2026'
    """
    return {
        "invoice": f"Invoice {label}, settled",
        "credit_note": f"Credit note {label} of {day}",
        "payment": f"{name} of {day}",
        "entry": f"{label} of {day}",
    }[kind]


def with_amount(words, amount):
    """A line and its amount.

    >>> with_amount("Invoice FAC/1, settled", "€10.00")
    'Invoice FAC/1, settled: €10.00'
    """
    return nbsp(f"{words}: {amount}")
