"""Times as sources write them: with offset, on a wall in a zone, or as numbers since 1970."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.engine.plan import Source
from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.times import reading
from service.rejected import Refusal, Rejected
from service.settings.compile_zones import transitions
from tests.intake.conftest import rows

BERLIN = "Europe/Berlin"
ZONES = {BERLIN: transitions(BERLIN)}
NINE = 1789369200000  # 2026-09-14T09:00+02:00


def instant(value: object, zone: str = "", epoch: str = "") -> int:
    """Read a time as a source with these keys would."""
    source = Source(0, 0, "json", zone=zone, epoch=epoch)  # type: ignore[arg-type]
    return reading(source, ZONES)(value, "time")


def refused(value: object, zone: str = "", epoch: str = "") -> str:
    """Return what is said of a time that cannot be read."""
    with pytest.raises(Refusal) as caught:
        instant(value, zone, epoch)
    assert caught.value.reason.value == "time"
    return caught.value.detail


@pytest.mark.parametrize(
    ("value", "zone", "epoch", "at"),
    [
        ("2026-09-14T09:00:00+02:00", "", "", NINE),
        ("2026-09-14T07:00:00Z", BERLIN, "", NINE),
        ("2026-09-14 09:00", BERLIN, "", NINE),
        ("2026-09-14T09:00:00.250", BERLIN, "", NINE + 250),
        ("2026-09-14", BERLIN, "", NINE - 9 * 3600_000),
        (1789369200, "", "s", NINE),
        ("1789369200", "", "s", NINE),
        (" 1789369200.5 ", "", "s", NINE + 500),
        (1789369200.25, "", "s", NINE + 250),
        (NINE, "", "ms", NINE),
        (str(NINE), "", "ms", NINE),
        (float(NINE), "", "ms", NINE),
        ("2026-09-14T09:00:00+02:00", "", "ms", NINE),
        # The clock jumps from 2 to 3 on 29 March, and back from 3 to 2 on 25 October.
        ("2026-03-29T02:30", BERLIN, "", 1774746000000),
        ("2026-10-25T02:30", BERLIN, "", 1792888200000),
        ("2026-10-25T02:30+01:00", BERLIN, "", 1792891800000),
    ],
)
def test_forms(value: object, zone: str, epoch: str, at: int) -> None:
    """Each form becomes UTC milliseconds; at the edges of summer time as 02 settles it."""
    assert instant(value, zone, epoch) == at


@pytest.mark.parametrize(
    ("value", "zone", "epoch", "words"),
    [
        ("2026-09-14T09:00", "", "", "`timezone: Europe/Berlin` at the source"),
        (1789369200, "", "", "write `epoch: s` or `epoch: ms`"),
        ("1789369200", BERLIN, "", "write `epoch: s` or `epoch: ms`"),
        (NINE, "", "s", "if these are milliseconds, write `epoch: ms`"),
        (1789369200, "", "ms", "if these are seconds, write `epoch: s`"),
        (True, "", "s", "not a time"),
        (1e300, "", "s", "not a time"),
        ("14.09.2026 09:00", BERLIN, "", "not a time as 2026-09-14T09:12:00+02:00"),
        ("1e9", "", "s", "not a time"),
        ("", BERLIN, "", "not a time"),
        (None, BERLIN, "", "time is missing"),
        ("2026-09-14T09:00", "", "s", "has no offset"),
        ("9999-12-31T23:59", BERLIN, "", "of the year 9999"),
        ("0001-01-01T00:00+14:00", "", "", "of the year 1"),
        ("2026-12-31T23:59:60Z", "", "", "not a time"),
    ],
)
def test_refusals_name_the_key(value: object, zone: str, epoch: str, words: str) -> None:
    """What cannot be read is refused, and the hint names the key that would help."""
    assert words in refused(value, zone, epoch)


@given(st.datetimes(datetime(2000, 1, 2), datetime(2050, 12, 30)))  # noqa: DTZ001 - wall times
def test_wall_times_agree_with_the_zone_files(wall: datetime) -> None:
    """Where a wall time exists once, the plan's transitions say what the zone files say."""
    aware = wall.replace(tzinfo=ZoneInfo(BERLIN))
    if aware.utcoffset() != aware.replace(fold=1).utcoffset():
        return
    expected = (aware - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000
    assert instant(wall.isoformat(), BERLIN) == expected // 1


def row(decoder: Decoder, **cells: object) -> Event | Rejected:
    """Decode one row of the phone."""
    fields = {"no": "1", "at": "2026-09-14T09:00", "shop": {"id": "a"}, "who": 7, "s": 3} | cells
    (found,) = decoder.decode(json.dumps(fields).encode(), "phone")
    return found


def test_rows_of_a_source_with_a_zone(tmp_path: Path) -> None:
    """Paths, constants and both times of a row are read as the source declares them."""
    found = row(rows(tmp_path, timezone=BERLIN), seen="2026-09-14T09:05")
    assert isinstance(found, Event)
    assert (found.time, found.recorded) == (NINE, NINE + 300_000)
    assert (found.type, found.unit) == ("call", "a")


def test_rows_of_a_source_that_counts(tmp_path: Path) -> None:
    """`recorded` takes the same form as `time`."""
    found = row(rows(tmp_path, epoch="s"), at=NINE // 1000, seen=str(NINE // 1000 + 5))
    assert isinstance(found, Event)
    assert (found.time, found.recorded) == (NINE, NINE + 5000)


@pytest.mark.parametrize("name", ["", None, 1.5, True, [], {}])
def test_a_row_without_id_is_refused(tmp_path: Path, name: object) -> None:
    """Only text or a whole number names a row."""
    found = row(rows(tmp_path, timezone=BERLIN), no=name)
    assert isinstance(found, Rejected)
    assert found.reason.value == "id"
