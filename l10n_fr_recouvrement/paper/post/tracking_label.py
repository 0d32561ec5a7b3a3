"""Headings and labels of the files that postal services hand out: one row, one label.

A label is the same with or without accents, capitals, small words, and the endings of
its participles.

>>> get_column("Date de 1ère présentation"), get_column("N° LR")
('date_presented', 'tracking_number')
>>> get_event("Pli refusé par le destinataire").reason
'refused'
>>> get_event("Perdu en mer") is None
True
"""

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class Heading:
    """A heading, and the column that it stands over."""

    label: str
    column: str


@dataclass(frozen=True)
class Event:
    """What a service says that became of a letter.

    ``day``: the date that the day of the event is, in files of one line per event;
    ``reason``: of a return; ``came_back``: it says so without a reason.
    """

    label: str
    day: str = ""
    reason: str = ""
    came_back: bool = False


HEADINGS = (
    Heading("référence", "reference"),
    Heading("réf", "reference"),
    Heading("votre référence", "reference"),
    Heading("référence client", "reference"),
    Heading("réf client", "reference"),
    Heading("référence expéditeur", "reference"),
    Heading("référence interne", "reference"),
    Heading("référence courrier", "reference"),
    Heading("référence envoi", "reference"),
    Heading("référence lettre", "reference"),
    Heading("référence pli", "reference"),
    Heading("référence à imprimer", "reference"),
    Heading("your reference", "reference"),
    Heading("customer reference", "reference"),
    Heading("reference to print", "reference"),
    Heading("custom id", "reference"),
    Heading("numéro de suivi", "tracking_number"),
    Heading("suivi", "tracking_number"),
    Heading("code de suivi", "tracking_number"),
    Heading("numéro de recommandé", "tracking_number"),
    Heading("recommandé", "tracking_number"),
    Heading("numéro LR", "tracking_number"),
    Heading("numéro LRAR", "tracking_number"),
    Heading("numéro LR AR", "tracking_number"),
    Heading("LRAR", "tracking_number"),
    Heading("numéro RAR", "tracking_number"),
    Heading("numéro RA", "tracking_number"),
    Heading("numéro AR", "tracking_number"),
    Heading("numéro avis de réception", "tracking_number"),
    Heading("numéro accusé de réception", "tracking_number"),
    Heading("numéro de lettre", "tracking_number"),
    Heading("numéro de lettre recommandée", "tracking_number"),
    Heading("numéro de pli", "tracking_number"),
    Heading("numéro d'objet", "tracking_number"),
    Heading("numéro d'envoi", "tracking_number"),
    Heading("numéro de courrier", "tracking_number"),
    Heading("code barres", "tracking_number"),
    Heading("code barre", "tracking_number"),
    Heading("tracking number", "tracking_number"),
    Heading("tracking", "tracking_number"),
    Heading("registered number", "tracking_number"),
    Heading("date de dépôt", "date_posted"),
    Heading("dépôt", "date_posted"),
    Heading("déposé le", "date_posted"),
    Heading("date de dépôt poste", "date_posted"),
    Heading("date d'envoi", "date_posted"),
    Heading("date d'expédition", "date_posted"),
    Heading("expédié le", "date_posted"),
    Heading("date de prise en charge", "date_posted"),
    Heading("pris en charge le", "date_posted"),
    Heading("posted", "date_posted"),
    Heading("posted on", "date_posted"),
    Heading("posting date", "date_posted"),
    Heading("date de première présentation", "date_presented"),
    Heading("première présentation", "date_presented"),
    Heading("première présentation le", "date_presented"),
    Heading("date de présentation", "date_presented"),
    Heading("présentation", "date_presented"),
    Heading("présenté le", "date_presented"),
    Heading("date d'avis", "date_presented"),
    Heading("avisé le", "date_presented"),
    Heading("date d'avis de passage", "date_presented"),
    Heading("avis de passage", "date_presented"),
    Heading("date de mise en instance", "date_presented"),
    Heading("presented", "date_presented"),
    Heading("presented on", "date_presented"),
    Heading("first presented", "date_presented"),
    Heading("first presented on", "date_presented"),
    Heading("first presentation", "date_presented"),
    Heading("first presentation date", "date_presented"),
    Heading("date de distribution", "date_received"),
    Heading("distribution", "date_received"),
    Heading("distribué le", "date_received"),
    Heading("date de livraison", "date_received"),
    Heading("livré le", "date_received"),
    Heading("date de réception", "date_received"),
    Heading("reçu le", "date_received"),
    Heading("date de remise", "date_received"),
    Heading("date de remise au destinataire", "date_received"),
    Heading("remis le", "date_received"),
    Heading("date AR", "date_received"),
    Heading("date d'avis de réception", "date_received"),
    Heading("date d'accusé de réception", "date_received"),
    Heading("date de signature", "date_received"),
    Heading("date de signature AR", "date_received"),
    Heading("signé le", "date_received"),
    Heading("AR signé le", "date_received"),
    Heading("received", "date_received"),
    Heading("received on", "date_received"),
    Heading("delivered on", "date_received"),
    Heading("delivery date", "date_received"),
    Heading("date", "day"),
    Heading("date événement", "day"),
    Heading("date du dernier événement", "day"),
    Heading("date du statut", "day"),
    Heading("date du dernier statut", "day"),
    Heading("date d'état", "day"),
    Heading("event date", "day"),
    Heading("status date", "day"),
    Heading("statut", "status"),
    Heading("dernier statut", "status"),
    Heading("statut de distribution", "status"),
    Heading("état", "status"),
    Heading("événement", "status"),
    Heading("dernier événement", "status"),
    Heading("libellé", "status"),
    Heading("libellé de l'événement", "status"),
    Heading("libellé du statut", "status"),
    Heading("code événement", "status"),
    Heading("code statut", "status"),
    Heading("motif", "status"),
    Heading("motif de retour", "status"),
    Heading("motif de non distribution", "status"),
    Heading("motif PND", "status"),
    Heading("code motif", "status"),
    Heading("raison", "status"),
    Heading("résultat", "status"),
    Heading("status", "status"),
    Heading("event", "status"),
    Heading("undelivered mail reason", "status"),
)
EVENTS = (
    Event("déclaratif réceptionné"),
    Event("annoncé"),
    Event("imprimé"),
    Event("en préparation"),
    Event("en cours"),
    Event("en cours d'acheminement"),
    Event("en cours de traitement"),
    Event("en cours de distribution"),
    Event("en attente"),
    Event("en attente d'AR"),
    Event("envoyé"),
    Event("expédié"),
    Event("in transit"),
    Event("DR1"),
    Event("ET1"),
    Event("ET2"),
    Event("EP1"),
    Event("DI3"),
    Event("déposé", day="date_posted"),
    Event("déposé en poste", day="date_posted"),
    Event("pris en charge", day="date_posted"),
    Event("pris en charge par la Poste", day="date_posted"),
    Event("prise en charge", day="date_posted"),
    Event("PC1", day="date_posted"),
    Event("posted", day="date_posted"),
    Event("présenté", day="date_presented"),
    Event("première présentation", day="date_presented"),
    Event("avisé", day="date_presented"),
    Event("destinataire avisé", day="date_presented"),
    Event("absent avisé", day="date_presented"),
    Event("destinataire absent avisé", day="date_presented"),
    Event("destinataire absent", day="date_presented"),
    Event("absent", day="date_presented"),
    Event("avis de passage", day="date_presented"),
    Event("avis de passage déposé", day="date_presented"),
    Event("avisé mis en instance", day="date_presented"),
    Event("mis en instance", day="date_presented"),
    Event("en instance", day="date_presented"),
    Event("en attente de retrait", day="date_presented"),
    Event("en attente d'être retiré", day="date_presented"),
    Event("disponible en bureau de poste", day="date_presented"),
    Event("à retirer en bureau de poste", day="date_presented"),
    Event("AG1", day="date_presented"),
    Event("presented", day="date_presented"),
    Event("distribué", day="date_received"),
    Event("distribué contre signature", day="date_received"),
    Event("distribué au destinataire", day="date_received"),
    Event("distribué au destinataire contre signature", day="date_received"),
    Event("distribué au mandataire", day="date_received"),
    Event("distribué avec AR", day="date_received"),
    Event("livré", day="date_received"),
    Event("livré contre signature", day="date_received"),
    Event("livré au destinataire", day="date_received"),
    Event("remis", day="date_received"),
    Event("remis au destinataire", day="date_received"),
    Event("remis contre signature", day="date_received"),
    Event("remis au destinataire contre signature", day="date_received"),
    Event("remis au mandataire", day="date_received"),
    Event("reçu", day="date_received"),
    Event("réceptionné", day="date_received"),
    Event("retiré", day="date_received"),
    Event("retiré en bureau de poste", day="date_received"),
    Event("retiré au guichet", day="date_received"),
    Event("signé", day="date_received"),
    Event("AR signé", day="date_received"),
    Event("avis de réception signé", day="date_received"),
    Event("accusé de réception signé", day="date_received"),
    Event("DI0", day="date_received"),
    Event("DI1", day="date_received"),
    Event("delivered", day="date_received"),
    Event("AR reçu"),
    Event("AR retourné"),
    Event("AR numérisé"),
    Event("avis de réception numérisé"),
    Event("refusé", day="date_presented", reason="refused"),
    Event("refusé par le destinataire", day="date_presented", reason="refused"),
    Event("destinataire a refusé", day="date_presented", reason="refused"),
    Event("refus", day="date_presented", reason="refused"),
    Event("refus du destinataire", day="date_presented", reason="refused"),
    Event("retourné refusé", reason="refused"),
    Event("N05", reason="refused"),
    Event("refused", day="date_presented", reason="refused"),
    Event("non réclamé", reason="unclaimed"),
    Event("non réclamé par le destinataire", reason="unclaimed"),
    Event("avisé non réclamé", reason="unclaimed"),
    Event("avisé et non réclamé", reason="unclaimed"),
    Event("non retiré", reason="unclaimed"),
    Event("avisé non retiré", reason="unclaimed"),
    Event("délai d'instance expiré", reason="unclaimed"),
    Event("retourné non réclamé", reason="unclaimed"),
    Event("retour non réclamé", reason="unclaimed"),
    Event("N03", reason="unclaimed"),
    Event("unclaimed", reason="unclaimed"),
    Event("NPAI", reason="unknown"),
    Event("n'habite pas à l'adresse indiquée", reason="unknown"),
    Event("n'habite plus à l'adresse indiquée", reason="unknown"),
    Event("destinataire inconnu à l'adresse", reason="unknown"),
    Event("destinataire inconnu à l'adresse indiquée", reason="unknown"),
    Event("destinataire inconnu", reason="unknown"),
    Event("destinataire non identifiable", reason="unknown"),
    Event("inconnu à l'adresse", reason="unknown"),
    Event("inconnu à cette adresse", reason="unknown"),
    Event("inconnu", reason="unknown"),
    Event("parti sans laisser d'adresse", reason="unknown"),
    Event("déménagé", reason="unknown"),
    Event("défaut d'accès ou d'adressage", reason="unknown"),
    Event("adresse incomplète", reason="unknown"),
    Event("adresse insuffisante", reason="unknown"),
    Event("adresse inexistante", reason="unknown"),
    Event("adresse incorrecte", reason="unknown"),
    Event("adresse erronée", reason="unknown"),
    Event("boîte aux lettres non identifiable", reason="unknown"),
    Event("N02", reason="unknown"),
    Event("N07", reason="unknown"),
    Event("unknown", reason="unknown"),
    Event("retourné", came_back=True),
    Event("retour", came_back=True),
    Event("retourné à l'expéditeur", came_back=True),
    Event("retour à l'expéditeur", came_back=True),
    Event("retour expéditeur", came_back=True),
    Event("distribué à l'expéditeur", came_back=True),
    Event("livré à l'expéditeur", came_back=True),
    Event("remis à l'expéditeur", came_back=True),
    Event("non distribué", came_back=True),
    Event("non distribuable", came_back=True),
    Event("PND", came_back=True),
    Event("RE1", came_back=True),
    Event("DI2", came_back=True),
    Event("ND1", came_back=True),
    Event("returned", came_back=True),
    Event("returned to sender", came_back=True),
)
# Words that make no difference, and other ways to write some.
SMALL_WORDS = frozenset(
    "a au aux avec cette d de des du en est et ete jj l la le les mm aa aaaa ou par un "
    "une on".split()
)
# Besides, how labels call the letter.
LETTER_WORDS = frozenset(
    "votre poste courrier courriers lettre lettres pli plis envoi envois objet".split()
)
OTHER_WAYS = {
    "n": "numero",
    "no": "numero",
    "nr": "numero",
    "num": "numero",
    "1": "premiere",
    "1er": "premiere",
    "1re": "premiere",
    "1ere": "premiere",
    "1st": "first",
    "prem": "premiere",
    "premier": "premiere",
    "pres": "presentation",
    "present": "presentation",
    "evt": "evenement",
    "dest": "destinataire",
    "exp": "expediteur",
    "recep": "reception",
    "refs": "ref",
    "recom": "recommande",
    "rec": "recommande",
}


def simplify(text):
    """Text without accents, punctuation nor capitals.

    >>> simplify("N° de suivi"), simplify("Non-réclamé ")
    ('n de suivi', 'non reclame')
    """
    text = unicodedata.normalize("NFD", str(text or "")).lower()
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = text.replace("œ", "oe")
    return re.sub(r"[^a-z0-9]+", " ", text).strip()


def _get_key(label, small_words=SMALL_WORDS):
    """What two ways to write a label have in common.

    >>> _get_key("Refusées par le destinataire"), _get_key("N° de l'envoi")
    ('refuse destinataire', 'numero envoi')
    """
    words = [re.sub("ees?$", "e", word) for word in simplify(label).split()]
    words = [OTHER_WAYS.get(word, word) for word in words]
    kept = [word for word in words if word not in small_words]
    return " ".join(kept or words)


def _get_event_key(label):
    return _get_key(label, SMALL_WORDS | LETTER_WORDS)


_COLUMNS = {_get_key(heading.label): heading.column for heading in HEADINGS}
_EVENTS = {_get_event_key(event.label): event for event in EVENTS}


def get_column(heading):
    """The column that a heading stands over, or nothing."""
    return _COLUMNS.get(_get_key(heading), "")


def get_event(label):
    """The event that a label names, or ``None``."""
    return _EVENTS.get(_get_event_key(label))
