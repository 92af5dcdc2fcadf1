"""The walls of the desk, read from the source."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2] / "alerts"
SHELL = ("courier", "pause", "secret")
PURE = sorted({path.stem for path in HOUSE.glob("*.py")} - {"__init__", *SHELL})
NEVER = {
    "asyncio", "httpx", "logging", "os", "pathlib", "random", "secrets", "smtplib", "socket",
    "sqlite3", "subprocess", "threading", "time", "uuid",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("name", PURE)
def test_what_decides_does_no_io(name: str) -> None:
    """A pure module imports nothing that waits, draws, or reads a clock or a file."""
    modules = imported(HOUSE / f"{name}.py")
    assert not {module.split(".")[0] for module in modules} & NEVER
    assert not {m for m in modules if m.startswith(("alerts.courier", "alerts.channels"))}


def test_channels_do_not_know_each_other() -> None:
    """No channel imports a channel, and nothing of the desk imports the service."""
    for path in HOUSE.rglob("*.py"):
        modules = imported(path)
        assert not {module for module in modules if module.split(".")[0] == "service"}
        if path.parent.name == "channels":
            family = f"alerts.channels.{path.stem.partition('_')[0]}"
            others = {module for module in modules if module.startswith("alerts.channels")}
            assert not {module for module in others if not module.startswith(family)}


def test_files_stay_small() -> None:
    """No file of the desk is longer than 250 lines."""
    sizes = {path.name: len(path.read_text().splitlines()) for path in HOUSE.rglob("*.py")}
    assert not {name: size for name, size in sizes.items() if size > 250}
