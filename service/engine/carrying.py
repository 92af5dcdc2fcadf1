"""What a new plan does to what was at work: pinned parts stay, live parts move, the rest ends.

Pinned on a case are its promise and its marks.  Calendars, owners and thresholds are live: due
instants that nobody has judged are computed anew, in bounded steps, while the watermark stands
(service.engine.moving).  What a rule, a unit or a touchpoint took with it ends with the reason
`configuration` and is told.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from service.engine.farewell import Farewell
from service.engine.moving import Moving
from service.engine.plan import Rule
from service.engine.ratio import Asked
from service.engine.stream import Stream
from service.engine.timeline import Timeline
from service.engine.track import Track

if TYPE_CHECKING:
    from service.engine.adoption import Adopted

CONFIGURATION = "configuration"


def carry(before: "Adopted", after: "Adopted", now: int) -> None:
    """Let what was at work go on under a new plan."""
    new = {track.plan.id: track for track in after.tracks}
    first = after.timelines[0]
    for old in before.tracks:
        track, line = new.get(old.plan.id), before.lines[old.position]
        if track is None or track.plan.unit_kind != old.plan.unit_kind:
            _close(old, first, now, lambda _: True)
            after.farewell.end(list(old.cases.values()), old, line)
            continue
        target = after.lines[track.position]
        target.watermark = max(target.watermark, line.watermark)
        _carry_cases(old, track, line, target, after.farewell)
        _carry_streams(old, track, target, first, now)
        _carry_floors(old, track, target, first, now)
    _carry_stocks(before, after)
    for line in before.timelines:
        _carry_rest(line, before, after, new)


def _carry_cases(
    old: Track, track: Track, line: Timeline, target: Timeline, farewell: Farewell
) -> None:
    track.cases, track.orphans, track.index = old.cases, old.orphans, old.index
    track.given, track.shelves.cases = old.given, old.shelves.cases
    track.not_opened = old.not_opened
    gone = [case for case in track.cases.values() if case.place.id not in track.units]
    if gone:
        farewell.end(gone, track, line)
    target.moving.append(Moving(track, track.units))
    for orphans in track.orphans.values():
        orphans.track = track.position
        at, orphans.filed = orphans.filed, -1
        target.timers.file(orphans, at)


def _carry_stocks(before: "Adopted", after: "Adopted") -> None:
    """Keep the readings; cases look into the book that is in force."""
    for name, book in after.books.items():
        old = before.books.get(name)
        if old is not None and old.plan.per == book.plan.per:
            book.rows, book.unread = old.rows, old.unread
    for track in after.tracks:
        for case in track.cases.values():
            if isinstance(case, Asked) and case.good is not None:
                case.book = after.books.get(case.good.stock)


def _carry_streams(old: Track, track: Track, line: Timeline, first: Timeline, now: int) -> None:
    """Let streams go on whose rule has kept its shape and whose place is still there."""
    rules = {rule.id: rule for rule in track.plan.rules}

    def is_gone(stream: Stream) -> bool:
        rule, was = rules.get(stream.rule.id), stream.rule
        there = was.per != "unit" or stream.episodes.scope in track.units
        return rule is None or not there or _shape(rule) != _shape(was)

    for key, stream in old.judges.streams.items():
        if is_gone(stream):
            continue
        rule = rules[key[0]]
        stream.adopt(rule, track.judges.hours(rule, stream.episodes.scope))
        track.judges.streams[key] = stream
        if (edge := stream.next_edge()) is not None:
            stream.filed = -1
            line.timers.file(stream, edge)
    _close(old, first, now, is_gone)
    kept = {rule.id for rule in old.plan.rules if _shape(rule) == _shape(rules.get(rule.id))}
    track.judges.take_over(old.judges, kept)
    track.learning.take_over(old.learning, line.watermark)


def _shape(rule: Rule | None) -> object:
    """Return what a rule must keep for its streams to go on."""
    return rule and (rule.kind, rule.per, rule.marks, rule.over, rule.checkpoints, rule.across)


def _carry_floors(old: Track, track: Track, line: Timeline, first: Timeline, now: int) -> None:
    """Let floors go on whose rule still watches the same stock; the others end what they said."""
    rules = {rule.id: rule for rule in track.plan.rules if rule.kind == "floor"}
    for (name, key), floor in sorted(old.shelves.floors.items()):
        rule = rules.get(name)
        kept = track.shelves.floor(rule, key) if rule and rule.stock == floor.rule.stock else None
        if kept is None:
            signal = floor.stop(now, CONFIGURATION)
            first.signals += [signal] if signal else []
        else:
            kept.restore(floor.state())
            line.watch(kept, line.watermark)


def _close(old: Track, first: Timeline, now: int, is_gone: Callable[[Stream], bool]) -> None:
    streams = old.judges.streams
    for key in sorted(key for key, stream in streams.items() if is_gone(stream)):
        signal = streams[key].stop(now, CONFIGURATION)
        first.signals += [signal] if signal else []


def _carry_rest(line: Timeline, before: "Adopted", after: "Adopted", new: dict[str, Track]) -> None:
    """Take over facts still looking for their case, and counts not yet told."""
    for sought in line.seekers.all():
        track = new.get(before.names[sought.track])
        if track is not None:
            moved = sought._replace(track=track.position)
            after.lines[track.position].seek(moved, track)
    after.timelines[0].counts.take_over(line.counts)
