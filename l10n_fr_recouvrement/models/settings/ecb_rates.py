"""The ECB's main refinancing rate, as the ECB's data service publishes it.

A pure kernel: what to ask for and how to read the answer, without ORM nor network. The
daily series is asked for, one line for each calendar day with the rate in force on it:
the series of changes cannot distinguish a rate that still holds from an old answer.

>>> answer = '''KEY,TIME_PERIOD,OBS_VALUE
... FM.D.U2.EUR.4F.KR.MRR_FR.LEV,2026-06-30,2.40
... FM.D.U2.EUR.4F.KR.MRR_FR.LEV,2026-07-01,2.40
... '''
>>> rates = read_answer(answer.encode())
>>> rate_on(rates, date(2026, 7, 1))
Decimal('2.40')
>>> rate_on(rates, date(2026, 7, 2)) is None
True
"""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

BASE_URL = "https://data-api.ecb.europa.eu/service/data"
FLOW = "FM"
KEY = "D.U2.EUR.4F.KR.MRR_FR.LEV"
SERIES = f"{FLOW}.{KEY}"
SOURCE = f"ECB Data Portal, {SERIES}"
MAX_ANSWER = 1024**2  # bytes: a day takes fifty
# were a holiday left out of the series, the rate of the day before it holds
LOOK_BACK = timedelta(days=10)


class UnreadableAnswerError(ValueError):
    """The answer is not the series that was asked for, in the form it is known in."""


def get_url(base_url):
    """Address of the series below the service's.

    >>> get_url("https://example.com/data/")
    'https://example.com/data/FM/D.U2.EUR.4F.KR.MRR_FR.LEV'
    """
    return f"{base_url.rstrip('/')}/{FLOW}/{KEY}"


def get_query(date_from, date_to):
    """Parameters that ask for the rates from one day to another.

    >>> get_query(date(2026, 7, 1), date(2026, 7, 2))["startPeriod"]
    '2026-06-21'
    """
    return {
        "startPeriod": (date_from - LOOK_BACK).isoformat(),
        "endPeriod": date_to.isoformat(),
        "detail": "dataonly",
        "format": "csvdata",
    }


def read_answer(content):
    """Return ``{day: rate}`` from the bytes of an answer; days without a value are
    left out.

    >>> read_answer(b"<html>Proxy authentication required</html>")
    Traceback (most recent call last):
    ...
    UnreadableAnswerError: no such column: KEY
    """
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), strict=True)
        _check_columns(rows.fieldnames or ())
        return dict(_read_row(row) for row in rows if row["OBS_VALUE"] != "")
    except UnreadableAnswerError:
        raise
    except (ArithmeticError, TypeError, ValueError, csv.Error) as error:
        raise UnreadableAnswerError(str(error)) from error


def rate_on(rates, day):
    """Rate in force on ``day``, or None when the answer does not reach it."""
    if not rates or max(rates) < day:
        return None
    in_force_since = max((start for start in rates if start <= day), default=None)
    return rates.get(in_force_since)


def _check_columns(names):
    for name in ("KEY", "TIME_PERIOD", "OBS_VALUE"):
        if name not in names:
            raise UnreadableAnswerError(f"no such column: {name}")


def _read_row(row):
    if row["KEY"] != SERIES:
        raise UnreadableAnswerError(f"another series: {row['KEY']}")
    rate = Decimal(row["OBS_VALUE"])
    if not rate.is_finite():
        raise UnreadableAnswerError(f"not a rate: {rate}")
    return date.fromisoformat(row["TIME_PERIOD"]), rate
