"""Judge a whole stream at once, from the written rules alone, to hold against the service.

It shares no code with `service` and takes the plainest way: read everything, then look at each
case by itself.  Instants are milliseconds since 1970.  Judging event by event was rejected: that
is what the service does, and two judges who think alike err alike.

Late means that the due instant lies before the watermark.  Where the rules leave a choice: a case
that was cancelled before it started gave up; an answer by the case's own id takes precedence over
a call of the same instant.
"""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.truth.minutes import World

HOUR, DAY = 3_600_000, 86_400_000
Event = dict[str, Any]
Judged = dict[str, dict[str, "Case"]]


@dataclass
class Case:
    """Hold one case of one touchpoint: when it started, ended and had to end."""

    start: int
    unit: str
    customer: str | None
    answer: int | None = None
    cancel: int | None = None
    due: int | None = None  # None: not by the watermark

    def outcome(self, watermark: int) -> str:
        """Return what became of the case; at one instant an answer precedes a cancellation."""
        ends = [end for end in (self.answer, self.cancel) if end is not None]
        if self.due is not None and self.due < min([*ends, watermark]):
            return "late"
        if not ends:
            return "open"
        return "kept" if self.answer == min(ends) else "gave up"


def outcomes(events: Path, config: Path, watermark: datetime) -> dict[str, dict[str, str]]:
    """Return what became of every case as of the watermark: kept, late, gave up or open."""
    last = milliseconds(watermark)
    judged = judge(events, config, watermark)
    return {name: {c: case.outcome(last) for c, case in judged[name].items()} for name in judged}


def late(events: Path, config: Path, watermark: datetime) -> dict[str, set[str]]:
    """Return the ids of the late cases of each touchpoint as of the watermark."""
    all_ = outcomes(events, config, watermark)
    return {name: {case for case, what in all_[name].items() if what == "late"} for name in all_}


def judge(events: Path, config: Path, watermark: datetime) -> Judged:
    """Return the cases of both touchpoints as of the watermark, by touchpoint and id."""
    last = milliseconds(watermark)
    stream = [event for event in _read(events, World(config, 0, 0)) if event["at"] <= last]
    world = World(config, min((event["at"] for event in stream), default=last), last)
    answered, driven = _cases(stream, world), _cases(stream, world)
    _answer(answered, stream)
    _end(driven, "answer", _of(stream, "testdrive.driven"))
    pauses = defaultdict(list)
    for event in _of(stream, "testdrive.deferred"):
        pauses[event.get("subject")].append((event["at"], _date(event, "deferred_to", world) or 0))
    touchpoints = world.written["touchpoints"]
    open_hours = int(touchpoints["answer-request"]["promise"].removesuffix("h open"))
    for name, case in answered.items():
        case.due = _open_due(case, pauses[name], open_hours * HOUR, world)
    days = int(touchpoints["request-to-drive"]["promise"]["or"].removesuffix("d"))
    for event in _of(stream, "testdrive.requested"):
        asked = driven.get(event.get("subject", ""))
        if asked and asked.due is None and asked.start == event["at"]:
            asked.due = max(asked.start + days * DAY, _date(event, "wanted_at", world) or 0)
    return {"answer-request": answered, "request-to-drive": driven}


def _read(path: Path, world: World) -> Iterator[Event]:
    """Yield what its source delivers, each source and id once; `at` is its instant."""
    seen = set()
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        parsed = json.loads(line) if line.strip() else []
        for event in parsed if isinstance(parsed, list) else [parsed]:
            identity = (event["source"], event["id"])
            delivered = world.written["sources"].get(event["source"], {}).get("delivers", ())
            if event["type"] in delivered and identity not in seen:
                seen.add(identity)
                yield event | {"at": milliseconds(datetime.fromisoformat(event["time"]))}


def _cases(stream: list[Event], world: World) -> dict[str, Case]:
    """Return the cases that were started and, it may be, cancelled; the earliest start counts."""
    cases: dict[str, Case] = {}
    for event in _of(stream, "testdrive.requested"):
        unit = _attribute(event, "unit")
        if unit in world.units and event.get("subject"):
            new = Case(event["at"], unit, _attribute(event, "customer"))
            cases.setdefault(event["subject"], new)
    _end(cases, "cancel", _of(stream, "testdrive.withdrawn"))
    return cases


def _end(cases: dict[str, Case], how: str, events: Iterable[Event]) -> None:
    """Set the first answer or cancellation of the cases that the events name."""
    for event in events:
        case = cases.get(event.get("subject", ""))
        if case and getattr(case, how) is None:
            setattr(case, how, event["at"])


def _answer(cases: dict[str, Case], stream: list[Event]) -> None:
    """Let persons answer by case, then calls by customer and unit: each the oldest open case."""
    replies = _of(stream, "testdrive.answered")
    _end(cases, "answer", [e for e in replies if _data(e).get("by") == "person"])
    of = defaultdict(list)
    for case in sorted(cases.values(), key=lambda case: case.start):
        of[case.customer, case.unit].append(case)
    for call in _of(stream, "call.connected"):
        at, who = call["at"], (_attribute(call, "customer"), _attribute(call, "unit"))
        if _data(call).get("seconds", 0) >= 30 and None not in who:
            for case in of[who]:
                running = case.start <= at and (case.cancel is None or at <= case.cancel)
                if running and (case.answer is None or at < case.answer):
                    case.answer = at
                    break


def _open_due(case: Case, pauses: list[tuple[int, int]], left: int, world: World) -> int | None:
    """Return the first instant with so much open time, pauses left out; None: not yet."""
    begin = case.start
    for pause, over in [*sorted(pauses), (world.last, world.last)]:
        end = min(max(pause, begin), world.last)
        before = world.open_ms(case.unit, begin)
        gained = world.open_ms(case.unit, end) - before
        if gained >= left:
            instants = range(begin, end + 1)
            unit = case.unit
            return instants[
                bisect_left(instants, before + left, key=lambda at: world.open_ms(unit, at))
            ]
        left -= gained
        begin = min(max(over, end), world.last)
    return None


def _of(stream: list[Event], kind: str) -> list[Event]:
    """Return the events of one type in the order of their instants, ties as they were read."""
    return sorted((e for e in stream if e["type"] == kind), key=lambda event: event["at"])


def _data(event: Event) -> dict[str, Any]:
    """Return the fields of an event."""
    return event.get("data") or {}


def _attribute(event: Event, name: str) -> Any:
    """Return an extension attribute, or the field of the same name."""
    return event.get(name, _data(event).get(name))


def _date(event: Event, name: str, world: World) -> int | None:
    """Return the instant that a field names, on the unit's clock where it has no offset."""
    text = _data(event).get(name)
    if text is None:
        return None
    wall = datetime.fromisoformat(text)
    row = world.units.get(_attribute(event, "unit"), world.written["defaults"])
    return milliseconds(wall if wall.tzinfo else wall.replace(tzinfo=ZoneInfo(row["timezone"])))


def milliseconds(instant: datetime) -> int:
    """Return an instant as whole milliseconds."""
    return round(instant.timestamp() * 1000)
