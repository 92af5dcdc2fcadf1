"""The fold: chunks in, frames out, the same for live work, recovery, replay and tests.

`Engine.fold` is synchronous and deterministic: no clock, no I/O, no randomness.  Arrival only
records facts; results come from moving each timeline's watermark (service.engine.timeline).  The
wall clock enters as the stamp of a chunk and nowhere else.

A chunk may also be folded bit by bit, with `begin` and `go_on`, so that a host can do other work
in between when a million promises fall due at once.  No other chunk is folded before the last bit,
so the frames are the same; leaving the rest to the next chunk would let it meet half-judged cases.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from service.engine.absence import Absence
from service.engine.adoption import Adopted
from service.engine.farewell import Farewell
from service.engine.forgetting import forget
from service.engine.hearing import Hearing
from service.engine.learning import Ask
from service.engine.obeying import obey
from service.engine.plan import Plan
from service.engine.recording import Recorder
from service.engine.standing import standing_ids
from service.engine.stock import Book
from service.engine.tally import Tally
from service.engine.timeline import Timeline
from service.engine.track import Track
from service.engine.values import Chunk, Frame, Taught
from service.engine.zone import DAY_MS

# The version of the rules; a change that would decide an old log differently needs a new one.
SEMANTICS = 4
ITEMS_MAX = 2000
MOVES_MAX = 5000


class Engine:
    """Fold one shard's log; the state is a function of the prefix folded so far."""

    def __init__(self) -> None:
        """Begin before the first chunk; the first one must carry a plan."""
        self.now, self.frame, self.day = -(2**62), 0, 0
        self.hearing = Hearing()
        self.absence = Absence(self.hearing)
        self.recorder = Recorder(self.hearing, self.absence)
        self.adopted: Adopted | None = None
        self.reconcile = False
        self.taught: list[Taught] = []
        self._rest: Iterator[list[Frame]] | None = None

    @property
    def tally(self) -> Tally:
        """Return what became of the events."""
        return self.recorder.tally

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
    def lines(self) -> list[Timeline]:
        """Return the timeline of each touchpoint."""
        return self._at_work.lines

    @property
    def books(self) -> dict[str, Book]:
        """Return the stocks."""
        return self._at_work.books

    def restore(self, at_work: Adopted, head: Mapping[str, Any]) -> None:
        """Take over a plan at work and the engine's own values from a snapshot."""
        self.now, self.frame, self.day = head["now"], head["frame"], head["day"]
        self.adopted = at_work
        self.hearing.adopt(at_work.sources, at_work.calendars)
        self.hearing.restore(head["hearing"])
        self.absence.adopt(at_work)

    @property
    def _at_work(self) -> Adopted:
        if self.adopted is None:
            raise ValueError("the log must begin with a plan")
        return self.adopted

    def fold(self, chunk: Chunk) -> list[Frame]:
        """Take one chunk and return the frames that it brings about."""
        frames = self.finish()
        self.begin(chunk)
        return frames + self.finish()

    def begin(self, chunk: Chunk) -> None:
        """Take one chunk; `go_on` brings about what follows from it, and must come to its end."""
        self.now = max(self.now, chunk.stamp)
        if chunk.control is not None:
            obey(self, chunk.control)
        if not self.begun:
            return
        self._hear(chunk)
        for event in chunk.events:
            self.recorder.record(event, self.now, self._at_work)
        self._rest = self._advance()

    def go_on(self) -> list[Frame]:
        """Do one bounded step of what follows from the chunk that was begun."""
        for frames in self._rest or ():
            return frames
        self._rest = None
        return []

    def finish(self) -> list[Frame]:
        """Do all that is left of the chunk that was begun."""
        frames: list[Frame] = []
        while self.is_amid:
            frames += self.go_on()
        return frames

    @property
    def is_amid(self) -> bool:
        """Tell whether something is left of a chunk."""
        return self._rest is not None

    def next_instant(self) -> int | None:
        """Return the earliest stamp at which a tick may bring about anything."""
        if self.is_moving:
            return self.now
        wanted = [
            at + max(line.lags.values(), default=0)
            for line in self.timelines
            if (at := line.next_instant()) is not None and at <= self.absence.believed_until(line)
        ]
        heard = self.hearing.next_instant()
        return min(wanted if heard is None else [*wanted, heard], default=None)

    def is_crowded(self, now: int) -> bool:
        """Tell whether so much is due at once that a tick should come before the next events."""
        return any(
            line.timers.is_crowded(now - max(line.lags.values(), default=0), ITEMS_MAX)
            for line in self.timelines
        )

    @property
    def is_moving(self) -> bool:
        """Tell whether cases still move to a new plan."""
        return any(line.moving for line in self.timelines)

    def asks(self) -> list[Ask]:
        """Return what touchpoints ask and nobody has answered yet."""
        asked = [track.learning.asked for track in self.tracks] if self.begun else []
        return [ask for ask in asked if ask is not None]

    def moved(self) -> int:
        """Return how many open cases the last plan gave another due instant."""
        return sum(line.moved for line in self.timelines)

    @property
    def begun(self) -> bool:
        """Tell whether a plan is in force."""
        return self.adopted is not None

    def standings(self) -> list[tuple[Track, int]]:
        """Return each touchpoint with how far it has been judged; none before a plan."""
        if not self.begun:
            return []
        return [(track, self.lines[track.position].watermark) for track in self.tracks]

    def watermark(self, touchpoint: str) -> int:
        """Return how far a touchpoint has been judged."""
        return next(at for track, at in self.standings() if track.plan.id == touchpoint)

    def _hear(self, chunk: Chunk) -> None:
        """Let the sources be heard as far as they are, and take back what silence makes doubtful."""
        for name in self.hearing.spoken(chunk.spoke):
            self.absence.believe(name)
        if fallen := self.hearing.hear(self.now, chunk.heard):
            self.absence.doubt(fallen)
        if self.now // DAY_MS > self.day:
            self.day = self.now // DAY_MS
            forget(self._at_work, self.recorder.seen, self.absence, self.now)

    def _advance(self) -> Iterator[list[Frame]]:
        for line in self.timelines:
            if line.moving and not line.move(MOVES_MAX):
                continue
            yield from self._move_on(line, self.absence.goal(line))
        self.hearing.tell_blind(self.now, partial(self.absence.held, self.now))
        yield self._last_frame()

    def _move_on(self, line: Timeline, goal: int) -> Iterator[list[Frame]]:
        """Move a timeline towards a goal, stopping where its touchpoints ask what is usual."""
        while True:
            stop = goal
            for one in line.learning:
                stop = min(stop, one.stop(line.watermark, line.next_instant))
            if stop <= line.watermark and not line.has_news():
                return
            yield from self._move(line, max(stop, line.watermark))
            for one in line.learning:
                one.look(line.watermark)
            if stop == goal:
                return

    def _move(self, line: Timeline, goal: int) -> Iterator[list[Frame]]:
        line.aim(goal)
        while line.put_in_order(self.tracks, ITEMS_MAX):
            yield []
        more = True
        while more:
            more = line.advance(self.tracks, ITEMS_MAX)
            yield self._frame(line, more)

    def _last_frame(self) -> list[Frame]:
        """Put out what belongs to no timeline: sources, facts set aside, the end of a plan."""
        signals = tuple(self.hearing.take_signals())
        bye = self._at_work.farewell.joined(self.recorder.farewell)
        self._at_work.farewell, self.recorder.farewell = Farewell(), Farewell()
        rows = (tuple(bye.outcomes), tuple(bye.readings), tuple(bye.cleared))
        facts = (tuple(self.recorder.too_late), tuple(self.recorder.future))
        standing = standing_ids(self.tracks, self.hearing) if self.reconcile else None
        said = (tuple(self.taught), tuple(self.recorder.told))
        if not (signals or any((*rows, *facts, *said)) or standing is not None):
            return []
        self.reconcile, self.taught = False, []
        self.recorder.too_late, self.recorder.future, self.recorder.told = [], [], []
        return [self._numbered(*rows, signals, *facts, standing, *said)]

    def _frame(self, line: Timeline, more: bool) -> list[Frame]:
        outcomes = line.counts.take_outcomes(self._at_work.names, line.judged_to)
        readings = () if more else line.counts.take_readings(line.watermark)
        listed, line.listed = tuple(sorted(line.listed, key=lambda row: row[:2])), []
        signals, line.signals = tuple(line.signals), []
        news = outcomes or readings or listed or signals
        return [self._numbered(outcomes, readings, listed, signals, (), ())] if news else []

    def _numbered(self, *parts: Any) -> Frame:
        self.frame += 1
        return Frame(self.frame, self.now, *parts)
