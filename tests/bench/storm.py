"""A storm: fifty thousand findings in a minute, and what the desk makes of it.

`python -m tests.bench.storm` prints how many messages each receiver gets in each interval, whether an
id is missing, how much memory it takes, and how long the decisions take.
"""

import json
import resource
import sys
import time
from collections import Counter
from dataclasses import replace

from alerts.desk import Book, Desk
from alerts.directory import Place
from alerts.signal import Level, Signal
from tests.alerts.fakes import MINUTE, NOON, signal
from tests.alerts.office import office

ALERTS, SECONDS, REGIONS = 50_000, 60, 12
SECOND = 1_000


def place(number: int) -> Place:
    """Return one unit of many."""
    return Place(f"u{number}", f"Unit {number}", f"r{number % REGIONS}", "UTC", {})


def findings(second: int, count: int) -> list[Signal]:
    """Return the findings of one second, one in ten of them critical."""
    first = second * count // SECONDS
    last = (second + 1) * count // SECONDS
    now = NOON + second * SECOND
    return [
        signal(
            id=f"a{number:05}",
            scope=f"u{number}",
            level=Level.CRITICAL if number % 10 == 0 else Level.WARNING,
            instant=now,
            customers=3,
            cases=3,
        )
        for number in range(first, last)
    ]


def storm(count: int = ALERTS, minutes: int = 11) -> dict[str, object]:
    """Live through a storm and return what came of it."""
    units = {("dealer", f"u{n}"): place(n) for n in range(count)}
    regions = {f"r{n}": Place(f"r{n}", f"Region {n}", f"r{n}", "UTC", {}) for n in range(REGIONS)}
    desk, book = Desk(replace(office(), units=units, regions=regions)), Book()
    told: set[str] = set()
    messages: Counter[int] = Counter()
    slowest, before, started = 0.0, _rss_mb(), time.process_time()
    for second in range(minutes * 60):
        now = NOON + second * SECOND
        signals = findings(second, count) if second < SECONDS else []
        if not signals and (book.next_at() or now + 1) > now:
            continue
        began = time.process_time()
        decision = desk.decide(book, signals, now)
        book.apply(decision)
        slowest = max(slowest, time.process_time() - began)
        for row in decision.rows:
            messages[second * SECOND // (5 * MINUTE)] += 1
            told |= {alert for alert, _ in row.alerts}
    return {
        "findings": count,
        "messages by interval of five minutes": dict(sorted(messages.items())),
        "ids missing": count - len(told),
        "memory MB more": round(_rss_mb() - before),
        "CPU s": round(time.process_time() - started, 1),
        "slowest decision s": round(slowest, 2),
    }


def _rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(storm(int(sys.argv[1]) if len(sys.argv) > 1 else ALERTS)))
