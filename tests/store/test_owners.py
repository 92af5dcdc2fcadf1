"""Two workers that both believe to own a shard: together they leave what one alone would."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from alerts.desk import Desk
from service.engine.fold import Engine
from service.errors import SupersededError
from service.loop import Loop
from service.store.database import Database, open_store
from service.store.standing import standing
from tests.alerts.fakes import DIRECTORY, NOON
from tests.live.postgres import Cluster
from tests.live.turns import TURNS, content, frames, turned, undisturbed


def _begun(store: Database) -> Loop:
    position, book = standing(store, "a", NOON)
    return Loop(Engine(), Desk(DIRECTORY), book, shard="a", position=position)


def _own(store: Database) -> int:
    """Live all turns from the beginning of the log; begin again when another owner was there."""
    for starts in range(1000):
        loop = _begun(store)
        try:
            for turn in range(TURNS):
                loop.waiting += frames(turn)
                assert turned(store, loop, turn)
        except SupersededError:
            continue
        return starts
    raise AssertionError("neither owner gets anywhere")


def test_two_owners_leave_what_one_would(postgres: Cluster, tmp_path: Path) -> None:
    """Whoever is overtaken stops and begins again: no row is doubled, and no alert hangs."""
    alone, stopped = undisturbed(tmp_path), 0
    for _ in range(5):
        address = postgres.fresh()
        stores = [open_store(address) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            stopped += sum(pool.map(_own, stores))
        assert content(stores[0]) == alone
        for store in stores:
            store.close()
    assert stopped


def test_an_owner_that_comes_back_decides_on_what_is_stored(address: str, tmp_path: Path) -> None:
    """Two owners lead by turns: the other stops each time, and knows then what was decided."""
    store = open_store(address)
    owners = [_begun(store), _begun(store)]
    for turn in range(TURNS):
        first, second = (turn % 2, 1 - turn % 2)
        for owner in owners:
            owner.waiting += frames(turn)
        assert turned(store, owners[first], turn)
        with pytest.raises(SupersededError):
            turned(store, owners[second], turn)
        owners[second] = _begun(store)
    assert content(store) == undisturbed(tmp_path)
    store.close()
