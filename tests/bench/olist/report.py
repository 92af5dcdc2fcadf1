"""What the study prints of the ranking: each figure, the differences, and what carries ours."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from service.backtest.outlook import ODDS
from tests.bench.olist.evidence import WINDOW
from tests.bench.olist.ranking import auc, difference
from tests.bench.olist.study import Study
from tests.bench.olist.tables import SPLIT, Flags, Floats
from tests.bench.olist.weeks import AHEAD

OURS, PROMISE, SURVEY = "pressure", "promise missed", "survey's last"
SIMPLE = (PROMISE, "hand-over overdue", "transit slow")
ALL, AFTER, BEFORE = PERIODS = ("all", "from 2017-10 on", "before 2017-10")
Rows = list[dict[str, Any]]
Figure = Callable[[int], Floats]


def part(study: Study, period: str, *, first: bool) -> Flags:
    """Return which unit-weeks belong to a part: a period, and all or only first falls."""
    late = study.weeks.monday >= SPLIT
    chosen = {ALL: late | True, AFTER: late, BEFORE: ~late}[period]
    return chosen & study.weeks.first if first else chosen


def figures(study: Study) -> dict[str, Figure]:
    """Return our figure and all rivals, each by weeks ahead."""
    found: dict[str, Figure] = {OURS: study.ours}
    found |= {name: partial(study.simple, name) for name in SIMPLE}
    found[SURVEY] = lambda ahead: -study.weeks.published[:, ahead]
    return found


def ranking(title: str, study: Study, kept: Rows) -> Iterator[str]:
    """Print the AUC of each figure, 0 to 3 weeks ahead, and by how much ours is better."""
    for period in PERIODS:
        yield from _block(title, study, period, kept, first=False)
        if period != BEFORE:
            yield from _block(title, study, period, kept, first=True)


def _block(title: str, study: Study, period: str, kept: Rows, *, first: bool) -> Iterator[str]:
    mask = part(study, period, first=first)
    name = f"{title}, {period}" + (", first falls" if first else "")
    monday, low = study.weeks.monday[mask], study.weeks.low[mask]
    known = {
        rival: [figure(ahead)[mask] for ahead in AHEAD] for rival, figure in figures(study).items()
    }
    yield f"{name}: {mask.sum()} unit-weeks, {low.sum()} low"
    for rival, rows in known.items():
        line = f"  {rival:<18}" + " ".join(f"{auc(low, row):.2f}" for row in rows)
        kept.append({"part": name, "figure": rival, "auc": [auc(low, row) for row in rows]})
        if rival == OURS:
            yield line + "   ours is better by (0, 1, 2, 3 weeks ahead; mean of 1 to 3)"
            continue
        pairs = list(zip(known[OURS], rows, strict=True))
        found = [difference(monday, low, [pair]) for pair in pairs]
        found.append(difference(monday, low, pairs[1:]))
        kept[-1]["difference"] = [one._asdict() for one in found]
        cells = [f"{d.gap:+.2f} ({d.bounds[0]:+.2f} {d.bounds[1]:+.2f})" for d in found]
        yield line + "   " + "  ".join(cells)


def carriers(title: str, study: Study, kept: Rows) -> Iterator[str]:
    """Print what each look carries, and what becomes of the figure with other constants."""
    names = tuple(study.known.counts)
    variants: dict[str, Figure] = {OURS: study.ours}
    for name in names:
        variants[f"only {name}"] = partial(study.of, (name,))
    for name in names:
        variants[f"but {name}"] = partial(study.of, tuple(n for n in names if n != name))
    for window in (WINDOW // 4, WINDOW // 2, WINDOW * 2):
        variants[f"{window} days"] = partial(study.of, names, window=window)
    for odds in (1 + (ODDS - 1) / 2, 1 + (ODDS - 1) * 2, 3.0):
        variants[f"{odds:.1f} times the odds"] = partial(study.of, names, odds=odds)
    yield f"{title:<33}" + " | ".join(f"{period:<19}" for period in PERIODS)
    for name, figure in variants.items():
        cells = []
        for period in PERIODS:
            mask = part(study, period, first=False)
            values = [auc(study.weeks.low[mask], figure(ahead)[mask]) for ahead in AHEAD]
            kept.append({"units": title, "variant": name, "part": period, "auc": values})
            cells.append(" ".join(f"{value:.2f}" for value in values))
        yield f"  {name:<31}" + " | ".join(cells)
