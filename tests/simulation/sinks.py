"""Channels that answer to order, and the outbox that the real courier works on."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Any

from alerts import retry
from alerts.courier import EVERYTHING, Receipt
from alerts.outbox import OutboxRow, Pending, next_in_line
from alerts.pace import Turn
from alerts.retry import Failure, Verdict
from service.errors import StorageFullError
from tests.simulation.storage import Disk, Nature, SimTransaction
from tests.simulation.swarm import Figures

CHANNELS = ("console", "email")


class Inbox:
    """Hold what people have received; it stands outside the service and never forgets."""

    def __init__(self) -> None:
        """Begin empty."""
        self.received: list[tuple[str, OutboxRow]] = []

    def keys(self) -> set[str]:
        """Return the keys of everything received."""
        return {key for key, _ in self.received}


class SimChannel:
    """Deliver, fail, or deliver and say nothing."""

    def __init__(
        self, name: str, inbox: Inbox, nature: Nature, ill: Callable[[], str], figures: Figures
    ) -> None:
        """Take the inbox that it reaches, and what is wrong with it now."""
        self.name = name
        self._inbox = inbox
        self._nature = nature
        self._ill = ill
        self._figures = figures

    def payload(self, row: OutboxRow) -> object:
        """Return the message as it is."""
        return row

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Send it once, as well as today allows."""
        self._nature.point("c2: before the send", 30)
        ill = self._ill()
        if ill:
            self._figures.faults[f"sink {ill}"] += 1
        if ill == "down":
            return retry.failed(Failure.NOT_CONNECTED)
        if ill == "busy":
            return retry.http(429, "30", now)
        if ill == "permanent":
            return retry.smtp(550)
        self._inbox.received.append((row.key, row))
        self._nature.point("c2: after the send", 30)
        if ill in ("slow", "answer lost"):
            return retry.failed(Failure.NO_ANSWER, ill)
        return retry.http(200, None, now)


def illness(draw: Random, rate: float) -> str:
    """Return what is wrong with a channel for one attempt."""
    if draw.random() >= rate:
        return ""
    kinds = ("down", "busy", "slow", "answer lost", "permanent")
    return draw.choices(kinds, (40, 20, 15, 20, 5))[0]


class SimOutbox:
    """Keep the courier's rows on the disk; every change joins a turn of the writer."""

    def __init__(self, disk: Disk, call: Callable[[Callable[[SimTransaction], Any]], Any]) -> None:
        """Take the disk to look at, and the writer's door for changes."""
        self._disk = disk
        self._call = call

    def claim(
        self, channel: str, now: int, limit: int, lease_ms: int, turn: Turn = EVERYTHING
    ) -> Sequence[Pending]:
        """Lease what may leave now."""
        if not self._disk.pending(channel):
            return ()

        def work(transaction: SimTransaction) -> Sequence[Pending]:
            chosen = next_in_line(
                transaction.disk.pending(channel), now, limit, turn.may, turn.recovered
            )
            for item in chosen:
                transaction.lease(item.row.key, now + lease_ms)
            return chosen

        try:
            found: Sequence[Pending] = self._call(work)
        except StorageFullError:
            return ()
        return found

    def channels(self) -> Sequence[str]:
        """Name the channels that have work."""
        rows = self._disk.outbox.values()
        return sorted({stored.row.channel for stored in rows if stored.state == "pending"})

    def mark(self, receipt: Receipt) -> None:
        """Record an attempt; without room its lease runs out, and it is sent again."""
        with suppress(StorageFullError):
            self._call(lambda transaction: transaction.mark(receipt))
