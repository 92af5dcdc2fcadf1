"""Six days of requests at the shops of `erosion init`, as lines; some are never answered.

It runs on the machine that is rehearsed on, with nothing but Python. `erosion simulate` was rejected:
it invents test drives, and the configuration that `init` writes has none.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

# What is older than a week is too late to be counted.
CASES, DAYS = 30_000, 6
# So many more answers come first, of a machine: a checkpoint is due after three events for each case.
MACHINES = 2


def event(kind: str, case: int, number: int, at: datetime, **more: str) -> tuple[datetime, str]:
    """Return a CloudEvent with its time."""
    told = {"specversion": "1.0", "source": "crm", "id": f"{kind}-{case}-{number}",
            "type": f"request.{kind}", "time": at.isoformat(), "subject": f"TD-{case}",
            "unit": f"s{case % 3 + 1}"}  # fmt: skip
    return at, json.dumps(told | more)


def passes(case: int, made: datetime) -> Iterator[tuple[datetime, str]]:
    """Yield what happens to one case; every four-hundredth waits for ever."""
    yield event("made", case, 0, made, customer=f"c-{case}")
    for number in range(MACHINES):
        yield event("answered", case, number, made + timedelta(minutes=number), by="machine")
    if case % 400:
        yield event("answered", case, MACHINES, made + timedelta(minutes=20), by="person")


def main() -> None:
    """Print them in the order of their times, up to now."""
    end = datetime.now(UTC)
    step = timedelta(days=DAYS) / CASES
    lines = [each for case in range(CASES) for each in passes(case, end - (CASES - case) * step)]
    print("\n".join(line for at, line in sorted(lines) if at <= end))


if __name__ == "__main__":
    main()
