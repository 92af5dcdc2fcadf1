"""The loop of one shard among many: its own alerts, and it stops where another has been."""

from collections.abc import Sequence

import pytest

from alerts.asked import NOTHING, Asked
from alerts.desk import Book, Decision, Desk
from alerts.signal import Signal
from service.engine.fold import Engine
from service.engine.values import Frame
from service.errors import SupersededError
from service.loop import SHARD, Loop
from service.store.database import open_store
from service.store.standing import standing
from tests.alerts.fakes import DIRECTORY, NOON, signal


class Applied:
    """Be a ledger that has applied frames up to a position."""

    def __init__(self, position: int) -> None:
        """Begin there."""
        self.position = position
        self.shards: list[str] = []

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Return those that are new."""
        self.shards.append(shard)
        new = [frame for frame in frames if frame.number > self.position]
        self.position = max([self.position, *(frame.number for frame in new)])
        return new

    def sit(self, shard: str, number: int) -> None:
        """Count nothing: there is one owner."""

    def asked(self, shard: str, now: int) -> Asked:
        """Return nothing: nobody asks."""
        return NOTHING

    def save_decision(self, decision: Decision, shard: str) -> None:
        """Note whose it is."""
        self.shards.append(shard)


def frame(number: int, *signals: Signal, standing: tuple[str, ...] | None = None) -> Frame:
    """Return a frame with signals."""
    return Frame(number, NOON, (), (), (), signals, (), standing=standing)


def _loop(position: int | None, shard: str = SHARD) -> Loop:
    return Loop(Engine(), Desk(DIRECTORY), Book(), shard=shard, position=position)


def test_frames_that_the_book_knows_are_dropped() -> None:
    """After a restart the log is folded again from an older place: that is no stranger's work."""
    loop, ledger = _loop(2), Applied(2)
    for numbers in ((1, 2, 3), (4, 5)):
        loop.waiting += [frame(number) for number in numbers]
        assert loop.settle(ledger)
        loop.settled()
    assert ledger.position == 5


def test_an_owner_that_was_overtaken_stops() -> None:
    """Frames that another applied meanwhile brought decisions of which this book knows nothing."""
    loop, ledger = _loop(2), Applied(2)
    loop.waiting = [frame(3)]
    loop.settle(ledger)
    loop.settled()
    ledger.position = 5
    loop.waiting = [frame(number) for number in (4, 5, 6)]
    with pytest.raises(SupersededError):
        loop.settle(ledger)


def test_after_doubt_the_book_is_what_is_stored() -> None:
    """A commit whose answer was lost is no stranger's, once the book was read again."""
    loop, ledger = _loop(2), Applied(2)
    loop.waiting = [frame(3), frame(4)]
    loop.settle(ledger)
    loop.reopen(Book(), 4)
    assert loop.settle(ledger) == []
    loop.settled()
    loop.waiting = [frame(5)]
    assert loop.settle(ledger) == [frame(5)]


def test_one_machine_asks_nothing() -> None:
    """Without a position nobody else can write, and what is applied already is only dropped."""
    loop = _loop(None)
    loop.waiting = [frame(1), frame(2)]
    assert loop.settle(Applied(1)) == [frame(2)]


def test_an_engine_ends_only_alerts_of_its_own_shard(address: str) -> None:
    """What a plan leaves over in one shard is ended; what another shard decided goes on."""
    store = open_store(address)
    for shard in ("a", "b"):
        loop = _loop(0, shard)
        loop.waiting = [frame(1, signal(id=f"of-{shard}"))]
        with store.transaction() as transaction:
            loop.settle(transaction)
    position, book = standing(store, "a", NOON)
    loop = Loop(Engine(), Desk(DIRECTORY), book, shard="a", position=position)
    loop.waiting = [frame(2, standing=())]
    with store.transaction() as transaction:
        loop.settle(transaction)
    found = store.rows("SELECT id, is_open, shard FROM alert ORDER BY id")
    assert found == [("of-a", 0, "a"), ("of-b", 1, "b")]
    store.close()
