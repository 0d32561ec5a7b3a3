"""Who writes, to whom, where and when: the head and the foot of a letter."""

import re

from ..words import french, legal_forms, wording
from ..words.french import (
    ADDRESS_WIDTH,
    city_line,
    format_siren,
    format_siret,
    postal_address,
)

DEFAULT_COLOR = "#1d3a5f"
# The darkest grey that is too light to be read on white.
LIGHT = 150


def readable_color(color):
    """A colour, unless it is too light to be read on white.

    >>> readable_color("#7a1020"), readable_color("#ffff00"), readable_color("red")
    ('#7a1020', '#1d3a5f', '#1d3a5f')
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color or ""):
        return DEFAULT_COLOR
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return color if light < LIGHT else DEFAULT_COLOR


def trade_name(company):
    """The name of the company, which says it of a sole trader."""
    return legal_forms.name_with_form(company.name, company.form)


def sender(company, words=french, abroad=False, logo=""):
    """Name, address and logo of the sender.

    :param abroad: whether the letter goes abroad, and the address with its country
    """
    lines = [company.street, company.street2, city_line(company.zip, company.city)]
    lines.append(
        words.origin_name(company.country).upper()
        or (french.country_of_sender(company.country) if abroad else "")
    )
    lines += [company.phone, company.email]
    lines.append(company.website.partition("://")[2].rstrip("/"))
    return {
        "name": trade_name(company),
        "lines": [words.nbsp(line) for line in lines if line],
        "logo": logo,
    }


def identity(company, words=french):
    """The particulars that a company must state, each part empty while it is missing;
    the seat is missing as long as it has no street or no town.

    >>> from .facts import Company
    >>> parts = identity(Company("Exemple", street="1 rue A", form="SNC"))
    >>> parts["form"], parts["place"], parts["seat"]
    ('SNC', '1 rue A', '')
    """
    lines = ((company.street, company.street2), (company.zip, company.city))
    lines = [" ".join(part for part in line if part) for line in lines]
    place = ", ".join(line for line in lines if line)
    return {
        "name": trade_name(company),
        "form": company.form,
        "capital": words.format_capital(company.capital),
        "seat": place if company.street and company.city else "",
        "place": place,
        "siren": format_siren(company.registry),
        "registry": company.rcs,
    }


def footer(company, words=french):
    """The particulars that a company must state on its letters (C. com. art. R123-237
    and R123-238), for the foot of the pages."""
    texts, parts = words.TEXTS, identity(company, words)
    siren = parts["siren"]
    # The name of a sole trader has said it.
    form = "" if parts["form"] == legal_forms.SOLE_TRADER else parts["form"]
    if parts["capital"]:
        form += texts["capital"].format(capital=parts["capital"])
    if siren and parts["registry"]:
        siren += texts["registry"].format(registry=parts["registry"])
    place = parts["seat"] or parts["place"]
    country = words.origin_name(company.country)
    seat = ", ".join(part for part in (place, country) if part) if place else ""
    said = [
        ", ".join(part for part in (parts["name"], form.strip()) if part),
        texts["seat"].format(seat=seat) if seat else "",
        texts["siren"].format(siren=siren) if siren else "",
        texts["vat"].format(vat=company.vat) if company.vat else "",
    ]
    return words.nbsp(" – ".join(part for part in said if part))


def recipient_lines(recipient, words=french):
    """The address that the window of the envelope shows.

    >>> from .facts import Recipient
    >>> recipient_lines(
    ...     Recipient("Exemple", "Jo Bloggs", "1 rue A", "", "1000", "Ville", "BE")
    ... )
    ['Exemple', 'À l’attention de Jo Bloggs', '1 rue A', '1000 VILLE', 'BELGIQUE']
    """
    names = [recipient.name]
    if recipient.contact:
        attention = words.TEXTS["attention"].format(name=recipient.contact)
        names.append(
            attention if len(attention) <= ADDRESS_WIDTH else recipient.contact
        )
    return postal_address(
        names,
        [recipient.street, recipient.street2],
        recipient.zip,
        recipient.city,
        recipient.country,
    )


def goes_abroad(recipient):
    """Whether a letter leaves France and its overseas parts."""
    return bool(recipient.country) and (
        recipient.country not in wording.FRENCH_COUNTRIES
    )


def debtor_values(debtor):
    """Who is written to, as far as the law asks."""
    return {
        "name": debtor.name,
        "registry": format_siret(debtor.registry),
        "is_french": (debtor.country or "FR") == "FR",
    }


def place_date(city, day, words=french):
    """Where and when a letter is written.

    >>> from datetime import date
    >>> place_date("", date(2026, 9, 1))
    'Le 1er\\xa0septembre\\xa02026'
    """
    text = words.TEXTS["place_date" if city else "date_alone"]
    return text.format(city=city, day=words.format_date(day))


def references(reference, debtor, writer):
    """Label and value of each line of the reference block."""
    rows = [("our_reference", reference), ("customer", debtor.reference)]
    if writer.profile == "public":
        rows.append(("your_siret", format_siret(debtor.registry)))
    return [(writer.text(code), value) for code, value in rows if value]
