"""Judge a whole stream at once, from the written rules alone, to hold against the service.

It shares no code with `service` and takes the plainest way: read everything, then look at each
case by itself.  Instants are milliseconds since 1970.  Judging event by event was rejected: that
is what the service does, and two judges who think alike err alike.

Late means that the due instant lies before the watermark.  Where the rules leave a choice: a case
that was cancelled before it started gave up; an answer by the case's own id takes precedence over
a call of the same instant.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.truth.minutes import World
from tests.truth.stream import Event, attribute, data, date, milliseconds, of, read

HOUR, DAY = 3_600_000, 86_400_000
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
    stream = [event for event in read(events, World(config, 0, 0)) if event["at"] <= last]
    world = World(config, min((event["at"] for event in stream), default=last), last)
    answered, driven = _cases(stream, world), _cases(stream, world)
    _answer(answered, stream)
    _end(driven, "answer", of(stream, "testdrive.driven"))
    pauses = defaultdict(list)
    for event in of(stream, "testdrive.deferred"):
        pauses[event.get("subject")].append((event["at"], date(event, "deferred_to", world) or 0))
    touchpoints = world.written["touchpoints"]
    open_hours = int(touchpoints["answer-request"]["promise"].removesuffix("h open"))
    for name, case in answered.items():
        case.due = _open_due(case, pauses[name], open_hours * HOUR, world)
    days = int(touchpoints["request-to-drive"]["promise"]["or"].removesuffix("d"))
    for event in of(stream, "testdrive.requested"):
        asked = driven.get(event.get("subject", ""))
        if asked and asked.due is None and asked.start == event["at"]:
            asked.due = max(asked.start + days * DAY, date(event, "wanted_at", world) or 0)
    return {"answer-request": answered, "request-to-drive": driven}


def _cases(stream: list[Event], world: World) -> dict[str, Case]:
    """Return the cases that were started and, it may be, cancelled; the earliest start counts."""
    cases: dict[str, Case] = {}
    for event in of(stream, "testdrive.requested"):
        unit = attribute(event, "unit")
        if unit in world.units and event.get("subject"):
            new = Case(event["at"], unit, attribute(event, "customer"))
            cases.setdefault(event["subject"], new)
    _end(cases, "cancel", of(stream, "testdrive.withdrawn"))
    return cases


def _end(cases: dict[str, Case], how: str, events: Iterable[Event]) -> None:
    """Set the first answer or cancellation of the cases that the events name."""
    for event in events:
        case = cases.get(event.get("subject", ""))
        if case and getattr(case, how) is None:
            setattr(case, how, event["at"])


def _answer(cases: dict[str, Case], stream: list[Event]) -> None:
    """Let persons answer by case, then calls by customer and unit: each the oldest open case."""
    replies = of(stream, "testdrive.answered")
    _end(cases, "answer", [e for e in replies if data(e).get("by") == "person"])
    theirs = defaultdict(list)
    for case in sorted(cases.values(), key=lambda case: case.start):
        theirs[case.customer, case.unit].append(case)
    for call in of(stream, "call.connected"):
        at, who = call["at"], (attribute(call, "customer"), attribute(call, "unit"))
        if data(call).get("seconds", 0) >= 30 and None not in who:
            for case in theirs[who]:
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
