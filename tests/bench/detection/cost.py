"""What a look costs, and what a stream keeps (03, section 3, "Cost")."""

import json
import time
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from service.engine.history import History
from service.engine.scored import Scored
from service.engine.stored_streams import stream_row
from service.engine.stream import Stream
from tests.bench.detection.calibration import calm_looks
from tests.bench.detection.feed import Stand, Unit, told
from tests.bench.detection.judging import SHIPPED, known, state_of
from tests.bench.detection.report import Report
from tests.bench.detection.world import DAY, YEAR_WEEKS

WEEK_DAYS, LOOKS, TIMES = 7, 200_000, 5
# Bytes of state; microseconds of all steps of one request.
STUDY_BYTES, STUDY_US = {3: 240, 12: 770, 50: 2360}, 0.39


def items_of(
    draw: np.random.Generator, per_week: int, weeks: float, units: int = 1
) -> list[Scored]:
    """Return what one stream is told, each case an object of its own."""
    looks = calm_looks(draw, per_week, units, weeks, scores=True)
    place, made = Unit("u"), list[Scored]()
    cases: dict[int, Stand] = {}
    for item in told(looks, 0, len(looks.unit)):
        case = cases.setdefault(item.started, Stand(f"{item.started:010}", place))
        made.append(item._replace(name=case.id, case=cast(Any, case)))
    return made


def microseconds(items: list[Scored], per_week: int) -> float:
    """Return the time of one item, the best of five."""
    best = np.inf
    for _ in range(TIMES):
        take = state_of(SHIPPED, known(SHIPPED, per_week)).take
        begun = time.perf_counter()
        for item in items:
            take(item)
        best = min(best, time.perf_counter() - begun)
    return best / len(items) * 1e6


def sizes(items: list[Scored], per_week: int) -> tuple[int, int, int]:
    """Return bytes of the state, of the whole row with what may be corrected, and of history."""
    head = state_of(SHIPPED, known(SHIPPED, per_week))
    history = History(SHIPPED.checkpoints)
    stream = Stream("t", SHIPPED, "u", head, WEEK_DAYS * DAY, history)
    for item in items:
        stream.take(item)
    cases = {item.case.id: item.case for item in items}
    shared = cast(Any, SimpleNamespace(track=SimpleNamespace(cases=cases)))
    row = stream_row(("pace", "u"), stream, shared)
    seen = len(_text(history.state()))
    return len(_text(head.state())), len(_text(row)) - seen, seen


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def print_cost(report: Report) -> None:
    """Print microseconds and bytes at three volumes."""
    rows: list[list[str | float]] = []
    for per_week, study in STUDY_BYTES.items():
        draw = np.random.default_rng([report.seed, 9, per_week])
        many = items_of(draw, per_week, LOOKS / 2.4 / per_week)
        spent = microseconds(many, per_week)
        cases = len({item.started for item in many})
        state, row, history = sizes(items_of(draw, per_week, YEAR_WEEKS / 2), per_week)
        rows.append([
            per_week, spent, spent * len(many) / cases, STUDY_US, spent * len(many) / cases / STUDY_US, state, row, row / study, study,
            history,
        ])  # fmt: skip
    head = [
        "a week", "us an item", "us a case", "study", "ratio", "bytes of state",
        "with 7 days of corrections", "ratio", "study", "history of 26 weeks",
    ]  # fmt: skip
    report.table("Cost of one stream", head, rows)
