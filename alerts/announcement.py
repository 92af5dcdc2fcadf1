"""Telling people that something is silenced, and that it is not any more.

A silence hides things, so it is never made in secret: operations hear of each, and so does whoever
was told of what it mutes now.  Who made it stands in the audit and not in a message.
"""

from collections.abc import Iterable, Iterator, Sequence

from alerts import service_words
from alerts.alert import Alert
from alerts.clean import clean
from alerts.directory import Directory
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.route import OPERATIONS, plain_reaches
from alerts.scene import scene_of
from alerts.service_row import service_row
from alerts.silence import Silence, matches
from alerts.spans import clock


def announced(
    before: Sequence[Silence],
    after: Sequence[Silence] | None,
    standing: Iterable[Alert],
    now: int,
    directory: Directory,
) -> Iterator[OutboxRow]:
    """Yield what is told of silences that began, or were ended early, between two looks."""
    if after is None:
        return
    known = {silence.id: silence for silence in before}
    alerts = tuple(standing)
    for silence in after:
        if silence.id not in known and silence.holds(now):
            yield from _rows(silence, alerts, now, directory, begins=True)
    still = {silence.id for silence in after if silence.holds(now)}
    for silence in before:
        if silence.id not in still and silence.holds(now):
            yield from _rows(silence, alerts, now, directory, begins=False)


def _rows(
    silence: Silence, alerts: Sequence[Alert], now: int, directory: Directory, *, begins: bool
) -> Iterator[OutboxRow]:
    tongue = directory.tongue
    match = ", ".join(f"{name} {clean(value)}" for name, value in sorted(silence.match.items()))
    until = clock(silence.ends, now, directory.zone, tongue) if begins else ""
    words = (
        service_words.silenced(tongue, match, until),
        service_words.failure(tongue, clean(silence.why), 0),
    )
    about = ((f"silence {silence.id}", int(begins)),)
    muted = (a for a in alerts if matches(silence.match, scene_of(a, directory).facts(a)))
    for name in dict.fromkeys([OPERATIONS, *(told for alert in muted for told in alert.told)]):
        for reach in plain_reaches(name, directory):
            yield service_row(Why.SILENCED, about, (name, reach), words, now, directory)
