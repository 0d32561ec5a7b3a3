"""The daily run on real processes: killed, doubled, and with a debtor at fault.

What a run does to a database is compared with what an undisturbed one does to a copy of
it, down to the last line and invoice.
"""

import random

import pytest

from ..odoo_process import (
    REPOSITORY,
    CronServer,
    database,
    installed_database,
    query,
    renew,
    shell,
)

BOOK_DAY = "2026-05-20"
# Six days later every invoice of the book has a stage due.
DAY = "2026-05-26"
DEBTORS = 1000
KILLS = 20
LETTERS = 20
LETTER_KILLS = 8
ROUNDS = 5
SEED = 20260526
FAULT = "Fiche verrouillée"

# Thousands of invoices in seconds: the builder of `./dev bench followup`.
BOOK = f'''
import sys
sys.path.insert(0, {str(REPOSITORY / ".ci/devtool/scripts")!r})
from datetime import date
from bench_followup_book import FollowupBook
from bench_script import find_company

class Book(FollowupBook):
    invoices_per_debtor = 1

Book.create(env, date.fromisoformat({BOOK_DAY!r}), {DEBTORS})
find_company(env).recouvrement_auto = True
reminder = env.ref("l10n_fr_recouvrement.stage_business_reminder")
reminder.show_penalties = True
env.flush_all()
# One in ten was reminded by e-mail, and is to be called.
env.cr.execute(
    """
    UPDATE account_move
       SET recouvrement_stage_id = %s, recouvrement_stage_date = invoice_date_due + 3,
           recouvrement_cycle_date = invoice_date_due
     WHERE move_type = 'out_invoice' AND commercial_partner_id %% 10 = 0
       AND invoice_date_due < %s::date - 14
    """,
    [reminder.id, {DAY!r}],
)
env.cr.execute("UPDATE res_partner SET phone = '01 99 00 12 34' WHERE phone IS NULL")
env.invalidate_all()
called = env["account.move"].search([("recouvrement_stage_id", "=", reminder.id)])
env.add_to_compute(called._fields["recouvrement_next_date"], called)
env.flush_all()
env.cr.commit()
'''
DEBTORS_QUERY = """
SELECT DISTINCT commercial_partner_id FROM account_move
 WHERE move_type = 'out_invoice' ORDER BY 1
"""
# What matters of actions: all but their own numbers and the run that made them.
ACTIONS_QUERY = """
SELECT action.partner_id, action.stage_id, action.channel, action.state, action.date,
       action.date_deadline, action.amount_invoices, action.amount_credits,
       action.amount_interest, action.amount_indemnity, action.amount_total,
       (SELECT count(*) FROM mail_activity activity
         WHERE activity.res_model = 'recouvrement.action'
           AND activity.res_id = action.id),
       string_agg(concat_ws(' ', line.move_line_id, line.stage_id, line.cycle_date,
                            line.amount_residual, line.amount_interest, line.state),
                  ', ' ORDER BY line.move_line_id)
  FROM recouvrement_action action
  JOIN recouvrement_action_line line ON line.action_id = action.id
 GROUP BY action.id
 ORDER BY action.partner_id, action.id
"""
# Those who were never claimed anything, which is done by e-mail.
FRESH_DEBTORS_QUERY = """
SELECT DISTINCT commercial_partner_id FROM account_move
 WHERE move_type = 'out_invoice' AND recouvrement_stage_id IS NULL ORDER BY 1
"""
# Leaves the run with some debtors.
DISPUTE = """
UPDATE account_move
   SET payment_state = 'blocked', recouvrement_next_date = NULL
 WHERE move_type = 'out_invoice' AND commercial_partner_id NOT IN ({})
"""
# E-mails and PDFs of each action.
LETTERS_QUERY = """
SELECT action.partner_id, action.state,
       (SELECT count(*)
          FROM mail_mail mail
          JOIN mail_message message ON message.id = mail.mail_message_id
         WHERE message.model = 'recouvrement.action' AND message.res_id = action.id),
       (SELECT count(*) FROM ir_attachment attachment
         WHERE attachment.res_model = 'recouvrement.action'
           AND attachment.res_id = action.id)
  FROM recouvrement_action action ORDER BY action.partner_id, action.id
"""
INVOICES_QUERY = """
SELECT id, recouvrement_next_date, recouvrement_stage_id, recouvrement_stage_date,
       recouvrement_cycle_date
  FROM account_move WHERE move_type = 'out_invoice' ORDER BY id
"""


RUNS_QUERY = "SELECT company_id, date, automatic, started FROM recouvrement_run"


@pytest.fixture(scope="module")
def book():
    """A database in which 1 000 debtors owe."""
    with installed_database("book") as name:
        shell(name, BOOK)
        query(name, "ANALYZE account_move, account_move_line, res_partner")
        yield name


@pytest.fixture(scope="module")
def undisturbed(book):
    """What one run does that nothing disturbs, and how long it takes."""
    with database("undisturbed", template=book) as name, CronServer(name, DAY) as odoo:
        call = odoo.call()
        assert call["outcomes"] == ["ended"]
        state = _state(name)
    assert len(state[0]) == DEBTORS
    return state, call["seconds"]


def _state(name):
    queries = (ACTIONS_QUERY, INVOICES_QUERY, RUNS_QUERY)
    return [query(name, sql) for sql in queries]


def _assert_same(found, expected):
    """Say how many differ and how the first does: thousands of rows help nobody."""
    for rows, expected_rows in zip(found, expected, strict=True):
        missing = sorted(set(expected_rows) - set(rows))
        foreign = sorted(set(rows) - set(expected_rows))
        assert (len(missing), missing[:1], len(foreign), foreign[:1]) == (0, [], 0, [])
        assert len(rows) == len(expected_rows), "something was made twice"


def _kill(odoo, name, template, kills, seconds):
    """Kill the job at moments spread over ``seconds``, calling it again until it is
    done, and start from ``template`` until it was killed so many times. Yields each
    time it is done."""
    moments = random.Random(SEED)
    while kills:
        renew(name, template)
        while kills:
            call = odoo.call(kill_after=moments.uniform(0, seconds))
            if call["outcomes"] != ["killed"]:
                break
            kills -= 1
        # What PostgreSQL still held for the killed was left to the next call.
        odoo.settle()
        assert odoo.call()["outcomes"] == ["ended"]
        yield


def test_killed_at_any_moment(book, undisturbed):
    """Killed 20 times: nothing is lost and nothing is made twice."""
    expected, seconds = undisturbed
    with database("killed", template=book) as name, CronServer(name, DAY) as odoo:
        for _done in _kill(odoo, name, book, KILLS, seconds):
            _assert_same(_state(name), expected)


def test_killed_while_sending(book):
    """Killed while it makes and sends letters: each leaves once, in one e-mail."""
    with (
        database("to_send", template=book) as source,
        database("sending", template=book) as name,
        CronServer(name, DAY) as odoo,
    ):
        query(source, DISPUTE.format(f"{FRESH_DEBTORS_QUERY} LIMIT {LETTERS}"))
        query(source, "UPDATE recouvrement_stage SET needs_approval = FALSE")
        renew(name, source)
        seconds = odoo.call()["seconds"]
        expected = _state(name)
        letters = query(name, LETTERS_QUERY)
        assert [row.split("|", 1)[1] for row in letters] == ["sent|1|1"] * LETTERS
        for _done in _kill(odoo, name, source, LETTER_KILLS, seconds):
            _assert_same(_state(name), expected)
            assert query(name, LETTERS_QUERY) == letters


def test_two_at_once(book, undisturbed):
    """Two processes on one database do what one does."""
    expected, _seconds = undisturbed
    with database("twice", template=book) as name, CronServer(name, DAY) as odoo:
        for _round in range(ROUNDS):
            renew(name, book)
            assert odoo.call(workers=2)["outcomes"] == ["ended", "ended"]
            _assert_same(_state(name), expected)


def test_debtors_at_fault(book):
    """One debtor whose action the database refuses, one whose interest has no rate:
    998 others go on, and both are told in words."""
    with database("fault", template=book) as name, CronServer(name, DAY) as odoo:
        refused, rateless = _prepare_faults(name)
        assert odoo.call()["outcomes"] == ["ended"]
        states = query(
            name,
            "SELECT state, count(*) FROM recouvrement_action GROUP BY 1 ORDER BY 1",
        )
        fresh = len(query(name, FRESH_DEBTORS_QUERY))
        assert states == [
            "failed|1",
            f"to_approve|{fresh - 2}",
            f"todo|{DEBTORS - fresh}",
        ]
        [failure] = query(
            name,
            "SELECT partner_id, failure_reason FROM recouvrement_action"
            " WHERE state = 'failed'",
        )
        assert failure.startswith(f"{rateless}|")
        assert "1998" in failure
        [message] = query(
            name,
            "SELECT replace(body, chr(10), ' ') FROM mail_message"
            f" WHERE model = 'recouvrement.run' AND body LIKE '%{FAULT}%'",
        )
        [debtor] = query(name, f"SELECT name FROM res_partner WHERE id = {refused}")
        assert debtor in message


def _prepare_faults(name):
    """Let the database refuse the first debtor, and the second owe since before there
    was a rate; return both."""
    refused, rateless, *_others = query(name, FRESH_DEBTORS_QUERY)
    query(
        name,
        f"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{FAULT}'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON recouvrement_action
            FOR EACH ROW WHEN (NEW.partner_id = {refused}) EXECUTE FUNCTION refuse();
        UPDATE account_move
           SET invoice_date = '1998-06-30', invoice_date_due = '1998-07-31'
         WHERE commercial_partner_id = {rateless} AND move_type = 'out_invoice';
        UPDATE account_move_line SET date_maturity = '1998-07-31'
         WHERE partner_id = {rateless} AND display_type = 'payment_term';
        """,
    )
    return refused, rateless
