"""When a touchpoint asks what is usual: each Monday, in force from Tuesday (01, section 8).

At Monday 00:00 of the company's zone, as its watermark passes it, a touchpoint asks with what its
streams have seen; somebody answers with a control in the log.  The watermark does not pass Tuesday
00:00 without the answer, so that every fold of the same facts judges by the same figures, however
fast it runs.  Learning continuously was rejected: it learns the problem (03, section 4.3).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from service.engine.baseline import Learned, baseline_from, learned_from
from service.engine.history import DAYS, History, learned
from service.engine.judges import Judges
from service.engine.plan import Rule
from service.engine.stream import Stream
from service.engine.values import Taught
from service.engine.zone import DAY_MS, Zone, weekday

NEVER = 2**62
Rows = tuple[tuple[str, tuple[Learned, ...]], ...]


class Ask(NamedTuple):
    """Ask what is usual: under an id, for a touchpoint, in force from `since`; rows by rule."""

    id: str
    touchpoint: str
    since: int
    rows: Rows


class Learning:
    """Ask for one touchpoint, and wait for the answer."""

    def __init__(self, judges: Judges, zone: Zone, correct_for_ms: int) -> None:
        """Begin with nothing asked; weeks are those of the company's zone."""
        self.judges = judges
        self._zone = zone
        self._correct_for_ms = correct_for_ms
        self.asked: Ask | None = None
        self.looked = -NEVER
        # The Monday that comes next, once it is known.
        self._monday = -NEVER

    def stop(self, watermark: int, first: Callable[[], int | None]) -> int:
        """Return how far the watermark may go before the next question, or its answer.

        `first` tells when anything is due, which is where a watermark that never moved begins.
        """
        if self.asked is not None:
            return self.asked.since
        if -NEVER < watermark < self._monday:
            return self._monday
        begins = watermark if watermark > -NEVER else first()
        if begins is None:
            return NEVER
        day = self._zone.day(begins)
        self._monday = self._zone.utc((day + 7 - weekday(day)) * DAY_MS)
        return self._monday

    def look(self, watermark: int) -> None:
        """Ask, if the watermark has come to a Monday and something is settled; once for each."""
        if watermark == self._monday and watermark != self.looked:
            self.looked = watermark
            day = self._zone.day(watermark)
            self.ask(watermark, self._zone.utc((day + 1) * DAY_MS))

    def ask(self, at: int, since: int) -> None:
        """Ask with all that was settled before an instant; nothing, where nothing was.

        A unit's local day may end up to a day after the company's, so one more day is left out.
        """
        last = self._zone.day(at - self._correct_for_ms - DAY_MS)
        rows = tuple((rule.id, tuple(self._learned(rule, last))) for rule in self.judges.paces)
        if any(any(found.looked) for _, group in rows for found in group):
            self.asked = Ask(f"{self.judges.plan.id}/{since}", self.judges.plan.id, since, rows)

    def take(self, control: Mapping[str, Any]) -> list[Taught]:
        """Take the answer; one to another question changes nothing: the first wins."""
        if self.asked is None or control["id"] != self.asked.id:
            return []
        since, streams = self.asked.since, 0
        rules = {rule.id: rule for rule in self.judges.paces}
        for name, rows in control["rules"].items():
            for scope, row in rows.items():
                if name in rules:
                    put = self.judges.schedule(rules[name], scope).put
                    put(since, baseline_from(row))
                    streams += 1
        self.asked = None
        return [Taught(self.judges.plan.id, since, streams)]

    def take_over(self, old: "Learning", watermark: int) -> None:
        """Go on waiting for what an earlier plan asked; other thresholds are asked for at once."""
        self.looked = old.looked
        before = {rule.id: rule for rule in old.judges.paces}
        known = [(before[rule.id], rule) for rule in self.judges.paces if rule.id in before]
        if any(was != rule for was, rule in known):
            self.ask(watermark, watermark)
        else:
            self.asked = old.asked

    def state(self) -> list[Any]:
        """Return what a snapshot must know, as plain values."""
        asked = self.asked
        rest = [] if asked is None else [asked.id, asked.touchpoint, asked.since, asked.rows]
        return [self.looked, *rest]

    def restore(self, state: list[Any]) -> None:
        """Take over what `state` gave."""
        self.looked, *asked = state
        if asked:
            rows = tuple((name, tuple(map(learned_from, group))) for name, group in asked[3])
            self.asked = Ask(asked[0], asked[1], asked[2], rows)

    def _learned(self, rule: Rule, last: int) -> Iterator[Learned]:
        """Yield what each scope of a rule has seen; a scope that saw nothing is asked for too."""
        scopes = sorted({place.scope(rule.per) for place in self.judges.units.values()})
        streams = {s: self.judges.streams.get((rule.id, s)) for s in scopes}
        first = min((_first_day(stream) for stream in streams.values() if stream), default=last)
        first = max(first, last - DAYS)
        for scope, stream in streams.items():
            region = self.judges.units[scope].region if rule.per == "unit" else scope
            if stream is None or stream.history is None:
                yield learned(scope, region, History(rule.checkpoints).sums, first, last, ())
                continue
            stream.history.forget(first, self._zone.utc(first * DAY_MS))
            sums = stream.history.with_held(stream.items, NEVER)
            yield learned(scope, region, sums, first, last, self._unusual(stream, last))

    def _unusual(self, stream: Stream, last: int) -> set[int]:
        """Return the days of warnings, which are not what is usual."""
        found: set[int] = set()
        past = stream.history.unusual if stream.history else []
        for since, until in [*past, *stream.episodes.loud()]:
            end = min(until, self._zone.utc(last * DAY_MS))
            found.update(range(self._zone.day(since), self._zone.day(end) + 1))
        return found


def _first_day(stream: Stream) -> int:
    """Return the first day of which a stream knows anything."""
    held = [item.case.place.zone.day(item.instant) for item in stream.items[:1]]
    rows = stream.history.sums.rows[:1] if stream.history else ()
    return min([*held, *rows], default=NEVER)
