"""The one order in which everything is judged, and how far it may go.

Touchpoints that hear the same sources share a timeline.  Its watermark is what all of those
sources have been heard to, less the time that each may be late.  Results come only from moving
it: answers, marks, due instants and window edges are taken in the order (instant, rank, opened
at, case, checkpoint), rank fact < due < window edge (01, section 5).  Judging on arrival was
rejected: every disorder of the stream would be a different result.
"""

from heapq import heappop, heappush
from itertools import count

from alerts.signal import Signal
from service.engine.case import Case
from service.engine.counts import Counts
from service.engine.course import happen
from service.engine.floor import Floor
from service.engine.item import EDGE, END, FACT, FORGET, NOTHING, next_item
from service.engine.learning import Learning
from service.engine.mending import Mender, waiting_row
from service.engine.moving import Moving
from service.engine.scored import Scored
from service.engine.seeking import Seekers, Sought
from service.engine.stream import Stream
from service.engine.timers import MINUTE_MS, Timers
from service.engine.track import Orphans, Track
from service.engine.values import Cleared, Waiting

Rules = Stream | Floor
Thing = Case | Orphans | Rules
Entry = tuple[int, int, int, str, int, int, int, Thing | Sought]
LATE_FACTS = "late facts"


class Timeline:
    """Move the watermark over the touchpoints of one set of sources."""

    def __init__(self, lags: dict[str, int], correct_for_ms: int) -> None:
        """Take each source's lag: the delay it may have, less what its promises leave."""
        self.lags = lags
        self.answering: set[str] = set()
        self.correct_for_ms = correct_for_ms
        self.watermark = -(2**62)
        self.timers: Timers[Thing] = Timers()
        self.seekers = Seekers()
        self.signals: list[Signal] = []
        self.listed: list[Waiting | Cleared] = []
        self.counts = Counts()
        self._released: list[Thing] = []
        self._ready: list[Entry] = []
        self._serial = count()
        # How far facts may be shown: what the present move aims at.
        self.judged_to = self.watermark
        self._dirty: dict[tuple[str, str, str, str], Rules] = {}
        self.mender = Mender(self)
        self.learning: list[Learning] = []
        self.moving: list[Moving] = []
        self.moved = 0

    def resume(self, watermark: int) -> None:
        """Go on from a watermark."""
        self.watermark = self.judged_to = watermark

    def has_news(self) -> bool:
        """Tell whether something is filed for before the watermark, or waits to be told."""
        first = self.timers.next_instant()
        is_late = first is not None and first + MINUTE_MS <= self.watermark
        told = self._ready or self.signals or self.listed or self._dirty
        return is_late or bool(told or self.counts.has_news())

    def next_instant(self) -> int | None:
        """Return the first minute in which something may be due."""
        wanted = (self.timers.next_instant(), self.seekers.first())
        return min((at for at in wanted if at is not None), default=None)

    def file(self, case: Case) -> None:
        """File a case under its next instant."""
        item = next_item(case, self.correct_for_ms)
        if item is NOTHING:
            case.filed = -1
        else:
            self.timers.file(case, item[0])

    def watch(self, floor: Floor, at: int) -> None:
        """Let a floor look at a reading of an instant, when its time comes or at once."""
        if at <= self.watermark:
            floor.is_dirty = True
            self.note(floor)
        elif (edge := floor.next_edge()) is not None:
            self.timers.file(floor, edge)

    def seek(self, sought: Sought, track: Track) -> None:
        """File a fact that must find its case when the timeline reaches it, or find it anew."""
        if sought.fact.time > self.watermark:
            self.seekers.file(sought, self.watermark)
            return
        track.give(sought)
        self.mender.give_again(track, (sought.key,), sought.fact.time)

    def refold(self, at: int, reason: str) -> None:
        """Fold streams again whose past has changed, and say what that makes untrue."""
        for key in sorted(self._dirty):
            stream = self._dirty[key]
            self.signals += stream.refold(at, reason)
            if (edge := stream.next_edge()) is not None:
                self.timers.file(stream, edge)
        self._dirty.clear()

    def move(self, count: int) -> bool:
        """Move some of the cases that a new plan has found; tell whether all are."""
        for moving in self.moving:
            self.moved += moving.step(count, self.file, self.counts.touch)
        self.moving = [moving for moving in self.moving if not moving.is_done]
        return not self.moving

    def aim(self, goal: int) -> None:
        """Begin to move the watermark to `goal`; `put_in_order` and `advance` do it, bit by bit."""
        self.refold(self.watermark, LATE_FACTS)
        self.judged_to = max(goal, self.judged_to)
        self._released = self.timers.release(self.judged_to)[::-1]

    def put_in_order(self, tracks: list[Track], count: int) -> bool:
        """Put in order what is due up to the goal, so many cases; tell whether more is left."""
        released = self._released
        for _ in range(min(count, len(released))):
            self._push(released.pop(), tracks)
        if released:
            return True
        for sought in self.seekers.release(self.judged_to):
            fact = sought.fact
            key = (fact.time, FACT, fact.time, "", fact.key, sought.track)
            heappush(self._ready, (*key, next(self._serial), sought))
        return False

    def advance(self, tracks: list[Track], items_max: int) -> bool:
        """Take at most `items_max` of what is in order; tell whether more is due."""
        for thing in self.timers.release(self.judged_to):
            self._push(thing, tracks)
        ready = self._ready
        for _ in range(items_max):
            if not ready:
                break
            entry = heappop(ready)
            self._take(entry, tracks)
            if self._dirty:
                self.refold(entry[0], LATE_FACTS)
        if ready:
            return True
        self.watermark = max(self.watermark, self.judged_to)
        return False

    def note(self, stream: Rules) -> None:
        """Note that a stream must be folded again."""
        told = stream.episodes
        self._dirty[told.touchpoint, told.rule, told.scope, told.about] = stream

    def _push(self, thing: Thing, tracks: list[Track]) -> None:
        """Put the first item of a thing up to the goal in order; file the first one beyond it."""
        if isinstance(thing, Case):
            self._push_case(thing, tracks)
        elif isinstance(thing, Orphans):
            tracks[thing.track].orphans.pop(thing.id, None)
        else:
            self._push_edge(thing)

    def _push_edge(self, stream: Rules) -> None:
        if (at := stream.next_edge()) is None:
            return
        if at > self.judged_to:
            self.timers.file(stream, at)
            return
        stream.filed = at
        told = stream.episodes
        name = f"{told.touchpoint}/{told.rule}/{told.scope}/{told.about}"
        heappush(self._ready, (at, EDGE, at, name, 0, 0, next(self._serial), stream))

    def _push_case(self, case: Case, tracks: list[Track]) -> None:
        """Put the first item of a case up to the goal in order; file the one beyond it.

        What no rule could hear, such as a start, happens at once: ordering it costs most of a fold.
        """
        at, rank, checkpoint = item = next_item(case, self.correct_for_ms)
        while at <= self.judged_to and checkpoint < 0 and (checkpoint != END or not case.listed):
            self._happen(case, tracks[case.track], at, checkpoint)
            if checkpoint == FORGET:
                return
            at, rank, checkpoint = item = next_item(case, self.correct_for_ms)
        if item is NOTHING:
            return
        if at > self.judged_to:
            self.timers.file(case, at)
            return
        entry = (at, rank, case.started, case.id, checkpoint, case.track, next(self._serial), case)
        heappush(self._ready, entry)

    def _take(self, entry: Entry, tracks: list[Track]) -> None:
        instant, checkpoint, thing = entry[0], entry[4], entry[7]
        if isinstance(thing, Sought):
            self._match(thing, tracks)
        elif isinstance(thing, Case):
            self._take_case(thing, instant, checkpoint, tracks)
        elif isinstance(thing, Stream | Floor):
            thing.filed = -1
            self.signals += thing.edge(instant)
            self._push_edge(thing)

    def _take_case(self, case: Case, instant: int, checkpoint: int, tracks: list[Track]) -> None:
        at, _, expected = next_item(case, self.correct_for_ms)
        if at == instant and expected == checkpoint:
            self._happen(case, tracks[case.track], instant, checkpoint)
        self._push_case(case, tracks)

    def _happen(self, case: Case, track: Track, instant: int, checkpoint: int) -> None:
        if checkpoint == FORGET:
            track.forget(case)
            return
        was_listed, scored = case.listed, case.scored
        made = happen(case, instant, checkpoint, track.around)
        if checkpoint < 0 or case.scored != scored:
            self.counts.touch(case)
        if case.listed != was_listed:
            row = waiting_row(case, track) if case.listed else None
            self.listed.append(row or Cleared(track.plan.id, case.id, instant))
        if made:
            self._tell(case, track, made)

    def _tell(self, case: Case, track: Track, made: tuple[Scored, ...]) -> None:
        streams = track.judges.at(case.place)
        for item in made:
            for stream in streams[item.what]:
                signal = stream.take(item)
                if signal is not None:
                    self.signals.append(signal)
                if stream.is_dirty:
                    self.note(stream)
                elif stream.filed < 0:
                    self._push_edge(stream)

    def _match(self, sought: Sought, tracks: list[Track]) -> None:
        """Give a fact to the case that started first of those open to it."""
        track = tracks[sought.track]
        track.give(sought)
        at = sought.fact.time
        fitting = [case for case in track.candidates(sought) if case.answers_to(at)]
        if not fitting:
            return
        case = min(fitting, key=lambda found: (found.started, found.id))
        case.learn(sought.fact)
        self.counts.touch(case)
        self._push_case(case, tracks)
