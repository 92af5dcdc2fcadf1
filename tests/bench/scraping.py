"""What a look at the metrics costs in a large network: 2,000 units, 15 touchpoints, a busy week.

`python -m tests.bench.scraping` fills a store and prints size and time of `/metrics` and `/metrics/units`,
with the budget beside them (1 MB, 1 s).  The application is asked without a socket; the store is real.
"""

import asyncio
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.signal import Level
from service.engine.values import Reading, Waiting
from service.store.transaction import Transaction
from tests.alerts.fakes import HOUR, NOON, signal
from tests.alerts.office import office
from tests.board.bench import Bench, bench, client

UNITS, TOUCHPOINTS, DAYS, CHANNELS = 2_000, 15, 7, ("web", "phone")
PEOPLE, ALERTS, TIMES = 30_000, 600, 5
NAMES = [f"touchpoint-{number:02}" for number in range(TOUCHPOINTS)]


def readings() -> list[Reading]:
    """Return counts of each day, touchpoint, unit and channel."""
    today = datetime.fromtimestamp(NOON / 1000, UTC).date()
    days = [(today - timedelta(days=number)).isoformat() for number in range(DAYS)]
    return [
        Reading(day, name, f"unit-{unit:04}", channel, 3, unit % 7, 0, 0, 1)
        for day in days
        for name in NAMES
        for unit in range(UNITS)
        for channel in CHANNELS
    ]


def waiting(number: int) -> Waiting:
    """Return one person who waits."""
    since = NOON - (number % 200) * HOUR
    who = (NAMES[number % TOUCHPOINTS], f"case-{number}", f"person-{number}")
    return Waiting(*who, f"unit-{number % UNITS:04}", since, since, 100, since)


def fill(at: Bench) -> None:
    """Store what was counted, who waits, and alerts."""
    counts = {row[:4]: row[4:] for row in readings()}
    people = [waiting(number) for number in range(PEOPLE)]

    def work(transaction: Transaction) -> None:
        transaction.replace_results((), counts, people)

    at.store.call(work)
    levels = (Level.WARNING, Level.CRITICAL)
    at.turn(
        *(
            signal(
                id=f"a{number}",
                touchpoint=NAMES[number % TOUCHPOINTS],
                scope=f"unit-{number:04}",
                level=levels[number % 2],
            )
            for number in range(ALERTS)
        )
    )


async def look(at: Bench, path: str) -> None:
    """Print size and time of some looks at one page."""
    took, size, series = [], 0, 0
    async with client(at, "reader") as reader:
        for _ in range(TIMES):
            begun = time.perf_counter()
            answer = await reader.get(path)
            took.append(time.perf_counter() - begun)
            text = answer.raise_for_status().text
            size, series = len(text), sum(not line.startswith("#") for line in text.splitlines())
    sys.stdout.write(
        f"{path:<15} {size / 1000:>7.0f} kB  {series:>6,} series  "
        f"best {min(took):.3f} s  worst {max(took):.3f} s   (1,000 kB, 1 s)\n"
    )


async def main() -> None:
    """Fill a store and look."""
    known = office()
    topic = known.topics["answer-request"]
    topics = {name: replace(topic, id=name) for name in NAMES}
    with (
        tempfile.TemporaryDirectory() as folder,
        bench(Path(folder), replace(known, topics=topics)) as at,
    ):
        fill(at)
        await look(at, "/metrics")
        await look(at, "/metrics/units")


if __name__ == "__main__":
    asyncio.run(main())
