"""The figures of the scorecard again, from their definitions alone, to hold against the product.

It shares no code with `service` and takes the plainest way: every window, every answer and every
warning is looked at by itself, loop inside loop.  Borrowing a helper of the product was rejected: two who
reckon alike err alike.

A warning that only a unit inside the place of a drop gave is no recall, yet it confirms itself
where nothing narrower could be judged.  Who stands where is asked of `within`.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tests.report.brutedrops import Heard, Window, falls_in, windows_of

NARROW_FIRST = ("unit", "region", "company")


class Alarm(NamedTuple):
    """Hold one warning; `acted` says that somebody did something about it in two days."""

    touchpoint: str
    per: str
    scope: str
    region: str
    begin: int
    end: int | None
    acted: bool


class Visit(NamedTuple):
    """Hold who lived a touchpoint where and when."""

    touchpoint: str
    unit: str
    region: str
    at: int
    who: str


class Figures(NamedTuple):
    """Hold what is compared; a pair is (how many, of how many)."""

    drops: list[tuple[Any, ...]]
    recall: tuple[int, int]
    by_member: int
    lead_median: int | None
    lead_p10: int | None
    lead_min: int | None
    raw: tuple[int, int]
    unacted: tuple[int, int]
    prevented: int
    unverifiable: int
    people: int


def figures(
    answers: Sequence[Heard],
    alarms: Sequence[Alarm],
    visits: Iterable[Visit],
    over: int,
    enough: int,
    since: int = -(2**62),
) -> Figures:
    """Return all figures, of the drops that showed and the warnings that began from an instant on."""
    touchpoints = {answer.touchpoint for answer in answers}
    windows = [w for name in touchpoints for w in windows_of(name, answers, over, enough)]
    drops = [drop for drop in falls_in(windows) if drop["visible"] >= since]
    warned = [d for d in drops if any(_warns(a, d) and _is_over(a, d) for a in alarms)]
    inside = [d for d in drops if any(_warns(a, d) and within(d, a) == "below" for a in alarms)]
    leads = sorted(lead for drop in drops for lead in _lead(drop, alarms))
    recent = [alarm for alarm in alarms if alarm.begin >= since]
    people = {v.who for v in visits if any(_lived(v, drop) for drop in warned)}
    return Figures(
        sorted(tuple(drop.values()) for drop in drops),
        (len(warned), len(drops)),
        len([drop for drop in inside if drop not in warned]),
        _percentile(leads, 50),
        _percentile(leads, 10),
        leads[0] if leads else None,
        *_precision(recent, windows, drops),
        len(people),
    )


def _precision(
    alarms: Sequence[Alarm], windows: Sequence[Window], drops: Sequence[Window]
) -> tuple[tuple[int, int], tuple[int, int], int, int]:
    """Return (hits, judged) of all, the same where nobody acted, how many are prevented, and unjudged."""
    judged, hits, left, left_hits, prevented, unverifiable = 0, 0, 0, 0, 0, 0
    for alarm in alarms:
        level = _level(alarm, windows)
        if level is None:
            unverifiable += 1
            continue
        hit = any(_warns(alarm, d) and (_is_over(alarm, d) or d["per"] == level) for d in drops)
        judged, hits = judged + 1, hits + hit
        if alarm.acted:
            prevented += not hit
        else:
            left, left_hits = left + 1, left_hits + hit
    return (hits, judged), (left_hits, left), prevented, unverifiable


def within(place: Window, alarm: Alarm) -> str:
    """Say how a warning stands to a place: same, above, below, or empty where it is elsewhere."""
    if alarm.touchpoint != place["touchpoint"]:
        return ""
    if alarm.per == place["per"]:
        return "same" if alarm.scope == place["scope"] else ""
    above = NARROW_FIRST.index(alarm.per) > NARROW_FIRST.index(place["per"])
    wide = alarm.per if above else place["per"]
    if wide == "region" and alarm.region != place["region"]:
        return ""
    return "above" if above else "below"


def _stood_in(alarm: Alarm, place: Window) -> bool:
    """Tell whether a warning stood at any instant of a window, whose end is not of it."""
    return alarm.begin < place["end"] and (alarm.end is None or alarm.end > place["begin"])


def _is_over(alarm: Alarm, place: Window) -> bool:
    return within(place, alarm) in ("same", "above")


def _warns(alarm: Alarm, drop: Window) -> bool:
    """Tell whether a warning stood in a fall, somewhere about it, before anybody could see it."""
    return bool(within(drop, alarm)) and _stood_in(alarm, drop) and alarm.begin < drop["visible"]


def _lead(drop: Window, alarms: Sequence[Alarm]) -> list[int]:
    begins = [a.begin for a in alarms if _is_over(a, drop) and _stood_in(a, drop)]
    return [drop["visible"] - min(begins)] if begins else []


def _level(alarm: Alarm, windows: Sequence[Window]) -> str | None:
    """Return the narrowest level at which the place of a warning was judged while it stood."""
    seen = [(within(w, alarm), w["per"]) for w in windows if _stood_in(alarm, w)]
    levels = {alarm.per if how == "above" else per for how, per in seen if how}
    return min(levels, key=NARROW_FIRST.index, default=None)


def _lived(visit: Visit, drop: Window) -> bool:
    places = {"unit": visit.unit, "region": visit.region, "company": ""}
    here = places[drop["per"]] == drop["scope"] and visit.touchpoint == drop["touchpoint"]
    return bool(here and drop["begin"] <= visit.at < drop["end"])


def _percentile(values: Sequence[int], percent: int) -> int | None:
    """Return the smallest of the values that at least so many percent of them do not exceed."""
    for value in values:
        if 100 * sum(other <= value for other in values) >= percent * len(values):
            return value
    return None
