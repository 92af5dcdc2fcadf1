"""The base of pyproject.toml is whole: one machine needs no extra.

Whoever develops here has every extra, so a library that only an extra brings is never missed here;
it was missed by the first who installed the wheel as deploy/README.md says. An environment of its
own for the base was rejected: it takes a minute and a network, and a closed door says the same.
"""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

from service.cli.main import EXTRAS

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
# Goes on with a command.
COMMAND = """
from service.cli import main
main(sys.argv[3:])
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


@pytest.mark.parametrize(
    "command",
    [
        "run --role intake",
        "run --role engine",
        "topics",
        "log import {file}",
        "upgrade",
        "accept t 0",
    ],
)
def test_a_command_names_the_extra_that_it_needs(tmp_path: Path, command: str) -> None:
    """Where a library is missing, one line says which, the next how to get it, and nothing else."""
    arguments = command.format(file=tmp_path / "log.ndjson").split()
    more = {
        "EROSION_LOG": "kafka",
        "EROSION_KAFKA": "127.0.0.1:1",
        "EROSION_DATA": str(tmp_path),
        "EROSION_CONFIG": str(Path("config").resolve()),
    }
    closed = ",".join(_brought_by_extras_only())
    begin = [sys.executable, "-c", BEGIN + COMMAND, closed, "service.cli", *arguments]
    done = subprocess.run(begin, capture_output=True, text=True, check=False, env=os.environ | more)
    what, how = done.stderr.splitlines()
    assert done.returncode == 1
    assert re.fullmatch(r"erosion: (aiokafka|faust|cramjam)[.\w]* is not installed", what)
    assert how == "what to do: pip install 'revenue-erosion-alerts[kafka]'"


def test_each_extra_is_known_to_the_commands() -> None:
    """What an extra brings by its own name is in the list of those that may be missing."""
    named = {name: _names(lines) for name, lines in PROJECT["optional-dependencies"].items()}
    for library, extra in EXTRAS.items():
        packages = {_plain(each) for each in packages_distributions()[library]}
        assert packages & named[extra]
