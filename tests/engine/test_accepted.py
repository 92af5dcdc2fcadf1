"""Gaps of several partitions of one source are one alert, which ends with the last of them."""

from pathlib import Path

from alerts.signal import Transition
from service.engine.hearing import Hearing
from service.settings import compile_settings, load

PLAN = compile_settings(load(Path("tests/live/quick"))).plan


def test_the_last_gap_that_is_accepted_ends_the_alert() -> None:
    """While another partition stands still its source is not judged, and that stays told."""
    hearing = Hearing()
    hearing.adopt(PLAN.sources, {})
    for partition in (0, 1):
        gap = {"topic": "raw", "partition": partition, "from": 5, "to": 9}
        hearing.tell_gap("desk", gap, 100)
    assert [one.transition for one in hearing.take_signals()] == [Transition.OPENED]
    hearing.accept("desk", 200, is_last=False)
    assert hearing.take_signals() == []
    hearing.accept("desk", 300, is_last=True)
    assert [one.transition for one in hearing.take_signals()] == [Transition.RESOLVED]
