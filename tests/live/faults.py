"""What may happen to a fleet, each with a check that nothing was lost, invented or doubled.

`python -m tests.live.faults [NAME ..]` runs the scenarios one after another and prints a table; the
results of each are compared with a replay of what was sent.  `--long` lets each stream be longer, and
the kills in rotation go on for ten minutes.
"""

import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.live import acts, moves
from tests.live.broker import Broker
from tests.live.postgres import Cluster, cluster
from tests.live.stage import HEAD, Found, Stage, play, staged

LONG_S = 600.0


@dataclass(frozen=True)
class Scenario:
    """Say what is done, to how many, and for how long."""

    act: Callable[[Stage], None]
    seconds: float = 30.0
    long_s: float = 30.0
    fleet: dict[str, Any] = field(default_factory=dict)


MANY = {"engines": 2, "intakes": 3}
SCENARIOS = {
    "nothing happens": Scenario(acts.nothing),
    "kill -9 engine, restart": Scenario(acts.kill_engine),
    "kill -9 engine, static member": Scenario(acts.kill_named_engine),
    "kill -9 intake, restart": Scenario(acts.kill_intake),
    "second engine joins, leaves": Scenario(acts.join_and_leave),
    "second engine joins, first killed": Scenario(acts.join_and_kill),
    "four members join at once": Scenario(acts.join_at_once),
    "broker kill -9, restart": Scenario(acts.restart_broker),
    "broker SIGSTOP 15 s": Scenario(acts.suspend_broker),
    "broker restarts under joins": Scenario(acts.restart_coordinator),
    "PostgreSQL kill -9, restart": Scenario(acts.restart_server),
    "PostgreSQL sessions ended": Scenario(acts.end_sessions),
    "zombie engine": Scenario(acts.zombie_engine),
    "zombie intake": Scenario(acts.zombie_intake),
    "more partitions": Scenario(acts.more_partitions),
    "newer rules take over": Scenario(moves.upgrade),
    "kill -9 in rotation, 2 + 3": Scenario(acts.kill_in_rotation, 40, LONG_S, MANY),
}


def played(broker: Broker, server: Cluster, scenario: Scenario, *, is_long: bool) -> Found:
    """Play one scenario."""
    with staged(broker, server, **scenario.fleet) as stage:
        stage.seconds = scenario.long_s if is_long else scenario.seconds
        return play(stage, scenario.act)


def main(names: list[str], *, is_long: bool) -> Iterator[str]:
    """Run scenarios; yield a row of the table for each."""
    with ExitStack() as stack:
        broker = stack.enter_context(Broker(Path(tempfile.mkdtemp(prefix="erosion-broker-"))))
        server = stack.enter_context(cluster())
        for name in names or [*SCENARIOS]:
            try:
                yield played(broker, server, SCENARIOS[name], is_long=is_long).line(name)
            except AssertionError:
                traceback.print_exc()
                yield f"{name:34} FAILED"


if __name__ == "__main__":
    given = [name for name in sys.argv[1:] if name != "--long"]
    print(HEAD)
    for line in main(given, is_long="--long" in sys.argv):
        print(line, flush=True)
