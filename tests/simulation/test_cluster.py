"""On Kafka nothing is lost, invented or doubled, whatever dies; and each planted mistake is seen."""

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from service.hosts.gathering import Gathering
from service.hosts.shard import Shard
from service.log.entry import Mark, Run
from service.log.fence import Fence
from service.log.reading import Reading
from service.loop import Loop
from tests.simulation.cluster import Cluster

# `make simulate-cluster` plays more of them.
SEEDS = range(int(os.environ.get("EROSION_SEEDS", "25")))
HAPPENED: Counter[str] = Counter()


def broken(seed: int, *, storm: bool = False) -> list[str]:
    """Return what is wrong with the run of a seed."""
    cluster = Cluster(seed, storm=storm)
    cluster.run()
    HAPPENED.update(cluster.happened)
    found, wanted = cluster.compared()
    doubled = [key for key, count in cluster.database.messages.items() if count > 1]
    strange = cluster.undisturbed() ^ set(cluster.database.messages)
    return ([] if found == wanted else ["results"]) + doubled + sorted(strange)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_dies_the_results_are_those_of_a_replay(seed: int) -> None:
    """Intakes and engines die, overlap and come back as zombies: one results hash."""
    assert not broken(seed)


@pytest.mark.parametrize("seed", range(5))
def test_a_storm_is_lived_through(seed: int) -> None:
    """With all rates up, the results are still those of a replay."""
    assert not broken(seed, storm=True)


def test_everything_has_happened() -> None:
    """The seeds meet every kind of trouble that there is."""
    print(dict(HAPPENED))
    wanted = {
        "before an append",
        "after an append",
        "before a commit",
        "after a commit",
        "between two rows",
        "before an acknowledgement",
        "checkpoint",
        "dealt anew",
        "hole",
        "new routes",
        "store away",
        "superseded",
    }
    assert wanted <= set(HAPPENED)


def all_new(_: object, run: Run, stamp: int) -> int:
    """Let every run through."""
    return run.first


def believe(self: Fence, mark: Mark) -> None:
    """Take a mark for what it says, whatever stands in the log."""
    reading = self.readings.setdefault((mark.topic, mark.partition), Reading("i", 0))
    reading.heard = max(reading.heard, mark.heard)


async def vouch_at_once(self: Gathering) -> None:
    """Say that everything is heard that was asked for, appended or not."""
    self._reached = dict.fromkeys(self._reader.positions, 2**40)
    await _TICK(self)


async def commit_first(self: Gathering, slices: Any) -> None:
    """Commit what is read before it is appended."""
    await self._reader.commit(dict(self._reader.positions))
    await _SEND(self, slices)


async def never_look(self: Gathering) -> None:
    """Commit without looking for a new plan."""
    await self._reader.commit(dict(self._reached))
    await _SECOND(self)


def skip(self: Shard, offset: int, stamp: int, raw: bytes) -> int:
    """Fold on behind a hole."""
    self.offset = max(self.offset, offset - 1)
    return _TAKE(self, offset, stamp, raw)


def no_stranger(self: Loop, dropped: int) -> None:
    """Go on although another owner has moved the shard."""


_SEND, _SECOND, _TICK = Gathering._send, Gathering._second, Gathering._tick
_TAKE = Shard.take
MISTAKES: dict[str, list[tuple[type, str, Callable[..., Any]]]] = {
    "no offset check": [(Fence, "_wanted", all_new)],
    "a tick vouches for what is not there": [
        (Fence, "_mark", believe),
        (Gathering, "_tick", vouch_at_once),
    ],
    "raw offsets committed before the append": [(Gathering, "_send", commit_first)],
    "raw offsets committed without a look": [(Gathering, "_second", never_look)],
    "holes folded over": [(Shard, "take", skip)],
    "a stranger's frames taken for ours": [(Loop, "_refuse_strangers", no_stranger)],
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mistake breaks a run within some seeds; a test that cannot fail proves nothing."""
    for owner, attribute, mistake in MISTAKES[name]:
        monkeypatch.setattr(owner, attribute, mistake)
    for seed in range(40):
        try:
            if broken(seed, storm=True):
                print(f"{name}: seed {seed}")
                return
        except Exception as error:  # noqa: BLE001 - to break down is to be seen
            print(f"{name}: seed {seed}, {error!r}")
            return
    pytest.fail("not seen")
