"""Two real processes whose transactions cross, as PostgreSQL sees them (repeatable
read): nothing is lost, nothing is done twice, nothing waits until tomorrow.

One database and one server for all; each test has debtors of its own.
"""

from itertools import count

import pytest

from ..channel.lre_service import KEY, LreService
from ..mail_server import MailServer
from ..odoo_process import CrossingServer, installed_database

DAY = "2026-05-26"
NUMBERS = count(1)


@pytest.fixture(scope="module")
def mail_server():
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def odoo(mail_server):
    with installed_database("crossing") as name, CrossingServer(name, DAY) as server:
        server.do("set_up", port=mail_server.port)
        yield server


def _owe(odoo, how_many=2, **more):
    names = [f"Debiteur {next(NUMBERS)}" for _debtor in range(how_many)]
    return odoo.do("owe", names=names, **more)


def _assert_sent(rows):
    """Each letter left once: an action, an e-mail, a file."""
    assert [(row["states"], row["mails"], row["files"]) for row in rows] == [
        (["sent"], 1, 1)
    ] * len(rows), rows


def test_payment_while_the_daily_job_sends(odoo):
    paid, *others = debtors = _owe(odoo)
    odoo.cross(
        ("daily_job", {}),
        ("pay", {"debtor": paid}),
        "recouvrement.action:_freeze_documents",
    )
    first, *rows = odoo.do("read", debtors=debtors)
    assert first["paid"] and first["states"] == ["cancelled"]
    assert (first["mails"], first["files"]) == (0, 0), "it was paid before it left"
    _assert_sent(rows)


def test_payment_while_somebody_sends(odoo):
    odoo.do("approve_first", needed=True)
    paid, *others = debtors = _owe(odoo)
    odoo.do("start")
    odoo.cross(
        ("send", {"debtors": debtors}),
        ("pay", {"debtor": paid}),
        "recouvrement.action:_freeze_documents",
    )
    first, *rows = odoo.do("read", debtors=debtors)
    assert first["paid"] and first["states"] == ["cancelled"]
    assert (first["mails"], first["files"]) == (0, 0)
    _assert_sent(rows)
    odoo.do("approve_first", needed=False)


def test_letters_that_leave_while_a_payment_is_recorded(odoo):
    """The other way round: the payment has begun before the letters, and ends after
    them."""
    paid, *others = debtors = _owe(odoo)
    odoo.cross(
        ("pay", {"debtor": paid}),
        ("daily_job", {}),
        "account.payment:action_post",
    )
    rows = odoo.do("read", debtors=debtors)
    assert rows[0]["paid"]
    _assert_sent([row for row in rows if row["states"] == ["sent"]])
    assert [row["states"] for row in rows[1:]] == [["sent"]]
    assert rows[0]["states"] in (["sent"], ["cancelled"], [])


def test_two_runs(odoo):
    odoo.do("approve_first", needed=True)
    debtors = _owe(odoo)
    odoo.cross(("start", {}), ("start", {}), "recouvrement.engine:_collect")
    rows = odoo.do("read", debtors=debtors)
    assert [row["states"] for row in rows] == [["to_approve"]] * 2
    odoo.do("approve_first", needed=False)


def test_two_daily_jobs(odoo):
    debtors = _owe(odoo)
    odoo.cross(("daily_job", {}), ("daily_job", {}), "recouvrement.engine:_collect")
    odoo.do("daily_job")
    _assert_sent(odoo.do("read", debtors=debtors))


def test_run_and_edit_that_asks_for_approval(odoo):
    """What was made by the stage as it was does not leave by the stage as it is."""
    debtors = _owe(odoo)
    odoo.cross(
        ("daily_job", {}),
        ("approve_first", {"needed": True}),
        "recouvrement.engine:_collect",
    )
    rows = odoo.do("read", debtors=debtors)
    assert [row["mails"] for row in rows] == [0] * 2, rows
    odoo.do("approve_first", needed=False)
    odoo.do("daily_job")
    _assert_sent(odoo.do("read", debtors=debtors))


def test_run_and_edit_of_its_day(odoo):
    """The days of the invoices are those of the stages as they are, whoever was
    first."""
    debtors = _owe(odoo)
    odoo.cross(("start", {}), ("delay", {"days": 8}), "recouvrement.engine:_collect")
    assert odoo.do("read_stage") == []
    rows = odoo.do("read", debtors=debtors)
    assert all(len(row["states"]) == 1 for row in rows)
    odoo.do("delay", days=3)
    assert odoo.do("read_stage") == []


def test_return_while_a_payment_is_recorded(odoo):
    """The report of the mail server is marked as read whatever becomes of it: it is not
    lost."""
    [debtor] = _owe(odoo, 1)
    odoo.do("daily_job")
    odoo.do("leave", debtor=debtor)
    odoo.cross(
        ("bounce", {"debtor": debtor}),
        ("assign", {"debtor": debtor}),
        "mail.thread:message_parse",
    )
    [row] = odoo.do("read", debtors=[debtor])
    assert row["states"] == ["returned"], row
    assert row["user"] == "admin"
    [debtor] = _owe(odoo, 1)
    odoo.do("daily_job")
    odoo.do("leave", debtor=debtor)
    odoo.cross(
        ("bounce", {"debtor": debtor}),
        ("pay", {"debtor": debtor}),
        "recouvrement.action:_mark_undelivered",
    )
    [row] = odoo.do("read", debtors=[debtor])
    assert row["states"] == ["returned"] and row["paid"]


def test_penalties_of_the_night_while_a_payment_is_recorded(odoo):
    paid, *others = debtors = _owe(odoo, days=60)
    odoo.cross(
        ("night_job", {}),
        ("pay", {"debtor": paid}),
        "recouvrement.penalty.line:_refresh",
    )
    rows = odoo.do("read", debtors=debtors)
    assert rows[0]["paid"]
    assert [row["penalties"] for row in rows] == [DAY] * 2


def test_e_mail_that_leaves_while_its_action_changes(odoo, mail_server):
    """The server took it: whoever changes the action waits for the note of that."""
    [debtor] = _owe(odoo, 1)
    odoo.do("daily_job")
    before = len(mail_server.messages)
    odoo.cross(
        ("mail_job", {}),
        ("assign", {"debtor": debtor}),
        "ir.mail_server:send_email",
    )
    odoo.do("mail_job")
    addresses = mail_server.recipients[before:]
    assert len(addresses) == len(set(addresses)), "nobody got it twice"
    [row] = odoo.do("read", debtors=[debtor])
    assert row["left"] and row["user"] == "admin"


def test_nobody_waits_for_a_service(odoo):
    """The letter is handed over once, and its action stays free meanwhile."""
    service = LreService()
    try:
        odoo.do("approve_first", needed=True)
        debtors = _owe(odoo, 2)
        odoo.do("start")
        odoo.do("use_service", url=service.url, key=KEY, debtors=debtors)
        crossed = odoo.cross(
            ("carriers_job", {}),
            ("assign", {"debtor": debtors[0]}),
            "recouvrement.lre.provider.http:_send_letter",
        )
        assert not crossed["blocked"]
        rows = odoo.do("read", debtors=debtors)
        assert [row["carrier"] for row in rows] == [["deposited"]] * 2
        assert rows[0]["user"] == "admin"
        assert len(service.letters) == 2
        odoo.do("approve_first", needed=False)
    finally:
        service.stop()
