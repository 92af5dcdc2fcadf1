"""One unit or the whole region: who is told first, and which of both is named (03, section 4.7)."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np

from alerts.signal import Level, Transition
from service.engine.attribution import likeliest_unit
from service.engine.baseline import PPM
from service.engine.neighbours import Neighbours
from service.engine.pacing import EVIDENCE_MS, PaceState
from service.engine.schedule import Schedule
from service.engine.scored import Scored, Step, What
from tests.bench.detection.feed import Looks, Unit, looks_of, told
from tests.bench.detection.judging import REGION, SHIPPED, known
from tests.bench.detection.report import Report
from tests.bench.detection.world import DAY, HOUR, LATE, WEEK, Requests, arrivals, responses

VOLUMES = np.array([3.0] * 10 + [12.0] * 10 + [50.0] * 5)
BEFORE, AFTER, RUNS = 10, 8, 100
# All units or one, and its late share after the change.
CASES: dict[str, tuple[int | None, float]] = {
    "nothing": (None, LATE),
    "one unit at 12 a week to 30 %": (10, 0.3),
    "one unit at 50 a week to 30 %": (20, 0.3),
    "all units to 15 %": (None, 0.15),
    "all units to 20 %": (None, 0.20),
}
# Region delay, first unit delay, unit alarms, notifications, share of right verdicts.
STUDY = {
    "nothing": ("-", "-", 0.14, 0.17, "-"),
    "one unit at 12 a week to 30 %": ("87", "21", 1.15, 1.19, "0.91"),
    "one unit at 50 a week to 30 %": ("24", "7.3", 1.16, 1.31, "0.92"),
    "all units to 15 %": ("8.2", "18", 3.4, 1.10, "0.91"),
    "all units to 20 %": ("3.9", "8.1", 11.0, 1.06, "0.94"),
}
RULE = replace(REGION, minimum_late=SHIPPED.minimum_late)


class Counts:
    """Stand in for a unit's stream towards its neighbours: what was due when, and its head."""

    def __init__(self, looks: Looks, low: int, high: int, head: PaceState) -> None:
        """Take the scores of one unit."""
        scores = np.flatnonzero(looks.what[low:high] == What.SCORE) + low
        self.due = looks.instant[scores]
        self.late = np.concatenate(([0], np.cumsum(looks.late[scores])))
        self.head, self.items, self.history = head, (), self

    def count(self, items: object, day: int, until: int) -> tuple[int, int]:
        """Return cases due and late ones from a day up to an instant."""
        first, last = (
            np.searchsorted(self.due, day * DAY),
            np.searchsorted(self.due, until, "right"),
        )
        return int(last - first), int(self.late[last] - self.late[first])


@dataclass
class Run:
    """Collect what one region was told after the change.

    `scopes` are those told for the first time, as if the region, once open, stayed so.
    """

    change: int
    ill: int | None
    region_at: float = np.inf
    unit_at: float = np.inf
    unit_alarms: int = 0
    notices: int = 0
    scopes: set[int | None] = field(default_factory=set)
    verdict: str = ""
    is_spoilt: bool = False
    warned: set[int] = field(default_factory=set)


class Region:
    """Drive the streams of 25 units and of their region side by side."""

    def __init__(self, draw: np.random.Generator, ill: int | None, late: float) -> None:
        """Draw the requests, and join the streams as the engine does."""
        self.run = Run(int(BEFORE * WEEK + draw.integers(0, 168) * HOUR), ill)
        unit, start = arrivals(draw, VOLUMES, BEFORE + 1 + AFTER)
        hit = (start >= self.run.change) & ((unit == ill) | (ill is None))
        asked = Requests(unit, start, responses(draw, np.where(hit, late, LATE)))
        self.looks = looks_of(asked, scores=True)
        self.bounds = self.looks.bounds(len(VOLUMES))
        self.places = {f"u{n}": Unit(f"u{n}") for n in range(len(VOLUMES))}
        streams: dict[Any, Any] = {}
        around = Neighbours(streams, cast(Any, self.places), [SHIPPED])
        self.units: list[PaceState] = []
        for n, (name, volume) in enumerate(zip(self.places, VOLUMES, strict=True)):
            schedule = Schedule([(-1, known(SHIPPED, float(volume)))])
            self.units.append(PaceState(SHIPPED, schedule, around.around(SHIPPED, name)))
            streams[SHIPPED.id, name] = Counts(self.looks, *self.bounds[n], self.units[n])
        self.counts = list(streams.values())
        schedule = Schedule([(-1, known(RULE, float(VOLUMES.sum())))])
        self.region = PaceState(RULE, schedule, around.around(RULE, "r"))

    def follow(self) -> Run:
        """Take everything in order up to eight weeks after the change."""
        rows: list[tuple[Scored, int]] = []
        for n, (low, high) in enumerate(self.bounds):
            rows += [(item, n) for item in told(self.looks, low, high, self.places[f"u{n}"])]
        rows.sort(key=lambda row: (row[0].instant, row[0].started, row[0].checkpoint, row[0].what))
        run, begun = self.run, False
        for item, n in rows:
            if item.instant > run.change + AFTER * WEEK:
                break
            if not begun and item.instant >= run.change:
                begun = True
                ill = run.ill is not None and self.units[run.ill].is_open
                run.is_spoilt = self.region.is_open or ill
            if (step := self.units[n].take(item)) is not None:
                self._unit(n, step)
            if item.what is What.SCORE and (step := self.region.take(item)) is not None:
                self._region(step)
        return run

    def _unit(self, n: int, step: Step) -> None:
        run = self.run
        if step.closes:
            run.warned.discard(n)
            return
        if step.level is not Level.WARNING or n in run.warned:
            return
        run.warned.add(n)
        if step.instant < run.change:
            return
        run.unit_alarms += 1
        run.notices += not self.region.is_open
        if None not in run.scopes:
            run.scopes.add(n)
        if run.ill in (None, n):
            run.unit_at = min(run.unit_at, (step.instant - run.change) / DAY)
        self._verdict(step, n)

    def _region(self, step: Step) -> None:
        run = self.run
        if step.transition is Transition.OPENED and step.instant >= run.change:
            run.region_at = min(run.region_at, (step.instant - run.change) / DAY)
            run.notices += 1
            run.scopes.add(None)
            self._verdict(step, None)

    def _verdict(self, step: Step, n: int | None) -> None:
        """Note what the first alarm of all says."""
        if self.run.verdict:
            return
        found = str(step.evidence["verdict"])
        if found == "unit":
            named = self._named(step) if n is None else n
            found = "right unit" if named == self.run.ill else "other unit"
        self.run.verdict = found

    def _named(self, step: Step) -> int:
        since = max(cast(int, step.evidence["from"]), step.instant - EVIDENCE_MS)
        rows = [(one, one.count((), since // DAY, step.instant)) for one in self.counts]
        usual = [one.head.base.usual / PPM if one.head.base else LATE for one, _ in rows]
        counts = [(late, due, share) for (_, (due, late)), share in zip(rows, usual, strict=True)]
        return likeliest_unit(counts)


def print_region(report: Report) -> None:
    """Print delays, notifications and verdicts of five situations."""
    rows: list[list[str | float]] = []
    for number, (name, (ill, late)) in enumerate(CASES.items()):
        draw = np.random.default_rng([report.seed, 5, number])
        runs = [Region(draw, ill, late).follow() for _ in range(report.many(RUNS))]
        runs = [run for run in runs if not run.is_spoilt]
        said = Counter(run.verdict for run in runs if run.verdict)
        wanted = "right unit" if ill is not None else "region"
        right = f"{said[wanted] / max(said.total(), 1):.2f}" if late > LATE else "-"
        told_of = ", ".join(f"{count} {word}" for word, count in said.most_common())
        study = STUDY[name]
        rows.append([
            name, _middle([run.region_at for run in runs]), study[0],
            _middle([run.unit_at for run in runs]), study[1],
            float(np.mean([run.unit_alarms for run in runs])), study[2],
            float(np.mean([run.notices for run in runs])),
            float(np.mean([len(run.scopes) for run in runs])), study[3],
            f"{told_of} (right {right})", study[4],
        ])  # fmt: skip
    head = [
        "situation", "region, days", "study", "first unit, days", "study", "unit alarms", "study",
        "notices", "of which first", "study", "first verdict", "study right",
    ]  # fmt: skip
    report.table(f"A region of 25 units, {report.many(RUNS)} runs each", head, rows)


def _middle(days: list[float]) -> str:
    found = float(np.median(days))
    return f"{found:.1f}" if np.isfinite(found) else f">{AFTER * 7}"
