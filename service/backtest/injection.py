"""Troubles put into a real history, so that finding them can be scored where nobody kept labels.

Only the events that stop the clock are moved or taken out, and only of cases that began after the
start.  Which those are is read from the rows of a first run, so that pauses, double answers and
calls without a case are seen as the engine sees them.  Chance is seeded.  Making up whole events was
rejected: whatever is invented is easier to find than what people do.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from service.backtest.episode import region_of
from service.backtest.label import BENIGN, Label
from service.engine.business_time import Calendar
from service.engine.ear import pattern_test, text_at
from service.engine.place import Places
from service.engine.plan import Plan, Touchpoint
from service.engine.values import Event, Outcome
from service.errors import ErosionError
from service.rejected import Rejected

KINDS = ("slow", "stall", "freeze", "ramp", BENIGN)
SIZES = {"slow": 3.0, "stall": 0.25, "freeze": 1.0, "ramp": 6.0, BENIGN: 2.0}
RAMP_MS = 42 * 86_400_000
BENIGN_OF_PROMISE = 0.9
NEVER = 2**62


class Injection(NamedTuple):
    """State what goes wrong where and when; `size` is a factor, for a stall a share."""

    kind: str
    touchpoint: str
    units: tuple[str, ...]
    begin: int
    end: int
    size: float
    seed: int

    def labels(self, plan: Plan) -> list[Label]:
        """Return what is true of the history once it is put in."""
        return [
            Label(
                self.touchpoint,
                "unit",
                unit,
                region_of(plan, self.touchpoint, "unit", unit),
                self.begin,
                self.end,
                self.kind,
            )
            for unit in self.units
        ]


class Injector:
    """Change the answers of one history."""

    def __init__(
        self, injection: Injection, plan: Plan, rows: Mapping[tuple[str, str], Outcome]
    ) -> None:
        """Find the cases that are meant; raise ErosionError where there are none."""
        self._injection = injection
        self._touchpoint = plan.touchpoints[injection.touchpoint]
        places = Places(plan).units(self._touchpoint.unit_kind)
        self._calendars = {unit: places[unit].calendar for unit in injection.units}
        self._tests = [
            (pattern.type, pattern_test(pattern), pattern.match)
            for pattern in self._touchpoint.stop
        ]
        self._cases = {row.case: row for row in rows.values() if self._is_meant(row)}
        if not self._cases:
            raise ErosionError(
                f"no case of {injection.touchpoint} began at {', '.join(injection.units)} in that time",
                "choose another --unit, or an earlier --from",
            )
        self._by_customer: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
        for row in sorted(self._cases.values(), key=lambda row: (row.started, row.case)):
            self._by_customer[row.customer, row.unit].append((row.started, row.case))
        self._shifts = dict(self._planned())

    def change(self, items: Iterable[Event | Rejected]) -> list[Event | Rejected]:
        """Return a history with the trouble in it, in the order in which it would have come."""
        last, kept = 0, []
        for item in items:
            last = max(last, _stamp(item))
            if (found := self._changed(item)) is not None:
                kept.append(found)
        # What would have come after the history's end is not known yet.
        return sorted((item for item in kept if _stamp(item) <= last), key=_stamp)

    def _is_meant(self, row: Outcome) -> bool:
        wanted = self._injection
        return (
            row.touchpoint == wanted.touchpoint
            and row.unit in wanted.units
            and wanted.begin <= row.started < wanted.end
        )

    def _planned(self) -> Iterator[tuple[str, int | None]]:
        """Yield by case how much later its answer comes, None for never."""
        chance = np.random.default_rng(self._injection.seed)
        for case, row in sorted(self._cases.items()):
            draw = float(chance.random())
            yield case, self._shift(row, draw)

    def _shift(self, row: Outcome, draw: float) -> int | None:
        wanted = self._injection
        if wanted.kind == "freeze":
            return None
        if wanted.kind == "stall":
            return None if draw < wanted.size else 0
        if row.ended is None or row.ended <= row.started:
            return 0
        ruler = self._calendars[row.unit] if self._touchpoint.clock == "unit" else None
        return max(_moved(row, wanted, ruler) - row.ended, 0)

    def _changed(self, item: Event | Rejected) -> Event | Rejected | None:
        case = self._case_of(item) if isinstance(item, Event) else None
        if case is None or not isinstance(item, Event):
            return item
        shift = self._shifts[case]
        if shift is None:
            return None
        recorded = None if item.recorded is None else item.recorded + shift
        return item._replace(time=item.time + shift, recorded=recorded)

    def _case_of(self, event: Event) -> str | None:
        """Return the meant case that an event would stop."""
        for kind, test, match in self._tests:
            if event.type == kind and (test is None or test(event.data)):
                return self._matched(event) if match else self._named(event)
        return None

    def _named(self, event: Event) -> str | None:
        name = text_at(event, self._touchpoint.case) or event.case
        row = self._cases.get(name)
        return name if row is not None and event.time >= row.started else None

    def _matched(self, event: Event) -> str | None:
        begun = self._by_customer.get((event.customer, event.unit), [])
        place = bisect_right(begun, (event.time, "\U0010ffff"))
        return begun[place - 1][1] if place else None


def injectable(plan: Plan) -> list[str]:
    """Return the touchpoints whose answers can be moved."""
    return [name for name, touchpoint in plan.touchpoints.items() if _is_duration(touchpoint)]


def _is_duration(touchpoint: Touchpoint) -> bool:
    return touchpoint.good is None and bool(touchpoint.stop)


def _moved(row: Outcome, wanted: Injection, ruler: Calendar | None) -> int:
    """Return when an answer comes that takes longer, on the clock that the promise counts on."""
    ended = row.ended or row.started
    took = ended - row.started if ruler is None else ruler.between(row.started, ended)
    longer = int(took * _factor(row, wanted))
    if wanted.kind == BENIGN:
        if row.due is None or row.outcome != "kept":
            return ended
        promised = row.due - row.started if ruler is None else ruler.between(row.started, row.due)
        longer = max(min(longer, int(promised * BENIGN_OF_PROMISE)), took)
    return row.started + longer if ruler is None else ruler.add(row.started, longer)


def _factor(row: Outcome, wanted: Injection) -> float:
    if wanted.kind != "ramp":
        return wanted.size
    return 1 + (wanted.size - 1) * min((row.started - wanted.begin) / RAMP_MS, 1.0)


def _stamp(item: Event | Rejected) -> int:
    if isinstance(item, Rejected):
        return 0
    return item.time if item.recorded is None else item.recorded
