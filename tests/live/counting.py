"""A worker of the real Faust host that folds nothing and notes every offset it is brought.

`python -m tests.live.counting ADDRESS PREFIX PARTITIONS FOLDER [open] [blind]` joins the group.  With
`open` our guard against Faust's loss at a rebalance is taken out; with `blind` a hole is not read
again.  What is expected first of a partition stands in a file that the last owner left.
"""

import asyncio
import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from service.hosts.faust_app import FaustHost
from service.transport import Transport

RESTORE_S, TAKE_S = 0.3, 0.0005


class Counting:
    """Note offsets, one file for each process and partition, and the holes between them."""

    def __init__(self, folder: Path, *, is_blind: bool) -> None:
        """Take the folder of all notes."""
        self._folder = folder
        self._is_blind = is_blind
        self._wanted: dict[int, int] = {}
        self._seen = (folder / f"seen-{os.getpid()}").open("a")
        self._holes = (folder / f"holes-{os.getpid()}").open("a")
        self.gate: FaustHost

    async def restore(self, firsts: Mapping[int, int], _: MutableMapping[bytes, bytes]) -> None:
        """Go on where the last owner left off, after as long as a shard takes to be made."""
        await asyncio.sleep(RESTORE_S)
        self._wanted = {partition: self._left(partition) for partition in firsts}

    async def take(self, partition: int, offset: int, _: int, __: bytes) -> int | None:
        """Note an offset; want what is missing before it."""
        await asyncio.sleep(TAKE_S)
        wanted = self._wanted.get(partition)
        if wanted is None or offset < wanted:
            return None
        if offset > wanted:
            self._holes.write(f"{partition} {wanted} {offset}\n")
            self._holes.flush()
            if not self._is_blind:
                return wanted
        self._wanted[partition] = offset + 1
        self._seen.write(f"{partition} {offset}\n")
        if offset % 50 == 0:
            self.gate.acknowledge(partition, offset)
        return None

    async def flush(self, ends: Mapping[int, int]) -> None:
        """Let others see what was noted."""
        self._seen.flush()

    async def leave(self, partitions: set[int]) -> None:
        """Acknowledge all, and leave word for the next owner."""
        self._seen.flush()
        for partition in partitions & self._wanted.keys():
            wanted = self._wanted.pop(partition)
            # A row of a checkpoint, for which Faust opens the flow before it hands the shards over.
            await self.gate.send(partition, b"%d" % partition, b"%d" % wanted)
            self.gate.acknowledge(partition, wanted - 1)
            self._place(partition).write_text(str(max(wanted, self._left(partition))))

    def crash(self, error: BaseException) -> None:
        """End."""
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(70)

    def _left(self, partition: int) -> int:
        place = self._place(partition)
        return int(place.read_text()) if place.exists() else 0

    def _place(self, partition: int) -> Path:
        return self._folder / f"next-{partition}"


async def _nothing(*_: object) -> None:
    """Guard nothing."""


def main(address: str, prefix: str, partitions: str, folder: str, *switches: str) -> None:
    """Run until a signal comes."""
    if "open" in switches:
        FaustHost._guard = _nothing  # type: ignore[method-assign, assignment]
    host, _, port = address.partition(":")
    worker = Counting(Path(folder), is_blind="blind" in switches)
    transport, place = Transport(((host, int(port)),), prefix), Path(folder)
    found = FaustHost(transport, int(partitions), "", worker, place)
    worker.gate = found
    found.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
