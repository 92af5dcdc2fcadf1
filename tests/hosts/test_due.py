"""A checkpoint is due by events, beside the cases it must write, or by time."""

from types import SimpleNamespace
from typing import cast

import pytest

from service.engine.fold import Engine
from service.hosts.due import CHUNKS_MIN, EVENTS_MIN, Due

QUIET_S = 600.0


def engine(cases: int) -> Engine:
    """Return what is asked of an engine that keeps so many cases."""
    tracks = [SimpleNamespace(cases=range(cases))]
    found = SimpleNamespace(begun=True, is_moving=False, is_amid=False, tracks=tracks)
    return cast("Engine", found)


@pytest.mark.parametrize(
    ("cases", "events", "minutes", "is_due"),
    [
        (10, EVENTS_MIN - CHUNKS_MIN, 9, False),
        (10, EVENTS_MIN, 0, True),
        (EVENTS_MIN, 2 * EVENTS_MIN, 9, False),
        (EVENTS_MIN, 3 * EVENTS_MIN, 0, True),
        (EVENTS_MIN, 2 * EVENTS_MIN, 10, True),
        (EVENTS_MIN, CHUNKS_MIN, 10, True),
    ],
)
def test_when_one_is_due(cases: int, events: int, minutes: int, is_due: bool) -> None:
    """Many cases make it rarer, and never let it wait for more than ten minutes of work."""
    clock = [0.0]
    due = Due(lambda: clock[0], QUIET_S)
    for _ in range(CHUNKS_MIN):
        due.count(events // CHUNKS_MIN)
    clock[0] = minutes * 60.0
    assert due.is_due(engine(cases)) is is_due
    due.begin()
    assert not due.is_due(engine(cases))
