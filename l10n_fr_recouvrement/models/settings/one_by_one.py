"""All together, and one by one when that fails."""

from .crossing import raise_crossing


def attempt(records, method, fail):
    """Call ``method`` on records together, in a savepoint; when that fails, on each of
    them, so that only the one at fault is left out.

    Concurrent transactions are none of their fault, nor what others left to be written
    or checked before: these errors go on. Odoo tries the whole request again after the
    first.

    :param method: called with records
    :param fail: called with the record at fault and its error, once what it did is
        undone
    :return: list of what the calls returned that did not fail
    """
    # What waits is written, and what others have checked is checked, outside of what
    # is undone below.
    records.env.cr.flush()
    try:
        with records.env.cr.savepoint():
            return [method(records)]
    except Exception as error:
        raise_crossing(error)
        if len(records) <= 1:
            fail(records, error)
            return []
    return [result for record in records for result in attempt(record, method, fail)]
