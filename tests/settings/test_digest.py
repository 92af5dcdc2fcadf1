"""When the weekly page goes to whom: what may be written, and what is said of the rest."""

from pathlib import Path

import pytest

from service.settings import load
from tests.settings.written import COMPANY, problems, write

WRITTEN = [
    ("{to: boss}", ("boss",), (0, 420), None),
    ("{to: [boss, desk], when: fri 16:30}", ("boss", "desk"), (4, 990), None),
    ("{to: boss, when: mon 00:00, timezone: Asia/Tokyo}", ("boss",), (0, 0), "Asia/Tokyo"),
]
AT = "company.yaml:22"
FORM = "write it as mon 07:00"
MISTAKES = [
    ("{to: bos}", f'{AT}:14: no receiver "bos"; did you mean "boss"?'),
    ("{to: [boss, dsk]}", f'{AT}:21: no receiver "dsk"; did you mean "desk"?'),
    ("{to: [boss, boss]}", f'{AT}:21: "boss" stands twice'),
    (
        "{to: [boss, far]}",
        f'{AT}:21: "far" is reached through a place only; the page is about no place',
    ),
    ("{to: boss, when: 07:00}", f"{AT}:26: cannot read '07:00' as an hour of the week; {FORM}"),
    (
        "{to: boss, when: mon 24:00}",
        f"{AT}:26: cannot read 'mon 24:00' as an hour of the week; {FORM}",
    ),
    (
        "{to: boss, when: dia 07:00}",
        f"{AT}:26: cannot read 'dia 07:00' as an hour of the week; {FORM}",
    ),
    ("{to: boss, timezone: Mars}", f'{AT}:30: no time zone "Mars"'),
    ("{to: boss, at: mon}", f'{AT}:20: unknown key "at"'),
    ("{when: mon 07:00}", f'{AT}:1: "to" is missing'),
]


def with_digest(folder: Path, digest: str) -> Path:
    """Write the small configuration with a block for the weekly page."""
    more = '  boss: [{console: {}}]\n  far: [{email: {to: ["{unit.mail}"]}}]\n'
    return write(folder, company=f"{COMPANY}{more}digest: {digest}\n")


@pytest.mark.parametrize(("digest", "to", "when", "zone"), WRITTEN)
def test_what_may_be_written(
    tmp_path: Path, digest: str, to: tuple[str, ...], when: tuple[int, int], zone: str | None
) -> None:
    """One receiver or several, an hour of the week that is Monday's seven by default, a zone."""
    found = load(with_digest(tmp_path, digest)).configuration.digest
    assert found is not None
    assert (found.to, found.when, found.timezone) == (to, when, zone)


@pytest.mark.parametrize(("digest", "line"), MISTAKES)
def test_mistakes(tmp_path: Path, digest: str, line: str) -> None:
    """Each mistake is told at its place, with what to write instead."""
    [found] = problems(with_digest(tmp_path, digest))
    assert found.startswith(line)
