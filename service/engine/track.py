"""One touchpoint at work: which events it hears, its cases, and the streams that judge them.

Facts are recorded here as they arrive; what they mean is decided when the timeline passes them
(service.engine.timeline).  Facts that come before their case's start wait in `orphans`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from service.engine.case import Case
from service.engine.facts import Fact, Known, Pinned
from service.engine.place import Place, Places
from service.engine.plan import Pattern, Rule, Touchpoint
from service.engine.promise import Terms, resolve
from service.engine.share import ShareStream
from service.engine.values import Event
from service.engine.waiting import WaitingStream
from service.engine.where import Test, compile_tree

Stream = WaitingStream | ShareStream

KINDS = (
    ("start", Fact.START),
    ("stop", Fact.ANSWER),
    ("cancel", Fact.CANCEL),
    ("pause", Fact.PAUSE),
    ("resume", Fact.RESUME),
    ("restart", Fact.RESTART),
    ("broken_by", Fact.BREAK),
)


class Ear(NamedTuple):
    """Say what one event type means to a touchpoint, and how the event finds its case."""

    track: "Track"
    kind: Fact
    test: Test | None
    match: tuple[str, ...]


class Orphans:
    """Keep facts of a case whose start has not come; filed under the time to forget them."""

    __slots__ = ("facts", "filed", "id", "track")

    def __init__(self, name: str, track: int) -> None:
        """Begin with no fact."""
        self.id = name
        self.track = track
        self.facts: tuple[Known, ...] = ()
        self.filed = -1


class Sought(NamedTuple):
    """Hold a fact that looks for its case by fields, until the timeline reaches it."""

    track: int
    fields: tuple[str, ...]
    values: tuple[object, ...]
    fact: Known


class Track:
    """Hold the cases and streams of one touchpoint."""

    def __init__(self, position: int, touchpoint: Touchpoint, places: Places, number: int) -> None:
        """Join a touchpoint with the company's units; `number` is the plan's."""
        self.position = position
        self.plan = touchpoint
        self.places = places
        self.cases: dict[str, Case] = {}
        self.orphans: dict[str, Orphans] = {}
        self.marks = tuple(sorted({mark for rule in touchpoint.rules for mark, _ in rule.marks}))
        zone = places.zones[touchpoint.promise.zone] if touchpoint.promise.zone else None
        ends = bool(touchpoint.pause_until)
        self.pinned = Pinned(number, self.marks, ends, touchpoint.promise, zone)
        self.streams: dict[tuple[str, str], Stream] = {}
        self.not_opened: dict[str, int] = {}
        self._at: dict[str, tuple[Stream, ...]] = {}
        self.matches = sorted(
            {p.match for name, _ in KINDS for p in getattr(touchpoint, name) if p.match}
        )
        self.index: dict[tuple[tuple[str, ...], tuple[object, ...]], list[Case]] = {}
        self._fixed = (
            None if touchpoint.promise.span is None else Terms(touchpoint.promise.span, None, "")
        )
        self._units = places.units(touchpoint.unit_kind)
        self._plain = touchpoint.promise.kind == "span"

    def ears(self) -> list[tuple[str, Ear]]:
        """Return (event type, what it means) in the order of the configuration."""
        return [
            (pattern.type, Ear(self, kind, _test(pattern), pattern.match))
            for name, kind in KINDS
            for pattern in getattr(self.plan, name)
        ]

    def case_of(self, event: Event) -> str:
        """Return the id of the case that an event belongs to here, empty if it names none.

        Where the configured field is missing, the event's own case stands in: later events of a
        journey often carry nothing else.
        """
        return (
            event.case if self.plan.case == "case" else text_at(event, self.plan.case) or event.case
        )

    def open(self, event: Event) -> Case | None:
        """Begin a case, or correct its start; None if the event cannot (counted by reason)."""
        name = self.case_of(event)
        unit = event.unit if self.plan.unit == "unit" else text_at(event, self.plan.unit)
        place = self._units.get(unit)
        if not name or place is None:
            self._refuse("unit" if name else "case")
            return None
        terms = self._fixed if self._plain else self._resolve(event, place)
        if terms is None:
            self._refuse("promise")
            return None
        case = self.cases.get(name)
        if case is None:
            orphans = self.orphans.pop(name, None)
            case = Case(name, self.position, orphans.facts if orphans else ())
            self.cases[name] = case
        elif (case.started, case.start_key) <= (event.time, event.key):
            return case
        else:
            self._unindex(case)
        who = (event.customer, event.via, event.provenance)
        case.begin(Known(event.time, Fact.START, event.key), who, place, terms, self.pinned)
        if self.matches:
            self._index(case, event)
        return case

    def fact(self, event: Event, kind: Fact) -> Known:
        """Return what an event states, with the text of the time that some kinds carry."""
        path = ""
        if kind is Fact.PAUSE:
            path = self.plan.pause_until
        elif kind is Fact.RESTART:
            path = self.plan.promise.field
        text = event.data.get(path) if path else None
        return Known(event.time, kind, event.key, text if isinstance(text, str) else "")

    def candidates(self, sought: Sought) -> list[Case]:
        """Return the cases whose start carries the sought values."""
        return self.index.get((sought.fields, sought.values), [])

    def forget(self, case: Case) -> None:
        """Let a finished case go."""
        self.cases.pop(case.id, None)
        self._unindex(case)

    def stream(self, rule: Rule, place: Place) -> Stream:
        """Return the stream of a rule in the scope of a place."""
        key = (rule.id, place.scope(rule.per))
        found = self.streams.get(key)
        if found is None:
            found = self.streams[key] = self._make(rule, place)
        return found

    def streams_at(self, place: Place) -> tuple[Stream, ...]:
        """Return the streams of all rules that judge a place."""
        found = self._at.get(place.id)
        if found is None:
            found = tuple([self.stream(rule, place) for rule in self.plan.rules])
            self._at[place.id] = found
        return found

    def _make(self, rule: Rule, place: Place) -> Stream:
        scope = place.scope(rule.per)
        if rule.kind == "waiting":
            return WaitingStream(self.plan.id, rule, scope)
        calendar = self.places.calendar(self.plan.unit_kind, rule.per, scope)
        return ShareStream(self.plan.id, rule, scope, calendar)

    def _resolve(self, event: Event, place: Place) -> Terms | None:
        return resolve(self.plan.promise, event.data, place, self.pinned.zone or place.zone)

    def _refuse(self, reason: str) -> None:
        self.not_opened[reason] = self.not_opened.get(reason, 0) + 1

    def _index(self, case: Case, event: Event) -> None:
        keys = [(names, tuple([value_at(event, name) for name in names])) for names in self.matches]
        case.wanted = tuple(key for key in keys if all(value not in (None, "") for value in key[1]))
        for key in case.wanted:
            self.index.setdefault(key, []).append(case)

    def _unindex(self, case: Case) -> None:
        for key in case.wanted:
            rest = [found for found in self.index[key] if found is not case]
            if rest:
                self.index[key] = rest
            else:
                del self.index[key]
        case.wanted = ()


def value_at(event: Event, path: str) -> object:
    """Return what stands at `unit`, `customer`, `case`, `via` or `data.x`."""
    if path == "unit":
        return event.unit
    if path == "customer":
        return event.customer
    if path.startswith("data."):
        return event.data.get(path[5:])
    found: object = getattr(event, path)
    return found


def text_at(event: Event, path: str) -> str:
    """Return the same as text; numbers are written out, anything else is empty."""
    found = value_at(event, path)
    if isinstance(found, str):
        return found
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def _test(pattern: Pattern) -> Callable[[Mapping[str, object]], bool] | None:
    return None if pattern.where is None else compile_tree(pattern.where)
