"""The walls between the parts hold, and each one is seen to fall when somebody breaks it.

A contract that can never fail protects nothing: a misspelt module is enough to make one.  So every
contract of pyproject.toml is broken here once on purpose, in a copy of the tree, by one import.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINTER = Path(sys.executable).with_name("lint-imports")
VERDICT = re.compile(r"^(.+?) (KEPT|BROKEN)(?: \(.*\))?$", re.MULTILINE)

# The contract, the file that breaks it, and the import that does.
OFFENCES = {
    "Service may call alerts; alerts never look back": ("alerts/desk.py", "service.errors"),
    "The engine is pure and borrows only the signal": ("service/engine/case.py", "os"),
    "Everything the desk decides, it decides without I/O": ("alerts/words.py", "socket"),
    "The service is built in storeys": ("service/intake/files.py", "service.loop"),
    "Channels do not know each other": ("alerts/channels/slack.py", "alerts.channels.console"),
    "One file knows PostgreSQL's driver": ("service/store/postgres.py", "psycopg"),
    "One file knows Faust": ("service/loop.py", "faust"),
    "Seven files know aiokafka": ("service/log/sqlite.py", "aiokafka"),
}


def broken(folder: Path) -> set[str]:
    """Return the contracts that do not hold in a folder; fail when none was looked at."""
    run = subprocess.run(
        [LINTER, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    verdicts = dict(VERDICT.findall(run.stdout))
    assert set(verdicts) == contracts(), run.stdout + run.stderr
    assert run.returncode == ("BROKEN" in verdicts.values())
    return {name for name, verdict in verdicts.items() if verdict == "BROKEN"}


def contracts() -> set[str]:
    """Return the names of all contracts."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return {contract["name"] for contract in project["tool"]["importlinter"]["contracts"]}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a copy of what the contracts speak of."""
    for package in ("service", "alerts"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_all_walls_hold() -> None:
    """No import of the tree crosses a wall."""
    assert not broken(ROOT)


def test_every_wall_is_tried() -> None:
    """Each contract has an offence here that breaks it."""
    assert set(OFFENCES) == contracts()


@pytest.mark.parametrize("contract", OFFENCES)
def test_a_broken_wall_is_seen(contract: str, tree: Path) -> None:
    """One offending import breaks exactly its contract."""
    file, module = OFFENCES[contract]
    path = tree / file
    path.write_text(f"{path.read_text('utf-8')}\nimport {module}\n", "utf-8")
    assert broken(tree) == {contract}
