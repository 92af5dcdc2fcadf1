"""When a promise falls due: spans on either clock, dates, levels, units, and pauses.

`resolve` reads a promise once, for one case, at its start; the result, `Terms`, is pinned on the
case, so a later change of the configuration never moves it.  `due` and `mark` are then pure
functions of the terms, the base (start or latest restart) and the pauses.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from service.engine.business_time import Calendar
from service.engine.instant import end_of_day, read_instant
from service.engine.place import Place
from service.engine.plan import Promise, Span
from service.engine.zone import Zone

FULL = 100

# From, to; None where nobody has said when it ends.
Pause = tuple[int, int | None]


class Terms(NamedTuple):
    """State what was promised to one case: a span, a date, or both with which one to take."""

    span: Span | None
    date: int | None
    take: str


def resolve(promise: Promise, data: Mapping[str, object], place: Place, zone: Zone) -> Terms | None:
    """Return the terms of a case that starts with `data`; None if it lacks what they need."""
    if promise.kind == "span":
        return Terms(promise.span, None, "")
    if promise.kind == "until":
        return _until(promise, read_date(promise, data, zone))
    key = place.id if promise.kind == "by_unit" else data.get(promise.field)
    span = promise.choices.get(key) if isinstance(key, str) else None
    span = span or promise.span
    return None if span is None else Terms(span, None, "")


def read_date(promise: Promise, data: Mapping[str, object], zone: Zone) -> int | None:
    """Return the promised date that an event carries, moved as the promise says."""
    date = read_instant(data.get(promise.field), zone)
    if date is None:
        return None
    return (end_of_day(date, zone) if promise.end_of_day else date) + promise.grace_ms


def _until(promise: Promise, date: int | None) -> Terms | None:
    if date is None:
        return None if promise.fallback is None else Terms(promise.fallback, None, "")
    if promise.fallback is None or not promise.take:
        return Terms(None, date, "")
    return Terms(promise.fallback, date, promise.take)


def due(terms: Terms, base: int, pauses: Sequence[Pause], calendar: Calendar) -> int | None:
    """Return the due instant; None while a pause without an end holds the clock."""
    span, date, take = terms
    if span is None:
        return date
    reached = _reach(calendar, span, base, pauses)
    if date is None:
        return reached
    if reached is None:
        return date if take == "earlier" else None
    return max(date, reached) if take == "later" else min(date, reached)


def mark(
    terms: Terms, percent: int, base: int, pauses: Sequence[Pause], calendar: Calendar
) -> int | None:
    """Return the instant at which `percent` of the promise has passed.

    Spans are multiplied on their own clock.  `open days` are measured as the open time up to the
    due instant, and a promise that holds a date as the elapsed time up to it, since neither can
    be halved.
    """
    at = due(terms, base, pauses, calendar)
    if percent == FULL or at is None:
        return at
    span = terms.span
    if span is not None and terms.date is None and span.kind != "open_days":
        part = Span(span.kind, span.amount * percent // FULL)
        return _reach(calendar, part, base, pauses)
    if terms.date is None:
        whole = Span("open", max(running_time(calendar, base, at, pauses), 1) * percent // FULL)
        return _reach(calendar, whole, base, pauses)
    return base + max(at - base, 0) * percent // FULL


def running_time(calendar: Calendar, start: int, end: int, pauses: Sequence[Pause]) -> int:
    """Return the open milliseconds from start to end that no pause covers."""
    total = calendar.between(start, end)
    for begin, stop in pauses:
        first, last = max(begin, start), end if stop is None else min(stop, end)
        total -= calendar.between(first, last)
    return total


def union(pauses: list[Pause], start: int) -> tuple[Pause, ...]:
    """Return pauses cut at `start`, sorted, with overlapping and touching ones joined."""
    joined: list[Pause] = []
    for begin, stop in sorted(pauses, key=lambda pause: pause[0]):
        first = max(begin, start)
        if stop is not None and stop <= first:
            continue
        if joined and (joined[-1][1] is None or first <= joined[-1][1]):
            last = joined[-1][1]
            end = None if last is None or stop is None else max(last, stop)
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((first, stop))
    return tuple(joined)


def _reach(calendar: Calendar, span: Span, base: int, pauses: Sequence[Pause]) -> int | None:
    if span.kind == "open_days":
        return _reach_days(calendar, span.amount, base, pauses)
    open_time = span.kind == "open"
    at, left = base, span.amount
    for begin, stop in pauses:
        begins = max(begin, at)
        if stop is not None and stop <= at:
            continue
        run = calendar.between(at, begins) if open_time else begins - at
        if run >= left:
            break
        if stop is None:
            return None
        left -= run
        at = stop
    return calendar.add(at, left) if open_time else at + left


def _reach_days(calendar: Calendar, count: int, base: int, pauses: Sequence[Pause]) -> int | None:
    """Add the open dates that pauses touch before the close that they push away."""
    touched: set[int] = set()
    at = calendar.close_of_day(base, count)
    for begin, stop in pauses:
        if stop is not None and stop <= base:
            continue
        if begin >= at:
            break
        if stop is None:
            return None
        touched.update(calendar.open_dates(max(begin, base), stop))
        at = calendar.close_of_day(base, count + len(touched))
    return at
