"""One touchpoint at work: which events it hears, its cases, and what they mean to each other.

Facts are recorded here as they arrive; what they mean is decided when the timeline passes them
(service.engine.timeline).  Facts that come before their case's start wait in `orphans`.
"""

from bisect import insort
from collections.abc import Callable
from functools import partial

from service.engine.case import Case
from service.engine.circumstances import Circumstances
from service.engine.ear import KINDS, text_at, value_at
from service.engine.facts import Fact, Known, Pinned
from service.engine.judges import Judges, looks_of
from service.engine.learning import Learning
from service.engine.place import Place, Places
from service.engine.plan import Good, Touchpoint
from service.engine.promise import Terms, resolve
from service.engine.ratio import Asked
from service.engine.seeking import Key, Sought
from service.engine.shelves import Shelves
from service.engine.values import Event


class Orphans:
    """Keep facts of a case whose start has not come; filed under the time to forget them."""

    __slots__ = ("facts", "filed", "id", "track")

    def __init__(self, name: str, track: int) -> None:
        """Begin with no fact."""
        self.id = name
        self.track = track
        self.facts: tuple[Known, ...] = ()
        self.filed = -1


class Track:
    """Hold the cases of one touchpoint, what judges them, and what it learns."""

    def __init__(
        self,
        position: int,
        touchpoint: Touchpoint,
        places: Places,
        number: int,
        correct_for_ms: int,
    ) -> None:
        """Join a touchpoint with the company's units; `number` is the plan's."""
        self.position = position
        self.plan = touchpoint
        self.cases: dict[str, Case] = {}
        self.orphans: dict[str, Orphans] = {}
        self.marks = tuple(sorted({mark for rule in touchpoint.rules for mark, _ in rule.marks}))
        zone = places.zones[touchpoint.promise.zone] if touchpoint.promise.zone else None
        ends = bool(touchpoint.pause_until)
        self.looks = looks_of(touchpoint)
        self.pinned = Pinned(number, self.marks, ends, touchpoint.promise, zone, self.looks)
        self.judges = Judges(touchpoint, places, correct_for_ms)
        self.learning = Learning(self.judges, places.company_zone, correct_for_ms)
        self.not_opened: dict[str, int] = {}
        self.matches = sorted(
            {p.match for name, _ in KINDS for p in getattr(touchpoint, name) if p.match}
        )
        self.index: dict[Key, list[Case]] = {}
        # Facts that found their case by fields, or found none, as long as that may change.
        self.given: dict[Key, list[Sought]] = {}
        self.around = Circumstances()
        self._fixed = (
            None if touchpoint.promise.span is None else Terms(touchpoint.promise.span, None, "")
        )
        self.units = self.judges.units
        self.shelves = Shelves(touchpoint, self.units)
        self._plain = touchpoint.promise.kind == "span"

    def case_of(self, event: Event) -> str:
        """Return the id of the case that an event belongs to here, empty if it names none.

        Where the configured field is missing, the event's own case stands in: later events of a
        journey often carry nothing else.
        """
        return (
            event.case if self.plan.case == "case" else text_at(event, self.plan.case) or event.case
        )

    def opening(self, event: Event) -> tuple[Case, Callable[[], None]] | None:
        """Return the case that a start begins or moves back, and what does it.

        None if the start is later than the known one, or cannot open a case (counted by reason).
        """
        name = self.case_of(event)
        unit = event.unit if self.plan.unit == "unit" else text_at(event, self.plan.unit)
        place = self.units.get(unit)
        if not name or place is None:
            self._refuse("unit" if name else "case")
            return None
        terms = self._fixed if self._plain else self._resolve(event, place)
        if terms is None:
            self._refuse("promise")
            return None
        case = self.cases.get(name)
        if case is None:
            case = self.cases[name] = self._new(name)
        elif (case.started, case.start_key) <= (event.time, event.key):
            return None
        if isinstance(case, Asked):
            return case, partial(self._ask, case, event, place)
        return case, partial(self._begin, case, event, place, terms)

    def _new(self, name: str) -> Case:
        if self.plan.good is not None:
            return Asked(name, self.position)
        orphans = self.orphans.pop(name, None)
        return Case(name, self.position, orphans.facts if orphans else ())

    def _ask(self, case: Asked, event: Event, place: Place) -> None:
        self.shelves.drop(case)
        case.ask(event, place, self.pinned, self.plan.good or Good(), self.shelves.books)
        self.shelves.put(case)

    def _begin(self, case: Case, event: Event, place: Place, terms: Terms) -> None:
        self._unindex(case)
        who = (event.customer, event.via, event.provenance)
        case.begin(Known(event.time, Fact.START, event.key), who, place, terms, self.pinned)
        if self.matches:
            self._index(case, event)

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
        return self.index.get(sought.key, [])

    def give(self, sought: Sought) -> None:
        """Remember a fact that looked for its case, in the order in which such facts happened."""
        insort(self.given.setdefault(sought.key, []), sought, key=lambda found: found.fact[:3])

    def forget_given(self, before: int) -> None:
        """Let go of facts that no late fact can give to another case any more."""
        for key in [key for key, group in self.given.items() if group[0].fact.time < before]:
            rest = [sought for sought in self.given[key] if sought.fact.time >= before]
            if rest:
                self.given[key] = rest
            else:
                del self.given[key]

    def judged_after(self, instant: int) -> list[Case]:
        """Return the cases that were judged after an instant, also those that nothing counts."""
        return [
            case
            for case in self.cases.values()
            if any(item.instant > instant for item in case.told)
            or (case.scored and (case.score_at or 0) > instant)
        ]

    def doubted(self) -> list[Case]:
        """Return the cases that a gap may have kept from being judged."""
        return [
            case
            for case in self.cases.values()
            if case.scored == "unknown" or case.next_mark or case.next_look
        ]

    def held(self, judged: int, until: int) -> int:
        """Count the unanswered promises that have passed after what is judged."""
        return sum(
            not case.scored
            and case.ended is None
            and case.due is not None
            and judged < case.due <= until
            for case in self.cases.values()
        )

    def forget(self, case: Case) -> None:
        """Let a finished case go."""
        self.cases.pop(case.id, None)
        self._unindex(case)
        self.shelves.drop(case)

    def _resolve(self, event: Event, place: Place) -> Terms | None:
        if self.plan.promise.kind == "at_once":
            return Terms(None, event.time, "")
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
