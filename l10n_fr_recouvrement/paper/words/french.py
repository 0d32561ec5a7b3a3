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
        (r"\bChorus (?=Pro\b)", f"Chorus{NBSP}"),
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

# Words of a letter that no stage writes; a text by profile where profiles differ.
TEXTS = {
    "salutation": "Madame, Monsieur,",
    "attention": "À l’attention de {name}",
    "place_date": "{city}, le {day}",
    "date_alone": "Le {day}",
    "registered": "Lettre recommandée avec avis de réception",
    "lre": "Lettre recommandée électronique",
    "tracking": f"n°{NBSP}{{number}}",
    "our_reference": f"Nos références{NBSP}:",
    "customer": f"Compte client{NBSP}:",
    "your_siret": f"Votre SIRET{NBSP}:",
    "subject": f"Objet{NBSP}:",
    "colon": f"{NBSP}: ",
    "in_words": f"Total en toutes lettres{NBSP}: {{words}}.",
    "balance_in_words": f"Solde en toutes lettres{NBSP}: {{words}}.",
    "or_in_words": ", soit ",
    "as_at": "Situation arrêtée au {day}, sous déduction de tout règlement en cours "
    "d’acheminement.",
    "page": "Réf. {reference} – page {page}/{pages}",
    "draft": "PROJET",
    # Foot of the pages
    "capital": " au capital de {capital}",
    "seat": "siège social : {seat}",
    "siren": "SIREN {siren}",
    "registry": " RCS {registry}",
    "vat": f"TVA{NBSP}{{vat}}",
    # Annex
    "annex": "Annexe",
    "annex_notice": "Le {name} figure en annexe.",
    "annex_again": "Annexe – {name} (suite)",
    "annex_heading": "Jointe à notre lettre réf. {name} du {day}, adressée à {debtor}.",
    "annex_name": "Relevé des sommes dues",
    "brought": "Report",
    "carried": "À reporter",
    # Heads of columns
    "invoice": "Facture",
    "date": "Date",
    "due_date": "Échéance",
    "lateness": "Retard",
    "total_vat": "Montant TTC",
    "paid": "Déjà réglé",
    "settled_part": "Déjà soldé",
    "balance": "Reste dû",
    "from": "Du",
    "to": "Au",
    "days": "Jours",
    "base": "Base TTC",
    "rate": "Taux annuel",
    "divisor": "Diviseur",
    "item": "Libellé",
    "debit": "Débit",
    "credit": "Crédit",
    "running_balance": "Solde",
    "settled_invoice": "Facture soldée",
    "settlement_kind": "Nature",
    "allocated": "Montant imputé",
    # Rows
    "days_late": f"{{days}}{NBSP}j",
    "instalment": "échéance {rank} sur {count}, facture de {total} TTC",
    "your_reference": "votre réf. {reference}",
    "request_received": "demande reçue le {day}",
    "purchase_order_reference": "engagement {reference}",
    "contract_reference": "marché {reference}",
    "buyer_reference": "service {reference}",
    "credit_note": "Avoir",
    "payment_received": "Règlement reçu",
    "due_elsewhere": "{name}, échéance du {day}",
    "oldest_first": "Imputé sur les sommes les plus anciennes",
    "invoice_item": "Facture {label}",
    "credit_note_item": "Avoir {label}",
    "overdue_for": {
        "business": "échue depuis {days}",
        "consumer": "échue depuis {days}",
        "public": "délai expiré depuis {days}",
    },
    "left_of_invoice": "solde d’une facture de {total}",
    "left_of_instalment": "solde d’une échéance de {total}",
    "left_of_credit_note": "solde d’un avoir de {total}",
    "left_of_payment": "solde d’un règlement de {total}",
    "left_of_entry": "solde d’une écriture de {total}",
    # What a statement of account says of an invoice that is not simply to be paid.
    "blocked": "réclamation en cours d’examen",
    "in_payment": "règlement en cours d’encaissement",
    # Sums
    "principal_left": "Principal restant dû",
    "principal_due_vat": "Principal échu, TTC",
    "principal_left_vat": "Principal restant dû, TTC",
    "deducted": "Avoirs et règlements déduits",
    "overdue_part": "dont échu, avoirs et règlements déduits",
    "in_your_favour": "Solde en votre faveur",
    "account_balance": "Solde du compte",
    "waived": "Remise accordée",
    "interest_at": "{label} au {day}",
    "indemnity": "Indemnité forfaitaire",
    "indemnity_each": "{count} × {tariff}, soit {amount} l’une "
    f"(1{NBSP}€ = {{rate}}{NBSP}{{currency}})",
    "costs": "Frais de recouvrement complémentaires",
    "costs_detail": "justificatifs tenus à votre disposition",
    "total": "Total à régler",
    "total_due": "Total dû à ce jour",
    "penalty_note": "base × taux × jours ÷ diviseur, arrondi au centime ligne par "
    f"ligne{NNBSP}; les deux dates sont comprises",
    # The heading of the table of interest, what interest is called, one amount of it.
    "interest_table": {
        "business": "Calcul des pénalités de retard",
        "consumer": "Calcul des intérêts au taux légal",
        "public": "Calcul des intérêts moratoires",
    },
    "interest": {
        "business": "Pénalités de retard",
        "consumer": "Intérêts au taux légal",
        "public": "Intérêts moratoires",
    },
    "interest_amount": {
        "business": "Pénalité",
        "consumer": "Intérêt",
        "public": "Intérêt",
    },
    # Receipt
    "settled_total": "Total soldé",
    "settlements": "Détail des règlements",
    "allocated_total": "Total imputé",
    "paid_total": "Total soldé",
    # Where something else than money and credit notes settled part of it.
    "received_total": "Total reçu",
    "received_of": "{total}, dont {received} reçus",
    "settlements_of_all_kinds": "Ce qui a soldé ces factures",
    # What a receipt says of the penalties that are still due.
    "reserve": {
        "business": "Le présent reçu porte sur le seul principal. Il ne vaut "
        "renonciation ni aux pénalités de retard ni à l’indemnité forfaitaire, dont il "
        "reste dû {amount} à ce jour.",
        "consumer": "Le présent reçu porte sur le seul principal. Il ne vaut pas "
        "renonciation aux intérêts au taux légal, dont il reste dû {amount} à ce jour.",
        "public": "Le présent reçu porte sur le seul principal. Il ne vaut "
        "renonciation ni aux intérêts moratoires ni à l’indemnité forfaitaire, dont il "
        "reste dû {amount} à ce jour ; cette somme est payable dans les quarante-cinq "
        "jours suivant la mise en paiement du principal.",
    },
    # Payment
    "payee": "Titulaire",
    "iban": "IBAN",
    "account": "Compte",
    "bic": "BIC",
    "reference": "Référence",
    "bank_details": "Coordonnées bancaires",
    "pay_by": "À régler au plus tard le {day}",
    "pay_on": "À régler pour le {day}",
    "code": "Code de paiement",
    "code_hint": "Payer par virement – scannez ce code avec votre application bancaire",
    # Law that the letter cites, by the code of the mention
    "law_formal_notice": "Mise en demeure",
    "law_business_margin": "Pénalités de retard, exigibles sans rappel",
    "law_business_indemnity": "Indemnité forfaitaire pour frais de recouvrement",
    "law_public_margin": "Intérêts moratoires, dus de plein droit",
    "law_public_indemnity": "Indemnité forfaitaire pour frais de recouvrement",
    "law_public_settlement_days": "Paiement des intérêts et de l’indemnité dans les "
    "quarante-cinq jours",
    "law_consumer_interest": "Intérêts au taux légal à compter de la mise en demeure",
    "law_public_claim": "Interruption de la prescription quadriennale",
    "mediator": "Si un différend subsiste après une réclamation écrite de votre part, "
    "vous pouvez saisir gratuitement, dans l’année qui suit cette réclamation, le "
    "médiateur de la consommation dont nous relevons : {mediator}.",
    # Where a rate comes from
    "rate_agreed": "taux convenu",
    "rate_floor": "minimum légal",
    "rate_times": ", {factor} fois le ",
    "rate_ecb_refi": "taux de refinancement de la BCE au {day}",
    "rate_legal": "taux de l’intérêt légal du semestre commencé le {day}",
    "rate_plus": f" majoré de {{margin}}{NBSP}points de pourcentage",
    "rate_frozen": ", fixe pendant toute la durée du retard",
    # Enclosures
    "enclosures": f"P.J.{NBSP}:",
    "enclosed_annex": "annexe ({name})",
    "listed_above": "liste ci-dessus",
    "listed_in_annex": "liste en annexe",
    "enclosed_email": "notre e-mail du {day} ({reference})",
    "enclosed_letter": "notre lettre du {day} ({reference})",
    "enclosed_registered": "notre lettre recommandée{number} du {day} ({reference})",
    "enclosed_number": f" n°{NBSP}{{number}}",
    "enclosed_invoice": "facture {number} du {day}",
    "enclosed_debit_note": "note de débit {number} du {day}",
    "enclosed_statement": {
        "business": "décompte justificatif des pénalités de retard",
        "consumer": "décompte justificatif des intérêts au taux légal",
        "public": "décompte justificatif des intérêts moratoires",
    },
    "enclosed_evidence": "{name} (facture {invoice})",
    "enclosed_order": "bon de commande",
    "enclosed_contract": "contrat",
    "enclosed_delivery": "bon de livraison",
    "pieces": f"{{name}} ({{count}}{NBSP}pièces)",
    # More of a kind are counted, not named one by one.
    "many_letter": f"{{count}}{NBSP}lettres",
    "many_invoice": f"{{count}}{NBSP}factures",
    "many_order": f"{{count}}{NBSP}bons de commande",
    "many_contract": f"{{count}}{NBSP}contrats",
    "many_delivery": f"{{count}}{NBSP}bons de livraison",
    "many_other": f"{{count}}{NBSP}justificatifs",
    # Notice of visit
    "visit_delivery": "Personnel et confidentiel – remis sous pli fermé",
    "visit_came": "Nous sommes passés vous voir le {day} pour faire le point avec "
    "vous sur votre compte. Il présente à ce jour un solde de",
    "visit_call": f"Une difficulté, une question, un désaccord{NBSP}? "
    f"Appelez-nous{NBSP}: nous chercherons ensemble une solution.",
    "visit_crossed": "Si votre règlement nous est parvenu entre-temps, merci de ne pas "
    "tenir compte de ce message.",
    "visit_closing": "Avec nos meilleures salutations.",
    "visit_private": "Ce message émane de notre entreprise, et non d’un commissaire "
    "de justice ou d’un tribunal.",
}
# Titles, by code, of letters that have none of their own in this language, see
# :mod:`.letter_kinds`.
TITLES = {}
# Names, by code, of natures that have none of their own in this language, see
# :mod:`.natures`.
NATURES = {}
# How some mentions are seen in the texts of a stage, by code of :mod:`.mentions`.
MENTION_WORDS = {
    "formal_words": r"\ben demeure\b",
    "claim_words": r"\bréclam",
    "announcement": r"\bmise en demeure\b",
    "consequence": r"\b(juridictions?|tribuna(l|ux)|juges?|voies? de droit)\b",
    "discharge": r"\bcl(os|ôtur)",
}
# Words that break rules of :mod:`.mentions`, besides those in French, which no letter
# may use in any language; and those that only the text of a stage may not use.
RULE_WORDS = {}
RAW_RULE_WORDS = {}


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


def format_rate(rate):
    """A rate: two decimals, more when it has more.

    >>> format_rate(Decimal("1.15")), format_rate(Decimal("0.8575"))
    ('1,15', '0,8575')
    """
    return format_decimal(rate, format="#,##0.00##", locale=LOCALE)


def format_percent(rate):
    """A yearly rate given in percent.

    >>> format_percent(Decimal("12.40")), format_percent(Decimal("4.875"))
    ('12,40\\xa0%', '4,875\\xa0%')
    """
    return format_rate(rate) + NBSP + "%"


def format_number(number):
    """A number that is counted, without the decimals that it has none of.

    >>> format_number(Decimal("10")), format_number(Decimal("10.50"))
    ('10', '10,5')
    """
    return format_decimal(number, format="#,##0.####", locale=LOCALE)


def format_days(days):
    """A number of days.

    >>> format_days(1), format_days(85)
    ('1\\xa0jour', '85\\xa0jours')
    """
    return f"{days}{NBSP}{'jour' if days == 1 else 'jours'}"


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


def format_capital(text):
    """The share capital, as the company has written it."""
    return text


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


def describe_line(kind, label, day, is_late, name=""):
    """One line of a claim or of a statement of account, without its amount.

    :param name: that of the nature of a credit that is no money

    >>> describe_line("invoice", "FAC/1", "1er mai 2026", True)
    'Facture FAC/1, échue le 1er mai 2026'
    >>> describe_line("payment", "OD/1", "1er mai 2026", False, "Compensation")
    'Compensation du 1er mai 2026, à déduire'
    """
    received = f"{name} du {day}" if name else f"Règlement reçu le {day}"
    due = "échue le" if is_late else "à échéance du"
    return {
        "invoice": f"Facture {label}, {due} {day}",
        "credit_note": f"Avoir {label} du {day}, à déduire",
        "payment": f"{received}, à déduire",
        "entry": f"{label} du {day}",
    }[kind]


def describe_settled(kind, label, day, name):
    """One line of a receipt, without its amount.

    :param name: that of the nature of a credit

    >>> describe_settled("payment", "BNK1/7", "1er mai 2026", "Compensation")
    'Compensation du 1er mai 2026'
    """
    return {
        "invoice": f"Facture {label}, soldée",
        "credit_note": f"Avoir {label} du {day}",
        "payment": f"{name} du {day}",
        "entry": f"{label} du {day}",
    }[kind]


def with_amount(words, amount):
    """A line and its amount.

    >>> with_amount("Facture FAC/1, soldée", "10,00 €")
    'Facture FAC/1, soldée\\xa0: 10,00\\xa0€'
    """
    return nbsp(f"{words} : {amount}")


def cite(article):
    """A citation of the law, as dated facts have it."""
    return article


def origin_name(country_code):
    """The country of the sender, where the letter names it."""
    return ""


def country_of_sender(country_code):
    """The country of the sender, upper case, on a letter that leaves it.

    >>> country_of_sender("FR"), country_of_sender(False)
    ('FRANCE', '')
    """
    return LOCALE.territories.get(country_code, "").upper()


def city_line(zip_code, city, is_french=True):
    """The line of the post office: upper case, without punctuation; abroad an
    apostrophe stays, which may be part of the name.

    >>> city_line("69003", "Lyon"), city_line("97417", "Saint-Denis, La Montagne")
    ('69003 LYON', '97417 SAINT DENIS LA MONTAGNE')
    >>> city_line("69210", "L'Arbresle"), city_line("33680", "Saint-Jean-d’Illac")
    ('69210 L ARBRESLE', '33680 SAINT JEAN D ILLAC')
    >>> city_line("5211", "'s-Hertogenbosch", is_french=False)
    "5211 'S HERTOGENBOSCH"
    """
    if is_french:
        city = re.sub("['’]", " ", city or "")
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
    country = country_name(country_code)
    tail = [city_line(zip_code, city, not country), country]
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
