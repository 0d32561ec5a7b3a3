"""How a letter names what is enclosed with it, as functions of plain values and of the
words of a language, see :mod:`.wording`."""

from collections import Counter
from itertools import groupby

# More of a kind are counted, not named one by one.
NAMED = 4


def letter_name(words, reference, day, channel, number=""):
    """Name of an earlier letter.

    >>> from datetime import date
    >>> from . import english, french
    >>> def show(*values):
    ...     print(letter_name(*values).replace(french.NBSP, " "))
    >>> show(french, "REL/2026/0003", date(2026, 3, 12), "email")
    notre e-mail du 12 mars 2026 (REL/2026/0003)
    >>> show(french, "REL/2026/0007", date(2026, 3, 27), "registered", "1A 234")
    notre lettre recommandée n° 1A 234 du 27 mars 2026 (REL/2026/0007)
    >>> show(english, "REL/2026/0007", date(2026, 3, 27), "registered", "1A 234")
    our registered letter No. 1A 234 of 27 March 2026 (REL/2026/0007)
    """
    text = words.TEXTS.get(f"enclosed_{channel}", words.TEXTS["enclosed_letter"])
    suffix = words.TEXTS["enclosed_number"].format(number=number) if number else ""
    return text.format(number=suffix, day=words.format_date(day), reference=reference)


def invoice_name(words, number, day, is_debit_note=False):
    """Name of an invoice.

    >>> from datetime import date
    >>> from . import french
    >>> name = invoice_name(french, "FAC/2026/0012", date(2026, 3, 1))
    >>> name.replace(french.NBSP, " ")
    'facture FAC/2026/0012 du 1er mars 2026'
    """
    kind = "enclosed_debit_note" if is_debit_note else "enclosed_invoice"
    return words.TEXTS[kind].format(number=number, day=words.format_date(day))


def evidence_name(words, kind, file_name, invoice):
    """Name of a piece that proves the debt.

    >>> from . import english, french
    >>> evidence_name(french, "delivery", "scan 12.jpg", "FAC/2026/0012")
    'bon de livraison (facture FAC/2026/0012)'
    >>> evidence_name(english, "other", "Procès-verbal de recette.pdf", "FAC/2026/0012")
    'Procès-verbal de recette (invoice FAC/2026/0012)'
    """
    name = words.TEXTS.get(f"enclosed_{kind}")
    name = name or file_name.rpartition(".")[0] or file_name
    return words.TEXTS["enclosed_evidence"].format(name=name, invoice=invoice)


def summarise(words, enclosures, place):
    """What stands after « P.J. »: each piece by its name, in order; many of one kind by
    their number.

    :param enclosures: ``[(kind, name)]`` in order
    :param place: where the letter lists its invoices

    >>> from . import french
    >>> invoices = [("invoice", f"facture {n}") for n in range(12)]
    >>> summarise(french, invoices, "liste ci-dessus")
    ['12\\xa0factures (liste ci-dessus)']
    >>> evidence = [("letter", "lettre A"), ("delivery", "BL"), ("delivery", "BL")]
    >>> summarise(french, evidence, "")
    ['lettre A', 'BL (2\\xa0pièces)']
    """
    texts = []
    for kind, group in groupby(enclosures, key=lambda enclosure: enclosure[0]):
        names = [name for _kind, name in group]
        many = words.TEXTS.get(f"many_{kind}")
        if many and len(names) > NAMED:
            where = f" ({place})" if kind == "invoice" else ""
            texts.append(many.format(count=len(names)) + where)
        else:
            texts += [
                name
                if count == 1
                else words.TEXTS["pieces"].format(name=name, count=count)
                for name, count in Counter(names).items()
            ]
    return texts
