"""Numbers of registered letters, as the post writes them: a pure kernel."""

import re

# Two letters, eight digits, a check digit, the country: the world's standard (UPU S10).
S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
# Inland letters of La Poste, and the fifteen characters of its other numbers.
LA_POSTE = re.compile(r"\d[A-Z]\d{11}|[0-9A-Z]{15}")
# A number that a spreadsheet rounded ends so.
ROUNDED = re.compile(r"\d{6,}0{6}")
# What people write between the groups of a number.
SEPARATORS = r"[\s./_-]"


def normalise(number):
    """The number alone, without what people write between its groups.

    >>> normalise(" 1A 234 567 8901 2 "), normalise("rk-001.234.567 fr")
    ('1A23456789012', 'RK001234567FR')
    """
    return re.sub(SEPARATORS, "", number or "").upper()


def get_problem(number):
    """What is odd about a number: ``"format"``, ``"check_digit"``, ``"rounded"``, or
    nothing.

    La Poste publishes no check digit of its inland numbers.

    >>> get_problem("1A 234 567 8901 2"), get_problem("RR473124829FR")
    ('', '')
    >>> get_problem("RR473124828FR"), get_problem("1A 234")
    ('check_digit', 'format')
    """
    number = normalise(number)
    if S10.fullmatch(number):
        return (
            "" if int(number[10]) == _s10_check_digit(number[2:10]) else "check_digit"
        )
    if is_rounded(number):
        return "rounded"
    return "" if not number or LA_POSTE.fullmatch(number) else "format"


def is_rounded(number):
    """Whether a spreadsheet replaced the last digits of a number.

    >>> is_rounded("870012000000000"), is_rounded("870012345678901")
    (True, False)
    """
    return bool(ROUNDED.fullmatch(number))


def _s10_check_digit(serial):
    """Check digit of the eight digits of an S10 number.

    >>> _s10_check_digit("47312482")
    9
    """
    total = sum(
        int(digit) * weight for digit, weight in zip(serial, S10_WEIGHTS, strict=True)
    )
    return {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
