"""What may happen to a fleet, each with a check that nothing was lost, invented or doubled.

`python -m tests.live.faults [--long] [--keep FOLDER] [NAME ..]` runs the scenarios one after another and
prints a table; the results of each are compared with a replay of what was sent.  With `--long` the kills
in rotation go on for ten minutes.  `--keep` keeps what every life of every process said, and a diary of
when lives began and ended and when a shard stood still.  What is done is in `tests.live.acts` and
`tests.live.moves`:

    members    killed, suspended for longer than their session, joining and leaving, all at once
    broker     killed, suspended, restarted under joins, its disk full, cut off both ways and one way
    database   killed, its sessions ended
    topics     more partitions; made again or cut by retention: tests/live/test_fleet.py
    versions   newer rules take over while both versions run
"""

import argparse
import re
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.live import acts, moves
from tests.live.broker import Broker
from tests.live.disk import small_disk
from tests.live.postgres import Cluster, cluster
from tests.live.stage import HEAD, Found, Stage, play, staged
from tests.live.valve import valve

LONG_S = 600.0


@dataclass(frozen=True)
class Scenario:
    """Say what is done, to how many, and for how long."""

    act: Callable[[Stage], None]
    seconds: float = 30.0
    long_s: float = 30.0
    fleet: dict[str, Any] = field(default_factory=dict)
    is_far: bool = False
    disk_mib: int = 0


TWO, MANY = {"engines": 2, "intakes": 2}, {"engines": 2, "intakes": 3}
SCENARIOS = {
    "nothing happens": Scenario(acts.nothing),
    "kill -9 engine, restart": Scenario(acts.kill_engine),
    "kill -9 engine, static member": Scenario(acts.kill_named_engine),
    "kill -9 intake, restart": Scenario(acts.kill_intake),
    "second engine joins, leaves": Scenario(acts.join_and_leave),
    "second engine joins, first killed": Scenario(acts.join_and_kill),
    "four members join at once": Scenario(acts.join_at_once),
    "kill -9 in rotation, 2 + 3": Scenario(acts.kill_in_rotation, 40, LONG_S, MANY),
    "zombie engine": Scenario(acts.zombie_engine),
    "zombie intake": Scenario(acts.zombie_intake),
    "broker kill -9, restart": Scenario(acts.restart_broker),
    "broker SIGSTOP 15 s": Scenario(acts.suspend_broker),
    "broker restarts under joins": Scenario(acts.restart_coordinator),
    "broker's disk full": Scenario(acts.fill_disk, disk_mib=200),
    "cut off from the broker 20 s": Scenario(acts.cut_off, fleet=TWO, is_far=True),
    "deaf to the broker 20 s": Scenario(acts.cut_off_one_way, fleet=TWO, is_far=True),
    "PostgreSQL kill -9, restart": Scenario(acts.restart_server),
    "PostgreSQL sessions ended": Scenario(acts.end_sessions),
    "more partitions": Scenario(acts.more_partitions),
    "newer rules take over": Scenario(moves.upgrade),
}


def played(
    shared: Broker, server: Cluster, scenario: Scenario, *, is_long: bool, keep: Path | None
) -> Found:
    """Play one scenario, on a broker of its own if that has a special way to it, or disk."""
    with ExitStack() as stack:
        broker, more = shared, dict(scenario.fleet)
        if scenario.is_far or scenario.disk_mib:
            folder = Path(tempfile.mkdtemp(prefix="erosion-broker-"))
            broker = Broker(folder)
            if scenario.disk_mib:
                broker.logs = stack.enter_context(small_disk(folder / "disk", scenario.disk_mib))
            if scenario.is_far:
                more["line"] = stack.enter_context(valve(broker.ports["FAR"]))
                broker.far = more["line"].port
            stack.enter_context(broker)
        stage = stack.enter_context(staged(broker, server, keep=keep, **more))
        stage.seconds = scenario.long_s if is_long else scenario.seconds
        return play(stage, scenario.act)


def main(names: list[str], *, is_long: bool, keep: Path | None) -> Iterator[str]:
    """Run scenarios; yield a row of the table for each.  All logs go into the folder `keep`."""
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(Path(tempfile.mkdtemp(prefix="erosion-broker-"))))
        server = stack.enter_context(cluster())
        for name in names or [*SCENARIOS]:
            try:
                logs = keep / re.sub(r"\W+", "-", name) if keep else None
                found = played(broker, server, SCENARIOS[name], is_long=is_long, keep=logs)
                yield found.line(name)
            except AssertionError:
                traceback.print_exc()
                yield f"{name:34} FAILED"


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="tests.live.faults")
    asked.add_argument("names", nargs="*", metavar="NAME")
    asked.add_argument("--long", action="store_true")
    asked.add_argument("--keep", type=Path)
    given = asked.parse_args()
    print(HEAD)
    for line in main(given.names, is_long=given.long, keep=given.keep):
        print(line, flush=True)
