"""The oracle judges hand-made cases as the written rules say, before it judges anything else."""

import itertools
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.truth.minutes import World
from tests.truth.oracle import judge, late, outcomes
from tests.truth.stream import milliseconds

CONFIG = Path(__file__).parents[2] / "config"
LATER = "2026-06-12T12:00:00+02:00"
number = itertools.count(1)


def event(kind: str, time: str, case: str | None = "TD-1", **more: Any) -> dict[str, Any]:
    """Return an event of the dealer d001 and the customer c-1 unless told otherwise."""
    source = "telephony" if kind == "call.connected" else "crm"
    named = {"subject": case} if case else {}
    base = {"source": source, "id": str(next(number)), "type": kind, "unit": "d001"}
    zone = "" if time.endswith("Z") or "+" in time else "+02:00"
    return base | named | {"customer": "c-1", "time": time + zone} | more


def asked(time: str, case: str = "TD-1", **more: Any) -> dict[str, Any]:
    """Return a request."""
    return event("testdrive.requested", time, case, **more)


def answered(time: str, case: str = "TD-1", by: str = "person") -> dict[str, Any]:
    """Return an answer."""
    return event("testdrive.answered", time, case, data={"by": by})


def called(time: str, seconds: int = 60, **more: Any) -> dict[str, Any]:
    """Return a call, which knows no case."""
    return event("call.connected", time, None, data={"seconds": seconds}, **more)


def deferred(time: str, until: str) -> dict[str, Any]:
    """Return a deferral."""
    return event("testdrive.deferred", time, data={"deferred_to": f"{until}+02:00"})


def judged(
    folder: Path, events: list[dict[str, Any]], touchpoint: str = "answer-request", at: str = LATER
) -> dict[str, str]:
    """Return the outcomes of one touchpoint."""
    path = folder / "events.ndjson"
    path.write_text("".join(json.dumps(one) + "\n" for one in events), encoding="utf-8")
    return outcomes(path, CONFIG, datetime.fromisoformat(at))[touchpoint]


def due(folder: Path, *events: dict[str, Any], at: str = LATER) -> int | None:
    """Return when the answer to TD-1 is due."""
    judged(folder, list(events), at=at)
    cases = judge(folder / "events.ndjson", CONFIG, datetime.fromisoformat(at))
    return cases["answer-request"]["TD-1"].due


def at(text: str) -> int:
    """Return the milliseconds of an instant."""
    return milliseconds(datetime.fromisoformat(text))


MONDAY = asked("2026-06-01T09:00:00")  # due 10:00:00


@pytest.mark.parametrize(
    ("then", "outcome"),
    [
        ([], "late"),
        ([answered("2026-06-01T10:00:00")], "kept"),
        ([answered("2026-06-01T10:00:00.001")], "late"),
        ([answered("2026-06-01T09:10:00", by="auto")], "late"),
        ([answered("2026-06-01T08:00:00")], "kept"),
        ([called("2026-06-01T09:30:00", 30)], "kept"),
        ([called("2026-06-01T09:30:00", 29)], "late"),
        ([called("2026-06-01T08:59:59")], "late"),
        ([called("2026-06-01T09:30:00", customer="c-2")], "late"),
        ([called("2026-06-01T09:30:00", unit="d002")], "late"),
        ([event("testdrive.withdrawn", "2026-06-01T10:00:00")], "gave up"),
        ([event("testdrive.withdrawn", "2026-06-01T10:00:01")], "late"),
        (
            [event("testdrive.withdrawn", "2026-06-01T09:30:00"), answered("2026-06-01T09:30:00")],
            "kept",
        ),
        (
            [event("testdrive.withdrawn", "2026-06-01T09:30:00"), answered("2026-06-01T09:31:00")],
            "gave up",
        ),
        ([asked("2026-06-01T09:30:00"), answered("2026-06-01T10:15:00")], "late"),
        ([asked("2026-06-01T08:30:00"), answered("2026-06-01T09:45:00")], "late"),
    ],
)
def test_outcome(tmp_path: Path, then: list[dict[str, Any]], outcome: str) -> None:
    """What follows a request at nine on a Monday decides its outcome."""
    assert judged(tmp_path, [MONDAY, *then]) == {"TD-1": outcome}
    assert judged(tmp_path, [*then, MONDAY]) == {"TD-1": outcome}


def test_watermark(tmp_path: Path) -> None:
    """A case is open up to its due instant and late after it; what lies ahead is not known."""
    events = [MONDAY, answered("2026-06-01T10:30:00")]
    assert judged(tmp_path, events, at="2026-06-01T10:00:00+02:00") == {"TD-1": "open"}
    assert judged(tmp_path, events, at="2026-06-01T10:00:01+02:00") == {"TD-1": "late"}
    assert late(tmp_path / "events.ndjson", CONFIG, datetime.fromisoformat(LATER)) == {
        "answer-request": {"TD-1"},
        "request-to-drive": {"TD-1"},
    }


def test_double(tmp_path: Path) -> None:
    """An id that comes again is ignored, whatever it says the second time."""
    double = answered("2026-06-01T09:30:00") | {"id": MONDAY["id"]}
    assert judged(tmp_path, [MONDAY, double, MONDAY]) == {"TD-1": "late"}


def test_no_unit(tmp_path: Path) -> None:
    """A request at an unknown dealer, or at none, opens no case."""
    nowhere = {key: value for key, value in MONDAY.items() if key != "unit"}
    assert judged(tmp_path, [nowhere, asked("2026-06-01T09:00:00", "TD-2", unit="x")]) == {}
    assert judged(tmp_path, [nowhere | {"data": {"unit": "d001"}}]) == {"TD-1": "late"}


def test_wrong_source(tmp_path: Path) -> None:
    """A type that its source does not deliver counts for nothing."""
    wrong = answered("2026-06-01T09:30:00") | {"source": "voice"}
    assert judged(tmp_path, [MONDAY, wrong]) == {"TD-1": "late"}


def test_oldest(tmp_path: Path) -> None:
    """One call answers one case, the oldest that is open, be it late."""
    requests = [MONDAY, asked("2026-06-01T09:30:00", "TD-2"), asked("2026-06-01T09:40:00", "TD-3")]
    first = called("2026-06-01T10:10:00")
    second = called("2026-06-01T10:20:00")
    assert judged(tmp_path, [second, *requests]) == dict.fromkeys(("TD-1", "TD-2", "TD-3"), "late")
    found = judged(tmp_path, [second, *requests, first])
    assert found == {"TD-1": "late", "TD-2": "kept", "TD-3": "late"}
    gone = event("testdrive.withdrawn", "2026-06-01T09:20:00")
    found = judged(tmp_path, [gone, *requests, first])
    assert found == {"TD-1": "gave up", "TD-2": "kept", "TD-3": "late"}


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-06-01T12:00:00+02:00", "2026-06-01T14:00:00+02:00"),  # over the lunch break
        ("2026-06-01T11:30:00+02:00", "2026-06-01T12:30:00+02:00"),  # exactly at its beginning
        ("2026-06-03T18:10:30.250+02:00", "2026-06-05T09:10:30.250+02:00"),  # Corpus Christi
        ("2026-06-06T13:30:00+02:00", "2026-06-08T09:00:00+02:00"),  # over a Sunday
        ("2026-03-28T13:30:00+01:00", "2026-03-30T09:00:00+02:00"),  # summer time begins
        ("2026-10-24T13:30:00+02:00", "2026-10-26T09:00:00+01:00"),  # and ends
        ("2026-12-23T18:00:00+01:00", "2026-12-28T09:00:00+01:00"),  # Christmas, and its eve
    ],
)
def test_due(tmp_path: Path, start: str, end: str) -> None:
    """One open hour ends where the showroom's clock, holidays and closed days say."""
    assert due(tmp_path, asked(start), at="2026-12-30T12:00:00+01:00") == at(end)


@pytest.mark.parametrize(
    ("pauses", "end"),
    [
        ([("2026-06-01T18:00:00", "2026-06-02T09:00:00")], "2026-06-02T09:30:00+02:00"),
        (
            [
                ("2026-06-01T18:00:00", "2026-06-02T09:00:00"),
                ("2026-06-01T18:10:00", "2026-06-02T08:45:00"),
                ("2026-06-02T08:50:00", "2026-06-02T09:10:00"),
            ],
            "2026-06-02T09:40:00+02:00",
        ),
        ([("2026-06-01T18:00:00", "2026-06-01T17:00:00")], "2026-06-01T18:30:00+02:00"),
        ([("2026-06-01T17:00:00", "2026-06-01T17:45:00")], "2026-06-02T08:45:00+02:00"),
        ([("2026-06-01T18:30:00", "2026-06-02T12:00:00")], "2026-06-01T18:30:00+02:00"),
    ],
)
def test_pause(tmp_path: Path, pauses: list[tuple[str, str]], end: str) -> None:
    """A pause stops the open hour from half past five, its union counts once."""
    events = [deferred(*pause) for pause in pauses]
    assert due(tmp_path, asked("2026-06-01T17:30:00"), *events) == at(end)


@pytest.mark.parametrize(
    ("wanted", "driven", "outcome"),
    [
        (None, "2026-06-05T09:00:00", "kept"),
        (None, "2026-06-05T09:00:01", "late"),
        ("2026-06-02T09:00:00+02:00", "2026-06-05T09:00:00", "kept"),
        ("2026-06-09T09:00:00+02:00", "2026-06-09T09:00:00", "kept"),
        ("2026-06-09T09:00:00+02:00", "2026-06-09T09:00:01", "late"),
        ("2026-06-20T09:00:00+02:00", None, "open"),
    ],
)
def test_drive(tmp_path: Path, wanted: str | None, driven: str | None, outcome: str) -> None:
    """The drive is due four days after asking, or when it is wanted, whichever is later."""
    request = asked("2026-06-01T09:00:00", data={"wanted_at": wanted} if wanted else {})
    drives = [event("testdrive.driven", driven)] if driven else []
    assert judged(tmp_path, [request, *drives], "request-to-drive") == {"TD-1": outcome}


def night(folder: Path, spans: str, begin: str, end: str) -> World:
    """Return a world whose dealers are open at night."""
    shutil.copytree(CONFIG, folder / "config", ignore=shutil.ignore_patterns("marketplace"))
    company = folder / "config" / "company.yaml"
    lines = company.read_text(encoding="utf-8").splitlines()
    mended = [f"    open: {spans}" if line.startswith("    open:") else line for line in lines]
    company.write_text("\n".join(mended), encoding="utf-8")
    return World(folder / "config", at(begin), at(end))


@pytest.mark.parametrize(
    ("spans", "begin", "end", "hours"),
    [
        ('{sun: ["01:00-04:00"]}', "2026-10-25T00:00:00+02:00", "2026-10-25T12:00:00+01:00", 4),
        ('{sun: ["01:00-02:30"]}', "2026-10-25T00:00:00+02:00", "2026-10-25T12:00:00+01:00", 2.5),
        ('{sun: ["02:30-04:00"]}', "2026-10-25T00:00:00+02:00", "2026-10-25T12:00:00+01:00", 2.5),
        ('{sun: ["01:00-04:00"]}', "2026-03-29T00:00:00+01:00", "2026-03-29T12:00:00+02:00", 2),
        ('{sun: ["01:00-02:30"]}', "2026-03-29T00:00:00+01:00", "2026-03-29T12:00:00+02:00", 1),
        ('{sun: ["02:30-04:00"]}', "2026-03-29T00:00:00+01:00", "2026-03-29T12:00:00+02:00", 1),
        ('{wed: ["22:00-02:00"]}', "2026-06-03T12:00:00+02:00", "2026-06-04T12:00:00+02:00", 4),
        ('{thu: ["22:00-02:00"]}', "2026-06-04T12:00:00+02:00", "2026-06-05T12:00:00+02:00", 0),
    ],
)
def test_edges(tmp_path: Path, spans: str, begin: str, end: str, hours: float) -> None:
    """Changes of the clock and nights before holidays lengthen or shorten what is open."""
    world = night(tmp_path, spans, begin, end)
    opened = world.open_ms("d001", at(end)) - world.open_ms("d001", at(begin))
    assert opened == hours * 3_600_000
