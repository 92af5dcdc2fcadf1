"""Configuration that was cut off or misnamed: one clear line with a place, never a traceback."""

import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from service.errors import ConfigurationError
from service.settings import load

CONFIG = Path(__file__).parents[2] / "config"
SHOWROOM = [CONFIG / "company.yaml", CONFIG / "test-drive.yaml"]
MARKET = [CONFIG / "marketplace" / "marketplace.yaml"]
PLACE = re.compile(r"[^\n]*\.(yaml|csv)(:\d+:\d+)?: [^\n]+")


def folder_of(target: Path, files: list[Path]) -> bytes:
    """Copy the tables beside some files and return the files' text, joined."""
    for table in files[0].parent.glob("*.csv"):
        shutil.copy(table, target)
    return b"".join(file.read_bytes() for file in files)


def told(folder: Path) -> list[str]:
    """Return what is said of a folder, nothing where it loads; another exception is a failure."""
    try:
        load(folder)
    except ConfigurationError as error:
        return error.problems
    return []


@pytest.mark.parametrize(("files", "step"), [(SHOWROOM, 3), (MARKET, 4)])
def test_every_prefix_loads_or_says_where(tmp_path: Path, files: list[Path], step: int) -> None:
    """A file that was cut off anywhere is fine, or refused by lines that name a place in it."""
    text = folder_of(tmp_path, files)
    came: Counter[str] = Counter()
    for end in range(0, len(text) + 1, step):
        (tmp_path / "cut.yaml").write_bytes(text[:end])
        problems = told(tmp_path)
        came["refused" if problems else "fine"] += 1
        assert all(PLACE.fullmatch(line) for line in problems), problems
    print(f"prefixes of {len(files)} files: {came.total():,}, {dict(came)}")
    assert came.total() >= 650


@pytest.mark.parametrize(
    "byte", [b"\0", b"\xff", b"\t", b"%", b"\xc2\x85", b"\xe2\x80\xa8", b"\x7f", b"&a"]
)
def test_a_strange_byte_anywhere(tmp_path: Path, byte: bytes) -> None:
    """A byte that YAML does not allow, or gives another meaning, is told with its place or is text."""
    text = folder_of(tmp_path, SHOWROOM)
    for at in range(0, len(text), 300):
        (tmp_path / "cut.yaml").write_bytes(text[:at] + byte + text[at:])
        problems = told(tmp_path)
        assert all(PLACE.fullmatch(line) for line in problems), problems


def _middle(key: str, change: Callable[[str, int], str]) -> str:
    return change(key, len(key) // 2)


WAYS: dict[str, Callable[[str], str]] = {
    "two letters changed round": lambda k: _middle(
        k, lambda s, i: s[: i - 1] + s[i] + s[i - 1] + s[i + 1 :]
    ),
    "a letter missing": lambda k: _middle(k, lambda s, i: s[:i] + s[i + 1 :]),
    "a letter twice": lambda k: _middle(k, lambda s, i: s[:i] + s[i] + s[i:]),
    "a wrong letter": lambda k: _middle(k, lambda s, i: s[:i] + "q" + s[i + 1 :]),
    "one too many or too few": lambda k: k.removesuffix("s") if k.endswith("s") else k + "s",
    "capitals": str.upper,
    "a capital": str.capitalize,
    "a hyphen": lambda k: (
        k.replace("_", "-") if "_" in k else _middle(k, lambda s, i: f"{s[:i]}-{s[i:]}")
    ),
    "the last letter missing": lambda k: k[:-1],
    "words run together": lambda k: k.replace("_", "") if "_" in k else f"the{k}",
    "an underscore behind": lambda k: k + "_",
}
KEYS = ["company", "calendars", "sources", "receivers", "delivers", "format", "correct_for"]
KEYS += ["provenance", "holidays", "executive_owner", "stages", "touchpoints", "promise", "measure"]
KEYS += ["objective", "owner", "title", "rules", "group_by", "timezone", "at_least", "case_url"]


@pytest.mark.parametrize("way", WAYS)
def test_misnamed_keys(tmp_path: Path, way: str) -> None:
    """Each way of misnaming a key is told at its place, with the key that was meant."""
    text = folder_of(tmp_path, SHOWROOM).decode()
    for key in KEYS:
        wrong = WAYS[way](key)
        assert wrong != key
        found = re.search(rf"(?<![\w-]){key}(?=:)", text)
        assert found, key
        line = text[: found.start()].count("\n") + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        (tmp_path / "cut.yaml").write_text(
            text[: found.start()] + wrong + text[found.end() :], "utf-8"
        )
        expected = f'cut.yaml:{line}:{column}: unknown key "{wrong}"; did you mean "{key}"?'
        assert any(problem.endswith(expected) for problem in told(tmp_path)), expected
    print(f"misnamed keys, {way}: {len(KEYS)}")
