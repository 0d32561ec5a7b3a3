"""What the letters of a creditor state by its legal form, however the form is written:
pure functions, no database."""

import re

import pytest

from odoo.addons.l10n_fr_recouvrement.paper.letter import closing, heading
from odoo.addons.l10n_fr_recouvrement.paper.letter.facts import Company
from odoo.addons.l10n_fr_recouvrement.paper.page import letter_pdf, pdf_file
from odoo.addons.l10n_fr_recouvrement.paper.words import legal_forms, mentions


@pytest.mark.parametrize(
    "form",
    [
        "SARL",
        "S.A.R.L.",
        "S.A.R.L",
        "s. à r.l.",
        "Sàrl",
        "S A R L",
        "SARL unipersonnelle",
        "EURL",
        "E.U.R.L.",
        "Société à responsabilité limitée",
        "Entreprise unipersonnelle à responsabilite limitee",
        "SAS",
        "S.A.S.",
        "S.A.S.U.",
        "Société par actions simplifiée",
        "SA à directoire",
        "S.A.",
        "Société Anonyme",
        "SCA",
        "Société en commandite par actions",
        "Société européenne",
        "SCOP ARL",
        "SCOP à responsabilité limitée",
        "S.C.O.P. S.A.",
        "SCIC SAS",
        "SELARL",
        "S.E.L.A.S.",
        "Société d’exercice libéral",
        "Société d'exercice libéral à responsabilité limitée",
        "Société coopérative artisanale",
    ],
)
def test_companies_with_a_capital(form):
    """They are registered as well: C. com. art. R123-237 and R123-238."""
    found = legal_forms.get(form)
    assert (found.states_capital, found.is_registered) == (True, True)
    assert not found.is_sole_trader


@pytest.mark.parametrize(
    "form",
    ["SNC", "S.N.C.", "Société en nom collectif", "SCI", "Société civile", "GIE", ""],
)
def test_companies_without_a_capital_to_state(form):
    found = legal_forms.get(form)
    assert (found.states_capital, found.is_registered) == (False, True)
    assert not found.is_sole_trader


@pytest.mark.parametrize(
    ("form", "is_registered", "is_sole_trader"),
    [
        ("EI", False, True),
        ("E.I.", False, True),
        ("Entrepreneur individuel", False, True),
        ("Micro-entrepreneur", False, True),
        ("Auto-entreprise", False, True),
        ("Artisan", False, True),
        ("Profession libérale", False, True),
        ("EI commerçant", True, True),
        ("Entrepreneur individuel, commerçante", True, True),
        ("Artisan commerçant", True, True),
        ("EIRL", False, False),
        ("Entrepreneur individuel à responsabilité limitée", False, False),
        ("Association loi 1901", False, False),
        ("Fondation", False, False),
        ("Société mutuelle", False, False),
    ],
)
def test_who_is_no_company(form, is_registered, is_sole_trader):
    found = legal_forms.get(form)
    assert not found.states_capital
    assert (found.is_registered, found.is_sole_trader) == (
        is_registered,
        is_sole_trader,
    )


SOLE = Company(
    "Jo Exemple",
    street="1 rue du Modèle",
    zip="69003",
    city="Lyon",
    registry="334175221",
    form="EI",
)


def _missing(company):
    """Mentions of the sender that the letters of a company lack."""
    letter = {
        "identity": heading.identity(company),
        "footer": heading.footer(company),
    }
    codes = ("sender_name", "sender_form", "sender_capital", "sender_registry")
    return [mention.code for mention in mentions.missing(codes, letter)]


def test_a_sole_trader_says_so_next_to_the_name():
    """C. com. art. R526-27: in the head, at the foot, and where it signs itself."""
    assert heading.sender(SOLE)["name"] == "Jo Exemple EI"
    foot = heading.footer(SOLE).replace("\N{NO-BREAK SPACE}", " ")
    assert foot.startswith("Jo Exemple EI – siège social")
    assert closing.signature(SOLE)["name"] == "Jo Exemple EI"
    assert closing.signature(SOLE, "Jo Exemple")["name"] == "Jo Exemple"
    assert _missing(SOLE) == []


def test_what_says_so_already_is_left_as_it_is():
    for name in ("EI Jo Exemple", "Jo Exemple, entrepreneur individuel", "E.I. Jo"):
        assert legal_forms.name_with_form(name, "EI") == name
    assert legal_forms.name_with_form("Jo EIffel", "EI") == "Jo EIffel EI"
    assert legal_forms.name_with_form("Exemple", "SARL") == "Exemple"


def test_a_sole_trader_who_trades_is_registered():
    trader = Company(**{**vars(SOLE), "form": "EI commerçant"})
    assert _missing(trader) == ["sender_registry"]
    assert _missing(Company(**{**vars(trader), "rcs": "Lyon"})) == []


def test_a_company_of_dotted_initials_states_its_capital():
    company = Company(**{**vars(SOLE), "form": "S.A.R.L.", "rcs": "Lyon"})
    assert _missing(company) == ["sender_capital"]
    assert _missing(Company(**{**vars(company), "capital": "50 000 €"})) == []


def test_a_form_of_ones_own():
    """An integrator's creditor: a public establishment, not registered."""
    form = legal_forms.LegalForm("EPA", ("etablissement public",), is_registered=False)
    assert legal_forms.get("Établissement public").is_registered
    legal_forms.register(form)
    try:
        assert not legal_forms.get("Établissement public").is_registered
    finally:
        legal_forms._FORMS.pop("EPA")


def test_what_a_company_states_is_to_be_read():
    """C. com. art. R123-238, « lisiblement »: not small, and as dark as the text."""
    foot = letter_pdf.Footer("REC/1", heading.footer(SOLE), folds=False)
    page = pdf_file.read(letter_pdf._draw_footers([foot], [1])).pages[0]
    drawn = page["/Contents"].get_data().decode("latin-1")
    written = [
        text for text in re.findall("BT(.*?)ET", drawn, re.DOTALL) if "Tj" in text
    ]
    sizes = [
        float(size) for text in written for size in re.findall(r"([\d.]+) Tf", text)
    ]
    assert sizes and min(sizes) >= 7.5
    colours = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) rg", drawn)
    assert colours and all(float(part) < 0.2 for colour in colours for part in colour)
