"""Taking a plan into force: build its touchpoints, and carry over what was at work before.

What is pinned on a case (its promise and marks) stays as it was; rules are live.  A rule or
touchpoint that is gone ends its standing findings with the reason `configuration`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.engine.business_time import Calendar
from service.engine.ear import Ear, ears
from service.engine.place import Places
from service.engine.plan import PATTERNS, Plan, Promise, Source, Span, Touchpoint
from service.engine.promise import FULL
from service.engine.ratio import Asked
from service.engine.stock import Book
from service.engine.timeline import Timeline
from service.engine.track import Track


@dataclass(slots=True)
class Adopted:
    """Hold a plan at work; `lines` gives each touchpoint's timeline by position."""

    plan: Plan
    sources: Mapping[str, Source]
    tracks: list[Track]
    names: list[str]
    timelines: list[Timeline]
    lines: list[Timeline]
    ears: dict[str, list[Ear]]
    calendars: Mapping[str, Calendar]
    books: dict[str, Book]
    stocks: dict[str, list[str]]


def adopt(plan: Plan, before: Adopted | None, now: int) -> Adopted:
    """Return a plan at work, with the cases and findings of the one before."""
    places = Places(plan)
    timelines: dict[tuple[str, ...], Timeline] = {}
    lines = [_line(plan, touchpoint, timelines) for touchpoint in plan.touchpoints.values()]
    tracks = [
        Track(position, touchpoint, places, plan.number, lines[position].correct_for_ms)
        for position, touchpoint in enumerate(plan.touchpoints.values())
    ]
    heard: dict[str, list[Ear]] = {}
    for track in tracks:
        for name, ear in ears(track):
            heard.setdefault(name, []).append(ear)
    books = {name: Book(stock) for name, stock in plan.stocks.items()}
    stocks: dict[str, list[str]] = {}
    for name, stock in plan.stocks.items():
        stocks.setdefault(stock.event, []).append(name)
    for track in tracks:
        track.shelves.books = books
    names = [track.plan.id for track in tracks]
    lanes = list(timelines.values())
    adopted = Adopted(
        plan, plan.sources, tracks, names, lanes, lines, heard, _fed(plan, places), books, stocks
    )
    if before is not None:
        _carry(before, adopted, now)
    return adopted


def _fed(plan: Plan, places: Places) -> dict[str, Calendar]:
    """Return the opening hours during which each source that feeds a touchpoint should speak."""
    kinds: dict[str, set[str]] = {}
    for touchpoint in plan.touchpoints.values():
        for name in (*touchpoint.opening, *touchpoint.answering):
            kinds.setdefault(name, set()).add(touchpoint.unit_kind)
    return {name: places.whole(tuple(sorted(found))) for name, found in kinds.items()}


def lead_ms(touchpoint: Touchpoint) -> int:
    """Return how long after a start the first thing is judged, at the least.

    A start may be heard that much later than an answer without being missed.  A touchpoint whose
    events find their case by fields needs its starts at once.
    """
    heard = [pattern for name in PATTERNS[1:] for pattern in getattr(touchpoint, name)]
    if any(pattern.match for pattern in heard):
        return 0
    percents = [percent for rule in touchpoint.rules for percent, _ in rule.marks]
    first = min([FULL, *percents])
    return min(_least(span) for span in _spans(touchpoint.promise)) * first // FULL


def _least(span: Span | None) -> int:
    return 0 if span is None or span.kind == "open_days" else span.amount


def _spans(promise: Promise) -> list[Span | None]:
    if promise.kind in ("until", "at_once"):
        return [None]
    rest = [promise.span] if promise.span else []
    return [*rest, *promise.choices.values()]


def _line(plan: Plan, touchpoint: Touchpoint, made: dict[tuple[str, ...], Timeline]) -> Timeline:
    names = tuple(sorted({*touchpoint.opening, *touchpoint.answering, *touchpoint.reading}))
    if names not in made:
        correct_for = max((plan.sources[name].correct_for_ms for name in names), default=0)
        made[names] = Timeline({}, correct_for)
    line = made[names]
    line.answering.update(touchpoint.answering)
    for name in names:
        wait = plan.sources[name].wait_ms
        late = name in touchpoint.answering or name in touchpoint.reading
        lag = wait if late else max(0, wait - lead_ms(touchpoint))
        line.lags[name] = max(lag, line.lags.get(name, 0))
    return line


def _carry(before: Adopted, after: Adopted, now: int) -> None:
    new = {track.plan.id: track for track in after.tracks}
    for old in before.tracks:
        track = new.get(old.plan.id)
        line = before.lines[old.position]
        if track is None:
            _close(old, set(old.streams), after.timelines, now)
            continue
        target = after.lines[track.position]
        target.watermark = max(target.watermark, line.watermark)
        _carry_cases(old, track, target)
        _carry_streams(old, track, target, after.timelines, now)
    _carry_stocks(before, after)
    for line in before.timelines:
        _carry_rest(line, before, after, new)


def _carry_cases(old: Track, track: Track, line: Timeline) -> None:
    track.cases, track.orphans, track.index = old.cases, old.orphans, old.index
    track.given, track.shelves.cases = old.given, old.shelves.cases
    track.not_opened = old.not_opened
    for case in track.cases.values():
        case.track = track.position
        case.filed = -1
        line.file(case)
    for orphans in track.orphans.values():
        orphans.track = track.position
        at, orphans.filed = orphans.filed, -1
        line.timers.file(orphans, at)


def _carry_stocks(before: Adopted, after: Adopted) -> None:
    """Keep the readings; cases and floors look into the book that is in force."""
    for name, book in after.books.items():
        old = before.books.get(name)
        if old is not None and old.plan.per == book.plan.per:
            book.rows, book.unread = old.rows, old.unread
    for track in after.tracks:
        for case in track.cases.values():
            if isinstance(case, Asked) and case.good is not None:
                case.book = after.books.get(case.good.stock)


def _carry_streams(
    old: Track, track: Track, line: Timeline, lines: list[Timeline], now: int
) -> None:
    rules = {rule.id: rule for rule in track.plan.rules}
    gone = set()
    for key, stream in old.streams.items():
        rule = rules.get(key[0])
        same = rule is not None and (rule.kind, rule.per, rule.marks, rule.over) == (
            stream.rule.kind,
            stream.rule.per,
            stream.rule.marks,
            stream.rule.over,
        )
        if rule is None or not same:
            gone.add(key)
            continue
        stream.adopt(rule)
        track.streams[key] = stream
        if (edge := stream.next_edge()) is not None:
            stream.filed = -1
            line.timers.file(stream, edge)
    _carry_floors(old, track, line, lines[0], now)
    _close(old, gone, lines, now)


def _carry_floors(old: Track, track: Track, line: Timeline, first: Timeline, now: int) -> None:
    """Let floors whose rule stands go on; the others end what they said."""
    rules = {rule.id: rule for rule in track.plan.rules if rule.kind == "floor"}
    for (name, key), floor in sorted(old.shelves.floors.items()):
        rule = rules.get(name)
        if rule is None or rule.stock != floor.rule.stock:
            signal = floor.stop(now, "configuration")
            first.signals += [signal] if signal else []
            continue
        for kept in track.shelves.floors_of(rule.stock, key):
            if kept.rule.id == name:
                kept.restore(floor.state())
                line.watch(kept, line.watermark)


def _close(old: Track, keys: set[tuple[str, str]], lines: list[Timeline], now: int) -> None:
    for key in sorted(keys):
        signal = old.streams[key].stop(now, "configuration")
        if signal is not None:
            lines[0].signals.append(signal)


def _carry_rest(line: Timeline, before: Adopted, after: Adopted, new: dict[str, Track]) -> None:
    """Take over facts still looking for their case, and counts not yet told."""
    for sought in line.seekers.all():
        track = new.get(before.names[sought.track])
        if track is not None:
            moved = sought._replace(track=track.position)
            after.lines[track.position].seek(moved, track)
    after.timelines[0].counts.take_over(line.counts)
