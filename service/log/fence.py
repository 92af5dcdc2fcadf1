"""The fence: exactly once without transactions, by the raw offsets that stand in the log.

Any number of intakes may write, overlap, die and come back as zombies; what they read is in the log
at least once.  For each raw partition the fence knows the next offset it wants.  Offsets below it are
known already and dropped, event by event; a run that begins above it is dropped whole, since its
writer's predecessor will send what lies between.  Dropping whole chunks that overlap was rejected:
it doubled or lost thousands of events in a simulation (01, section 4).

The fence is part of the state, like the engine: a pure function of the log's prefix.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from service.engine.plan import Plan
from service.engine.sharding import routing
from service.engine.values import Chunk, Event
from service.log.entry import Cut, Entry, Lost, Mark, Run, Tick, Told
from service.log.reading import FIRST, Reading, Why, judge, new_ones
from service.rejected import Rejected

Key = tuple[str, int]
# A hole that nobody fills for so long is no longer a matter of a writer who comes back.
HOLE_MS = 60_000
CONTROLS_MAX = 1000


class Passed(NamedTuple):
    """Hold what the engine shall fold, if anything, and what the store shall keep."""

    chunk: Chunk | None
    rejected: tuple[Rejected, ...] = ()


class Fence:
    """Let each raw offset of each raw partition through once."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self.readings: dict[Key, Reading] = {}
        self.counts: dict[str, int] = {}
        self.controls: list[str] = []
        self.tally: Counter[Why] = Counter()
        self._sources: dict[str, list[str]] = {}
        self._routes = 0

    def adopt(self, plan: Plan) -> None:
        """Follow a plan: which sources come from which topic, and how events are routed."""
        self._routes = routing(plan)
        self._sources = {}
        for name, source in sorted(plan.sources.items()):
            if source.topic:
                self._sources.setdefault(source.topic, []).append(name)

    def take(self, stamp: int, entry: Entry) -> Passed:
        """Return what is new in an entry that the log stamped so; ids of controls are kept."""
        if isinstance(entry, Cut):
            return self._cut(stamp if entry.stamp is None else entry.stamp, entry)
        if isinstance(entry, Tick):
            return self._tick(stamp if entry.stamp is None else entry.stamp, entry)
        if isinstance(entry, Lost):
            return self._lost(stamp, entry)
        return self._told(stamp if entry.stamp is None else entry.stamp, entry)

    def sources_of(self, topic: str) -> Sequence[str]:
        """Return the sources that come from a topic."""
        return self._sources.get(topic, ())

    def state(self) -> dict[str, Any]:
        """Return what a snapshot must know, as plain values."""
        rows = [
            [
                *key,
                r.incarnation,
                r.next,
                r.heard,
                r.hole,
                r.since,
                r.stopped,
                r.replaced,
                r.accepted,
            ]
            for key, r in sorted(self.readings.items())
        ]
        return {
            "readings": rows,
            "counts": self.counts,
            "controls": self.controls,
            "tally": {why.value: count for why, count in sorted(self.tally.items())},
        }

    def restore(self, state: Mapping[str, Any], plan: Plan) -> None:
        """Take over what `state` gave, under the plan in force then."""
        self.readings = {(row[0], row[1]): Reading(*row[2:]) for row in state["readings"]}
        self.counts, self.controls = dict(state["counts"]), list(state["controls"])
        self.tally = Counter({Why(name): count for name, count in state["tally"].items()})
        self.adopt(plan)

    def _cut(self, stamp: int, cut: Cut) -> Passed:
        if cut.routes != self._routes:
            self.tally[Why.FOREIGN] += 1
            return Passed(None)
        events: list[Event] = []
        rejected: list[Rejected] = []
        event = turned = 0
        for run in cut.runs:
            wanted = self._wanted(run, stamp)
            if wanted is not None:
                mine = cut.events[event : event + len(run.offsets)]
                events += new_ones(wanted, run.offsets, mine)
                bad = cut.rejected[turned : turned + len(run.turned)]
                rejected += new_ones(wanted, run.turned, bad)
            event += len(run.offsets)
            turned += len(run.turned)
        chunk = Chunk(stamp, events) if events else None
        return Passed(chunk, tuple(rejected))

    def _wanted(self, run: Run, stamp: int) -> int | None:
        """Return from which offset on a run is new, and know it; None where nothing of it is."""
        key = (run.topic, run.partition)
        reading = self.readings.get(key)
        if reading is None:
            self.readings[key] = Reading(run.incarnation, run.to)
            self.tally[Why.APPLIED] += 1
            return run.first
        why = judge(reading, run)
        self.tally[why] += 1
        if why is Why.HOLE and reading.hole is None:
            reading.hole, reading.since = run.first, stamp
        if why is Why.REPLACED and run.incarnation not in reading.replaced:
            # Made again while nobody looked: no writer fills this hole, so the next tick tells it.
            reading.hole, reading.since = run.first, FIRST
        if why not in (Why.APPLIED, Why.PARTLY):
            return None
        wanted, reading.next, reading.hole = reading.next, run.to, None
        return wanted

    def _tick(self, stamp: int, tick: Tick) -> Passed:
        for topic, count in tick.partitions.items():
            self.counts[topic] = max(count, self.counts.get(topic, 0))
        for mark in tick.marks:
            self._mark(mark)
        topics = {mark.topic for mark in tick.marks}
        heard = {name: at for topic in topics for name, at in self._heard(topic)}
        control = self._hole(stamp)
        alive = {name: at for name, at in tick.alive.items() if at <= stamp}
        return Passed(Chunk(stamp, (), control, heard, alive))

    def _mark(self, mark: Mark) -> None:
        reading = self.readings.get((mark.topic, mark.partition))
        reached = (
            reading is not None
            and reading.incarnation == mark.incarnation
            and not reading.stopped
            and reading.next >= mark.end
        )
        if reading is None or not reached:
            self.tally[Why.EARLY] += 1
            return
        reading.heard = max(reading.heard, mark.heard)

    def _heard(self, topic: str) -> Iterable[tuple[str, int]]:
        """Yield the sources of a topic with how far all of its partitions are heard."""
        found = [self.readings.get((topic, number)) for number in range(self.counts.get(topic, 0))]
        heard = min((FIRST if one is None else one.heard for one in found), default=FIRST)
        if heard > FIRST:
            yield from ((name, heard) for name in self._sources.get(topic, ()))

    def _hole(self, stamp: int) -> dict[str, Any] | None:
        """Return the news of a hole that stayed, and stop its partition."""
        for (topic, partition), reading in sorted(self.readings.items()):
            old = reading.hole is not None and stamp - reading.since > HOLE_MS
            if old and not reading.stopped:
                reading.stopped = True
                return self._gap(topic, partition, reading.next, reading.hole or 0)
        return None

    def _lost(self, stamp: int, lost: Lost) -> Passed:
        key = (lost.topic, lost.partition)
        reading = self.readings.setdefault(key, Reading(lost.incarnation, lost.first))
        if reading.stopped or lost.incarnation in reading.replaced:
            return self._known()
        to = lost.to
        if lost.incarnation == reading.incarnation and lost.first <= to <= reading.next:
            if to <= reading.accepted:
                return self._known()  # by a reader that had not heard yet, and will
            # We had it all before it went, but its reader waits for somebody's word: so ask for that.
            to = reading.next
        reading.stopped, reading.hole, reading.since = True, to, stamp
        return Passed(Chunk(stamp, (), self._gap(lost.topic, lost.partition, reading.next, to)))

    def _gap(self, topic: str, partition: int, first: int, to: int) -> dict[str, Any]:
        sources = list(self.sources_of(topic))
        place = {"topic": topic, "partition": partition, "from": first, "to": to}
        return {"kind": "gap", "sources": sources, **place}

    def _told(self, stamp: int, told: Told) -> Passed:
        if told.id in self.controls:
            return self._known()
        self.controls = [*self.controls, told.id][-CONTROLS_MAX:]
        if told.control.get("kind") != "accept":
            return Passed(Chunk(stamp, (), told.control))
        if not self._accept(told.control):
            return self._known()
        topic = told.control["topic"]
        left = sum(one.stopped for key, one in self.readings.items() if key[0] == topic)
        return Passed(Chunk(stamp, (), {**told.control, "left": left}))

    def _known(self) -> Passed:
        self.tally[Why.KNOWN] += 1
        return Passed(None)

    def _accept(self, control: Mapping[str, Any]) -> bool:
        """Go on behind the gap that is meant, in the topic as it is now; tell whether there is one.

        Every intake repeats what was accepted, however long ago: it must open no later gap.
        """
        key, incarnation = (control["topic"], control["partition"]), control["incarnation"]
        before = self.readings.get(key)
        if before is None:
            return False
        known = before.replaced
        if before.incarnation != incarnation:
            if incarnation in known or control.get("was", before.incarnation) != before.incarnation:
                return False
            known = [*known, before.incarnation]
            # It may have fewer partitions now; the next tick counts them.
            self.counts.pop(control["topic"], None)
        elif not before.stopped or before.hole != control["next"]:
            return False
        following = control["next"]
        self.readings[key] = Reading(
            incarnation, following, before.heard, replaced=known, accepted=following
        )
        return True
