"""A stream of real time for a fleet: who asks, who is answered in time, late or never.

Drawn beforehand by a seed; only the clock of its sending is real.  The times in the records are of
the moment at which they leave, so that what was sent can be replayed afterwards and must give the
same results, whatever was killed meanwhile.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from threading import Thread
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

SHOPS = ("leeds", "york", "hull")


class Planned(NamedTuple):
    """Hold one record to be sent: when, in seconds from the beginning, and what."""

    at_s: float
    topic: str
    case: str
    what: str
    shop: str


def planned(seed: int, seconds: float, rate: float) -> Iterator[Planned]:
    """Yield records of about `rate` a second, in the order of their time."""
    draw = Random(seed)
    rows: list[Planned] = []
    for number in range(int(seconds * rate / 2)):
        begin, shop = draw.uniform(0, seconds), draw.choice(SHOPS)
        is_order = draw.random() < 0.4
        topic, first, last = (
            ("till", "ordered", "served") if is_order else ("desk", "asked", "answered")
        )
        case = f"{topic}-{number}"
        rows.append(Planned(begin, topic, case, first, shop))
        luck = draw.random()
        if luck < 0.70:
            rows.append(Planned(begin + draw.uniform(0.5, 8), topic, case, last, shop))
        elif luck < 0.85:
            rows.append(Planned(begin + draw.uniform(13, 25), topic, case, last, shop))
        if not is_order and luck > 0.95:
            rows.append(Planned(begin + draw.uniform(1, 6), topic, case, "left", shop))
        elif not is_order and draw.random() < 0.1:
            rows.append(Planned(begin + draw.uniform(0.5, 5), topic, case, "held", shop))
    return iter(sorted(row for row in rows if row.at_s < seconds))


@dataclass
class Sender:
    """Send a stream in real time from a thread of its own; `lines` is what the brokers took."""

    address: str
    prefix: str
    stream: list[Planned]
    lines: list[tuple[str, bytes]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the thread."""
        self._thread = Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def wait(self) -> None:
        """Wait until everything is sent."""
        self._thread.join()
        assert not self.failed, self.failed[:3]

    async def _run(self) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.address, enable_idempotence=True)
        await producer.start()
        began = time.monotonic()
        for number, row in enumerate(self.stream):
            await asyncio.sleep(max(began + row.at_s - time.monotonic(), 0))
            topic, value = (
                f"{self.prefix}.{row.topic}",
                written(number, row, time.time_ns() // 1_000_000),
            )
            try:
                await producer.send_and_wait(topic, value, key=row.case.encode())
            except Exception as error:  # noqa: BLE001 - told at the end
                self.failed.append(repr(error))
                continue
            self.lines.append((row.topic, value))
        await producer.stop()


def written(number: int, row: Planned, now: int) -> bytes:
    """Return the record of a row that happens now, in UTC ms, as its source writes it."""
    if row.topic == "till":
        fields = {"no": f"n{number}", "at": now, "what": row.what, "order": row.case}
        return json.dumps(fields | {"shop": row.shop, "who": f"w{row.case}"}).encode()
    data: dict[str, Any] = {"until": _text(now + 4000)} if row.what == "held" else {}
    event = {"specversion": "1.0", "source": "desk", "id": f"e{number}", "type": row.what}
    more = {"time": _text(now), "subject": row.case, "unit": row.shop, "customer": f"w{row.case}"}
    return json.dumps(event | more | {"data": data}).encode()


def _text(ms: int) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000))
    return f"{whole}.{ms % 1000:03d}Z"
