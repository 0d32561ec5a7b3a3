"""The states of an action: the table of what may follow what, and its only reader."""

import ast

from odoo.exceptions import UserError

from odoo.addons.l10n_fr_recouvrement.const import (
    CLOSED_STATES,
    CONTACTED_STATES,
    FIRST_STATES,
    LETTER_STATES,
    PENDING_STATES,
    STATES,
    TRANSITIONS,
)

from ..common import RecouvrementCase
from ..odoo_process import REPOSITORY

CODES = [code for code, _label in STATES]


class TestStates(RecouvrementCase):
    """One method changes the state of an action, by the table alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(cls.business, 100, "2026-05-01")
        cls.action = cls._run("2026-05-05").sudo()

    def _force(self, state):
        """Put the action in a state, past the table."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE recouvrement_action SET state = %s WHERE id = %s",
            [state, self.action.id],
        )
        self.env.invalidate_all()

    def test_every_pair(self):
        for state in CODES:
            for following in CODES:
                with self.subTest(state=state, following=following):
                    self._force(state)
                    if following in TRANSITIONS[state]:
                        self.action._set_state(following)
                        self.assertEqual(self.action.state, following)
                    else:
                        with self.assertRaises(UserError) as caught:
                            self.action._set_state(following)
                        self.assertIn(self.action.name, str(caught.exception))
                        self.assertEqual(self.action.state, state)

    def test_one_that_may_not_keeps_all(self):
        self._invoice(self.consumer, 100, "2026-04-29")
        other = self._run("2026-05-05").sudo() - self.action
        self._force("done")
        with self.assertRaises(UserError):
            (other | self.action)._set_state("cancelled")
        self.assertEqual(other.state, "to_approve")

    def test_what_else_is_written_with_it(self):
        self.action._set_state("failed", failure_reason="Without address")
        self.assertEqual(self.action.failure_reason, "Without address")

    def test_made_in_a_first_state(self):
        vals = self.action.copy_data()[0]
        for state in CODES:
            made = {**vals, "state": state, "line_ids": []}
            if state in FIRST_STATES:
                self.assertEqual(self.action.create(made).state, state)
            else:
                with self.assertRaises(UserError):
                    self.action.create(made)


def test_table_is_of_all_states():
    assert set(TRANSITIONS) == set(CODES)
    assert {state for states in TRANSITIONS.values() for state in states} <= set(CODES)
    assert set(PENDING_STATES) | set(CLOSED_STATES) == set(CODES)
    assert not set(PENDING_STATES) & set(CLOSED_STATES)
    assert set(FIRST_STATES) <= set(PENDING_STATES)
    assert set(LETTER_STATES) <= set(CONTACTED_STATES)


def test_nothing_that_was_closed_waits_again():
    for state in CLOSED_STATES:
        assert not set(TRANSITIONS[state]) & set(PENDING_STATES)
    for state in PENDING_STATES:
        assert "cancelled" in TRANSITIONS[state], "whatever waits may be given up"


def test_only_what_was_approved_leaves():
    before = {state for state, following in TRANSITIONS.items() if "sent" in following}
    assert before == {"ready", "delivered", "returned"}


def test_every_state_is_reached():
    reached = set(FIRST_STATES)
    while more := {s for state in reached for s in TRANSITIONS[state]} - reached:
        reached |= more
    assert reached == set(CODES)


def _state_writes(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Attribute) and target.attr == "state":
                    yield node.lineno, ast.unparse(target.value)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in ("write", "update"):
                for keys in (arg.keys for arg in node.args if hasattr(arg, "keys")):
                    if any(getattr(key, "value", "") == "state" for key in keys):
                        yield node.lineno, ast.unparse(node.func.value)


def test_no_other_method_writes_a_state():
    """E-mails in the queue have states of their own."""
    addon = REPOSITORY / "l10n_fr_recouvrement"
    paths = [
        *addon.glob("models/*/recouvrement_action*.py"),
        *addon.glob("models/channel/*.py"),
        *addon.glob("demo/*.py"),
    ]
    found = {
        (path.stem, target)
        for path in paths
        for _line, target in _state_writes(ast.parse(path.read_text(encoding="utf-8")))
        if not target.endswith(("mail_id", "letters")) and "snailmail" not in path.stem
    }
    assert found == {("recouvrement_action_state", "self")}
