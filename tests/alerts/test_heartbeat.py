"""A proof of life goes the whole way, and nobody is told of it as an alert."""

from dataclasses import replace

from alerts.asked import Asked, Undelivered
from alerts.desk import Book, Decision, Desk
from alerts.directory import Heartbeat
from alerts.failure import undelivered_rows
from alerts.notice import Why
from service.attending import Attending
from tests.alerts.fakes import MINUTE, NOON
from tests.alerts.office import office

ALIVE = replace(office(), heartbeat=Heartbeat("operations", MINUTE))


class Noted:
    """Be a ledger that notes decisions."""

    def __init__(self) -> None:
        """Begin with none."""
        self.decisions: list[Decision] = []

    def save_decision(self, decision: Decision, shard: str) -> None:
        """Note it."""
        self.decisions.append(decision)

    def sit(self, shard: str, number: int) -> None:
        """Count nothing."""

    def asked(self, shard: str, now: int) -> Asked:
        """Return nothing."""
        return Asked(silences=())


def test_it_beats_every_minute_of_the_desk() -> None:
    """One message each minute under a key of its own, whether or not anything happens."""
    desk, noted = Attending(Desk(ALIVE), Book(), "main", is_shared=False, is_exact=True), Noted()
    for second in range(0, 181, 20):
        now = NOON + second * 1000
        if desk.is_due(now):
            desk.begin()
            desk.signals((), noted)
            desk.attend(now, noted)
            desk.settled()
    rows = [row for decision in noted.decisions for row in decision.rows]
    assert [row.created_at - NOON for row in rows] == [0, MINUTE, 2 * MINUTE, 3 * MINUTE]
    assert {row.why for row in rows} == {Why.HEARTBEAT}
    assert len({row.key for row in rows}) == 4


def test_without_a_receiver_nothing_beats() -> None:
    """A company that wants none gets none."""
    decision = Desk(office()).decide(Book(), (), NOON, Asked(beats="main"))
    assert decision.rows == ()


def test_a_lost_heartbeat_is_not_told() -> None:
    """Who misses it is outside; telling operations each minute would be a storm."""
    (row,) = Desk(ALIVE).decide(Book(), (), NOON, Asked(beats="main")).rows
    assert list(undelivered_rows([Undelivered(row, "HTTP 500", is_dead=True)], NOON, ALIVE)) == []


def test_two_shards_beat_apart() -> None:
    """A shard that stands still is missed although the other one lives."""
    keys = {
        row.key
        for shard in ("main", "second")
        for row in Desk(ALIVE).decide(Book(), (), NOON, Asked(beats=shard)).rows
    }
    assert len(keys) == 2
