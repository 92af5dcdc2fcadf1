"""The same faults of delivery against Debian's Alertmanager and against this service, side by side.

`make compare-alertmanager` prints one table.  Alertmanager relies on its sender to repeat what still
holds, and a single one is not its recommended set-up; our sender is a log, which does not repeat.
So `lost` means: lost unless somebody says it again.  What is compared on our side is the store and
the courier, as they are in the service, in a process that is killed.
"""

import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.receiver import RESET, Mode, Told, receiving
from tests.peers.sides import Alertmanager, Ours, Side

PROGRAM = "prometheus-alertmanager"
DOWN, FINE = Mode(500), Mode()


@dataclass(frozen=True)
class Scenario:
    """Name what happens, to how many findings, and how long at most to wait for their end."""

    name: str
    count: int
    run: Callable[[Side, Told, int], None]
    wait_s: float = 45
    interval: str = "2s"
    both_ways: bool = False


def steady(mode: Mode, seconds: float) -> Callable[[Side, Told, int], None]:
    """Let the receiver answer so for a while, from before the findings come."""

    def run(side: Side, told: Told, count: int) -> None:
        told.mode = mode
        side.fire(0, count)
        time.sleep(seconds)
        told.mode = FINE

    return run


def hanging(side: Side, told: Told, count: int) -> None:
    """Answer the first posts after eight seconds."""
    steady(Mode(delay_s=8), 1)(side, told, count)
    time.sleep(10)


def reset(side: Side, told: Told, count: int) -> None:
    """Take the first posts and hang up."""
    steady(Mode(RESET), 0.4)(side, told, count)


def death_with_work(number: int) -> Callable[[Side, Told, int], None]:
    """Die while the receiver is away; come back with it."""

    def run(side: Side, told: Told, count: int) -> None:
        told.mode = DOWN
        side.fire(0, count)
        time.sleep(2)
        side.signal(number)
        told.mode = FINE
        side.start()

    return run


def death_after(number: int) -> Callable[[Side, Told, int], None]:
    """Deliver, die, come back, and be told the same again."""

    def run(side: Side, told: Told, count: int) -> None:
        side.fire(0, count)
        until(lambda: len(told.firing) == count, 20)
        time.sleep(1)
        side.signal(number)
        side.start()
        side.fire(0, count)
        time.sleep(5)

    return run


def over_meanwhile(side: Side, told: Told, count: int) -> None:
    """Open and end while the receiver is away."""
    told.mode = DOWN
    side.fire(0, count)
    time.sleep(3)
    side.resolve(0, count)
    time.sleep(6)
    told.mode = FINE


def stopped(side: Side, told: Told, count: int) -> None:
    """Stand still for fifteen seconds."""
    side.fire(0, count)
    side.signal(signal.SIGSTOP)
    time.sleep(15)
    side.signal(signal.SIGCONT)


SCENARIOS = (
    Scenario("healthy", 1000, steady(FINE, 0)),
    Scenario("500 for 15 s", 200, steady(DOWN, 15)),
    Scenario("429, Retry-After 2, for 15 s", 200, steady(Mode(429, {"Retry-After": "2"}), 15)),
    Scenario(
        "429 for 5 s, interval 60 s",
        50,
        steady(Mode(429, {"Retry-After": "2"}), 5),
        90,
        interval="60s",
    ),
    Scenario("400 for 5 s", 200, steady(Mode(400), 5), 15),
    Scenario("taken, then reset, 0.4 s", 200, reset),
    Scenario("hangs 8 s, then answers", 50, hanging),
    Scenario("failing, kill -9, back", 200, death_with_work(signal.SIGKILL)),
    Scenario("failing, SIGTERM, back", 200, death_with_work(signal.SIGTERM)),
    Scenario("delivered, kill -9, said again", 200, death_after(signal.SIGKILL)),
    Scenario("delivered, SIGTERM, said again", 200, death_after(signal.SIGTERM)),
    Scenario("opens and ends in the outage", 200, over_meanwhile, 45, both_ways=True),
    Scenario("SIGSTOP 15 s", 200, stopped),
)


@dataclass(frozen=True)
class Outcome:
    """Count what came of a scenario."""

    delivered: int
    lost: int
    duplicates: int
    keys: int
    attempts: int
    p50_s: float
    p99_s: float

    def __str__(self) -> str:
        """Write the counts in columns."""
        times = f"{self.p50_s:6.1f} {self.p99_s:6.1f}" if self.delivered else "     -      -"
        return f"{self.delivered:5} {self.lost:5} {self.duplicates:5} {self.attempts:6} {times}"


def until(condition: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds, or for so long."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)


@contextmanager
def fresh(name: str, told: Told, interval: str) -> Iterator[Side]:
    """Run one side on an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        side: Side = Ours(path, told.port)
        if name != Ours.name:
            side = Alertmanager(str(shutil.which(PROGRAM)), path, told.port, interval)
        side.start()
        try:
            yield side
        finally:
            side.end()


def played(scenario: Scenario, name: str, told: Told) -> Outcome:
    """Play a scenario with one side."""
    told.clear()
    with fresh(name, told, scenario.interval) as side:
        began = time.monotonic()
        scenario.run(side, told, scenario.count)
        wanted = [told.firing, told.resolved] if scenario.both_ways else [told.firing]
        until(lambda: all(len(found) == scenario.count for found in wanted), scenario.wait_s)
        time.sleep(1)
    times = sorted(at - began for at in told.first.values())
    heard = set(told.firing) | (set(told.resolved) if scenario.both_ways else set())
    return Outcome(
        delivered=len(told.firing),
        lost=scenario.count - len(heard),
        duplicates=told.duplicates(),
        keys=max((len(keys) for keys in told.keys.values()), default=0),
        attempts=told.attempts,
        p50_s=times[len(times) // 2] if times else 0,
        p99_s=times[len(times) * 99 // 100] if times else 0,
    )


def main(wanted: str = "") -> int:
    """Print both columns; fail where we lose something or double it under another key."""
    columns = "deliv  lost   dup  tries    p50    p99"
    names = [Ours.name] + ([Alertmanager.name] if shutil.which(PROGRAM) else [])
    if len(names) == 1:
        print(f"{PROGRAM} is not installed; type: sudo apt-get install {PROGRAM}")
    print(f"{'':32} " + " | ".join(f"{name:37}" for name in names))
    print(f"{'':32} " + " | ".join([columns] * len(names)), flush=True)
    wrong = []
    with receiving() as told:
        for scenario in SCENARIOS:
            if wanted not in scenario.name:
                continue
            found = {name: played(scenario, name, told) for name in names}
            print(
                f"{scenario.name:32} " + " | ".join(str(found[name]) for name in names), flush=True
            )
            ours = found[Ours.name]
            if ours.keys > 1 or (ours.lost and not scenario.name.startswith("400")):
                wrong.append(scenario.name)
    print("A 400 is final here: the row is listed as given up, and the desk tells it elsewhere.")
    print(f"not as promised: {', '.join(wrong) or 'nothing'}")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
