"""Facts for reports: read in order, and the same a month at a time as all at once."""

from service.engine.values import Event, Frame
from service.store.database import open_store
from service.store.reads import Reads
from service.store.told import MONTH_MS
from tests.alerts.fakes import NOON

TYPES = ["bought", "left"]


def fact(number: int, time: int, kind: str = "bought") -> Event:
    """Return a fact of one customer."""
    names = ("shop", f"e{number}", kind)
    return Event(number, number, *names, time, None, "", "", f"k{number}", "", "", {"n": number})


def test_a_month_at_a_time_is_all_of_it(address: str) -> None:
    """Every fact before the instant comes once, in the order of its time; gaps of years are no harm."""
    store = open_store(address)
    times = [NOON, NOON + MONTH_MS - 1, NOON + MONTH_MS, NOON + 30 * MONTH_MS, NOON + 31 * MONTH_MS]
    facts = tuple(fact(n, time, TYPES[n % 2]) for n, time in enumerate(reversed(times)))
    others = (fact(9, NOON - MONTH_MS, "looked"),)
    with store.transaction() as transaction:
        transaction.apply_frames("main", [Frame(1, NOON, (), (), (), (), (), told=facts + others)])
    store.close()
    reads = Reads.readonly(address)
    parts = list(reads.told_by_month(TYPES, NOON + 31 * MONTH_MS))
    assert [row for part in parts for row in part] == reads.told(TYPES, 0, NOON + 31 * MONTH_MS)
    assert [[row.time for row in part] for part in parts if part] == [
        times[:2],
        times[2:3],
        times[3:4],
    ]
    assert list(reads.told_by_month(TYPES, NOON)) == []
    assert list(reads.told_by_month(["nothing"], NOON)) == list(reads.told_by_month([], NOON)) == []
    reads.close()
