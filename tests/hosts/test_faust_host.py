"""What Faust's host does when partitions are dealt out anew while it still answers the deal before."""

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError

from service.hosts.faust_app import FaustHost
from service.transport import Transport

AT = TopicPartition("p.log", 0)


class Client:
    """Be a consumer whose partitions are taken away while it is asked where they begin."""

    def __init__(self) -> None:
        """Begin with a partition that is about to go."""
        self.mine, self.stays = {AT}, False

    def assignment(self) -> set[TopicPartition]:
        """Return what is dealt to us."""
        return set(self.mine)

    async def earliest_offsets(self, *asked: TopicPartition) -> dict[TopicPartition, int]:
        """Return where partitions begin."""
        self.mine = self.mine if self.stays else set()
        return dict.fromkeys(asked, 0)

    def stop_flow(self) -> None:
        """Bring nothing."""

    async def seek(self, at: TopicPartition, _: int) -> None:
        """Refuse what is not ours, as the real one does."""
        if at not in self.mine:
            raise IllegalStateError(at)


class Worker:
    """Remember which shards it runs, and what it died of."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.runs: list[dict[int, int]] = []
        self.died: list[BaseException] = []

    async def restore(self, firsts: Mapping[int, int], _: MutableMapping[bytes, bytes]) -> None:
        """Remember."""
        self.runs.append(dict(firsts))

    async def take(self, *_: Any) -> int | None:
        """Take nothing."""

    async def flush(self) -> None:
        """Have nothing to write."""

    async def leave(self, partitions: set[int]) -> None:
        """Have nothing to leave."""

    def crash(self, error: BaseException) -> None:
        """Remember."""
        self.died.append(error)


async def test_a_deal_in_a_deal_ends_no_worker(tmp_path: Path) -> None:
    """What is not ours any more is not run; the shards of the next deal are."""
    worker, client = Worker(), Client()
    host = FaustHost(Transport((("127.0.0.1", 1),), "p"), 1, "", worker, tmp_path)
    flow = SimpleNamespace(suspend=lambda: None)
    host.app = SimpleNamespace(consumer=client, flow_control=flow)  # type: ignore[assignment]
    await host._guarded(host._recover)()
    assert (worker.runs, worker.died) == ([], [])
    client.mine, client.stays = {AT}, True
    await host._guarded(host._recover)()
    assert (worker.runs, worker.died) == ([{0: 0}], [])
