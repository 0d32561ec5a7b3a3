"""The legal forms of creditors, in one place: how each one is written, and what the law
has its letters state. Pure, without ORM.

A form is known by its initials or by its name in full, dotted, accented or spaced as
one likes; a new one is one :class:`LegalForm`, registered here or by :func:`register`
from another module. One that is unknown is taken for a company that is registered.

>>> [get(form).code for form in ("S.A.R.L.", "Sàrl", "s. à r.l.", "SARL à mission")]
['SARL', 'SARL', 'SARL', 'SARL']
>>> get("Société d’exercice libéral").code, get("Profession libérale").code
('SEL', 'EI')
>>> get("SNC").states_capital, get("SCOP ARL").states_capital
(False, True)
"""

import re
import unicodedata
from dataclasses import dataclass

# What stands next to the name of a sole trader (C. com. art. R526-27).
SOLE_TRADER = "EI"
_SAYS_SOLE_TRADER = re.compile(
    r"(?<!\w)(?:ei|entrepreneu(?:r|se) individuel(?:le)?)(?!\w)"
)


@dataclass(frozen=True)
class LegalForm:
    """One legal form.

    :param code: its usual initials
    :param names: how else it is written, as :func:`normalise` leaves it
    :param states_capital: letters state the share capital: companies by shares and
        with limited liability (C. com. art. R123-238)
    :param is_registered: letters state the town of the trade register: who trades and
        every company (C. com. art. R123-237 and L123-1)
    :param is_sole_trader: the name goes with "EI" or "entrepreneur individuel"
        (C. com. art. R526-27)
    """

    code: str
    names: tuple = ()
    states_capital: bool = False
    is_registered: bool = True
    is_sole_trader: bool = False

    def is_in(self, text):
        """Whether a normalised text names it."""
        names = "|".join(
            re.escape(name) for name in (normalise(self.code), *self.names)
        )
        return bool(re.search(rf"(?<!\w)(?:{names})(?!\w)", text))


UNKNOWN = LegalForm("")


def normalise(text):
    """A form without accents, dots and capitals, its initials in one word.

    >>> normalise("S.A.R.L."), normalise("S. à r. l."), normalise("Société à mission")
    ('sarl', 'sarl', 'societe a mission')
    """
    text = unicodedata.normalize("NFKD", (text or "").lower())
    text = "".join(char for char in text if not unicodedata.combining(char))
    # Initials without a space are one word, those of the next word another.
    text = re.sub(
        r"(?<!\w)(?:[a-z]\.)+[a-z]?(?!\w)", lambda run: run[0].replace(".", ""), text
    )
    text = " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())
    return re.sub(
        r"(?<!\w)[a-z](?: [a-z])+(?!\w)", lambda run: run[0].replace(" ", ""), text
    )


def get(form):
    """The :class:`LegalForm` that a text names, the first one of the list."""
    text = normalise(form)
    return next((known for known in _FORMS.values() if known.is_in(text)), UNKNOWN)


def name_with_form(name, form):
    """The name that a creditor trades under: that of a sole trader says so, right
    before or after it (C. com. art. R526-27).

    >>> name_with_form("Jo Exemple", "Artisan"), name_with_form("Exemple", "SARL")
    ('Jo Exemple EI', 'Exemple')
    >>> name_with_form("EI Jo Exemple", "EI")
    'EI Jo Exemple'
    """
    if not get(form).is_sole_trader or _SAYS_SOLE_TRADER.search(normalise(name)):
        return name
    return f"{name} {SOLE_TRADER}"


_FORMS = {}


def register(form):
    """Make a form known, or replace the one of the same code."""
    _FORMS[form.code] = form
    return form


def _company(code, *names, **traits):
    register(LegalForm(code, names, **traits))


# A trader who limited his liability by assets set apart, which is no company.
_company(
    "EIRL",
    "entrepreneur individuel a responsabilite limitee",
    is_registered=False,
)
# Cooperatives and practices of free professions are companies of one of the forms that
# come after them, all of which state their capital.
_company(
    "SEL",
    *("selarl", "selarlu", "selurl", "selas", "selasu", "selafa", "selca"),
    "societe d exercice liberal",
    states_capital=True,
)
_company("SPFPL", "spfplarl", "spfplas", states_capital=True)
_company(
    "SCOP",
    *("scop arl", "scoparl", "scic", "scot"),
    "societe cooperative de production",
    "societe cooperative et participative",
    "societe cooperative d interet collectif",
    states_capital=True,
)
_company("SCA artisanale", "societe cooperative artisanale", states_capital=True)
_company(
    "SARL",
    # « s. à r.l. » leaves two words.
    *("eurl", "sarlu", "sa rl", "responsabilite limitee"),
    states_capital=True,
)
_company("SAS", *("sasu", "par actions simplifiee"), states_capital=True)
_company("SA", "societe anonyme", states_capital=True)
_company("SCA", *("en commandite par actions", "par actions"), states_capital=True)
_company("SE", "societe europeenne", states_capital=True)
_company("SNC", "en nom collectif")
_company("SCS", "en commandite simple")
_company("SC", *("sci", "scp", "scm", "sccv", "societe civile"))
_company("GIE", "groupement d interet economique")
_company(
    "Association",
    *("associations", "fondation", "fonds de dotation", "syndicat", "syndicale"),
    *("mutuelle", "comite social et economique", "cse"),
    is_registered=False,
)
_company("Société", "societe")
_company(
    "EI commerçant",
    *("commercant", "commercante", "commercants", "negociant", "negociante"),
    is_sole_trader=True,
)
# Sole traders who do not trade, craftsmen and free professions, are no part of the
# trade register; nobody knows which of them a bare "EI" is.
_company(
    "EI",
    *(
        "entreprise individuelle",
        "entrepreneur individuel",
        "entrepreneuse individuelle",
    ),
    *("micro entreprise", "microentreprise", "micro entrepreneur", "microentrepreneur"),
    *("auto entreprise", "autoentreprise", "auto entrepreneur", "autoentrepreneur"),
    *("micro entrepreneuse", "auto entrepreneuse"),
    *("artisan", "artisane", "entreprise artisanale", "agriculteur", "agricultrice"),
    *("liberal", "liberale", "profession liberale"),
    is_registered=False,
    is_sole_trader=True,
)
