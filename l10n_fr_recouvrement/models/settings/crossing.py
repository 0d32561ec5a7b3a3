"""Transactions that cross: what concurrent ones undo is done again."""

import random
import time
from datetime import timedelta

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

# Calls in a row that concurrent transactions undo, after which the rest is left to a
# later call; and the seconds that one waits before the second.
MAX_CONFLICTS = 5
PAUSE = 0.1
# What was undone each time is taken up again by its job after this.
COME_BACK = timedelta(minutes=5)


def raise_crossing(error, kind=OperationalError):
    """Raise the error of the database that a concurrent transaction caused, however
    deep others wrapped it, as Odoo does where a text is rendered: the transaction is
    lost, and nothing of what it was about is at fault.

    :param kind: class of the errors to look for: where nothing is undone,
        ``psycopg2.Error``, since every one of them loses the transaction

    >>> raise_crossing(ValueError("A letter is at fault"))
    >>> try:
    ...     raise ValueError("Failed to render") from OperationalError("serialize")
    ... except ValueError as error:
    ...     raise_crossing(error)
    Traceback (most recent call last):
    ...
    psycopg2.OperationalError: serialize
    """
    seen = set()
    while error and error not in seen:
        if isinstance(error, kind):
            raise error
        seen.add(error)
        error = error.__cause__ or error.__context__


def is_taken(error, model, name):
    """Whether an error is that of a unique index of ours: a concurrent transaction did
    the same. Those of others are to be reported.

    :param name: name of the index in its class, without its underscore
    """
    return (
        isinstance(error, UniqueViolation)
        and error.diag.constraint_name == f"{model._table}_{name}"
    )


def insist(env, method, *args, tries=MAX_CONFLICTS):
    """Call ``method`` until no concurrent transaction undoes what it does, so often at
    most, and commit. Nothing else may be under way: it would be lost.

    :param method: called with ``args``; what it does outside of the database is done
        again
    :param tries: how often it is called
    :return: what it returned
    :raise OperationalError: others were in the way each time; all is undone
    """
    for conflicts in range(1, tries + 1):
        try:
            result = method(*args)
            env.cr.flush()
            break
        except Exception as error:
            env.cr.rollback()
            try:
                raise_crossing(error)
            except OperationalError:
                if conflicts == tries:
                    raise
            else:
                raise
            time.sleep(random.uniform(0, PAUSE * 2**conflicts))
    env["ir.cron"]._commit_progress()
    return result
