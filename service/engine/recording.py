"""Recording facts: an event is set aside, counted, or heard by the touchpoints that listen to it.

Nothing is judged here.  A fact from before the watermark is handed to the timeline's mender, all
others only wait for their instant (service.engine.timeline).
"""

from functools import partial
from heapq import nsmallest

from service.engine import limits
from service.engine.absence import Absence, nothing
from service.engine.adoption import Adopted
from service.engine.ear import Ear, value_at
from service.engine.facts import Fact, Known
from service.engine.farewell import Farewell
from service.engine.hearing import Hearing
from service.engine.seeking import Sought
from service.engine.seen import Seen
from service.engine.tally import Tally
from service.engine.timeline import Timeline
from service.engine.track import Orphans, Track
from service.engine.values import Event

# An event that lies further ahead of the log's time is somebody's wrong clock.
FUTURE_MS = 5 * 60_000

# An answer that was entered later than this after it was given is counted; it may be an excuse.
ENTERED_LATE_MS = 60 * 60_000


def is_entered_late(time: int, recorded: int | None) -> bool:
    """Tell whether something was recorded long after it happened."""
    return recorded is not None and recorded - time > ENTERED_LATE_MS


class Recorder:
    """Record events; `too_late` and `future` change nothing, `told` is for reports, until taken."""

    def __init__(self, hearing: Hearing, absence: Absence) -> None:
        """Begin with nothing known."""
        self.tally = Tally()
        self.seen = Seen()
        self.too_late: list[Event] = []
        self.future: list[Event] = []
        self.told: list[Event] = []
        self.farewell = Farewell()
        self._hearing = hearing
        self._absence = absence

    def record(self, event: Event, now: int, at_work: Adopted) -> None:
        """Take one event: set it aside, count it, or let the touchpoints hear it."""
        source = at_work.sources.get(event.source)
        if source is not None and event.time > now + FUTURE_MS:
            self.tally.future += 1
            self.future.append(event)
            return
        if source is not None:
            recorded = event.time if event.recorded is None else event.recorded
            if self._hearing.speak(event.source, now, recorded):
                self._absence.believe(event.source)
            if event.type == source.heartbeat:
                self.tally.accepted += 1
                return
        known = self.seen.digest(event)
        if known is not None:
            self.tally.duplicates += 1
            self.tally.differing += known != event.digest
            return
        if source is None or event.time < now - source.correct_for_ms:
            self.tally.too_late += 1
            self.too_late.append(event)
            return
        self.seen.remember(event)
        self.tally.accepted += 1
        self._tell(event, at_work)

    def _tell(self, event: Event, at_work: Adopted) -> None:
        """Let every touchpoint that listens hear an event."""
        is_told = event.type in at_work.told or (
            event.type in at_work.answers and is_entered_late(event.time, event.recorded)
        )
        if is_told:
            self.told.append(event)
        stocks = at_work.stocks.get(event.type, ())
        for name in stocks:
            self._read(name, event, at_work)
        ears = at_work.ears.get(event.type)
        if ears is None:
            self.tally.unheard += not (stocks or is_told)
            return
        for ear in ears:
            if ear.test is None or ear.test(event.data):
                self._hear_one(event, ear, at_work.lines[ear.track.position])

    def _read(self, name: str, event: Event, at_work: Adopted) -> None:
        """Take a reading of a stock; what was judged by the one before it is judged again."""
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
            self._start(event, track, line)
            return
        fact = track.fact(event, ear.kind)
        if ear.match:
            values = tuple(value_at(event, name) for name in ear.match)
            if all(value not in (None, "") for value in values):
                line.seek(Sought(track.position, ear.match, values, fact), track)
        elif name := track.case_of(event):
            self._learn(event, track, name, fact, line)

    def _start(self, event: Event, track: Track, line: Timeline) -> None:
        opening = track.opening(event)
        if opening is not None:
            line.mender.change(opening[0], track, event.time, opening[1])
            if len(track.cases) > limits.CASES_MAX:
                self._make_room(track, line)

    def _learn(self, event: Event, track: Track, name: str, fact: Known, line: Timeline) -> None:
        case = track.cases.get(name)
        if case is None:
            self._orphan(event, track, name, fact, line)
        elif len(case.facts) < limits.FACTS_MAX:
            line.mender.change(case, track, event.time, partial(case.learn, fact))
        else:
            self._refuse(event)

    def _refuse(self, event: Event) -> None:
        """Keep an event that no limit leaves room for on the late list."""
        self.tally.over_limit += 1
        self.too_late.append(event)

    def _make_room(self, track: Track, line: Timeline) -> None:
        """End the oldest cases of a touchpoint as unknown."""
        count = max(limits.CASES_MAX // limits.ROOM, 1)
        oldest = nsmallest(count, track.cases.values(), key=lambda case: (case.started, case.id))
        for case in oldest:
            line.mender.drop(case, track)
        line.refold(line.watermark, "limit")
        self.farewell.end(oldest, track, line)
        self.tally.let_go += len(oldest)

    def _orphan(self, event: Event, track: Track, name: str, fact: Known, line: Timeline) -> None:
        orphans = track.orphans.get(name)
        if orphans is None and len(track.orphans) >= limits.ORPHANS_MAX:
            self._refuse(event)
            return
        if orphans is None:
            orphans = track.orphans[name] = Orphans(name, track.position)
        if fact not in orphans.facts:
            orphans.facts = (*orphans.facts, fact)
        line.timers.file(orphans, fact.time + line.correct_for_ms)
