"""Replay: the live loop under the clock of the events themselves.

A chunk's stamp is the event's recorded time, else its time.  Between events the minutes tick.
No result depends on when a tick comes, unless a fact comes later than its source's `wait` (01,
section 1, equality 2); so ticks are folded only before such a fact, and only those minutes in
which something may be due.  Folding them all gave the same results at a third of the speed.

A desk is another matter: it decides at the stamps of frames.  With one, no chunk spans more than
five minutes and none of those in which something is due is left out, so that a message goes out at
most so much later than it would have that day.  The signals stay the same (tests/backtest); 100,000
events with a desk took 4.1 s so, and 6.6 s without one in chunks of one event.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from alerts.asked import NOTHING, Asked
from alerts.desk import Decision, Desk
from alerts.signal import Signal
from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.results import Results
from service.engine.values import Chunk, Event, Frame
from service.hosts.teaching import answer
from service.loop import Ledger, Loop
from service.rejected import Rejected

MINUTE_MS = 60_000
DESK_MS = 5 * MINUTE_MS


class Memory:
    """Be a ledger that keeps results in memory and hands signals on as they come."""

    def __init__(self, on_signal: Callable[[Signal], None] | None = None) -> None:
        """Take a hook that sees every signal, those of one step in the order of their instants."""
        self.results = Results()
        self._on_signal = on_signal

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Keep all frames: nothing was applied before."""
        self.results.take(frames)
        if self._on_signal is not None:
            signals = [signal for frame in frames for signal in frame.signals]
            for signal in sorted(signals, key=lambda found: found.instant):
                self._on_signal(signal)
        return list(frames)

    def sit(self, shard: str, number: int) -> None:
        """Count nothing: there is one owner."""

    def asked(self, shard: str, now: int) -> Asked:
        """Return nothing: nobody asks."""
        return NOTHING

    def save_decision(self, decision: Decision, shard: str) -> None:
        """Keep nothing: a replay tells nobody."""


class Replay:
    """Fold a history through the loop; call `run`, then read `engine` and `memory`."""

    def __init__(
        self,
        plan: Plan,
        on_signal: Callable[[Signal], None] | None = None,
        *,
        desk: Desk | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        """Begin with a plan in an empty log; a desk decides beside it, a ledger keeps what for."""
        self.engine = Engine()
        self.loop = Loop(self.engine, desk)
        self.memory = Memory(on_signal)
        self._ledger = ledger or self.memory
        self._pending: list[Event] = []
        self._pending_until = 0
        self._stamp = -(2**62)
        self._silent_at: int | None = None
        self._step_ms = MINUTE_MS if desk is None else DESK_MS
        self.rejected: Counter[str] = Counter()
        self.read = 0
        self._last = -(2**62)
        self._ticked = -(2**62)
        self._waits = {name: source.wait_ms for name, source in plan.sources.items()}
        self._take(Chunk(-(2**62), (), to_data(plan)))

    def run(self, items: Iterable[Event | Rejected], until: int | None = None) -> None:
        """Fold everything, then drain to `until`, by default the last event plus the longest wait."""
        for item in items:
            self.read += 1
            if isinstance(item, Rejected):
                self.rejected[item.reason.value] += 1
                continue
            stamp = item.time if item.recorded is None else item.recorded
            if until is not None and stamp > until:
                continue
            self._last = max(self._last, item.time, stamp)
            self._make_way(stamp, is_late=item.time < stamp - self._waits[item.source])
            if not self._pending:
                self._pending_until = stamp - stamp % self._step_ms + self._step_ms
            self._pending.append(item)
            self._stamp = max(self._stamp, stamp)
            if self.loop.desk is None:
                self._flush()
        self._flush()
        end = until if until is not None else self._last + max(self._waits.values(), default=0)
        self.tick_to(end)
        self._take(Chunk(end))
        if self.loop.desk is not None:
            self.loop.settle(self._ledger, end)
            self.loop.settled()

    def tick_to(self, stamp: int) -> None:
        """Let the steps before a stamp pass, as far as anything may be due in them."""
        while (due := self.engine.next_instant()) is not None and due < stamp:
            step = self._step_ms
            tick = max(-(-due // step) * step, self._ticked + step)
            if tick >= stamp:
                return
            self._ticked = tick
            self._take(Chunk(tick))

    def _make_way(self, stamp: int, *, is_late: bool) -> None:
        """Fold what must come before an event: what waits, and the minutes that matter."""
        if self._pending and (
            is_late or stamp >= self._pending_until or self._may_fall_silent(stamp)
        ):
            self._flush()
        is_gap = self.loop.desk is not None and not self._pending
        if is_late or is_gap or self._may_fall_silent(stamp):
            self.tick_to(stamp)

    def _flush(self) -> None:
        if self._pending:
            self._take(Chunk(self._stamp, tuple(self._pending)))
            self._pending = []

    def _may_fall_silent(self, stamp: int) -> bool:
        """Tell whether quiet turns into silence before a stamp; the log's time decides that."""
        return self._silent_at is not None and self._silent_at < stamp

    def summary(self) -> str:
        """Return the one line that a replay ends with (02, "Replay")."""
        tally = self.engine.tally
        reasons = ", ".join(
            f"{name} {count}" for name, count in sorted(self._turned_away().items())
        )
        total = self._turned_away().total()
        rejected = f"{total} rejected" + (f" ({reasons})" if reasons else "")
        return (
            f"{self.read} events: {tally.accepted} accepted, {rejected}, "
            f"{tally.duplicates} duplicates, {tally.too_late} too late"
        )

    def counts(self) -> dict[str, object]:
        """Return the same for machines."""
        tally = self.engine.tally
        return {
            "events": self.read,
            "accepted": tally.accepted,
            "rejected": self._turned_away().total(),
            "reasons": dict(sorted(self._turned_away().items())),
            "duplicates": tally.duplicates,
            "differing": tally.differing,
            "too_late": tally.too_late,
        }

    def _turned_away(self) -> Counter[str]:
        """Count what was rejected, at the door or by the fold."""
        future = self.engine.tally.future
        return self.rejected + Counter({"future": future} if future else {})

    def _take(self, chunk: Chunk) -> None:
        self._fold(chunk)
        while asks := self.engine.asks():
            for ask in asks:
                self._fold(Chunk(chunk.stamp, (), answer(ask, self.engine.plan)))

    def _fold(self, chunk: Chunk) -> None:
        self.loop.fold((chunk,))
        self.loop.settle(self._ledger)
        self.loop.settled()
        self._silent_at = self.engine.hearing.next_instant()
