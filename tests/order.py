"""In which order the files of the whole suite run in two processes: the longest first.

A plugin of pytest that `./dev test` loads. How long each file took is kept in
``seconds.json``, which `./dev test --record` writes anew; a file that is not in it goes
first, the doctests of the addon last. xdist gives the next file to whoever is nearly
done, so that the short ones keep both busy to the end. How fast the machine was does
not matter: only which file takes longer than which.
"""

import json
import time
from pathlib import Path

SECONDS = Path(__file__).with_name("seconds.json")


def pytest_addoption(parser):
    parser.addoption("--record", action="store_true", help="keep how long files take")


def pytest_configure(config):
    if config.getoption("--record") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder())


def pytest_collection_modifyitems(items):
    seconds = read_seconds()
    items.sort(key=lambda item: place(file_of(item.nodeid), seconds))


def read_seconds():
    return json.loads(SECONDS.read_text(encoding="utf-8")) if SECONDS.exists() else {}


def place(name, seconds):
    """The sorting key of a file; the order within it is kept."""
    if name in seconds:
        return 1, -seconds[name], name
    return (0 if name.startswith("tests/") else 2), 0, name


def file_of(nodeid):
    return nodeid.partition("::")[0]


class Recorder:
    """Adds up what the tests of each file take, their preparation included.

    By the clock of the process that gives out the tests: that of those which run them
    stands still in some.
    """

    def __init__(self):
        self.seconds = {}
        self._since = {}

    def pytest_xdist_node_collection_finished(self, node):
        self._since[node] = time.monotonic()

    def pytest_runtest_logreport(self, report):
        now = time.monotonic()
        name, since = file_of(report.nodeid), self._since.get(report.node, now)
        self._since[report.node] = now
        if name.startswith("tests/"):
            self.seconds[name] = self.seconds.get(name, 0) + now - since

    def pytest_sessionfinish(self):
        kept = {name: round(taken) for name, taken in sorted(self.seconds.items())}
        SECONDS.write_text(json.dumps(kept, indent=4) + "\n", encoding="utf-8")
