"""Many promises due at once neither block the writer nor make one huge transaction."""

from pathlib import Path

import pytest

from service.engine.fold import ITEMS_MAX, Engine
from service.engine.plan_data import to_data
from service.engine.values import Chunk, Event
from service.hosts.folding import Folding
from service.hosts.jobs import Batch
from service.hosts.writer import Writer
from service.log.sqlite import SqliteLog
from service.loop import Loop
from service.store.store import Store
from tests.engine.test_bits import AT, CASES, DUE, request
from tests.stored import stored_results
from tests.worlds import plan_of

# Turns that a crowd may take: each case is put in order in one bit, looked at half way in another,
# and judged in a third.
LAST = 3 * CASES // ITEMS_MAX + 4


class Set:
    """Be a clock that somebody sets."""

    def __init__(self) -> None:
        """Begin when everybody asks."""
        self.at = AT + 1000

    def now(self, recorded: object = ()) -> int:
        """Return the time that was set."""
        return self.at


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a turn fold one bit and no more."""
    monkeypatch.setattr("service.hosts.folding.BIT_S", 0)


def crowd(folder: Path) -> tuple[Writer, Folding, Loop, Set]:
    """Return a writer driven by hand, with many cases open."""
    store = Store.open(f"sqlite:///{folder / 'crowd.db'}")
    loop, log, clock = Loop(Engine()), SqliteLog(store), Set()
    plan = plan_of(folder / "config", promise="1h", measure={"clock": "customer"})
    with store.transaction() as transaction:
        log.append(transaction, first := Chunk(-(2**62), (), to_data(plan)))
    loop.fold((first,))
    folding = Folding(store, log, loop)
    writer = Writer(store, log, loop, clock, folding=folding)
    writer.turn([Batch([request(number) for number in range(CASES)], [])])
    clock.at = AT + 62_000
    writer.turn([])
    while loop.waiting or folding.is_behind:
        writer.turn([])
    return writer, folding, loop, clock


def test_events_become_durable_while_a_crowd_is_judged(tmp_path: Path) -> None:
    """Each turn commits what came, no turn applies more than a frame, and all of it is true."""
    writer, folding, loop, clock = crowd(tmp_path)
    clock.at = DUE + 120_000
    sent, most = list[Event](), 0
    while not sent or folding.is_behind:
        event = request(CASES + len(sent))._replace(time=DUE + 100_000)
        sent.append(event)
        batch = Batch([event], [])
        writer.turn([batch])
        assert batch.done.done()
        most = max(most, sum(len(frame.outcomes) for frame in loop.waiting))
    assert CASES // ITEMS_MAX < len(sent) < LAST
    writer.turn([])
    assert ITEMS_MAX >= most > 0
    assert len(loop.engine.tracks[0].cases) == CASES + len(sent)
    results = stored_results(tmp_path / "crowd.db")
    assert sum(outcome.outcome == "late" for outcome in results.outcomes.values()) == CASES


def test_the_log_alone_says_the_same(tmp_path: Path) -> None:
    """Who folds the log in one go gets the frames that came bit by bit."""
    writer, folding, loop, clock = crowd(tmp_path)
    clock.at = DUE + 120_000
    while folding.is_behind or loop.waiting or loop.engine.watermark("reply") < DUE:
        writer.turn([Batch([request(CASES)._replace(time=DUE + 100_000)], [])])
    again = Engine()
    frames = [frame for _, chunk in SqliteLog(writer._store).read(0) for frame in again.fold(chunk)]
    assert (again.frame, frames[-1].number) == (loop.engine.frame, loop.engine.frame)
    assert again.now == loop.engine.now


def test_stopping_leaves_nothing_half_done(tmp_path: Path) -> None:
    """A writer that is told to stop in the midst of a crowd finishes it first."""
    writer, folding, loop, clock = crowd(tmp_path)
    clock.at = DUE + 120_000
    writer.turn([])
    assert folding.is_behind
    writer.start()
    writer.stop()
    assert writer.failed is None
    assert not folding.is_behind
    assert not loop.waiting
    assert loop.engine.watermark("reply") >= DUE
