"""The order of files in the whole suite, see ``tests/order.py``."""

from types import SimpleNamespace

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


def test_a_file_takes_the_time_until_the_next_report_of_its_process(
    monkeypatch, tmp_path
):
    clock = iter([0, 0, 5, 8, 9, 30])
    monkeypatch.setattr(order.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(order, "SECONDS", tmp_path / "seconds.json")
    recorder = order.Recorder()
    for node in ("gw0", "gw1"):
        recorder.pytest_xdist_node_collection_finished(node)
    for node, name in (
        ("gw0", "tests/a.py::test_one"),
        ("gw1", "tests/b.py::test_two"),
        ("gw0", "tests/a.py::test_three"),
        ("gw1", "l10n/law.py::law"),
    ):
        recorder.pytest_runtest_logreport(SimpleNamespace(nodeid=name, node=node))
    recorder.pytest_sessionfinish()
    assert order.read_seconds() == {"tests/a.py": 9, "tests/b.py": 8}


def test_what_was_measured_is_there():
    """Files are renamed in ``seconds.json`` too: `./dev test --record` does it."""
    gone = [name for name in order.read_seconds() if not (REPOSITORY / name).exists()]
    assert gone == []
