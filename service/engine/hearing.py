"""All sources together: who is silent, what may be judged, and what must be said of it.

A dead feed must never look like neglected customers, and neglected customers must never hide
behind a quiet night.  So there is one alert for a feed that stopped, absences judged since its
last word are taken back, further ones are held, and a hold that outlasts an open day is an alert
of its own: `blind`.  A source that was never heard vouches for nothing and holds nothing; after
ten minutes it is told as such.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from alerts.signal import Level, Signal, Transition
from service.engine.business_time import Calendar
from service.engine.episode import Episodes
from service.engine.gaps import Gap
from service.engine.listener import BEGINNING, Listener
from service.engine.plan import Source
from service.engine.scored import Step

NEVER_HEARD_MS = 10 * 60_000
SILENT, BLIND, ASIDE, GAP = "source silent", "blind", "set aside", "input gap"


class Hearing:
    """Listen to every source of a plan."""

    def __init__(self) -> None:
        """Begin with no source."""
        self.listeners: dict[str, Listener] = {}
        self.gaps: dict[str, list[Gap]] = {}
        self.started: int | None = None
        self.signals: list[Signal] = []
        self._episodes: dict[tuple[str, str], Episodes] = {}

    def adopt(self, sources: Mapping[str, Source], calendars: Mapping[str, Calendar]) -> None:
        """Listen to the sources of a plan; `calendars` has those that feed a touchpoint."""
        for name, source in sources.items():
            known = self.listeners.get(name)
            if known is None:
                self.listeners[name] = Listener(source, calendars.get(name))
            else:
                known.adopt(source, calendars.get(name))
        for name in [name for name in self.listeners if name not in sources]:
            del self.listeners[name]
            self.gaps.pop(name, None)

    def start(self, stamp: int) -> None:
        """Take note that the service begins to listen, for the first time or again.

        Who was heard before may have said something meanwhile, and gets the time to repeat it.
        """
        self.started = stamp
        for listener in self.listeners.values():
            if listener.alive is not None:
                listener.restarted = stamp

    def hear(self, now: int, vouched: Mapping[str, int]) -> list[str]:
        """Let time pass; return the sources that have fallen silent."""
        fallen = []
        for name, listener in self.listeners.items():
            listener.hear(now, vouched.get(name))
            at = listener.silent_at()
            if at is not None and now > at:
                self._fall_silent(name, listener, now)
                fallen.append(name)
        if self.started is not None and now >= self.started + NEVER_HEARD_MS:
            self._tell_never_heard(now)
        return fallen

    def speak(self, name: str, now: int, recorded: int) -> bool:
        """Take a word of a source; tell whether it had been silent."""
        listener = self.listeners[name]
        was_silent = listener.is_silent
        known = self._episodes.get((SILENT, name))
        if was_silent or (known is not None and known.standing()):
            self._return(name, listener, now)
        listener.speak(now, recorded)
        return was_silent

    def tell_blind(self, now: int, held: Callable[[str], int]) -> None:
        """Tell of silences that have outlasted an open day; `held` counts what waits."""
        for name, listener in self.listeners.items():
            at = self._blind_at(listener)
            if at is not None and now >= at:
                listener.blind_told = True
                count = held(name)
                if count:
                    self._say(
                        name, BLIND, Level.CRITICAL, now, listener, "an open day of hold", count
                    )

    def tell_aside(self, sources: Mapping[str, int], now: int) -> None:
        """Tell that records of sources could not be judged and were set aside."""
        for name, count in sorted(sources.items()):
            listener = self.listeners.get(name)
            if listener is not None:
                self._say(name, ASIDE, Level.WARNING, now, listener, "set aside", count)

    def tell_gap(self, name: str, gap: Mapping[str, object], now: int) -> None:
        """Tell, once while it stands, that records are gone; what they might answer is held."""
        listener, known = self.listeners.get(name), self._episodes.get((GAP, name))
        if listener is not None and (known is None or known.standing() is None):
            place = {key: gap[key] for key in ("topic", "partition", "from", "to")}
            self._say(name, GAP, Level.CRITICAL, now, listener, "input gap", 0, place)

    def accept(self, name: str, now: int, *, is_last: bool) -> None:
        """Go on behind a gap: nobody knows what lay in it; the last one ends what is told of them."""
        listener = self.listeners.get(name)
        if listener is not None:
            self.gaps.setdefault(name, []).append((listener.heard, now))
            if is_last:
                self._end(name, (GAP,), now, "accepted")

    def spoken(self, alive: Mapping[str, int]) -> list[str]:
        """Take words of sources that were for others; return the sources that had been silent."""
        found = []
        for name, at in alive.items():
            listener = self.listeners.get(name)
            if listener is not None and at > (listener.alive or BEGINNING):
                found += [name] if self.speak(name, at, at) else []
        return found

    def next_instant(self) -> int | None:
        """Return when the passing of time alone may change what is heard."""
        wanted = [at for one in self.listeners.values() for at in self._instants(one)]
        if self.started is not None and any(self._never_heard()):
            wanted.append(self.started + NEVER_HEARD_MS)
        return min(wanted, default=None)

    def forget(self, before: int) -> None:
        """Let go of gaps that no case can lie in any more, and of findings that ended before."""
        for name, gaps in self.gaps.items():
            self.gaps[name] = [gap for gap in gaps if gap[1] is None or gap[1] >= before]
        for episodes in self._episodes.values():
            episodes.forget(before)

    def take_signals(self) -> list[Signal]:
        """Return what is to be said, once."""
        signals, self.signals = self.signals, []
        return signals

    def episodes(self) -> Iterable[Episodes]:
        """Return the findings about sources."""
        return self._episodes.values()

    def quiet(self) -> Iterator[tuple[str, int, bool]]:
        """Yield each source with its last word, 0 if it never spoke, and whether that is told."""
        for name, listener in self.listeners.items():
            if listener.plan.is_told:
                known = self._episodes.get((SILENT, name))
                yield name, listener.alive or 0, known is not None and known.standing() is not None

    def merged(self, names: Iterable[str]) -> list[Gap]:
        """Return the gaps of some sources, in order."""
        return sorted(
            (gap for name in names for gap in self.gaps.get(name, ())), key=lambda gap: gap[0]
        )

    def _fall_silent(self, name: str, listener: Listener, now: int) -> None:
        listener.is_silent = True
        self.gaps.setdefault(name, []).append((listener.alive or 0, None))
        self._say(name, SILENT, Level.WARNING, now, listener, "no news", 0)

    def _return(self, name: str, listener: Listener, now: int) -> None:
        gaps = self.gaps.get(name, [])
        if listener.is_silent:
            begin = gaps.pop()[0]
            if not listener.judges_on_return:
                gaps.append((begin, now))
        listener.is_silent = listener.blind_told = False
        self._end(name, (SILENT, BLIND), now, "heard again")

    def _end(self, name: str, rules: Iterable[str], now: int, why: str) -> None:
        listener = self.listeners[name]
        for rule in rules:
            episodes = self._episodes.get((rule, name))
            if episodes is not None and (told := episodes.standing()) is not None:
                evidence = {"source": name, "since": told.opened}
                step = Step(Transition.RESOLVED, told.level, now, why, 0, 0, evidence)
                back = episodes.tell(step)
                self.signals += [back] if listener.plan.is_told else []

    def _tell_never_heard(self, now: int) -> None:
        for name in list(self._never_heard()):
            self._say(name, SILENT, Level.WARNING, now, self.listeners[name], "never heard", 0)

    def _never_heard(self) -> Iterator[str]:
        """Yield the awaited sources that never spoke and of which nothing is told yet."""
        for name, listener in self.listeners.items():
            if listener.alive is None and self._is_awaited(listener):
                known = self._episodes.get((SILENT, name))
                if known is None or known.standing() is None:
                    yield name

    def _say(
        self,
        name: str,
        rule: str,
        level: Level,
        now: int,
        listener: Listener,
        why: str,
        count: int,
        more: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        key = (rule, name)
        if key not in self._episodes:
            self._episodes[key] = Episodes("", rule, rule, "source", name)
        since = listener.alive if listener.alive is not None else self.started or now
        evidence = {"source": name, "since": since, "held": count, **more}
        step = Step(Transition.OPENED, level, now, why, count, 0, evidence)
        told = self._episodes[key].tell(step)
        self.signals += [told] if listener.plan.is_told else []

    def _blind_at(self, listener: Listener) -> int | None:
        if not listener.is_silent or listener.blind_told or listener.calendar is None:
            return None
        return listener.calendar.close_of_day(listener.alive or 0, 1)

    def _instants(self, listener: Listener) -> list[int]:
        found = [at + 1 for at in (listener.silent_at(),) if at is not None]
        found += [at for at in (self._blind_at(listener),) if at is not None]
        if listener.restarted is not None:
            found.append(listener.restarted + listener.plan.catch_up_ms)
        return found

    def _is_awaited(self, listener: Listener) -> bool:
        return listener.calendar is not None or bool(listener.plan.heartbeat_ms)

    def state(self) -> list[object]:
        """Return what a snapshot must know, as plain values."""
        told = [[*key, self._episodes[key].state()] for key in sorted(self._episodes)]
        listeners = [[name, one.state()] for name, one in sorted(self.listeners.items())]
        gaps = [[name, [list(gap) for gap in gaps]] for name, gaps in sorted(self.gaps.items())]
        return [self.started, listeners, gaps, told]

    def restore(self, state: list[object]) -> None:
        """Take over what `state` gave, for the sources of the plan that was adopted."""
        started, listeners, gaps, told = state
        self.started = started  # type: ignore[assignment]
        for name, one in listeners:  # type: ignore[attr-defined]
            if name in self.listeners:
                self.listeners[name].restore(one)
        self.gaps = {name: [(a, b) for a, b in rows] for name, rows in gaps}  # type: ignore[attr-defined]
        for rule, name, rows in told:  # type: ignore[attr-defined]
            self._episodes[rule, name] = Episodes("", rule, rule, "source", name)
            self._episodes[rule, name].restore(rows)
