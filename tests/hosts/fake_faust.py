"""What stands in for Faust: a consumer, a recovery, and what is told of deals."""

import asyncio
from collections.abc import Mapping, MutableMapping
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError

AT = TopicPartition("p.log", 0)


class Client:
    """Be a consumer whose partitions are taken away while it is asked where they begin."""

    def __init__(self) -> None:
        """Begin with a partition that is about to go."""
        self.mine, self.stays = {AT}, False
        self.flows = True
        self.ends: dict[TopicPartition, int] = {}

    async def dealt_anew(self) -> None:
        """Let something happen meanwhile."""

    def assignment(self) -> set[TopicPartition]:
        """Return what is dealt to us."""
        return set(self.mine)

    async def earliest_offsets(self, *asked: TopicPartition) -> dict[TopicPartition, int]:
        """Return where partitions begin."""
        self.mine = self.mine if self.stays else set()
        await self.dealt_anew()
        return dict.fromkeys(asked, 0)

    async def highwaters(self, *asked: TopicPartition) -> dict[TopicPartition, int]:
        """Return where partitions end."""
        return {at: self.ends[at] for at in asked}

    def highwater(self, at: TopicPartition) -> int:
        """Return where a partition ends."""
        return self.ends.get(at, 0)

    def stop_flow(self) -> None:
        """Bring nothing."""
        self.flows = False

    async def seek(self, at: TopicPartition, _: int) -> None:
        """Refuse what is not ours, as the real one does."""
        if at not in self.mine:
            raise IllegalStateError(at)


class Recovery:
    """Be Faust's recovery that has read all, said so too early, and waits for it to be said."""

    def __init__(self) -> None:
        """Begin to wait."""
        self.signal_recovery_end = asyncio.Event()
        self.in_recovery = False
        self.active_offsets: dict[TopicPartition, int] = {}
        self.ends: dict[TopicPartition, int] = {}

    def active_remaining(self) -> dict[TopicPartition, int]:
        """Return how many rows are still to come."""
        return {at: end - self.active_offsets[at] for at, end in self.ends.items()}

    def need_recovery(self) -> bool:
        """Tell that all is read."""
        return False


class Worker:
    """Remember which shards it runs, and what it died of."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.runs: list[dict[int, int]] = []
        self.died: list[BaseException] = []
        self.takes_s = 0.0

    async def restore(self, firsts: Mapping[int, int], _: MutableMapping[bytes, bytes]) -> None:
        """Remember."""
        self.runs.append(dict(firsts))

    async def take(self, *_: Any) -> int | None:
        """Take nothing."""

    async def flush(self, ends: Mapping[int, int]) -> None:
        """Take a while, as one whose store is away."""
        await asyncio.sleep(self.takes_s)

    async def leave(self, partitions: set[int]) -> None:
        """Have nothing to leave."""

    def crash(self, error: BaseException) -> None:
        """Remember."""
        self.died.append(error)
