"""How often somebody was warned, over how much watching: the price of early warnings.

Exposure counts a unit once for each touchpoint at which it is watched, because each of them may
raise an alarm.  Where there are labels, labelled time is no exposure and an alarm in it is not false.
Without labels nobody knows which alarm was false: the same figures are then rates of *alarms*.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service.backtest.episode import Alarm
from service.backtest.label import AFTERMATH_MS, BENIGN, Label
from service.backtest.rate import Rate, middle, rate
from service.backtest.world import WEEK_MS, YEAR_MS, Place, World

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TAIL = 95


class Warnings(NamedTuple):
    """Hold the rates of false warnings, or of alarms where there are no labels."""

    per_unit_year: Rate
    per_1000_unit_weeks: Rate
    per_region_year: Rate
    unit_median: float | None
    unit_p95: float | None
    weekdays: dict[str, int]


def warnings_of(false: Sequence[Alarm], labels: Sequence[Label], world: World) -> Warnings:
    """Return the rates of false alarms."""
    exposed = exposures(labels, world)
    at_units = [alarm for alarm in false if alarm.per == "unit"]
    in_regions = [alarm for alarm in false if alarm.per == "region"]
    unit_ms = sum(exposed.values())
    region_years = world.years * len(world.region_places)
    counts = Counter((alarm.touchpoint, alarm.scope) for alarm in at_units)
    each = [counts[place] * YEAR_MS / time for place, time in exposed.items() if time > 0]
    return Warnings(
        per_unit_year=rate(len(at_units), unit_ms / YEAR_MS),
        per_1000_unit_weeks=rate(len(at_units), unit_ms / WEEK_MS, 1000),
        per_region_year=rate(len(in_regions), region_years),
        unit_median=middle(each),
        unit_p95=middle(each, TAIL),
        weekdays=_weekdays(false, world.zone),
    )


def exposures(labels: Sequence[Label], world: World) -> dict[Place, int]:
    """Return for how long each place was watched while nothing is known to have been wrong."""
    spans: dict[Place, list[tuple[int, int]]] = {place: [] for place in world.passages}
    for label in labels:
        if label.kind == BENIGN:
            continue
        for place in world.within.get((label.per, label.scope), ()):
            if label.is_about(place[0]):
                spans[place].append((label.begin, label.end + AFTERMATH_MS))
    whole = world.end - world.begin
    return {place: whole - _covered(mine, world) for place, mine in spans.items()}


def _covered(spans: list[tuple[int, int]], world: World) -> int:
    covered, reached = 0, world.begin
    for begin, end in sorted(spans):
        first, last = max(begin, reached), min(end, world.end)
        if last > first:
            covered, reached = covered + last - first, last
    return covered


def _weekdays(alarms: Sequence[Alarm], zone: str) -> dict[str, int]:
    local = ZoneInfo(zone)
    days = Counter(
        datetime.fromtimestamp(alarm.at / 1000, UTC).astimezone(local).weekday() for alarm in alarms
    )
    return {name: days[number] for number, name in enumerate(WEEKDAYS)}
