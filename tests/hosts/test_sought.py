"""A hole in the log is read again; one that stays ends the worker, and it is counted once."""

from pathlib import Path

import pytest

from service.errors import DamagedError
from service.hosts import engine_worker
from service.hosts.sought import ANEW_S, STAYS_S, HoleStaysError, Sought
from service.metrics import REGISTRY
from tests.hosts.workbench import LOG, Bench


def holes() -> float:
    """Return how many holes were counted."""
    return REGISTRY.get_sample_value("erosion_log_holes_total") or 0.0


def test_a_hole_is_counted_once_and_ends_the_worker_when_it_stays() -> None:
    """Thousands of records behind it are one hole; after some seconds of them nobody waits any more."""
    sought, before = Sought(), holes()
    for step in range(50):
        sought.meet(7, "7 is missing", step * STAYS_S / 50)
    assert holes() - before == 1
    with pytest.raises(HoleStaysError, match="7 is missing") as stays:
        sought.meet(7, "7 is missing", STAYS_S * 1.1)
    assert stays.value.exit_code == 75


def test_progress_begins_the_count_anew() -> None:
    """Another hole later in the log is another hole, however soon it comes."""
    sought, before = Sought(), holes()
    for wanted in range(100):
        sought.meet(wanted, "", wanted * STAYS_S / 2)
    assert holes() - before == 100


def test_a_hole_that_was_not_met_for_long_is_met_anew() -> None:
    """Brokers that are away bring nothing; what comes after them has a chance of its own."""
    sought = Sought()
    sought.meet(7, "", 0.0)
    sought.meet(7, "", ANEW_S + 1)
    sought.meet(7, "", ANEW_S + 1 + STAYS_S)
    with pytest.raises(HoleStaysError):
        sought.meet(7, "", ANEW_S + 2 + STAYS_S)


async def test_a_worker_that_is_brought_the_same_record_for_ever_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is silent then and nothing is folded: only the hole itself tells of it."""
    now = [0.0]
    monkeypatch.setattr(engine_worker, "monotonic_s", lambda: now[0])
    bench = Bench(tmp_path)
    await bench.worker.restore({0: 0}, {})
    await bench.feed(4)
    for _ in range(1000):
        now[0] += STAYS_S / 50
        try:
            assert await bench.worker.take(0, 7, *LOG[7]) == 4
        except HoleStaysError:
            break
    assert now[0] == pytest.approx(STAYS_S, rel=0.1)


async def test_a_checkpoint_before_the_beginning_of_the_log_is_half_a_past(tmp_path: Path) -> None:
    """What lay between them is gone: to seek it would be in vain, life after life."""
    bench = Bench(tmp_path)
    await bench.worker.restore({0: 0}, {})
    await bench.feed(9)
    await bench.worker.running[0].checkpoints.end()
    bench.worker = bench.made()
    with pytest.raises(DamagedError, match="begins at 10, and no checkpoint covers it"):
        await bench.worker.restore({0: 10}, dict(bench.changelog.rows))
