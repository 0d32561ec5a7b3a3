"""The worked examples of the integrator's guide, each loaded as the guide prints it: an
addon of its own, installed by a real Odoo, and its story played there.

All are installed at once, in one database; a story is played with the records of its
own example alone, see ``story_server.py``.
"""

import re
from types import SimpleNamespace

import pytest

from odoo.tools import config

from ..odoo_process import (
    REPOSITORY,
    StoryServer,
    complaints,
    database,
    installed_database,
    query,
    server,
)
from .stories import (
    ACME,
    BUILDER,
    CHANNEL,
    CHEQUE,
    FACTORED,
    KEY_ACCOUNT,
    KEY_ACCOUNT_CODE,
    LEASED,
    MARKETPLACE,
    NEW_STAGE,
    POSTAL,
    POSTING,
    PRELUDE,
    RATE,
    SITES,
    SURVEY,
    WHERE_LAST_REMINDER,
    WORDS,
)
from .story_server import keep_shipped

GUIDE = REPOSITORY / "doc" / "integrator.md"
_BLOCK = re.compile(r"^```(?:python|xml)\n(.+?)^```$", re.MULTILINE | re.DOTALL)
# First line of a block: the path of the file that it is.
_PATH = re.compile(r"(?:# |<!-- )(\w+)/(\S+\.(?:py|xml))(?: -->)?\n")


def examples():
    """The files that the guide prints: ``{addon: {path: text}}``."""
    addons = {}
    for text in _BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if path := _PATH.match(text):
            addons.setdefault(path[1], {})[path[2]] = text
    return addons


@pytest.fixture(scope="module")
def guide(tmp_path_factory):
    """A database with every example freshly installed: ``name``, its ``addons_path``,
    and the ``log`` of the installation."""
    folder = tmp_path_factory.mktemp("addons")
    for addon, files in examples().items():
        for path, text in files.items():
            target = folder / addon / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    addons_path = ",".join([*config["addons_path"], str(folder)])
    with installed_database("examples") as name:
        query(name, keep_shipped())
        log = server(name, "-i", ",".join(examples()), f"--addons-path={addons_path}")
        yield SimpleNamespace(name=name, addons_path=addons_path, log=log)


@pytest.fixture(scope="module")
def play(guide):
    """``play(addon, story)`` plays a story with an example and returns what it told."""
    with StoryServer(guide.name, guide.addons_path) as stories:
        yield lambda addon, story: stories.play(addon, PRELUDE + story)


def test_the_guide_prints_whole_addons():
    assert {addon: sorted(files) for addon, files in examples().items()} == {
        "my_recovery_last_reminder": [
            "__init__.py",
            "__manifest__.py",
            "data/recouvrement_stage.xml",
        ],
        "my_recovery_key_account": [
            "__init__.py",
            "__manifest__.py",
            "data/recouvrement_stage.xml",
        ],
        "my_recovery_trusted": ["__init__.py", "__manifest__.py", "models.py"],
        "my_recovery_factoring": ["__init__.py", "__manifest__.py", "natures.py"],
        "my_recovery_leased": ["__init__.py", "__manifest__.py", "models.py"],
        "my_recovery_marketplace": ["__init__.py", "__manifest__.py", "models.py"],
        "my_recovery_sites": ["__init__.py", "__manifest__.py", "models.py"],
        "my_recovery_words": ["__init__.py", "__manifest__.py", "report.py"],
        "my_recovery_framework": [
            "__init__.py",
            "__manifest__.py",
            "data/recouvrement_legal_fact.xml",
            "models.py",
        ],
        "my_recovery_courier": [
            "__init__.py",
            "__manifest__.py",
            "data/recouvrement_stage.xml",
            "models.py",
        ],
        "my_recovery_postal": [
            "__init__.py",
            "__manifest__.py",
            "data/recouvrement_stage.xml",
            "models.py",
        ],
        "my_recovery_posting": ["__init__.py", "__manifest__.py", "models.py"],
        "my_recovery_survey": ["__init__.py", "__manifest__.py", "models.py"],
        "my_recovery_cheque": ["__init__.py", "__manifest__.py", "models.py"],
        "my_recovery_acme": ["__init__.py", "__manifest__.py", "models.py"],
        "my_recovery_builder": [
            "__init__.py",
            "__manifest__.py",
            "data/recouvrement_stage.xml",
            "models/__init__.py",
            "models/letter_plan.py",
            "models/recouvrement_action.py",
            "models/recouvrement_enclosure.py",
            "views/letter_plan.xml",
        ],
    }


@pytest.mark.parametrize("addon", examples())
def test_installation_is_quiet(guide, addon):
    assert f"Module {addon} loaded" in guide.log
    assert complaints(guide.log) == []


def test_new_stage_without_code(play):
    [(second, early, action, subject, following)] = play(
        "my_recovery_last_reminder", NEW_STAGE
    )
    assert second == {"Silencieux": ["second_reminder", "registered", "sent"]}
    assert early == 0, "eight days after the presentation of the registered letter"
    assert action == {"Silencieux": ["last_reminder", "letter", "sent"]}
    assert subject.startswith("Dernier rappel")
    assert following == "formal_notice"


def test_update_leaves_what_the_company_changed(guide):
    with database("updated", template=guide.name) as name:
        query(name, f"UPDATE recouvrement_stage SET delay = 20 {WHERE_LAST_REMINDER}")
        options = ["-u", "my_recovery_last_reminder"]
        log = server(name, *options, f"--addons-path={guide.addons_path}")
        assert complaints(log) == []
        stages = f"SELECT delay FROM recouvrement_stage {WHERE_LAST_REMINDER}"
        assert query(name, stages) == ["20"]


def test_condition_that_skips_key_accounts(play):
    [told] = play("my_recovery_key_account", KEY_ACCOUNT)
    assert told == {
        "Grand compte": ["hand_over", "task", "todo"],
        "Autre": ["formal_notice", "registered", "to_approve"],
    }


def test_condition_in_code(play):
    [told] = play("my_recovery_trusted", KEY_ACCOUNT_CODE)
    assert told == {
        "De confiance": ["hand_over", "task", "todo"],
        "De confiance et lourd": ["formal_notice", "registered", "to_approve"],
        "Autre": ["formal_notice", "registered", "to_approve"],
    }


def test_invoices_that_are_sold(play):
    [(nature, last, refusal, rows)] = play("my_recovery_factoring", FACTORED)
    assert nature == "Sold to a factor"
    assert last == "2026-06-10", "interest stops when the invoice is sold"
    assert refusal == " was sold to a factor: the factor gives the receipt."
    assert rows == ["Créance cédée à un factor"]


def test_invoices_that_are_left_alone(play):
    [(claimed, reason, shown, after)] = play("my_recovery_leased", LEASED)
    assert claimed == ["Client", [1000]]
    assert reason == shown == "Leased: the lessor claims it."
    assert after == 0, "an action that waits drops it"


def test_money_that_is_known_elsewhere(play):
    [(made, reason, amount, model, after)] = play(
        "my_recovery_marketplace", MARKETPLACE
    )
    assert made == 0
    assert reason == "A marketplace has collected: match it."
    assert amount
    assert model == "res.partner"
    assert after == 1, "once it is matched, the letter goes"


def test_words_and_columns_of_a_letter(play):
    [(titles, cells, labels, other, shipped, pages)] = play("my_recovery_words", WORDS)
    assert titles == ["Commande"]
    assert cells == [["BC 1"], [""]]
    assert "Frais de recouvrement (indemnité forfaitaire)" in labels
    assert other == "Indemnité forfaitaire"
    assert shipped == other, "the texts of all databases are as they were"
    assert pages == [True, True], "the letter is printed with both"


def test_a_letter_for_each_building_site(play):
    [(before, after, sent, following, claimed, total, again)] = play(
        "my_recovery_sites", SITES
    )
    assert again == "Lyon"
    assert before == [
        ["Lyon", "to_approve", 1200, 0, 2],
        ["Paris", "to_approve", 500, 0, 1],
    ]
    assert after == [
        ["Lyon", "to_approve", 1200, 100, 2],
        ["Paris", "to_approve", 200, 0, 1],
    ]
    assert sent == [
        ["Lyon", "sent", 1200, 100, 2],
        ["Paris", "sent", 200, 0, 1],
    ]
    assert [row[:1] + row[2:] for row in following] == [
        ["Lyon", 1200, 100, 2],
        ["Paris", 200, 0, 1],
    ]
    assert (claimed, total) == (3, 1300), "nothing is lost, nothing claimed twice"


def test_new_channel(play):
    [(told, refused, message, count, head, same, proof, kept, kind)] = play(
        "my_recovery_courier", CHANNEL
    )
    assert refused[0] == "failed" and "my_recovery_courier.folder" in refused[1]
    assert told == {"Livrable": ["second_reminder", "courier", "sent"]}
    assert (count, head) == (1, "%PDF-")
    assert message == "Letters left for the courier: 1.", "nothing is printed here"
    assert same, "the courier got the very letter that is kept"
    assert "Envoyée par lettre remise par coursier" in proof
    assert kept == "UserError", "the proof is sealed"
    assert kind == "second_reminder"


def test_rate_and_legal_fact(play):
    """Rows alone for what changes on a day, one file for another rule."""
    [(before, after, sources)] = play("my_recovery_framework", RATE)
    assert before == {
        # 10 000 × 11.62 % × 30 ÷ 365, then 11.75 % for 77 days
        "Sous accord": [[30, 11.62, 95.51], [77, 11.75, 247.88], [0, 0, 40.0]],
        "Autre": [[30, 12.15, 99.86], [77, 12.4, 261.59], [0, 0, 40.0]],
    }
    assert after == {
        # 2.80 + 8.5 and 2.65 + 10, for 30 days
        "Sous accord 2027": [[30, 11.3, 92.88], [0, 0, 50.0]],
        "Autre 2027": [[30, 12.65, 103.97], [0, 0, 50.0]],
    }
    article, first, *_others = (text.replace("\u00a0", " ") for text in sources)
    assert article == "Article 7 de l’accord-cadre du 2 janvier 2020 :"
    assert first.startswith("11,62 % : taux de l’intérêt légal")
    assert "majoré de 9 points de pourcentage" in first


def test_new_channel_that_the_post_presents(play):
    [story] = play("my_recovery_postal", POSTAL)
    told, buttons, message, handed, shown, early, notice, *rest = story
    events, claimed, before, began, found = rest
    assert told == {"Silencieux": ["second_reminder", "postal", "sent"]}
    assert buttons == ["Approve and send"], "it is not printed here"
    assert message == "Letters handed to the postal service: 1."
    assert handed == ["%PDF-"]
    assert shown == [
        "tracking_number",
        "date_posted",
        "date_presented",
        "date_received",
    ]
    assert early == 0, "eight days after the presentation"
    assert [kind for kind, *_ in notice.values()] == ["formal_notice"]
    assert "Envoyée par lettre recommandée postée par notre prestataire" in events
    assert "N° de recommandé 1A 234 567 8901 2" in events
    assert claimed == {"Particulier": ["formal_notice", "postal", "sent"]}
    assert before == 0, "nothing runs before it is presented"
    assert began == "2026-09-18", "the interest of a consumer runs from the next day"
    assert found


def test_kind_of_hold(play):
    [story] = play("my_recovery_survey", SURVEY)
    announced, shown, told, after = story
    assert announced == "2026-07-16", "the day after the last one that it holds"
    assert shown == "A surveyor looks at the works. Cabinet Dupuis"
    assert list(told) == ["Autre"]
    assert list(after) == ["Chantier"], "lifted, it is claimed at once"


def test_new_outcome(play):
    [story] = play("my_recovery_cheque", CHEQUE)
    told, button, name, asked, refused, outcome, activities, deadline, proof = story
    assert told == {"Annonce": ["contact", "phone", "done"]}
    assert button == ["Cheque", False, True], "offered for calls alone"
    assert name == "Cheque in the post"
    assert asked[0].startswith("Note the number") and asked[1:3] == [True, True]
    assert refused, "the number is asked"
    assert outcome == "cheque"
    assert activities == ["Look for the cheque"]
    assert deadline > asked[3], "nothing comes before the money shows"
    assert proof.startswith("chèque annoncé") and "n° 1234567" in proof


def test_service_of_electronic_registered_letters(play):
    [(unset, steps, handed, waiting, done, proofs)] = play("my_recovery_acme", ACME)
    assert unset[0] == "failed" and "my_recovery_acme.url" in unset[1]
    assert steps == [
        *("queued", "queued", "deposited"),
        *("notified", "2026-06-16"),
        *("accepted", "delivered", "2026-06-18"),
    ]
    assert handed == [1, "debiteur@example.com", "%PDF-"], "handed over once"
    assert (waiting, done) == (False, True)
    assert proofs == ["deposit", "receipt"]


def test_letters_that_are_posted(play):
    [(order, listed, exported)] = play("my_recovery_posting", POSTING)
    assert order == ["Brest", "Calais", "Albi"]
    assert listed == ["C1", "C2", "C3"]
    assert exported == ["C1", "C2", "C3"]


def test_a_channel_takes_few_lines():
    lines = examples()["my_recovery_courier"]["models.py"].splitlines()
    assert len([line for line in lines if line.strip()]) <= 33


def test_a_letter_a_placeholder_and_an_enclosure(play):
    [(told, values, instalments, code, enclosed, offered, refused)] = play(
        "my_recovery_builder", BUILDER
    )
    assert told == {"Client": ["plan", "letter", "sent"]}
    assert values == [
        [
            "PLAN DE RÈGLEMENT",
            "Plan de règlement – Lyon 3",
            ["nos conditions générales de vente"],
        ],
        ["PAYMENT PLAN", "Payment plan – your sites", ["our terms of sale"]],
    ]
    assert [amount.replace("\N{NO-BREAK SPACE}", " ") for amount in instalments] == [
        "333,33 €",
        "333,33 €",
        "333,34 €",
    ]
    assert code, "the first instalment may be paid by its code"
    assert enclosed == ["nos conditions générales de vente", 1, 1]
    assert offered, "who may not write templates may use it"
    assert refused[0] == "failed" and "no instalment" in refused[1]
