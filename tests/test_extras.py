"""The base of pyproject.toml is whole: one machine needs no extra.

Whoever develops here has every extra, so a library that only an extra brings is never missed here;
it was missed by the first who installed the wheel as deploy/README.md says. An environment of its
own for the base was rejected: it takes a minute and a network, and a closed door says the same.
"""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
NAME = re.compile(r"[A-Za-z0-9._-]+")
# Closes the door to what is named, then begins as the service does.
BEGIN = """
import sys
closed = set(sys.argv[1].split(","))
class Door:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in closed:
            raise ModuleNotFoundError(f"closed: {name}", name=name)
sys.meta_path.insert(0, Door())
import importlib
importlib.import_module(sys.argv[2])
"""


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(lines: list[str]) -> set[str]:
    return {_plain(found[0]) for line in lines if (found := NAME.match(line))}


def _with_all_below(names: set[str]) -> set[str]:
    seen, todo = set(names), list(names)
    while todo:
        try:
            asked = requires(todo.pop()) or []
        except ModuleNotFoundError:  # of another system
            continue
        new = _names([line for line in asked if "extra ==" not in line]) - seen
        seen |= new
        todo += new
    return seen


def _brought_by_extras_only() -> list[str]:
    """Return the names to import of what stands in the environment for extras alone."""
    base = _with_all_below(_names(PROJECT["dependencies"]))
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    more = _with_all_below(_names(extras)) - base
    return [
        name
        for name, of in packages_distributions().items()
        if {_plain(each) for each in of} <= more
    ]


@pytest.mark.parametrize(
    "begins",
    [
        "service.bootstrap",
        "service.cli",
        "service.backtest.history",
        "service.hosts.exported_log",
        "service.weekly.sending",
    ],
)
def test_the_base_begins_without_extras(begins: str) -> None:
    """The service, its commands and its histories begin with every extra taken away."""
    closed = _brought_by_extras_only()
    assert {"aiokafka", "psycopg", "fastavro", "matplotlib"} <= set(closed)
    done = subprocess.run(
        [sys.executable, "-c", BEGIN, ",".join(closed), begins],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.returncode, done.stderr
