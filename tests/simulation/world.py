"""Small worlds to simulate: the shipped configuration for eight dealers, and what is true in it.

A world is made once and shared by all seeds that live in it; what a clean engine finds there is
computed without faults and without planted mistakes, so that both can be held against it.
"""

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

from alerts.directory import Directory
from service.engine.plan import Plan, Rule
from service.engine.results import Results
from service.engine.values import Event
from service.intake.decode import Decoder
from service.rejected import Rejected
from service.settings import compile_settings, load
from service.simulator.run import run
from tests.engine.arrivals import cut, fold, stamp_of
from tests.engine.test_late_facts import Span, counted, findings
from tests.truth import oracle
from tests.worlds import KEY

CONFIG = Path("config")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
WORLDS = 12
STARTS = ("2026-03-16", "2026-06-01", "2026-10-12")
NEVER_SILENT = 400 * DAY
ANSWERING = ("crm", "telephony", "loaner-fleet")


@dataclass(frozen=True)
class Clean:
    """Hold what a run without faults finds, and what the oracle says of it."""

    results: Results
    counted: dict[tuple[str, str, str], object]
    findings: dict[tuple[str, str, str], list[Span]]
    truth: dict[str, dict[str, str]]


@dataclass(frozen=True)
class World:
    """Hold the facts of a few weeks; `end` is when everything has arrived and calmed down."""

    number: int
    plan: Plan
    directory: Directory
    events: tuple[Event, ...]
    clean: Clean
    begin: int
    end: int


@cache
def world_of(number: int, dealers: int = 8, weeks: int = 0) -> World:
    """Return a world by its number."""
    with tempfile.TemporaryDirectory() as name:
        return _make(number, Path(name), dealers, weeks or 1 + number % 2)


def plan_without_silence(plan: Plan) -> Plan:
    """Return a plan in which no source ever falls silent."""
    quiet = {
        name: replace(
            source,
            silent_after_ms=NEVER_SILENT,
            believe_quiet_ms=NEVER_SILENT,
            heartbeat_ms=int(name in ANSWERING),  # counts elapsed time, not open time
        )
        for name, source in plan.sources.items()
    }
    return replace(plan, sources=quiet)


def calm(results: Results) -> Results:
    """Return results without what was said about sources, which depends on the wall clock."""
    found = Results()
    found.outcomes, found.readings = results.outcomes, results.readings
    found.signals = [signal for signal in results.signals if signal["touchpoint"]]
    return found


def _make(number: int, folder: Path, dealers: int, weeks: int) -> World:
    compiled = compile_settings(load(CONFIG))
    stream = folder / "events.ndjson"
    start = STARTS[number % len(STARTS)]
    run(stream, folder / "truth.json", seed=number, dealers=dealers, weeks=weeks, start=start)
    with stream.open("rb") as lines:
        items = list(Decoder(compiled.plan, KEY).lines(iter(lines)))
    events = tuple({item.key: item for item in items if not isinstance(item, Rejected)}.values())
    plan = plan_without_silence(_small(compiled.plan, {event.unit for event in events}))
    begin = min(event.time for event in events) // HOUR * HOUR - 3 * HOUR
    end = begin + (weeks * 7 + 9) * DAY
    clean = _clean(plan, events, end, stream)
    return World(number, plan, compiled.directory, events, clean, begin, end)


def _clean(plan: Plan, events: tuple[Event, ...], end: int, stream: Path) -> Clean:
    in_order = sorted(events, key=stamp_of)
    engine, results, _ = fold(plan, cut(in_order, Random(1)), end)
    watermark = engine.watermark("answer-request")
    at = datetime.fromtimestamp((watermark + 1) / 1000, tz=UTC)
    truth = oracle.outcomes(stream, CONFIG, at)
    return Clean(calm(results), counted(engine), findings(calm(results)), truth)


def _small(plan: Plan, used: set[str]) -> Plan:
    """Return a plan of the dealers that are used, with rules that speak of nearly everything."""
    units = {
        kind: {name: unit for name, unit in rows.items() if name in used}
        for kind, rows in plan.units.items()
    }
    calendars = {unit.calendar for rows in units.values() for unit in rows.values()}
    zones = {unit.zone for rows in units.values() for unit in rows.values()} | {plan.zone}
    touchpoints = {
        name: replace(touchpoint, rules=tuple(map(_nervous, touchpoint.rules)))
        for name, touchpoint in plan.touchpoints.items()
    }
    weeks = {name: week for name, week in plan.calendars.items() if name in calendars}
    zones |= {week.zone for week in weeks.values()}
    return replace(
        plan,
        number=1,
        units=units,
        calendars=weeks,
        zones={name: rows for name, rows in plan.zones.items() if name in zones},
        touchpoints=touchpoints,
    )


def _nervous(rule: Rule) -> Rule:
    if rule.kind == "waiting":
        return replace(rule, at_least=2)
    if rule.kind == "floor":
        return rule
    return replace(rule, minimum_cases=4, minimum_late=1)
