"""An engine worker keeps the order that makes it exact, whatever its store or its broker does."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from service.engine.track import Track
from service.errors import DamagedError
from service.hosts import due, engine_worker
from service.hosts.pulse import STILL_S, Pulse
from tests.hosts.test_pulse import Seconds
from tests.hosts.workbench import EVENTS, LOG, Bench, everything


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing wait, and let a checkpoint be due after every event."""
    monkeypatch.setattr(engine_worker, "AWAY_S", 0.0)
    monkeypatch.setattr(engine_worker, "TURN_S", 0.0)
    monkeypatch.setattr(due, "EVENTS_MIN", 1)
    monkeypatch.setattr(due, "CASES_FACTOR", 0)


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run a piece of work."""

    async def running() -> None:
        await work()

    asyncio.run(running())


@pytest.mark.usefixtures("quick")
def test_a_commit_whose_end_nobody_knows_is_done_once(tmp_path: Path) -> None:
    """Undone or kept without an answer: the results are those of a store that never failed."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    plain = Bench(tmp_path / "a")
    flaky = Bench(tmp_path / "b", ["", "undone", "unknown", "undone", "undone", "unknown"] * 9)

    async def work(bench: Bench) -> None:
        await bench.worker.restore({0: 0}, {})
        await bench.feed(len(LOG))

    for bench in (plain, flaky):
        asyncio.run(work(bench))
    assert everything(flaky) == everything(plain)
    assert all(everything(plain)[:3])


@pytest.mark.usefixtures("quick")
def test_rows_then_manifest_then_tombstones_then_acknowledged(tmp_path: Path) -> None:
    """A checkpoint is acknowledged only once all of it is durable, and the older ones are gone."""
    bench = Bench(tmp_path)

    async def work() -> None:
        await bench.worker.restore({0: 0}, {})
        for offset in range(len(LOG)):
            await bench.feed(offset + 1, offset)
            while bench.worker.running[0].checkpoints._running is not None:
                await asyncio.sleep(0.01)
                await bench.worker.flush({})

    run(work)
    said = " ".join(bench.changelog.happened)
    parts = said.split("acknowledged ")
    assert len(parts) > 4
    for part in parts[3:-1]:
        steps = part.split()[1:]
        place = steps.index("manifest")
        assert set(steps[:place]) == {"row"}
        assert set(steps[place + 1 :]) <= {"tombstone"}
    manifests = [key for key in bench.changelog.rows if key.endswith(b"manifest")]
    assert len(manifests) == 2


@pytest.mark.usefixtures("quick")
def test_a_new_process_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    """Restored from the changelog and brought entries it knows already, it comes to the same results."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole, cut_short = Bench(tmp_path / "a"), Bench(tmp_path / "b")

    async def at_once() -> None:
        await whole.worker.restore({0: 0}, {})
        await whole.feed(len(LOG))

    async def in_two_lives() -> None:
        await cut_short.worker.restore({0: 0}, {})
        await cut_short.feed(9)
        await cut_short.worker.running[0].checkpoints.end()
        await cut_short.feed(14, 9)
        cut_short.worker = cut_short.made()
        await cut_short.worker.restore({0: 3}, dict(cut_short.changelog.rows))
        assert cut_short.worker.running[0].shard.offset == 8
        await cut_short.feed(len(LOG), 6)

    run(at_once)
    run(in_two_lives)
    assert everything(cut_short) == everything(whole)


def test_half_a_past_is_refused(tmp_path: Path) -> None:
    """A log whose beginning is gone, and no checkpoint: an engine would call neglected people served."""
    bench = Bench(tmp_path)
    with pytest.raises(DamagedError, match="no checkpoint covers it"):
        run(lambda: bench.worker.restore({0: 7}, {}))


@pytest.mark.usefixtures("quick")
def test_a_worker_that_stands_still_is_told(tmp_path: Path) -> None:
    """A minute without a look at the shards is told; to load them may take longer, and so may a store."""
    bench, clock, beats = Bench(tmp_path, ["undone"] * 3), Seconds(), []
    pulse = bench.worker.pulse = Pulse(clock, lambda: beats.append(clock.now))

    async def work() -> None:
        await bench.worker.restore({0: 0}, {})
        clock.now += STILL_S
        assert not pulse.still()
        await bench.worker.flush({})
        assert len(beats) == 4
        clock.now += STILL_S
        assert pulse.still()

    run(work)


def test_a_worker_without_a_shard_is_ready(tmp_path: Path) -> None:
    """More engines than shards: those left over wait for nothing but their turn."""
    bench = Bench(tmp_path)
    assert bench.worker.trouble == "no shard yet"
    run(lambda: bench.worker.restore({}, {}))
    assert not bench.worker.trouble


@pytest.mark.usefixtures("quick")
def test_a_hole_is_asked_for_again(tmp_path: Path) -> None:
    """Entries that were lost on their way are asked for, and nothing is folded meanwhile."""
    bench = Bench(tmp_path)

    async def work() -> None:
        await bench.worker.restore({0: 0}, {})
        await bench.feed(4)
        assert await bench.worker.take(0, 7, *LOG[7]) == 4

    run(work)


@pytest.mark.usefixtures("quick")
def test_an_entry_that_fails_is_noted_and_later_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure is noted for all; a suspect is left out alone, noted first, and kept for people."""
    bench = Bench(tmp_path)
    victim, plain = EVENTS[12].case, Track.case_of

    def failing(self: Track, event: Any) -> str:
        if event.case == victim:
            raise RuntimeError("no good")
        return plain(self, event)

    monkeypatch.setattr(Track, "case_of", failing)
    monkeypatch.setattr(Track, "opening", _opening(failing))

    async def first_life() -> None:
        await bench.worker.restore({0: 0}, {})
        await bench.feed(len(LOG))

    with pytest.raises(RuntimeError):
        run(first_life)
    [(key, _)] = bench.noted
    assert key.startswith(b"failed/main/")
    bench.suspects = {*range(len(LOG))}
    bench.worker = bench.made()
    run(first_life)
    asides = [key for key, _ in bench.noted if key.startswith(b"aside/main/")]
    kept = bench.rows("SELECT reason, origin FROM quarantine")
    wanted = sum(event.case == victim for event in EVENTS)
    assert asides
    assert len(kept) == wanted
    assert {reason for reason, _ in kept} == {"fold"}
    bench.worker = bench.made()
    run(first_life)
    assert len(bench.rows("SELECT 1 FROM quarantine")) == wanted


def _opening(case_of: Callable[[Track, Any], str]) -> Callable[[Track, Any], Any]:
    plain = Track.opening

    def opening(self: Track, event: Any) -> Any:
        case_of(self, event)
        return plain(self, event)

    return opening
