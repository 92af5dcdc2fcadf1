"""Bringing what engineers see up to what an engine has counted, once a turn."""

from collections import Counter as Sums
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Protocol

from service import judged, metrics
from service.engine.counts import Move
from service.engine.fold import Engine
from service.engine.limits import CASES_MAX, FACTS_MAX, ORPHANS_MAX
from service.engine.values import Frame


class Folding(Protocol):
    """Have an engine, which may be another one after a record was set aside."""

    engine: Engine


class Watcher:
    """Bring counters up to what the engine has counted."""

    def __init__(self, loop: Folding) -> None:
        """Begin at the engine's present counts: they are of all its life."""
        self._loop = loop
        for what, limit in (("cases", CASES_MAX), ("orphans", ORPHANS_MAX), ("facts", FACTS_MAX)):
            metrics.LIMIT.labels(what).set(limit)
        self._told = asdict(loop.engine.tally)
        self._sources: set[str] = set()
        # What was judged before, in another life of the process, is not judged again.
        list(_moves(loop.engine))
        judged.begin(track.plan.id for track, _ in loop.engine.standings())

    def after_turn(self, applied: Sequence[Frame]) -> None:
        """Take over what one turn changed."""
        changed = Sums((o.touchpoint, o.outcome) for frame in applied for o in frame.outcomes)
        for names, count in changed.items():
            metrics.OUTCOMES.labels(*names).inc(count)
        for frame in applied:
            for signal in frame.signals:
                metrics.SIGNALS.labels(
                    signal.touchpoint, signal.rule, signal.transition.value
                ).inc()
        judged.count(_moves(self._loop.engine))
        tally = asdict(self._loop.engine.tally)
        for name, count in tally.items():
            metrics.EVENTS.labels(name).inc(max(count - self._told[name], 0))
        metrics.LIMIT_REACHED.labels("facts").inc(tally["over_limit"] - self._told["over_limit"])
        metrics.LIMIT_REACHED.labels("cases").inc(tally["let_go"] - self._told["let_go"])
        self._told = tally
        self._look()

    def _look(self) -> None:
        engine = self._loop.engine
        metrics.FRAME.set(engine.frame)
        if engine.begun:
            metrics.PLAN.set(engine.plan.number)
        tracks = [track for track, _ in engine.standings()]
        metrics.HELD.labels("cases").set(max((len(track.cases) for track in tracks), default=0))
        metrics.HELD.labels("orphans").set(max((len(track.orphans) for track in tracks), default=0))
        for track, watermark in engine.standings():
            metrics.CASES.labels(track.plan.id).set(len(track.cases))
            metrics.WATERMARK.labels(track.plan.id).set(max(watermark, 0) / 1000)
            for reason, count in track.not_opened.items():
                metrics.NOT_OPENED.labels(track.plan.id, reason).set(count)
        self._listen(engine)

    def _listen(self, engine: Engine) -> None:
        """Show which sources are heard; of one that the plan no longer has nothing is shown."""
        quiet = list(engine.hearing.quiet())
        for name in self._sources - {name for name, *_ in quiet}:
            metrics.SOURCE_HEARD.remove(name)
            metrics.SOURCE_SILENT.remove(name)
        self._sources = {name for name, *_ in quiet}
        for name, at, is_silent in quiet:
            metrics.SOURCE_HEARD.labels(name).set(at / 1000)
            metrics.SOURCE_SILENT.labels(name).set(is_silent)


def _moves(engine: Engine) -> Iterator[tuple[Move, int]]:
    """Yield how many cases went from which outcome to which since the last call."""
    for line in engine.timelines if engine.begun else ():
        yield from line.counts.take_moves().items()
