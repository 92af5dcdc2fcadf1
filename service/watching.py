"""Bringing what engineers see up to what an engine has counted, once a turn."""

from collections import Counter as Sums
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Protocol

from service import judged, metrics, positions
from service.engine.counts import Move
from service.engine.fold import Engine
from service.engine.limits import CASES_MAX, FACTS_MAX, ORPHANS_MAX
from service.engine.plan import Plan
from service.engine.plan_data import to_data
from service.engine.results import digest
from service.engine.track import Track
from service.engine.values import Frame

_OF_A_TOUCHPOINT = (metrics.CASES, metrics.WATERMARK, metrics.NOT_OPENED, positions.BASELINE)


class Folding(Protocol):
    """Have a shard's engine, which may be another one after a record was set aside."""

    engine: Engine
    shard: str


class Watcher:
    """Bring counters up to what the engine has counted."""

    def __init__(self, loop: Folding) -> None:
        """Begin at the engine's present counts: they are of all its life."""
        self._loop = loop
        for what, limit in (("cases", CASES_MAX), ("orphans", ORPHANS_MAX), ("facts", FACTS_MAX)):
            metrics.LIMIT.labels(what).set(limit)
        self._told = asdict(loop.engine.tally)
        self._sources: set[str] = set()
        self._touchpoints: set[str] = set()
        self._plan = -1
        # What was judged before, in another life of the process, is not judged again.
        list(_moves(loop.engine))
        self._meet(track for track, _ in loop.engine.standings())

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

    def forget(self) -> None:
        """Show nothing more: the shard runs in another process now, which shows it."""
        positions.forget(self._loop.shard)
        self._forget_touchpoints(self._touchpoints)
        self._forget_sources(self._sources)
        self._sources, self._plan = set(), -1

    def _look(self) -> None:
        engine, shard = self._loop.engine, self._loop.shard
        positions.FRAME.labels(shard).set(engine.frame)
        if engine.begun and engine.plan.number != self._plan:
            self._plan = engine.plan.number
            positions.judged_by(shard, engine.plan, _content(engine.plan))
        tracks = [track for track, _ in engine.standings()]
        for what, held in (("cases", _cases), ("orphans", _orphans)):
            positions.HELD.labels(shard, what).set(max(map(held, tracks), default=0))
        self._forget_touchpoints(self._touchpoints - {track.plan.id for track in tracks})
        self._meet(track for track in tracks if track.plan.id not in self._touchpoints)
        for track, watermark in engine.standings():
            metrics.CASES.labels(track.plan.id).set(len(track.cases))
            metrics.WATERMARK.labels(track.plan.id).set(max(watermark, 0) / 1000)
            if (since := track.judges.taught_since()) is not None:
                positions.BASELINE.labels(track.plan.id).set(since / 1000)
            for reason, count in track.not_opened.items():
                metrics.NOT_OPENED.labels(track.plan.id, reason).set(count)
        self._listen(engine)

    def _listen(self, engine: Engine) -> None:
        """Show which sources are heard; of one that the plan no longer has nothing is shown."""
        quiet = list(engine.hearing.quiet())
        self._forget_sources(self._sources - {name for name, *_ in quiet})
        self._sources = {name for name, *_ in quiet}
        for name, at, is_silent in quiet:
            metrics.SOURCE_HEARD.labels(name).set(at / 1000)
            metrics.SOURCE_SILENT.labels(name).set(is_silent)

    def _meet(self, tracks: Iterable[Track]) -> None:
        """Show of new touchpoints what has not happened yet, so that a rate sees its first step."""
        names = {track.plan.id for track in tracks}
        judged.begin(names)
        self._touchpoints = self._touchpoints | names

    def _forget_touchpoints(self, names: Collection[str]) -> None:
        for name in names:
            for gauge in _OF_A_TOUCHPOINT:
                gauge.remove_by_labels({"touchpoint": name})
        self._touchpoints = self._touchpoints - {*names}

    def _forget_sources(self, names: Iterable[str]) -> None:
        for name in names:
            metrics.SOURCE_HEARD.remove(name)
            metrics.SOURCE_SILENT.remove(name)


def _content(plan: Plan) -> str:
    """Return a hash of all that a plan says; its number only says which it is."""
    return digest(to_data(replace(plan, number=0)))[:16]


def _cases(track: Track) -> int:
    return len(track.cases)


def _orphans(track: Track) -> int:
    return len(track.orphans)


def _moves(engine: Engine) -> Iterator[tuple[Move, int]]:
    """Yield how many cases went from which outcome to which since the last call."""
    for line in engine.timelines if engine.begun else ():
        yield from line.counts.take_moves().items()
