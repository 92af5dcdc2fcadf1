"""The one order in which everything is judged, and how far it may go.

Touchpoints that hear the same sources share a timeline.  Its watermark is what all of those
sources have been heard to, less the time that each may be late.  Results come only from moving
it: answers, marks, due instants and window edges are taken in the order (instant, rank, opened
at, case, checkpoint), rank fact < due < window edge (01, section 5).  Judging on arrival was
rejected: every disorder of the stream would be a different result.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

from alerts.signal import Signal
from service.engine.case import Case
from service.engine.counts import Counts
from service.engine.item import CHANGE, EDGE, END, FACT, FORGET, NOTHING, START, next_item
from service.engine.promise import FULL
from service.engine.seeking import Seekers
from service.engine.share import ShareStream
from service.engine.timers import MINUTE_MS, Timers
from service.engine.track import Orphans, Sought, Stream, Track
from service.engine.values import Cleared, Waiting

Thing = Case | Orphans | ShareStream
Entry = tuple[int, int, int, str, int, int, int, Thing | Sought]


class Timeline:
    """Move the watermark over the touchpoints of one set of sources."""

    def __init__(self, lags: dict[str, int], correct_for_ms: int) -> None:
        """Take each source's lag: the delay it may have, less what its promises leave."""
        self.lags = lags
        self.correct_for_ms = correct_for_ms
        self.watermark = -(2**62)
        self.timers: Timers[Thing] = Timers()
        self.seekers = Seekers()
        self.signals: list[Signal] = []
        self.listed: list[Waiting | Cleared] = []
        self.counts = Counts()
        self._ready: list[Entry] = []
        self._serial = count()
        self._goal = self.watermark

    def goal(self, heard: dict[str, int]) -> int:
        """Return how far the sources allow the watermark to go."""
        return min(heard[name] - lag for name, lag in self.lags.items())

    def state(self) -> tuple[object, ...]:
        """Return what a snapshot must know beside cases and streams."""
        return (self.counts.state(), [tuple(sought) for sought in self.seekers.all()])

    @property
    def judged_to(self) -> int:
        """Return how far facts may be shown: what the present move of the watermark aims at."""
        return self._goal

    def has_news(self) -> bool:
        """Tell whether something is filed for before the watermark, or waits to be told."""
        first = self.timers.next_instant()
        late = first is not None and first + MINUTE_MS <= self.watermark
        return late or bool(self._ready or self.signals)

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

    def seek(self, sought: Sought) -> None:
        """File a fact that must find its case when the timeline reaches it."""
        self.seekers.file(sought, self.watermark)

    def advance(self, goal: int, tracks: list[Track], items_max: int) -> bool:
        """Take what is due up to `goal`, at most `items_max` items; tell whether more is due."""
        self._release(max(goal, self._goal), tracks)
        ready = self._ready
        for _ in range(items_max):
            if not ready:
                break
            self._take(heappop(ready), tracks)
        if ready:
            return True
        self.watermark = max(self.watermark, self._goal)
        return False

    def _release(self, goal: int, tracks: list[Track]) -> None:
        self._goal = goal
        for thing in self.timers.release(goal):
            self._push(thing, tracks)
        for sought in self.seekers.release(goal):
            fact = sought.fact
            key = (fact.time, FACT, fact.time, "", fact.key, sought.track)
            heappush(self._ready, (*key, next(self._serial), sought))

    def _push(self, thing: Thing, tracks: list[Track]) -> None:
        """Put all items of a thing up to the goal in order; file the first one beyond it."""
        if isinstance(thing, Case):
            self._push_case(thing, tracks)
        elif isinstance(thing, Orphans):
            tracks[thing.track].orphans.pop(thing.id, None)
        else:
            self._push_edge(thing)

    def _push_edge(self, stream: ShareStream) -> None:
        at = stream.next_edge()
        if at is None:
            return
        if at > self._goal:
            self.timers.file(stream, at)
            return
        stream.filed = at
        episode = stream.episode
        name = f"{episode.touchpoint}/{episode.rule}/{episode.scope}"
        heappush(self._ready, (at, EDGE, at, name, 0, 0, next(self._serial), stream))

    def _push_case(self, case: Case, tracks: list[Track]) -> None:
        """Put the first item of a case up to the goal in order; file the one beyond it.

        What no rule could hear, such as a start or the end of a case that passed no mark, happens
        at once: its place in the order cannot matter, and ordering it would cost most of a fold.
        """
        at, rank, checkpoint = item = next_item(case, self.correct_for_ms)
        while at <= self._goal and self._unheard(case, checkpoint):
            self._happen(case, tracks[case.track], at, checkpoint)
            if checkpoint == FORGET:
                return
            at, rank, checkpoint = item = next_item(case, self.correct_for_ms)
        if item is NOTHING:
            return
        if at > self._goal:
            self.timers.file(case, at)
            return
        entry = (at, rank, case.started, case.id, checkpoint, case.track, next(self._serial), case)
        heappush(self._ready, entry)

    def _unheard(self, case: Case, checkpoint: int) -> bool:
        return checkpoint < 0 and (checkpoint != END or not case.listed)

    def _take(self, entry: Entry, tracks: list[Track]) -> None:
        instant, checkpoint, thing = entry[0], entry[4], entry[7]
        if isinstance(thing, Sought):
            self._match(thing, tracks)
        elif isinstance(thing, Case):
            self._take_case(thing, instant, checkpoint, tracks)
        elif isinstance(thing, ShareStream):
            thing.filed = -1
            self._emit(thing.edge(instant))
            self._push_edge(thing)

    def _take_case(self, case: Case, instant: int, checkpoint: int, tracks: list[Track]) -> None:
        track = tracks[case.track]
        at, _, expected = next_item(case, self.correct_for_ms)
        if at == instant and expected == checkpoint:
            self._happen(case, track, instant, checkpoint)
        self._push_case(case, tracks)

    def _happen(self, case: Case, track: Track, instant: int, checkpoint: int) -> None:
        if checkpoint == START:
            case.counted = "new"
            self.counts.touch(case)
        elif checkpoint == END:
            self._end(case, track, instant)
        elif checkpoint == FORGET:
            track.forget(case)
        elif checkpoint == CHANGE:
            case.shown = instant
            self.counts.touch(case)
        else:
            self._pass(case, track, instant, checkpoint)

    def _end(self, case: Case, track: Track, instant: int) -> None:
        case.seen_end = True
        self.counts.touch(case)
        if not case.listed:
            return
        case.listed = False
        self.listed.append(Cleared(track.plan.id, case.id, instant))
        self._tell(case, track, lambda stream: stream.end(case, instant))

    def _pass(self, case: Case, track: Track, instant: int, percent: int) -> None:
        """Pass the due instant, a break, or a mark; at the due instant the score comes first."""
        if percent == FULL and not case.scored and case.score_at == instant:
            self._score(case, track, instant)
        marks = case.pinned.marks
        if case.next_mark >= len(marks) or marks[case.next_mark] != percent:
            return
        if case.seen_end or case.mark_at(percent) != instant:
            return
        case.next_mark += 1
        if not case.listed:
            case.listed = True
            row = (track.plan.id, case.id, case.customer, case.place.id, case.started, case.due)
            self.listed.append(Waiting(*row, percent, instant))
        self._tell(case, track, lambda stream: stream.mark(case, percent, instant))

    def _score(self, case: Case, track: Track, instant: int) -> None:
        case.scored = "kept" if case.outcome == "kept" else "late"
        late = case.scored == "late"
        self.counts.touch(case)
        self._tell(case, track, lambda stream: stream.score(case, instant, late))

    def correct(self, case: Case, track: Track) -> None:
        """Mend a score that a late fact has turned over; windows are judged again as they stand."""
        if not case.scored or case.outcome == "open":
            return
        now = "kept" if case.outcome == "kept" else "late"
        if now == case.scored:
            return
        case.scored = now
        self.counts.touch(case)
        for stream in track.streams_at(case.place):
            if isinstance(stream, ShareStream):
                self._emit(stream.correct(case, self.watermark, now == "late"))

    def _match(self, sought: Sought, tracks: list[Track]) -> None:
        """Give a fact to the case that started first of those open to it."""
        track = tracks[sought.track]
        at = sought.fact.time
        fitting = [case for case in track.candidates(sought) if case.answers_to(at)]
        if not fitting:
            return
        case = min(fitting, key=lambda found: (found.started, found.id))
        case.learn(sought.fact)
        self.counts.touch(case)
        self._push_case(case, tracks)

    def _tell(self, case: Case, track: Track, what: Callable[[Stream], Signal | None]) -> None:
        for stream in track.streams_at(case.place):
            signal = what(stream)
            if signal is not None:
                self.signals.append(signal)
            if isinstance(stream, ShareStream) and stream.filed < 0:
                self._push_edge(stream)

    def _emit(self, signal: Signal | None) -> None:
        if signal is not None:
            self.signals.append(signal)
