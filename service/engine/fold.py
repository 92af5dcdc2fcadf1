"""The fold: chunks in, frames out, the same for live work, recovery, replay and tests.

`Engine.fold` is synchronous and deterministic: no clock, no I/O, no randomness.  Arrival only
records facts; results come from moving each timeline's watermark (service.engine.timeline).  The
wall clock enters as the stamp of a chunk and nowhere else.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from service.engine.absence import Absence, nothing
from service.engine.adoption import Adopted, adopt
from service.engine.ear import Ear, value_at
from service.engine.facts import Fact, Known
from service.engine.hearing import Hearing
from service.engine.plan import Plan
from service.engine.plan_data import from_data
from service.engine.seeking import Sought
from service.engine.seen import Seen
from service.engine.tally import Tally
from service.engine.timeline import Timeline
from service.engine.track import Orphans, Track
from service.engine.values import Chunk, Event, Frame
from service.engine.zone import DAY_MS

ITEMS_MAX = 2000
# An event that lies further ahead of the log's time is somebody's wrong clock.
FUTURE_MS = 5 * 60_000


class Engine:
    """Fold one shard's log; the state is a function of the prefix folded so far."""

    def __init__(self) -> None:
        """Begin before the first chunk; the first one must carry a plan."""
        self.now = -(2**62)
        self.frame = 0
        self.tally = Tally()
        self.seen = Seen()
        self.hearing = Hearing()
        self._absence = Absence(self.hearing)
        self._adopted: Adopted | None = None
        self._too_late: list[Event] = []
        self._future: list[Event] = []
        self._day = 0

    @property
    def plan(self) -> Plan:
        """Return the plan in force."""
        return self._at_work.plan

    @property
    def tracks(self) -> list[Track]:
        """Return the touchpoints at work."""
        return self._at_work.tracks

    @property
    def timelines(self) -> list[Timeline]:
        """Return the timelines, one per set of sources."""
        return self._at_work.timelines

    @property
    def _at_work(self) -> Adopted:
        if self._adopted is None:
            raise ValueError("the log must begin with a plan")
        return self._adopted

    def fold(self, chunk: Chunk) -> list[Frame]:
        """Take one chunk and return the frames that it brings about."""
        self.now = max(self.now, chunk.stamp)
        if chunk.control is not None:
            self._obey(chunk.control)
        self._hear(chunk.heard)
        for event in chunk.events:
            self._record(event)
        return self._advance()

    def next_instant(self) -> int | None:
        """Return the earliest stamp at which a tick may bring about anything."""
        wanted = [
            at + max(line.lags.values(), default=0)
            for line in self.timelines
            if (at := line.next_instant()) is not None and at <= self._absence.believed_until(line)
        ]
        heard = self.hearing.next_instant()
        return min(wanted if heard is None else [*wanted, heard], default=None)

    @property
    def begun(self) -> bool:
        """Tell whether a plan is in force."""
        return self._adopted is not None

    def standings(self) -> list[tuple[Track, int]]:
        """Return each touchpoint with how far it has been judged."""
        at_work = self._at_work
        return [(track, at_work.lines[track.position].watermark) for track in at_work.tracks]

    def watermark(self, touchpoint: str) -> int:
        """Return how far a touchpoint has been judged."""
        at_work = self._at_work
        position = next(t.position for t in at_work.tracks if t.plan.id == touchpoint)
        return at_work.lines[position].watermark

    def _obey(self, control: Mapping[str, Any]) -> None:
        """Take a control: a plan, or the news that a service begins to listen."""
        if control.get("kind") == "start":
            self.hearing.start(self.now)
            return
        plan = from_data(dict(control))
        self._adopted = adopt(plan, self._adopted, self.now)
        self.hearing.adopt(plan.sources, self._adopted.calendars)
        self._absence.adopt(self._adopted)

    def _hear(self, vouched: Mapping[str, int]) -> None:
        """Let the sources be heard as far as they are, and take back what silence makes doubtful."""
        fallen = self.hearing.hear(self.now, vouched)
        if fallen:
            self._absence.doubt(fallen)
        if self.now // DAY_MS > self._day:
            self._day = self.now // DAY_MS
            self._forget()

    def _forget(self) -> None:
        """Let go, once a day, of what no fact can reach any more."""
        kept = max((source.correct_for_ms for source in self.plan.sources.values()), default=0)
        before = self.now - kept
        self.seen.forget(before)
        self.hearing.forget(before)
        for track in self.tracks:
            track.forget_given(before)
            for floor in track.shelves.floors.values():
                floor.settle(before)
        for book in self._at_work.books.values():
            book.forget(before)

    def _record(self, event: Event) -> None:
        source = self._at_work.sources.get(event.source)
        if source is not None and event.time > self.now + FUTURE_MS:
            self.tally.future += 1
            self._future.append(event)
            return
        if source is not None:
            recorded = event.time if event.recorded is None else event.recorded
            if self.hearing.speak(event.source, self.now, recorded):
                self._absence.believe(event.source)
            if event.type == source.heartbeat:
                self.tally.accepted += 1
                return
        known = self.seen.digest(event)
        if known is not None:
            self.tally.duplicates += 1
            self.tally.differing += known != event.digest
            return
        if source is None or event.time < self.now - source.correct_for_ms:
            self.tally.too_late += 1
            self._too_late.append(event)
            return
        self.seen.remember(event)
        self.tally.accepted += 1
        self._tell(event)

    def _tell(self, event: Event) -> None:
        """Let every touchpoint that listens hear an event."""
        at_work = self._at_work
        stocks = at_work.stocks.get(event.type, ())
        for name in stocks:
            self._read(name, event)
        ears = at_work.ears.get(event.type)
        if ears is None:
            self.tally.unheard += not stocks
            return
        for ear in ears:
            if ear.test is None or ear.test(event.data):
                self._hear_one(event, ear, at_work.lines[ear.track.position])

    def _read(self, name: str, event: Event) -> None:
        """Take a reading of a stock; what was judged by the one before it is judged again."""
        at_work = self._at_work
        read = at_work.books[name].read(event)
        if read is None:
            return
        key, reading = read
        for track, line in zip(at_work.tracks, at_work.lines, strict=True):
            for case in track.shelves.asked_after(name, key, reading.time):
                line.mender.change(case, track, reading.time, nothing)
            for floor in track.shelves.floors_of(name, key):
                line.watch(floor, reading.time)

    def _hear_one(self, event: Event, ear: Ear, line: Timeline) -> None:
        track = ear.track
        if ear.kind is Fact.START:
            opening = track.opening(event)
            if opening is not None:
                line.mender.change(opening[0], track, event.time, opening[1])
            return
        fact = track.fact(event, ear.kind)
        if ear.match:
            values = tuple(value_at(event, name) for name in ear.match)
            if all(value not in (None, "") for value in values):
                line.seek(Sought(track.position, ear.match, values, fact), track)
            return
        name = track.case_of(event)
        if not name:
            return
        case = track.cases.get(name)
        if case is None:
            self._orphan(track, name, fact, line)
            return
        line.mender.change(case, track, event.time, partial(case.learn, fact))

    def _orphan(self, track: Track, name: str, fact: Known, line: Timeline) -> None:
        orphans = track.orphans.get(name)
        if orphans is None:
            orphans = track.orphans[name] = Orphans(name, track.position)
        if fact not in orphans.facts:
            orphans.facts = (*orphans.facts, fact)
        line.timers.file(orphans, fact.time + line.correct_for_ms)

    def _advance(self) -> list[Frame]:
        frames: list[Frame] = []
        tracks, names = self.tracks, self._at_work.names
        for line in self.timelines:
            goal = self._absence.goal(line)
            if goal <= line.watermark and not line.has_news():
                continue
            more = True
            while more:
                more = line.advance(goal, tracks, ITEMS_MAX)
                self._frame(frames, line, names, more)
        self.hearing.tell_blind(self.now, partial(self._absence.held, self.now))
        signals = tuple(self.hearing.take_signals())
        if signals or self._too_late or self._future:
            facts = tuple(self._too_late), tuple(self._future)
            frames.append(self._numbered((), (), (), signals, *facts))
            self._too_late, self._future = [], []
        return frames

    def _frame(self, frames: list[Frame], line: Timeline, names: list[str], more: bool) -> None:
        outcomes = line.counts.take_outcomes(names, line.judged_to)
        readings = () if more else line.counts.take_readings(line.watermark)
        listed, line.listed = tuple(line.listed), []
        signals, line.signals = tuple(line.signals), []
        if outcomes or readings or listed or signals:
            frames.append(self._numbered(outcomes, readings, listed, signals, (), ()))

    def _numbered(self, *parts: tuple) -> Frame:  # type: ignore[type-arg]
        self.frame += 1
        return Frame(self.frame, self.now, *parts)
