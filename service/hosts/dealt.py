"""What must be done with shards that are dealt out, whoever deals them."""

from collections.abc import Mapping, MutableMapping
from typing import Protocol


class Worker(Protocol):
    """Do what is to be done with shards; raise to end the process."""

    async def restore(self, firsts: Mapping[int, int], rows: MutableMapping[bytes, bytes]) -> None:
        """Run the shards that are ours now, each with where its log begins; take their rows out."""
        ...

    async def take(self, partition: int, offset: int, stamp: int, raw: bytes) -> int | None:
        """Take an entry; return an offset to read again from, if there is a hole before this one."""
        ...

    async def flush(self, ends: Mapping[int, int]) -> None:
        """Make durable what waits; called many times a second, with the newest offsets known."""
        ...

    async def leave(self, partitions: set[int]) -> None:
        """Make shards durable that another worker will run."""
        ...

    def crash(self, error: BaseException) -> None:
        """Log an error and end the process at once."""
        ...
