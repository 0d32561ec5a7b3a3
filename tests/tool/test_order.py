"""The order of files in the whole suite, see ``tests/order.py``."""

from .. import order
from ..odoo_process import REPOSITORY


def test_the_longest_go_first_and_the_unknown_before_them():
    seconds = {"tests/a.py": 3, "tests/b.py": 40}
    names = ["l10n/law.py", "tests/a.py", "tests/b.py", "tests/new.py"]
    assert sorted(names, key=lambda name: order.place(name, seconds)) == [
        "tests/new.py",
        "tests/b.py",
        "tests/a.py",
        "l10n/law.py",
    ]


def test_what_was_measured_is_there():
    """Files are renamed in ``seconds.json`` too: `./dev test --record` does it."""
    gone = [name for name in order.read_seconds() if not (REPOSITORY / name).exists()]
    assert gone == []
