"""All together, and one by one when that fails."""

from psycopg2 import OperationalError


def attempt(records, method, fail):
    """Call ``method`` on records together, in a savepoint; when that fails, on each of
    them, so that only the one at fault is left out.

    Concurrent transactions are none of their fault: that error goes on, and Odoo tries
    the whole request again.

    :param method: called with records
    :param fail: called with the record at fault and its error, once what it did is
        undone
    :return: list of what the calls returned that did not fail
    """
    try:
        with records.env.cr.savepoint():
            return [method(records)]
    except OperationalError:
        raise
    except Exception as error:
        if len(records) <= 1:
            fail(records, error)
            return []
    return [result for record in records for result in attempt(record, method, fail)]
