"""Alarms held against labels: which were due, which were false, and how long each trouble went unseen.

An alarm of a unit answers for that unit, one of a region for the region; a region's alarm while one
of its units is in trouble is neither found nor false.  Where an alarm stood already when a trouble
began, its delay cannot be known: that trouble is left out of delays and counted apart, while the
early alarm stays false (03, section 9).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from service.backtest.episode import Alarm
from service.backtest.label import BENIGN, Label
from service.backtest.world import World


class Fate(StrEnum):
    """Say what became of a trouble."""

    FOUND = "found"
    MISSED = "missed"
    STANDING = "standing"


class Finding(NamedTuple):
    """State what became of a labelled trouble; lengths are None unless it was found.

    `late` counts the customers who were let down before the alarm, or until the end of a trouble
    that nobody saw.
    """

    label: Label
    fate: Fate
    alarm: Alarm | None
    delay_ms: int | None
    cases: int | None
    late: int | None


class Verdict(NamedTuple):
    """Hold alarms as due, false or neither, and what became of every trouble."""

    due: tuple[Alarm, ...]
    false: tuple[Alarm, ...]
    benign: tuple[Alarm, ...]
    findings: tuple[Finding, ...]


def judge(alarms: Sequence[Alarm], labels: Sequence[Label], world: World) -> Verdict:
    """Hold alarms against labels; without labels every alarm is false, and must not be called so."""
    troubles = [label for label in labels if label.kind != BENIGN]
    at_unit, in_region = _by_place(troubles)
    due: list[Alarm] = []
    false: list[Alarm] = []
    for alarm in alarms:
        near = _near(alarm, troubles, at_unit, in_region)
        (due if any(_explains(label, alarm) for label in near) else false).append(alarm)
    nuisance = [label for label in labels if label.kind == BENIGN]
    benign = [a for a in false if any(_explains(n, a) and n.scope == a.scope for n in nuisance)]
    by_scope: dict[tuple[str, str], list[Alarm]] = defaultdict(list)
    for alarm in sorted(alarms, key=lambda alarm: alarm.at):
        by_scope[alarm.per, alarm.scope].append(alarm)
    findings = [_finding(label, by_scope[label.per, label.scope], world) for label in troubles]
    return Verdict(tuple(due), tuple(false), tuple(benign), tuple(findings))


def _by_place(
    labels: Iterable[Label],
) -> tuple[dict[str, list[Label]], dict[str, list[Label]]]:
    at_unit: dict[str, list[Label]] = defaultdict(list)
    in_region: dict[str, list[Label]] = defaultdict(list)
    for label in labels:
        in_region[label.region].append(label)
        if label.per == "unit":
            at_unit[label.scope].append(label)
    return at_unit, in_region


def _near(
    alarm: Alarm,
    troubles: list[Label],
    at_unit: dict[str, list[Label]],
    in_region: dict[str, list[Label]],
) -> list[Label]:
    """Return the labels that could explain an alarm at its place."""
    if alarm.per == "company":
        return troubles
    here = in_region.get(alarm.region, [])
    if alarm.per == "region":
        return here
    return [*at_unit.get(alarm.scope, ()), *(label for label in here if label.per == "region")]


def _explains(label: Label, alarm: Alarm) -> bool:
    return label.is_about(alarm.touchpoint) and label.covers(alarm.at)


def _finding(label: Label, alarms: Sequence[Alarm], world: World) -> Finding:
    mine = [alarm for alarm in alarms if label.is_about(alarm.touchpoint)]
    if any(alarm.at < label.begin < alarm.until for alarm in mine):
        return Finding(label, Fate.STANDING, None, None, None, None)
    first = next((alarm for alarm in mine if label.covers(alarm.at)), None)
    until = label.end if first is None else first.at
    cases, late = _lived(label, first.touchpoint if first else label.touchpoint, until, world)
    if first is None:
        return Finding(label, Fate.MISSED, None, None, None, late)
    return Finding(label, Fate.FOUND, first, first.at - label.begin, cases, late)


def _lived(label: Label, touchpoint: str, until: int, world: World) -> tuple[int, int]:
    """Count the cases that began, and those that became late, from a trouble's start on."""
    places = [
        world.passages[place]
        for place in world.within.get((label.per, label.scope), ())
        if touchpoint in ("", place[0])
    ]
    cases = sum(mine.started_between(label.begin, until) for mine in places)
    return cases, sum(mine.late_between(label.begin, until) for mine in places)
