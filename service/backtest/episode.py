"""From signals to episodes: the lives of findings, and the alarms they raised.

An alarm is the instant at which an episode became known at warning or above; a watch raises none.
The desk may tell it later, at opening time or with its group: that instant is kept beside it.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from alerts.signal import Level, Transition
from service.backtest.record import Message, Record, Said
from service.engine.plan import Plan


class Episode(NamedTuple):
    """State the life of one finding; `loud` is None for one that was never more than a watch.

    `told` is when the first message about it went out, `closed` is None while it stands.
    """

    id: str
    touchpoint: str
    rule: str
    per: str
    scope: str
    region: str
    opened: int
    loud: int | None
    told: int | None
    closed: int | None
    level: str
    relapses: int
    is_withdrawn: bool


class Alarm(NamedTuple):
    """State that somebody was warned of a place from an instant until another."""

    touchpoint: str
    per: str
    scope: str
    region: str
    at: int
    until: int
    rule: str = ""


def episodes_of(record: Record, plan: Plan) -> list[Episode]:
    """Return the episodes of a run in the order in which they opened."""
    lives: dict[str, list[Said]] = {}
    for said in record.said:
        lives.setdefault(said.signal.id, []).append(said)
    told = _first_told(record.messages)
    found = [_episode(life, told.get(name), plan) for name, life in lives.items()]
    return sorted(found, key=lambda episode: (episode.opened, episode.id))


def alarms_of(episodes: Iterable[Episode], end: int) -> list[Alarm]:
    """Return the alarms of episodes; what still stands does so until the end."""
    return [
        Alarm(
            e.touchpoint,
            e.per,
            e.scope,
            e.region,
            e.loud,
            end if e.closed is None else e.closed,
            e.rule,
        )
        for e in episodes
        if e.loud is not None
    ]


def region_of(plan: Plan, touchpoint: str, per: str, scope: str) -> str:
    """Return the region that a place belongs to, or is."""
    if per != "unit":
        return scope if per == "region" else ""
    known = plan.touchpoints.get(touchpoint)
    unit = plan.units[known.unit_kind].get(scope) if known else None
    return unit.region if unit else ""


def _episode(life: list[Said], told: int | None, plan: Plan) -> Episode:
    signals = [said.signal for said in life]
    first, last = signals[0], signals[-1]
    loud = next((s.at for s in life if s.signal.level is not Level.WATCH), None)
    return Episode(
        id=first.id,
        touchpoint=first.touchpoint,
        rule=first.rule,
        per=first.per,
        scope=first.scope,
        region=region_of(plan, first.touchpoint, first.per, first.scope),
        opened=life[0].at,
        loud=loud,
        told=told if loud is not None else None,
        closed=life[-1].at if last.closes else None,
        level=max((s.level for s in signals), key=lambda level: level.rank).value,
        relapses=sum(s.transition is Transition.RELAPSED for s in signals),
        is_withdrawn=last.transition is Transition.WITHDRAWN,
    )


def _first_told(messages: Iterable[Message]) -> dict[str, int]:
    told: dict[str, int] = {}
    for message, alert in _pairs(messages):
        told.setdefault(alert, message.at)
    return told


def _pairs(messages: Iterable[Message]) -> Iterator[tuple[Message, str]]:
    for message in messages:
        for alert in message.alerts:
            yield message, alert
