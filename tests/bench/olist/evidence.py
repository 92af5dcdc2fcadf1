"""What the engine itself knew each Monday, with the shipped configuration, and what it warned of.

The stream is replayed once.  When the watermark has passed a Monday, the daily counts of the week
before are read from the streams of the rule `pace`, and what is usual from the baselines that were
learned by then.  Each week is read again a week later: where a count has changed, somebody knew
more than could be known, and the study stops.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from alerts.signal import Level, Signal, Transition
from service.backtest.outlook import Look, joined
from service.engine.baseline import PPM, Baseline
from service.engine.fold import Engine
from service.engine.plan import Plan
from service.engine.track import Track
from service.engine.values import Event
from service.hosts.replay import Replay
from service.intake.decode import Decoder
from service.rejected import Rejected
from service.settings import compile_settings, load
from service.simulator.olist import CUT as END
from service.simulator.olist import convert
from tests.bench.olist.tables import CUT, Floats, day

CONFIG = Path("config/marketplace")
KEY = b"a key for benches"
DAY_MS = 86_400_000
OFFSET_MS = 3 * 3_600_000
WAIT_MS = 60_000
BEGIN = day("2017-01-02")
LENGTH = CUT - BEGIN + 1
WINDOW = 28

# A look: its touchpoint, and where its pair of counts stands in a day of `Sums` (01, section 8).
LOOKS = {
    "not handed over in time": ("hand-over-to", 0),
    "still open half-way": ("delivery", 2),
    "not there by the promise": ("delivery", 0),
}
HALF_WAY = "still open half-way"


class Warned(NamedTuple):
    """Hold a warning: which rule, where, and when, in local days."""

    touchpoint: str
    rule: str
    scope: str
    at: float


class Known(NamedTuple):
    """Hold for each look and state (late, cases) by day, the usual by day, and the warnings."""

    counts: dict[str, dict[str, Floats]]
    usual: dict[str, Floats]
    warned: list[Warned]

    def looks(self, states: Iterable[str], today: int, window: int = WINDOW) -> dict[str, Look]:
        """Return the looks at some states over the days before one; none before anything is usual."""
        last = today - BEGIN
        found = {}
        for name, by_state in self.counts.items():
            usual = float(self.usual[name][last])
            rows = [by_state[state][max(0, last - window) : last].sum(0) for state in states]
            if np.isnan(usual):
                return {}
            found[name] = joined(Look(int(late), int(cases), usual) for late, cases in rows)
        return found


def known(tables: Path, *, only_looks: bool = False) -> Known:
    """Replay the whole stream, and return what was known when; `only_looks` leaves out all else."""
    plan = compile_settings(load(CONFIG)).plan
    plan = _narrowed(plan) if only_looks else plan
    reader = _Reader()
    replay = Replay(plan, reader.hear)
    with tempfile.TemporaryDirectory(prefix="erosion-olist-") as name:
        events = Path(name) / "events.ndjson"
        convert(tables, events, Path(name) / "truth.json")
        with events.open("rb") as stream:
            items = Decoder(plan, KEY).lines(stream)
            replay.run(reader.watch(items, replay), round(END.timestamp() * 1000))
    if replay.engine.tally.too_late:
        raise SystemExit("a fact came too late, so what was known cannot be told by day")
    return reader.found


def _narrowed(plan: Plan) -> Plan:
    """Return a plan of the touchpoints and the rule that the figure is read from."""
    kept = {name for name, _ in LOOKS.values()}
    touchpoints = {
        name: replace(one, rules=tuple(rule for rule in one.rules if rule.id == "pace"))
        for name, one in plan.touchpoints.items()
        if name in kept
    }
    return replace(plan, touchpoints=touchpoints)


class _Reader:
    """Stand in the stream, and read the engine at each Monday."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        usual = {name: np.full(LENGTH, np.nan) for name in LOOKS}
        self.found = Known({name: {} for name in LOOKS}, usual, [])
        self._monday = BEGIN + 7

    def hear(self, signal: Signal) -> None:
        """Keep a warning at the instant from which it was one."""
        is_new = signal.transition in (Transition.OPENED, Transition.WORSE)
        if is_new and signal.level is not Level.WATCH:
            at = (signal.instant - OFFSET_MS) / DAY_MS
            self.found.warned.append(Warned(signal.touchpoint, signal.rule, signal.scope, at))

    def watch(
        self, items: Iterable[Event | Rejected], replay: Replay
    ) -> Iterator[Event | Rejected]:
        """Hand on all events; before the first of a week, read what the week before has left."""
        for item in items:
            while isinstance(item, Event) and item.time > self._stamp():
                replay.tick_to(self._stamp())
                self.read(replay.engine)
                self._monday += 7
            yield item

    def read(self, engine: Engine) -> None:
        """Read the counts of two weeks and what is usual as of this Monday."""
        for track, _ in engine.standings():
            for name, (touchpoint, column) in LOOKS.items():
                if touchpoint == track.plan.id:
                    self._read_counts(track, name, column)
                    self._read_usual(track, name)

    def _stamp(self) -> int:
        """Return when all of Sunday is judged, in summer time too."""
        return self._monday * DAY_MS + OFFSET_MS + WAIT_MS + 1

    def _read_counts(self, track: Track, name: str, column: int) -> None:
        for state in track.units:
            rows = self.found.counts[name].setdefault(state, np.zeros((LENGTH, 2)))
            stream = track.judges.streams.get(("pace", state))
            if stream is None or stream.history is None:
                continue
            for today, counts in stream.history.with_held(stream.items, 2**62).days():
                age = self._monday - today
                if not 0 < age <= 14 or today < BEGIN:
                    continue
                cases, late = counts[column : column + 2]
                if age > 7 and tuple(rows[today - BEGIN]) != (late, cases):
                    raise SystemExit(f"{name}, {state}: a day changed after it was read")
                rows[today - BEGIN] = late, cases

    def _read_usual(self, track: Track, name: str) -> None:
        """Weigh what is usual at each unit by its cases a year."""
        now = self._monday * DAY_MS + OFFSET_MS
        rows: list[Baseline] = []
        for (rule, _), schedule in track.judges.schedules.items():
            mine = [base for since, base in schedule.rows if since <= now]
            rows += mine[-1:] if rule == "pace" else []
        if rows:
            shares = [base.stay[0] if name == HALF_WAY else base.usual for base in rows]
            cases = [base.cases_a_year for base in rows]
            usual = np.average(shares, weights=cases) / PPM
            self.found.usual[name][self._monday - BEGIN :] = usual


def grouped(places: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the states of each place."""
    found: dict[str, list[str]] = {}
    for state, place in sorted(places.items()):
        found.setdefault(place, []).append(state)
    return found
