"""One customer's pass through one touchpoint: a set of facts and the course they describe.

A case is the set of its facts, so order of arrival and repetition cannot matter: `settle` computes
its course anew from the sorted facts each time one is added (01, section 5).  Keeping a little
state machine per case was rejected, because every disorder of the stream would be a transition to
think of.  The object is compact: plain slots, and facts only once there are any.
"""

from typing import Any

from service.engine.facts import End, Fact, Known, Pinned, first_end, toggled
from service.engine.instant import read_instant
from service.engine.place import Place
from service.engine.promise import (
    FULL,
    Pause,
    Terms,
    due,
    mark,
    read_date,
    running_time,
    union,
)
from service.engine.zone import Zone

# Looked up in their classes, they took a tenth of a fold.
_NOT, _ANSWERED, _, _BROKEN = End
_ANSWER = Fact.ANSWER


class Case:
    """Hold the facts of one case, its course, and how far the timeline has come with it.

    `base` and `terms` are those of the latest restart, `first_terms` those of the start.
    `filed` to `listed` say what the timeline has done: the instant that is filed, the outcome with
    which it was scored, whether its end was seen, how many marks and looks it passed, how it is
    counted, and whether it stands on the call-back list.  `told` is what streams counted of it,
    `wanted` the keys under which events may find it by fields.
    """

    __slots__ = (
        "base",
        "counted",
        "customer",
        "due",
        "end",
        "ended",
        "facts",
        "filed",
        "first_terms",
        "id",
        "listed",
        "mark_known",
        "next_look",
        "next_mark",
        "pinned",
        "place",
        "provenance",
        "scored",
        "seen_end",
        "shown",
        "start_key",
        "started",
        "terms",
        "told",
        "track",
        "via",
        "wanted",
    )

    def __init__(self, name: str, track: int, facts: tuple[Known, ...]) -> None:
        """Begin with the facts that came before the start; `begin` must follow."""
        self.id = name
        self.track = track
        self.facts = facts
        self.filed = -1
        self.scored = self.counted = ""
        self.next_mark = self.next_look = 0
        self.listed = self.seen_end = False
        self.shown = -(2**62)
        self.wanted: tuple[tuple[tuple[str, ...], tuple[object, ...]], ...] = ()
        self.told: tuple[Any, ...] = ()

    def begin(
        self, start: Known, who: tuple[str, str, str], place: Place, terms: Terms, pinned: Pinned
    ) -> None:
        """Take the start: `who` is customer, via, provenance."""
        self.started = start.time
        self.start_key = start.key
        self.customer, self.via, self.provenance = who
        self.place = place
        self.first_terms = terms
        self.pinned = pinned
        self.mark_known: tuple[int, int | None] | None = None
        self.settle()

    def learn(self, fact: Known) -> None:
        """Add a fact and compute the course anew; a known one changes nothing."""
        if fact in self.facts:
            return
        self.facts = (*self.facts, fact)
        self.settle()

    @property
    def early(self) -> bool:
        """Tell whether the end is dated before the start."""
        return self.ended is not None and self.ended < self.started

    @property
    def standing(self) -> str:
        """Return the outcome as far as the timeline has come with the case."""
        if self.scored == "unknown":
            return "unknown"
        if self.seen_end:
            return self.outcome
        return "late" if self.scored else "open"

    @property
    def verdict(self) -> str:
        """Return how the case is scored if its reports can be believed."""
        return "kept" if self.outcome == "kept" else "late"

    @property
    def is_broken(self) -> bool:
        """Tell whether an event broke the promise, so that no absence has to be believed."""
        return self.end is _BROKEN

    def rewind(self) -> None:
        """Go back to before the first item, keeping the facts and the column it is counted in."""
        self.scored = ""
        self.next_mark = self.next_look = 0
        self.listed = self.seen_end = False
        self.shown = -(2**62)
        self.told = ()

    def replace(self, facts: tuple[Known, ...]) -> None:
        """Take other facts in place of the known ones."""
        self.facts = facts
        self.settle()

    def answers_to(self, at: int, facts: tuple[Known, ...] | None = None) -> bool:
        """Tell whether an event that finds its case by fields may mean this open one (02, "match")."""
        ended = first_end(self.facts if facts is None else facts)[1]
        return self.started <= at and (ended is None or ended > at)

    @property
    def outcome(self) -> str:
        """Return the outcome that the facts describe once all instants have passed."""
        if self.end is _NOT:
            return "open" if self.due is None else "late"
        if self.end is _BROKEN:
            return "late"
        if self.due is not None and self.ended is not None and self.ended > self.due:
            return "late"
        return "kept" if self.end is _ANSWERED else "gave up"

    @property
    def score_at(self) -> int | None:
        """Return the instant at which the case is scored: the break, or the due instant."""
        return self.ended if self.end is _BROKEN else self.due

    def pauses(self) -> tuple[Pause, ...]:
        """Return the union of the pauses, cut at the start and, if endless, at the end."""
        for fact in self.facts:
            if fact.kind is Fact.PAUSE:
                break
        else:
            return ()
        found = self._timed() if self.pinned.pause_has_end else toggled(self.facts)
        if self.ended is not None:
            ended = self.ended
            found = [(begin, end or ended) for begin, end in found if begin < ended]
        return union(found, self.started)

    def settle(self) -> None:
        """Compute base, terms, due and end from the facts."""
        self.base = self.started
        self.terms = self.first_terms
        # An answer moves no mark, and it is by far the most frequent fact.
        facts = self.facts
        is_answered = len(facts) == 1 and facts[0].kind is _ANSWER
        if not is_answered:
            self.mark_known = None
        calendar = self.place.calendar
        if is_answered or not facts:
            self.end = _ANSWERED if facts else _NOT
            self.ended = facts[0].time if facts else None
            self.due = due(self.terms, self.base, (), calendar)
            return
        self.end, self.ended = first_end(self.facts)
        pauses = self.pauses()
        self.due = due(self.terms, self.base, pauses, calendar)
        for fact in self._changes():
            if self.due is not None and fact.time > self.due:
                return
            if fact.kind is Fact.BREAK:
                self.end, self.ended = End.BROKEN, fact.time
                return
            self.base = fact.time
            self._renew(fact)
            self.due = due(self.terms, self.base, pauses, calendar)

    def mark_at(self, percent: int) -> int | None:
        """Return the instant at which `percent` of the promise has passed."""
        if percent == FULL:
            return self.due
        if self.mark_known is None or self.mark_known[0] != percent:
            pauses = self.pauses() if self.facts else ()
            at = mark(self.terms, percent, self.base, pauses, self.place.calendar)
            self.mark_known = (percent, at)
        return self.mark_known[1]

    def times_at(self, at: int) -> tuple[int, int]:
        """Return open and own milliseconds from the start to an instant, or to an earlier end."""
        end = at if self.ended is None or self.ended > at else self.ended
        if end <= self.started:
            return 0, 0
        pauses = self.pauses() if self.facts else ()
        return running_time(self.place.calendar, self.started, end, pauses), end - self.started

    def _changes(self) -> list[Known]:
        """Return what may break or renew the promise: after the start, before the end."""
        return sorted(
            fact
            for fact in self.facts
            if (fact.kind is Fact.BREAK or fact.kind is Fact.RESTART)
            and fact.time >= self.started
            and (self.ended is None or fact.time < self.ended)
        )

    def _renew(self, fact: Known) -> None:
        """Take the date that a restart carries; spans begin anew from it in any case."""
        promise = self.pinned.promise
        date = read_date(promise, {promise.field: fact.text}, self._zone)
        if self.terms.date is not None and date is not None:
            self.terms = self.terms._replace(date=date)

    def _timed(self) -> list[Pause]:
        pauses = [fact for fact in self.facts if fact.kind is Fact.PAUSE]
        return [
            (fact.time, end)
            for fact in pauses
            if (end := read_instant(fact.text, self._zone)) is not None
        ]

    @property
    def _zone(self) -> Zone:
        return self.pinned.zone or self.place.zone
