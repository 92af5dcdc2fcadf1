"""Taking a plan into force: its touchpoints, timelines and ears.

What was at work before is carried over by service.engine.carrying.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default_field

from service.engine.business_time import Calendar
from service.engine.carrying import carry
from service.engine.circumstances import LeftOut
from service.engine.ear import Ear, ears
from service.engine.farewell import Farewell
from service.engine.place import Places
from service.engine.plan import PATTERNS, Plan, Promise, Source, Span, Touchpoint
from service.engine.promise import FULL
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
    told: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    farewell: Farewell = default_field(default_factory=Farewell)


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
        if track.judges.paces:
            lines[track.position].learning.append(track.learning)
        track.shelves.books = books
        track.around.left_out = [
            LeftOut(exclusion)
            for exclusion in plan.exclusions
            if not exclusion.touchpoints or track.plan.id in exclusion.touchpoints
        ]
    names = [track.plan.id for track in tracks]
    lanes = list(timelines.values())
    fed, told, answers = _fed(plan, places), frozenset(plan.told), frozenset(plan.answers)
    adopted = Adopted(
        plan, plan.sources, tracks, names, lanes, lines, heard, fed, books, stocks, told, answers
    )
    if before is not None:
        carry(before, adopted, now)
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
    percents += [percent for rule in touchpoint.rules for percent in rule.checkpoints]
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
