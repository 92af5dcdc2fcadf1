"""A real message through a receiver's real channels, with its receipts."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from alerts.courier import EVERYTHING, Courier, Receipt
from alerts.desk import Book, Desk
from alerts.directory import Directory, Route
from alerts.outbox import OutboxRow, Pending, next_in_line
from alerts.pace import Turn
from alerts.retry import Result
from alerts.route import look_up
from alerts.signal import Level, Signal, Transition
from service.cli.options import say
from service.errors import NotFoundError
from service.hosts.clock import now_ms
from service.hosts.ways import channels
from service.settings import ProcessSettings, Secrets, compile_settings, load

NOTE = "This is a test: nobody is waiting, nothing has to be done."


class _Once:
    """Be an outbox for one try."""

    def __init__(self, rows: Sequence[OutboxRow]) -> None:
        self.rows = {row.key: row for row in rows}
        self.receipts: list[Receipt] = []

    def claim(
        self, channel: str, now: int, limit: int, lease_ms: int, turn: Turn = EVERYTHING
    ) -> Sequence[Pending]:
        mine = [Pending(row) for row in self.rows.values() if row.channel == channel]
        return next_in_line(mine, now, limit, turn.may, turn.recovered)

    def channels(self) -> Sequence[str]:
        return sorted({row.channel for row in self.rows.values()})

    def mark(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)


def try_receiver(name: str, config: Path) -> int:
    """Send a test message to a receiver, print what came of it, return the exit code."""
    process = ProcessSettings.read().model_copy(update={"config": config})
    directory = compile_settings(load(config)).directory
    if look_up(name, directory).name != name:
        known = ", ".join(sorted(directory.receivers))
        raise NotFoundError(f"no receiver {name!r} is configured", f"choose one of: {known}")
    outbox = _Once(trial_rows(name, directory, now_ms()))
    ways = channels(process, Secrets.read(process.secrets), sys.stdout)
    asyncio.run(Courier(outbox, ways, clock=now_ms).deliver_due(now_ms()))
    for receipt in outbox.receipts:
        say(f"{outbox.rows[receipt.key].channel}: {receipt.result.value}; {receipt.detail}")
    if not outbox.receipts:
        say("no address of this receiver could be filled: see the columns of the units file")
    fine = outbox.receipts and all(r.result is Result.DELIVERED for r in outbox.receipts)
    return 0 if fine else 1


def trial_rows(name: str, directory: Directory, now: int) -> list[OutboxRow]:
    """Return the rows of an invented alert for one receiver, marked as a test."""
    topic = next(iter(directory.topics.values()))
    unit = next(place for (kind, _), place in directory.units.items() if kind == topic.unit_kind)
    signal = Signal(
        id="test",
        number=1,
        transition=Transition.OPENED,
        level=Level.WARNING,
        touchpoint=topic.id,
        rule="test",
        kind="waiting",
        per="unit",
        scope=unit.id,
        instant=now,
        cases=3,
        customers=3,
        reason="test",
        evidence={"since": now},
    )
    desk = Desk(replace(directory, root=Route(receiver=name)))
    return [_marked(row, now) for row in desk.decide(Book(), (signal,), now).rows]


def _marked(row: OutboxRow, now: int) -> OutboxRow:
    return replace(
        row,
        key=f"{row.key[:20]}-{now:x}"[:32],
        subject=f"TEST - {row.subject}",
        lines=(NOTE, *row.lines),
        text=f"TEST - {NOTE}\n{row.text}",
    )
