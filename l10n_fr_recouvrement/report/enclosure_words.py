"""How a letter names what is enclosed with it, in French, as functions of plain
values."""

from collections import Counter
from itertools import groupby

from .french import NBSP, format_date

# More of a kind are counted, not named one by one.
NAMED = 4
PLURALS = {
    "letter": "lettres",
    "invoice": "factures",
    "order": "bons de commande",
    "contract": "contrats",
    "delivery": "bons de livraison",
    "other": "justificatifs",
}
EVIDENCE = {
    "order": "bon de commande",
    "contract": "contrat",
    "delivery": "bon de livraison",
}
STATEMENTS = {
    "business": "décompte détaillé des pénalités de retard",
    "consumer": "décompte détaillé des intérêts au taux légal",
    "public": "décompte détaillé des intérêts moratoires",
}


def letter_name(reference, day, channel, number=""):
    """Name of an earlier letter.

    >>> from datetime import date
    >>> letter_name("REL/2026/0003", date(2026, 3, 12), "email").replace(NBSP, " ")
    'notre courriel du 12 mars 2026 (REL/2026/0003)'
    >>> letter_name(
    ...     "REL/2026/0007", date(2026, 3, 27), "registered", "1A 234"
    ... ).replace(NBSP, " ")
    'notre lettre recommandée n° 1A 234 du 27 mars 2026 (REL/2026/0007)'
    """
    name = {
        "email": "notre courriel",
        "registered": "notre lettre recommandée",
    }.get(channel, "notre lettre")
    if channel == "registered" and number:
        name += f" n°{NBSP}{number}"
    return f"{name} du {format_date(day)} ({reference})"


def invoice_name(number, day, is_debit_note=False):
    """Name of an invoice.

    >>> from datetime import date
    >>> invoice_name("FAC/2026/0012", date(2026, 3, 1)).replace(NBSP, " ")
    'facture FAC/2026/0012 du 1er mars 2026'
    """
    name = "note de débit" if is_debit_note else "facture"
    return f"{name} {number} du {format_date(day)}"


def evidence_name(kind, file_name, invoice):
    """Name of a piece that proves the debt.

    >>> evidence_name("delivery", "scan 12.jpg", "FAC/2026/0012")
    'bon de livraison (facture FAC/2026/0012)'
    >>> evidence_name("other", "Procès-verbal de recette.pdf", "FAC/2026/0012")
    'Procès-verbal de recette (facture FAC/2026/0012)'
    """
    name = EVIDENCE.get(kind) or file_name.rpartition(".")[0] or file_name
    return f"{name} (facture {invoice})"


def summarise(enclosures, place):
    r"""What stands after « P.J. »: each piece by its name, in order; many of one kind by
    their number.

    :param enclosures: ``[(kind, name)]`` in order
    :param place: where the letter lists its invoices

    >>> summarise([("invoice", f"facture {n}") for n in range(12)], "liste ci-dessus")
    ['12\xa0factures (liste ci-dessus)']
    >>> summarise([("letter", "lettre A"), ("delivery", "BL"), ("delivery", "BL")], "")
    ['lettre A', 'BL (2\xa0pièces)']
    """
    texts = []
    for kind, group in groupby(enclosures, key=lambda enclosure: enclosure[0]):
        names = [name for _kind, name in group]
        if len(names) > NAMED and kind in PLURALS:
            where = f" ({place})" if kind == "invoice" else ""
            texts.append(f"{len(names)}{NBSP}{PLURALS[kind]}{where}")
        else:
            texts += [
                name if count == 1 else f"{name} ({count}{NBSP}pièces)"
                for name, count in Counter(names).items()
            ]
    return texts
