"""Rows of the changelog that Faust has thrown away are read again."""

from types import SimpleNamespace

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError

from service.hosts.faust_rows import PATIENCE_S, Rows
from tests.hosts.fake_faust import AT, Recovery


async def test_rows_that_were_thrown_away_are_read_again() -> None:
    """Where rows stay away they are read from the last that came; while they come nothing is done."""
    recovery, sought = Recovery(), list[tuple[TopicPartition, int]]()
    other = TopicPartition("p.changelog", 1)

    async def seek(at: TopicPartition, offset: int) -> None:
        sought.append((at, offset))

    rows, consumer = Rows(recovery), SimpleNamespace(seek=seek)
    recovery.ends, recovery.active_offsets = {AT: 19, other: 19}, {AT: -1, other: 19}
    await rows.read_on(consumer, 10)
    recovery.active_offsets[AT] = 3
    await rows.read_on(consumer, 10 + 2 * PATIENCE_S)
    assert sought == []
    await rows.read_on(consumer, 10 + 3.5 * PATIENCE_S)
    await rows.read_on(consumer, 10 + 4 * PATIENCE_S)
    assert sought == [(AT, 3)]
    recovery.active_offsets[AT] = -1
    await rows.read_on(consumer, 20)
    await rows.read_on(consumer, 22)
    assert sought[1:] == [(AT, 0)]

    async def refuse(at: TopicPartition, _: int) -> None:
        raise IllegalStateError(at)

    await rows.read_on(SimpleNamespace(seek=refuse), 30)
    recovery.active_offsets[AT] = 19
    await rows.read_on(consumer, 40)
    await rows.read_on(consumer, 50)
    assert len(sought) == 2
