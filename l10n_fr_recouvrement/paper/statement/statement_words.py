"""What a statement of interest says beside its figures, in French."""

from ..words.french import (
    NBSP,
    format_amount,
    format_date,
    format_percent,
    format_short_date,
    nbsp,
)

# How each profile is spoken to: title, heading of the column, word for what runs.
TITLES = {
    "business": "DÉCOMPTE DES PÉNALITÉS DE RETARD",
    "consumer": "DÉCOMPTE DES INTÉRÊTS AU TAUX LÉGAL",
    "public": "DÉCOMPTE DES INTÉRÊTS MORATOIRES",
}
COLUMNS = {"business": "Pénalités", "consumer": "Intérêts", "public": "Intérêts"}
TOTALS = {
    "business": "Pénalités de retard",
    "consumer": "Intérêts au taux légal",
    "public": "Intérêts moratoires",
}
RUNNING = {"business": "pénalités", "consumer": "intérêts", "public": "intérêts"}
HEADINGS = {
    "principal_first": "Paiements imputés d’abord sur le principal",
    "interest_first": "Paiements imputés d’abord sur les {running} ({article})",
}
COMPARISON = "Comparaison des deux imputations"
FORMULA = (
    "Montant = base × taux × jours ÷ diviseur, arrondi au centime ligne par ligne ; "
    "les deux dates sont comprises."
)
BASE = (
    "La base est la somme due, TVA comprise ; un règlement la réduit à compter du "
    "lendemain de son encaissement."
)
STARTS = {
    "business": "Les pénalités courent sans rappel à compter du lendemain de "
    "l’échéance ({article}).",
    "consumer": "Les intérêts courent à compter du lendemain de la mise en demeure "
    "({article}).",
    "public": "Les intérêts moratoires courent de plein droit à compter du lendemain "
    "de l’expiration du délai de paiement ({article}).",
}
IMPUTATIONS = {
    "principal_first": "Les paiements sont imputés d’abord sur le principal, selon "
    "leur affectation, puis sur les {running}.",
    "interest_first": "Les paiements sont imputés d’abord sur les {running} qui ont "
    "couru, puis sur le principal ({article}) ; un avoir, qui n’est pas un paiement, "
    "réduit le seul principal.",
}
CREDITS = (
    "Les avoirs et règlements qui n’ont pas été affectés sont imputés sur les sommes "
    "échues les plus anciennes ({article})."
)
INDEMNITY = (
    "{tariff} par facture payée en retard ; elle n’entre pas dans la base ({article})."
)
VAT = {
    "business": "Les pénalités et les indemnités ne sont pas soumises à la TVA "
    "({article}).",
    "consumer": "Les intérêts ne sont pas soumis à la TVA ({article}).",
    "public": "Les intérêts moratoires et les indemnités ne sont pas soumis à la TVA "
    "({article}).",
}
CAPITALISATION = (
    "Les intérêts dus au moins pour une année entière produisent eux-mêmes intérêt "
    "({article})."
)
GRACE = "Délai de grâce accordé par le juge ({article})"
PUBLIC_DELAY = "Délai de paiement de {days} jours : {article}."
CIVIL_YEAR = (
    "Le diviseur est le nombre de jours de l’année civile à laquelle appartient le "
    "jour : 365, ou 366 les années bissextiles."
)
RESERVATION = "Décompte établi sauf erreur ou omission"


def invoice_label(number, day, due, rank=1, count=1):
    """How a due line is headed.

    >>> from datetime import date
    >>> print(invoice_label("F12", date(2026, 1, 1), date(2026, 1, 31)))
    Facture F12 du 01/01/2026, échue le 31/01/2026
    >>> print(invoice_label("F12", date(2026, 1, 1), date(2026, 1, 31), 1, 2))
    Facture F12 du 01/01/2026, échéance 1 sur 2 du 31/01/2026
    """
    label = f"Facture {number}"
    if day:
        label += f" du {format_short_date(day)}"
    if count > 1:
        return f"{label}, échéance {rank} sur {count} du {format_short_date(due)}"
    return f"{label}, échue le {format_short_date(due)}"


def request_detail(received, days, limit):
    """When the time that a public body had was over."""
    return (
        f"demande de paiement reçue le {format_short_date(received)}, délai de "
        f"{days}{NBSP}jours expiré le {format_short_date(limit)}"
    )


def notice_detail(notice, date):
    """From when a consumer owes interest."""
    if not notice or notice >= date:
        return "sans mise en demeure à cette date : aucun intérêt ne court"
    return (
        f"intérêts dus à compter du lendemain du {format_short_date(notice)}, date "
        "d’effet de la mise en demeure"
    )


def stop_detail(end, opening=None, article=""):
    """Why nothing runs after ``end``."""
    reason = (
        f"procédure collective ouverte le {format_short_date(opening)} ({article})"
        if opening
        else "remise accordée par le créancier"
    )
    return f"décompte arrêté pour cette facture au {format_short_date(end)} : {reason}"


def grace_rate(rate, first, last):
    """The rate while a judge has granted time to pay."""
    return (
        f"{format_percent(rate)} : du {format_short_date(first)} au "
        f"{format_short_date(last)}"
    )


def charged_detail(note):
    """Why an indemnity is not counted."""
    return f"déjà facturée par la note de débit {note}, non comptée ici"


def settlement(limit, article):
    """By when a public body that paid the principal owes the rest."""
    return nbsp(
        f"principal payé : intérêts et indemnité à payer au plus tard le "
        f"{format_date(limit)} ({article})"
    )


def reservation(profile, date, runs):
    """What the statement leaves out.

    :param runs: whether something runs after its date
    """
    if not runs:
        return f"{RESERVATION}."
    return (
        f"{RESERVATION}, outre les {RUNNING[profile]} qui courront après le "
        f"{format_date(date)} jusqu’à parfait paiement."
    )


def tariff_words(tariff, article):
    """The indemnity, as the law of its day sets it."""
    return nbsp(INDEMNITY.format(tariff=format_amount(tariff), article=article))
