"""French wording and typography of a letter, as pure functions of plain values.

Amounts are :class:`decimal.Decimal`; what comes out is text ready to print, whatever
the language of the user who prints it.
"""

import re
from decimal import Decimal

from babel import Locale
from babel.dates import format_date as babel_format_date
from babel.numbers import format_currency, format_decimal, get_currency_name
from num2words import num2words

NBSP = "\N{NO-BREAK SPACE}"
NNBSP = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
LOCALE = Locale("fr")
MONTHS = "|".join(LOCALE.months["format"]["wide"].values())
# What stands in for a character of the keyboard, and where.
TYPOGRAPHY = [
    (re.compile(pattern), character)
    for pattern, character in (
        (r"(?<=\w)'(?=\w)", "’"),
        (r" (?=[;?!])", NNBSP),
        (r" (?=[:»%€])", NBSP),
        (r"(?<=[«§]) ", NBSP),
        (r"(?<=\bn°) ", NBSP),
        (r"(?<=\d) (?=\d{3}\b)", NNBSP),
        (rf"(?:(?<=\d)|(?<=\b1er)) (?=(?:{MONTHS})\b)", NBSP),
        (rf"\b({MONTHS}) (?=\d{{4}}\b)", rf"\1{NBSP}"),
        (r"\b(articles?) (?=[A-Z]?\d)", rf"\1{NBSP}"),
        (r"\bcode de commerce\b", f"code{NBSP}de{NBSP}commerce"),
    )
]

# Unit and hundredth, each singular and plural, where the name that Babel gives is not
# the one a French business writes, or where it does not name the hundredth.
CURRENCY_WORDS = {
    "EUR": (("euro", "euros"), ("centime", "centimes")),
    "USD": (("dollar américain", "dollars américains"), ("cent", "cents")),
    "CHF": (("franc suisse", "francs suisses"), ("centime", "centimes")),
    "GBP": (("livre sterling", "livres sterling"), ("penny", "pence")),
}
FEMININE_CURRENCIES = {"livre", "couronne", "roupie", "hryvnia"}
# Currencies counted without decimals (ISO 4217), where French firms meet them.
WHOLE_CURRENCIES = {"JPY", "KRW", "XAF", "XOF", "XPF"}

# NF Z10-011, the postal standard of French addresses.
ADDRESS_LINES = 6
ADDRESS_WIDTH = 38
STREET_ABBREVIATIONS = {
    "ALLEE": "ALL",
    "ALLÉE": "ALL",
    "AVENUE": "AV",
    "BATIMENT": "BAT",
    "BÂTIMENT": "BAT",
    "BOULEVARD": "BD",
    "CHEMIN": "CHE",
    "COMMANDANT": "CDT",
    "DOCTEUR": "DR",
    "GENERAL": "GAL",
    "GÉNÉRAL": "GAL",
    "IMPASSE": "IMP",
    "MARECHAL": "MAL",
    "MARÉCHAL": "MAL",
    "PLACE": "PL",
    "PRESIDENT": "PDT",
    "PRÉSIDENT": "PDT",
    "PROFESSEUR": "PR",
    "RESIDENCE": "RES",
    "RÉSIDENCE": "RES",
    "ROUTE": "RTE",
    "SAINT": "ST",
    "SAINTE": "STE",
    "SQUARE": "SQ",
}


def format_amount(amount, currency_code="EUR"):
    """An amount as it is written in France: narrow no-break space between thousands,
    decimal comma, no-break space before the sign of the currency.

    >>> format_amount(Decimal("1234.56"))
    '1\\u202f234,56\\xa0€'
    >>> format_amount(Decimal("-1000000"), "CHF")
    '−1\\u202f000\\u202f000,00\\xa0CHF'
    """
    text = format_currency(amount, currency_code, locale=LOCALE)
    return text.replace("-", MINUS)


def format_percent(rate):
    """A yearly rate given in percent: two decimals, more when it has more.

    >>> format_percent(Decimal("12.40")), format_percent(Decimal("4.875"))
    ('12,40\\xa0%', '4,875\\xa0%')
    """
    return format_decimal(rate, format="#,##0.00##", locale=LOCALE) + NBSP + "%"


def format_date(day):
    """A date in full, the first of the month as the ordinal it is in French.

    >>> from datetime import date
    >>> format_date(date(2026, 11, 21)), format_date(date(2026, 12, 1))
    ('21\\xa0novembre\\xa02026', '1er\\xa0décembre\\xa02026')
    """
    number = "1er" if day.day == 1 else str(day.day)
    text = f"{number} {babel_format_date(day, 'MMMM y', locale=LOCALE)}"
    return text.replace(" ", NBSP)


def format_short_date(day):
    """A date for a column of figures.

    >>> from datetime import date
    >>> format_short_date(date(2026, 7, 1))
    '01/07/2026'
    """
    return day.strftime("%d/%m/%Y")


def format_siren(number):
    """The nine digits of a SIREN (or the first nine of a SIRET) in groups of three,
    and an empty text when there are not nine of them.

    >>> format_siren("732 829 320 00074")
    '732\\xa0829\\xa0320'
    >>> format_siren("à venir"), format_siren(False)
    ('', '')
    """
    digits = re.sub(r"\s", "", number or "")[:9]
    if not re.fullmatch(r"\d{9}", digits):
        return ""
    return NBSP.join((digits[:3], digits[3:6], digits[6:]))


def format_siret(number):
    """The fourteen digits of a SIRET as they are read, and an empty text when there are
    not fourteen of them.

    >>> format_siret("21750001600019")
    '217\\xa0500\\xa0016\\xa000019'
    >>> format_siret("217500016"), format_siret(False)
    ('', '')
    """
    digits = re.sub(r"\s", "", number or "")
    if not re.fullmatch(r"\d{14}", digits):
        return ""
    return NBSP.join((digits[:3], digits[3:6], digits[6:9], digits[9:]))


def format_iban(number):
    """An IBAN in groups of four that no line break separates.

    >>> format_iban("FR7630006000011234567890189")
    'FR76\\xa03000\\xa06000\\xa00112\\xa03456\\xa07890\\xa0189'
    """
    compact = re.sub(r"\s", "", number or "").upper()
    return NBSP.join(compact[i : i + 4] for i in range(0, len(compact), 4))


def amount_in_words(amount, currency_code="EUR"):
    """An amount spelt out, which prevails over the figures (C. civ. art. 1376).

    >>> print(amount_in_words(Decimal("1234.56")))
    mille deux cent trente-quatre euros et cinquante-six centimes
    >>> print(amount_in_words(Decimal("1.01")))
    un euro et un centime
    >>> print(amount_in_words(Decimal("0.80")))
    zéro euro et quatre-vingts centimes
    >>> print(amount_in_words(Decimal("281")))
    deux cent quatre-vingt-un euros
    >>> print(amount_in_words(Decimal("200000")))
    deux cent mille euros
    >>> print(amount_in_words(Decimal("80000000")))
    quatre-vingts millions d’euros
    >>> print(amount_in_words(Decimal("1000000000.02"), "USD"))
    un milliard de dollars américains et deux cents
    >>> print(amount_in_words(Decimal("1200000"), "CHF"))
    un million deux cent mille francs suisses
    >>> print(amount_in_words(Decimal("21.01"), "GBP"))
    vingt et une livres sterling et un penny
    >>> print(amount_in_words(Decimal("81.50"), "SEK"))
    quatre-vingt-une couronnes suédoises et cinquante centièmes
    >>> print(amount_in_words(Decimal("-21000"), "JPY"))
    moins vingt et un mille yens japonais
    """
    digits = 0 if currency_code in WHOLE_CURRENCIES else 2
    amount = amount.quantize(Decimal(1).scaleb(-digits))
    whole, hundredths = divmod(abs(amount), 1)
    unit, hundredth = _currency_words(currency_code)
    words = _count_in_words(int(whole), unit)
    if hundredths:
        words += " et " + _count_in_words(int(hundredths * 100), hundredth)
    return f"moins {words}" if amount < 0 else words


def _currency_words(currency_code):
    if currency_code in CURRENCY_WORDS:
        return CURRENCY_WORDS[currency_code]
    unit = tuple(get_currency_name(currency_code, n, locale=LOCALE) for n in (1, 2))
    return unit, ("centième", "centièmes")


def _count_in_words(number, names):
    """``number`` and the name it counts: singular below two, "de" after a round
    million, and "une" before a feminine name."""
    name = names[number >= 2]
    words = num2words(number, lang="fr")
    if name.split()[0].rstrip("s") in FEMININE_CURRENCIES:
        words = re.sub(r"\bun$", "une", words)
    if re.search(r"(million|milliard|billion)s?$", words):
        name = f"d’{name}" if name[0] in "aeiouhé" else f"de {name}"
    return f"{words} {name}"


def nbsp(text):
    """Set the spaces that French typography forbids to break, and the curly apostrophe,
    in a text typed on a keyboard. Spaces are made unbreakable, never added, so that an
    address on the web or an hour is left as it is.

    >>> nbsp("Objet : facture n° 12 ; réglez 40 € !")
    'Objet\\xa0: facture n°\\xa012\\u202f; réglez 40\\xa0€\\u202f!'
    >>> nbsp("l'avis « impayé » à 12,40 %")
    'l’avis «\\xa0impayé\\xa0» à 12,40\\xa0%'
    >>> nbsp("payez 1 234,56 € d'ici au 21 novembre 2026")
    'payez 1\\u202f234,56\\xa0€ d’ici au 21\\xa0novembre\\xa02026'
    >>> nbsp("https://exemple.fr/?a=1;b=2 à 10:30")
    'https://exemple.fr/?a=1;b=2 à 10:30'
    """
    for pattern, character in TYPOGRAPHY:
        text = pattern.sub(character, text)
    return text


def describe_line(kind, label, day, is_late):
    """One line of a claim or of a statement of account, without its amount.

    >>> describe_line("invoice", "FAC/1", "1er mai 2026", True)
    'Facture FAC/1, échue le 1er mai 2026'
    """
    due = "échue le" if is_late else "à échéance du"
    return {
        "invoice": f"Facture {label}, {due} {day}",
        "credit_note": f"Avoir {label} du {day}, à déduire",
        "payment": f"Règlement reçu le {day}, à déduire",
        "entry": f"{label} du {day}",
    }[kind]


def settlement_name(is_money):
    """What settled an invoice: money, or an entry that evens out a difference."""
    return "Règlement" if is_money else "Régularisation"


def describe_settled(kind, label, day, is_money):
    """One line of a receipt, without its amount.

    >>> describe_settled("payment", "BNK1/7", "1er mai 2026", False)
    'Régularisation du 1er mai 2026'
    """
    return {
        "invoice": f"Facture {label}, soldée",
        "credit_note": f"Avoir {label} du {day}",
        "payment": f"{settlement_name(is_money)} du {day}",
        "entry": f"{label} du {day}",
    }[kind]


def with_amount(words, amount):
    """A line and its amount.

    >>> with_amount("Facture FAC/1, soldée", "10,00 €")
    'Facture FAC/1, soldée\\xa0: 10,00\\xa0€'
    """
    return nbsp(f"{words} : {amount}")


def city_line(zip_code, city):
    """The line of the post office: upper case, without punctuation.

    >>> city_line("69003", "Lyon"), city_line("97417", "Saint-Denis, La Montagne")
    ('69003 LYON', '97417 SAINT DENIS LA MONTAGNE')
    """
    return _unpunctuated(f"{zip_code or ''} {city or ''}").upper()


def country_name(country_code):
    """The name of a country in French, upper case, and nothing for France: inland mail
    does not carry it.

    >>> country_name("BE"), country_name("FR"), country_name(False)
    ('BELGIQUE', '', '')
    """
    if not country_code or country_code == "FR":
        return ""
    return LOCALE.territories.get(country_code, country_code).upper()


def postal_address(names, streets, zip_code, city, country_code=None):
    """The lines of an address that the post can read (NF Z10-011): six at most, of 38
    characters at most, the town and the country in capitals at the end. A line too
    long goes on below where there is room, else it is abbreviated, then cut.

    >>> postal_address(["Boulangerie Martin"], ["12, rue de la Paix", ""],
    ...                "75002", "Paris")
    ['Boulangerie Martin', '12 rue de la Paix', '75002 PARIS']
    >>> for line in postal_address(
    ...     ["Compagnie méridionale des boulangeries artisanales réunies",
    ...      "À l’attention de Mme Jeanne Castelnau"],
    ...     ["1234, avenue du Maréchal de Lattre de Tassigny", "Bâtiment C"],
    ...     "34000", "Montpellier"): print(line)
    Compagnie méridionale des boulangeries
    artisanales réunies
    À l’attention de Mme Jeanne Castelnau
    1234 AV du MAL de Lattre de Tassigny
    Bâtiment C
    34000 MONTPELLIER
    """
    head = [line for line in map(_spaced, names) if line]
    head += [line for line in map(_unpunctuated, streets) if line]
    tail = [city_line(zip_code, city), country_name(country_code)]
    tail = [line[:ADDRESS_WIDTH].rstrip() for line in tail if line]
    return _fit_address(head, ADDRESS_LINES - len(tail)) + tail


def _fit_address(lines, room):
    lines = lines[:room]
    fitted = []
    for index, line in enumerate(lines):
        left = len(lines) - index - 1
        if len(line) > ADDRESS_WIDTH:
            first, rest = _break_line(line)
            if rest and len(fitted) + 2 + left <= room:
                fitted += [first, _abbreviated(rest)]
                continue
            line = _abbreviated(line)
        fitted.append(line)
    return fitted


def _break_line(line):
    """Cut at the last space that leaves a first part within the width."""
    space = line.rfind(" ", 0, ADDRESS_WIDTH + 1)
    if space < 0:
        return line, ""
    return line[:space], line[space + 1 :]


def _abbreviated(line):
    if len(line) > ADDRESS_WIDTH:
        words = (STREET_ABBREVIATIONS.get(word.upper(), word) for word in line.split())
        line = " ".join(words)
    return line[:ADDRESS_WIDTH].rstrip()


def _spaced(text):
    return " ".join((text or "").split())


def _unpunctuated(text):
    return _spaced(re.sub(r"[,;.]|(?<=\w)-(?=\w)", " ", text or ""))
