"""One shard of a Kafka log, folded: fence, engine, desk, and what becomes durable of it.

The same loop as on one machine; only what is handed to it comes by offsets.  An offset that is known
is dropped, a hole is refused: chunk offsets are contiguous, so a hole means that records were lost on
their way here, and they must be read again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any

from alerts.desk import Book, Desk
from service.engine.fold import SEMANTICS, Engine
from service.engine.plan import Plan
from service.engine.plan_data import from_data, to_data
from service.engine.sharding import shard_plan
from service.engine.snapshot import engine_from, parts_of
from service.engine.values import Chunk, Event, Frame
from service.errors import DamagedError, ErosionError
from service.hosts.aside import guilty
from service.hosts.clock import now_ms
from service.log.entry import Entry, Told, decode
from service.log.fence import Fence
from service.loop import Ledger, Loop
from service.rejected import Rejected
from service.store.changelog import Restored
from service.store.database import Database
from service.store.standing import standing

FENCE = "fence"


class HoleError(ErosionError):
    """Refuse an offset behind a hole; read again from `wanted`."""

    def __init__(self, wanted: int, came: int) -> None:
        """Name both offsets."""
        super().__init__(
            f"offset {came} of the log came, {wanted} was expected", "it is read again"
        )
        self.wanted = wanted


class OtherRulesError(ErosionError):
    """Stop before rules that this program does not have."""

    exit_code = 78

    def __init__(self, number: int, ours: int) -> None:
        """Name both versions."""
        hint = "run the version that knows them; if ours is newer: erosion upgrade"
        super().__init__(f"the log decides by rules of version {number}, not {ours}", hint)
        self.number, self.is_older = number, number < ours


class Shard:
    """Fold one shard's log from wherever a checkpoint left it."""

    def __init__(
        self,
        name: str,
        desk: Desk | None,
        book: Book,
        position: int,
        asides: Mapping[int, frozenset[int]],
        suspects: Collection[int] = (),
        rules: int = SEMANTICS,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        """Begin before the first entry; `asides` are places of events to leave out, by offset.

        `suspects` are offsets of entries that have failed too often: what is to blame there is
        `found`.  `rules` is the version that this program decides by, `clock` the desk's time.
        """
        self.name = name
        self.offset = -1
        self.stamp = 0
        self.plan: Plan | None = None
        self.fence = Fence()
        self.rejected: list[Rejected] = []
        self.unfolded: list[tuple[int, Event]] = []
        self.origins: list[str] = []
        self.asides = dict(asides)
        self.suspects = suspects
        self.found: list[tuple[int, list[int], Counter[str]]] = []
        self.semantics = self._rules = rules
        self._clock = clock
        self.loop = Loop(Engine(), desk, book, shard=name, position=position, is_exact=False)

    def restore(self, found: Restored) -> None:
        """Go on behind a checkpoint."""
        head = found.parts[FENCE]
        self.loop.engine = engine_from({n: p for n, p in found.parts.items() if n != FENCE})
        self.plan = from_data(head["plan"])
        self.fence.restore(head["fence"], self.plan)
        self.offset, self.stamp, self.semantics = found.offset, head["stamp"], head["semantics"]

    def goes_on(self, made: "Shard") -> bool:
        """Take the book and the records set aside of one just made, unless another owner moved it."""
        ours, stored = self.loop, made.loop
        if (stored.position, stored.book.sittings) != (ours.position, ours.book.sittings):
            return False
        self.asides, self.suspects = {**self.asides, **made.asides}, made.suspects
        self.loop.reopen(made.loop.book, made.loop.position or 0)
        return True

    def parts(self) -> list[tuple[str, Any]]:
        """Return the whole state as named parts, ready for a checkpoint."""
        plan = None if self.plan is None else to_data(self.plan)
        numbers = {"stamp": self.stamp, "semantics": self.semantics}
        head = {"plan": plan, "fence": self.fence.state(), **numbers}
        return [(FENCE, head), *parts_of(self.loop.engine)]

    def take(self, offset: int, stamp: int, raw: bytes) -> int:
        """Fold one entry of the log and return how many events were new.

        Raise HoleError for an offset that is too high, OtherRulesError at rules that are not ours.
        """
        if offset <= self.offset:
            return 0
        if offset != self.offset + 1:
            raise HoleError(self.offset + 1, offset)
        entry = decode(raw)
        self._keep_to_the_rules(entry)
        passed = self.fence.take(stamp, entry)
        chunk = None if passed.chunk is None else self._mine(passed.chunk, offset)
        if chunk is not None:
            self.loop.fold((chunk,))
        self.rejected += passed.rejected
        self.offset, self.stamp = offset, max(stamp, self.stamp)
        return 0 if chunk is None else len(chunk.events)

    def reopen(self, store: Database) -> None:
        """Take the stored alerts again, after a transaction whose end nobody knows."""
        position, book = standing(store, self.name, now_ms())
        self.loop.reopen(book, position)

    def told(self, checkpoint: int) -> dict[str, Any]:
        """Return what people ask of a shard: how far it has judged, whom it hears, what stopped."""
        engine = self.loop.engine
        standings = engine.standings()
        known = sorted(self.fence.readings.items())
        places = [(key, one) for key, one in known if self.fence.sources_of(key[0])]
        return {
            "checkpoint": checkpoint,
            "cases": sum(len(track.cases) for track, _ in standings),
            "events": engine.tally.accepted,
            "watermarks": {track.plan.id: at for track, at in standings},
            "heard": {name: one.heard for name, one in engine.hearing.listeners.items()},
            "silent": [name for name, one in engine.hearing.listeners.items() if one.is_silent],
            "read": [[*key, reading.incarnation, reading.next] for key, reading in places],
            "stopped": [[*k, r.incarnation, r.next, r.hole] for k, r in places if r.stopped],
            "fence": {why.value: count for why, count in sorted(self.fence.tally.items())},
        }

    def settle(self, ledger: Ledger) -> list[Frame]:
        """Write what is waiting, and what the desk decides by now, into a transaction."""
        return self.loop.settle(ledger, self._time())

    def settled(self) -> None:
        """Turn the page, once the transaction is committed."""
        self.loop.settled()
        self.rejected, self.unfolded, self.origins = [], [], []

    @property
    def has_news(self) -> bool:
        """Tell whether anything waits for a transaction."""
        waits = self.loop.waiting or self.rejected or self.unfolded
        return bool(waits) or self.loop.attending.is_due(self._time())

    def _time(self) -> int:
        """Return the desk's time, which is never behind the log's."""
        return max(self.stamp, self._clock())

    def _mine(self, chunk: Chunk, offset: int) -> Chunk | None:
        """Return the part of a chunk that this shard folds."""
        control = chunk.control
        if control is not None and control.get("kind", "plan") == "plan":
            return self._planned(chunk, from_data(dict(control)))
        if not self.loop.engine.begun:
            self._refuse_unplanned(chunk, offset)
        if offset in self.suspects and offset not in self.asides:
            self._find(chunk, offset)
        gone = self.asides.get(offset)
        if gone:
            # Said each time it is folded, for whoever died before it was written; kept once.
            self.unfolded += [(chunk.stamp, chunk.events[place]) for place in sorted(gone)]
            self.origins += [f"aside/{self.name}/{offset}/{place}" for place in sorted(gone)]
            kept = [event for place, event in enumerate(chunk.events) if place not in gone]
            return chunk._replace(events=kept)
        return chunk

    def _find(self, chunk: Chunk, offset: int) -> None:
        """Find out by copies of the process which events of an entry cannot be folded."""
        places = guilty(self.loop.engine, chunk)
        self.asides[offset] = frozenset(places)
        sources = Counter(chunk.events[place].source for place in places)
        self.found.append((offset, places, sources))

    def _planned(self, chunk: Chunk, plan: Plan) -> Chunk | None:
        """Follow a plan with the whole of it, and fold our part; an older number comes too late."""
        if self.plan is not None and plan.number <= self.plan.number:
            return None
        self.plan = plan
        self.fence.adopt(plan)
        return chunk._replace(control=to_data(shard_plan(plan, self.name)))

    def _keep_to_the_rules(self, entry: Entry) -> None:
        """Stop at rules that are not ours, before anything is folded by them."""
        number = self.semantics
        if isinstance(entry, Told) and entry.control.get("kind") == "semantics":
            number = int(entry.control["number"])
        if number != self._rules:
            raise OtherRulesError(number, self._rules)
        self.semantics = number

    def _refuse_unplanned(self, chunk: Chunk, offset: int) -> None:
        if chunk.events:
            raise DamagedError(
                f"the log of shard {self.name} has events at {offset} and no plan before them",
                "somebody else writes to this topic, or its beginning was deleted; restore it",
            )
