"""The streams of one touchpoint: which rule judges what, and where."""

from typing import Any

from service.engine.baseline import baseline_from
from service.engine.business_time import Calendar
from service.engine.history import History
from service.engine.neighbours import Neighbours
from service.engine.pacing import PaceState
from service.engine.place import Place, Places
from service.engine.plan import Rule, Touchpoint
from service.engine.schedule import NEVER, Schedule
from service.engine.scored import What
from service.engine.share import ShareState
from service.engine.spread import SpreadState
from service.engine.stream import Stream
from service.engine.waiting import WaitingState

# What each kind of rule hears; telling every stream everything would keep every item thrice.
_HEARS = {
    "waiting": (What.END, What.SCORE, What.MARK),
    "share": (What.SCORE,),
    "spread": (What.SCORE,),
    "pace": (What.SCORE, What.LOOK),
}
StreamKey = tuple[str, str]
Heard = tuple[tuple[Stream, ...], ...]


def looks_of(touchpoint: Touchpoint) -> tuple[int, ...]:
    """Return where every case is looked at; a rule of the promise alone needs only the scores."""
    rules = [rule for rule in touchpoint.rules if rule.kind == "pace"]
    return tuple(
        sorted({p for rule in rules if len(rule.checkpoints) > 1 for p in rule.checkpoints})
    )


class Judges:
    """Make and find the streams."""

    def __init__(self, touchpoint: Touchpoint, places: Places, correct_for_ms: int) -> None:
        """Begin with no stream; each is made when its first case is told."""
        self.plan = touchpoint
        self.streams: dict[StreamKey, Stream] = {}
        self.schedules: dict[StreamKey, Schedule] = {}
        self.paces = [rule for rule in touchpoint.rules if rule.kind == "pace"]
        self.units = places.units(touchpoint.unit_kind)
        self._places = places
        self._correct_for_ms = correct_for_ms
        self._at: dict[str, Heard] = {}
        self.neighbours = Neighbours(self.streams, self.units, self.paces)

    def of(self, rule: Rule, scope: str) -> Stream:
        """Return the stream of a rule in a scope: a unit, a region, or the company."""
        key = (rule.id, scope)
        found = self.streams.get(key)
        if found is None:
            found = self.streams[key] = self._make(rule, scope)
        return found

    def at(self, place: Place) -> Heard:
        """Return the streams that judge a place, by what they hear."""
        found = self._at.get(place.id)
        if found is None:
            place = self.units.get(place.id, place)
            rules = [rule for rule in self.plan.rules if rule.kind != "floor"]
            found = self._at[place.id] = tuple(
                tuple([self.of(r, place.scope(r.per)) for r in rules if what in _HEARS[r.kind]])
                for what in What
            )
        return found

    def hours(self, rule: Rule, scope: str) -> Calendar:
        """Return the opening hours on which a rule counts in a scope."""
        return self._places.calendar(self.plan.unit_kind, rule.per, scope)

    def schedule(self, rule: Rule, scope: str) -> Schedule:
        """Return from when which baseline counts for a rule in a scope."""
        return self.schedules.setdefault((rule.id, scope), Schedule())

    def taught_since(self) -> int | None:
        """Return since when the newest baselines are in force, or from when they will be."""
        since = max((one.last for one in self.schedules.values()), default=NEVER)
        return since if since > NEVER else None

    def take_over(self, old: "Judges", kept: set[str]) -> None:
        """Go on with what an earlier plan knew of the rules in `kept`."""
        self.neighbours = old.neighbours
        self.neighbours.adopt(self.streams, self.units, self.paces)
        self.schedules |= {key: s for key, s in old.schedules.items() if key[0] in kept}

    def state(self) -> list[Any]:
        """Return from when which baseline counts, as plain values."""
        return [
            [*key, [[since, list(base)] for since, base in schedule.rows]]
            for key, schedule in sorted(self.schedules.items())
            if schedule.rows
        ]

    def restore(self, state: list[Any]) -> None:
        """Take over what `state` gave."""
        for rule, scope, rows in state:
            found = [(since, baseline_from(row)) for since, row in rows]
            self.schedules[rule, scope] = Schedule(found)

    def _make(self, rule: Rule, scope: str) -> Stream:
        state: WaitingState | ShareState | PaceState | SpreadState
        history = None
        if rule.kind == "waiting":
            state = WaitingState(rule)
        elif rule.kind == "pace":
            around = self.neighbours.around(rule, scope)
            state, history = (
                PaceState(rule, self.schedule(rule, scope), around),
                History(rule.checkpoints),
            )
        else:
            kind = SpreadState if rule.kind == "spread" else ShareState
            state = kind(rule, self.hours(rule, scope))
        return Stream(self.plan.id, rule, scope, state, self._correct_for_ms, history)
