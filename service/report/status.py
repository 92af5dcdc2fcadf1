"""How a promise stands now: for display and for reports, never a trigger (03, D4).

Three figures stand side by side: what the finished cases alone would say, which hides whoever was
never answered; what is true of those that fell due; and the life table, which also uses what is
known of cases that are still young.  Where there are too few cases no share is given: the place is
judged one level up, and that is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.detection.interval import beta_below, wilson
from service.detection.life import kaplan_meier
from service.engine.zone import DAY_MS
from service.report.passed import Passed

CASES_MIN = 10
WHOLE = 10_000
WEEK_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Budget:
    """State how many misses an objective allows, how many are used, and for how long the rest lasts.

    `days_left` is at the pace of the last week; None where nothing was missed in it.
    """

    allowed: int
    used: int
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Status:
    """State how a promise stands at one place over a window.

    `answered` and `answered_kept` are what the finished cases alone would say.  `kept_now` is the
    share of the life table in hundredths of a percent, `low` and `high` Wilson's interval of it,
    `below` the probability that the true share lies below the objective; None where there are too
    few cases, and then `judged_with` names where to look instead.
    """

    place: str
    kept: int
    late: int
    open: int
    gave_up: int
    unknown: int
    answered: int
    answered_kept: int
    kept_now: int | None
    low: int | None
    high: int | None
    below: float | None
    budget: Budget | None
    judged_with: str = ""


def status_of(
    place: str, cases: Sequence[Passed], now: int, objective: int, above: str = ""
) -> Status:
    """Return how a promise stands, of the cases of a window; `objective` in hundredths of a percent.

    `above` is where to look instead if there are too few cases.
    """
    counts = dict.fromkeys(("kept", "late", "open", "gave up", "unknown"), 0)
    for case in cases:
        counts[case.outcome] += 1
    judged = counts["kept"] + counts["late"]
    answered = [c for c in cases if c.ended is not None and c.outcome in ("kept", "late")]
    is_enough = judged >= CASES_MIN
    share = _life_share(cases, now) if is_enough else None
    low, high = wilson(round(share * judged), judged) if share is not None else (None, None)
    return Status(
        place,
        counts["kept"],
        counts["late"],
        counts["open"],
        counts["gave up"],
        counts["unknown"],
        len(answered),
        sum(case.outcome == "kept" for case in answered),
        _hundredths(share),
        _hundredths(low),
        _hundredths(high),
        beta_below(counts["kept"], judged, objective / WHOLE) if is_enough and objective else None,
        _budget(cases, now, objective) if objective else None,
        "" if is_enough else above,
    )


def by_place(
    cases: Iterable[Passed], regions: Mapping[str, str], now: int, objective: int
) -> list[Status]:
    """Return how a promise stands at each unit, each region and on the whole, the worst first."""
    rows = list(cases)
    found = [status_of("", rows, now, objective)]
    for level in (regions.get, lambda unit: unit):
        groups: dict[str, list[Passed]] = {}
        for row in rows:
            groups.setdefault(level(row.unit) or "", []).append(row)
        found += [
            status_of(name, group, now, objective, regions.get(name, "everyone"))
            for name, group in groups.items()
            if name
        ]
    return sorted(found, key=lambda one: (-one.late, one.place))


def _life_share(cases: Iterable[Passed], now: int) -> float | None:
    """Return the share that is kept, by the life table on the way from start to due instant."""
    times, ended = [], []
    for case in cases:
        if case.due is None or case.outcome == "unknown":
            continue
        length = max(case.due - case.started, 1)
        end = now if case.ended is None else case.ended
        part = (end - case.started) / length
        is_kept = case.outcome == "kept"
        times.append(min(part, 1.0) if is_kept else part)
        ended.append(is_kept)
    if not times:
        return None
    steps = [share for part, share in kaplan_meier(times, ended) if part <= 1.0]
    return 1 - steps[-1] if steps else 0.0


def _budget(cases: Sequence[Passed], now: int, objective: int) -> Budget:
    judged = [case for case in cases if case.outcome in ("kept", "late")]
    allowed = len(judged) * (WHOLE - objective) // WHOLE
    late = [case for case in judged if case.outcome == "late"]
    recent = sum(1 for case in late if case.due is not None and case.due > now - WEEK_MS)
    left = max(allowed - len(late), 0)
    days = left * WEEK_MS // (recent * DAY_MS) if recent else None
    return Budget(allowed, len(late), days)


def _hundredths(share: float | None) -> int | None:
    return None if share is None else round(share * WHOLE)
