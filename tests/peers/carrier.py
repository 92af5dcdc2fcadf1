"""Our courier and store as a process of its own, which takes orders on its standard input.

    fire 0 200        file that so many findings opened
    resolve 0 200     file that they are over

A line is answered with `ok` once it is committed.  Filing the same again changes nothing.
"""

import asyncio
import signal
import sys
import threading
import time
from dataclasses import replace

from alerts.channels.webhook import Target, Webhook
from alerts.channels.webhook_guard import Guard
from alerts.courier import Courier
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.secret import Secret
from service.hosts.clock import now_ms
from service.store import statements
from service.store.database import Database, open_store
from service.store.decisions import values_of
from service.store.outbox import SqlOutbox
from service.store.reads import Reads
from service.store.tables import MAIN
from service.store.transaction import Transaction
from tests.alerts.samples import OPENED, for_channel
from tests.alerts.test_webhook import KEY

BASE = for_channel(OPENED, "webhook-alertmanager")


def row_of(number: int, *, over: bool) -> OutboxRow:
    """Return the message that a finding opened, or is over."""
    turn = 2 if over else 1
    return replace(
        BASE,
        key=f"{number:08}-{turn}",
        alerts=((str(number), turn),),
        thread=f"t{number}",
        why=Why.RESOLVED if over else Why.FIRST,
        created_at=now_ms(),
    )


class Door:
    """Let one thread at a time into the store."""

    def __init__(self, store: Database) -> None:
        """Take the store."""
        self._store, self._lock = store, threading.Lock()

    def call(self, work: object) -> object:
        """Run work in a transaction."""
        with self._lock, self._store.transaction() as transaction:
            return work(transaction)  # type: ignore[operator]


def orders(door: Door) -> None:
    """Take orders until the input ends."""
    for line in sys.stdin:
        verb, first, count = line.split()
        numbers = range(int(first), int(first) + int(count))
        rows = [values_of(row_of(number, over=verb == "resolve"), MAIN) for number in numbers]

        def file(transaction: Transaction, rows: list[tuple[object, ...]] = rows) -> None:
            transaction.many(statements.OUTBOX, rows)

        door.call(file)
        print("ok", flush=True)


async def deliver(door: Door, reads: Reads, url: str) -> None:
    """Carry until a signal comes."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    channel = Webhook({"crm": Target(Secret(url), Secret(KEY))}, Guard(["127.0.0.1"]))
    outbox = SqlOutbox(door.call, reads.tuples)
    await Courier(outbox, [channel], clock=now_ms).run(stop, pause_s=0.1)


def main(address: str, url: str) -> None:
    """Serve one store."""
    for _ in range(50):
        try:
            store = open_store(address)
            break
        except Exception:  # noqa: BLE001 - the lock of a process that was just killed
            time.sleep(0.1)
    else:
        raise SystemExit("the store cannot be opened")
    reads, door = Reads.readonly(address), Door(store)
    threading.Thread(target=orders, args=(door,), daemon=True).start()
    print("ready", flush=True)
    asyncio.run(deliver(door, reads, url))
    reads.close()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
