"""What may happen to members of a fleet and to what they need, a function each."""

import signal
import time
from contextlib import suppress

from tests.live.disk import grow as grow_disk
from tests.live.fleet import grow
from tests.live.stage import Stage
from tests.running import until


def nothing(stage: Stage) -> None:
    """Let it run."""


def kill_engine(stage: Stage) -> None:
    """Kill the engine; it is started again."""
    time.sleep(8)
    stage.engines[0].kill9()


def kill_named_engine(stage: Stage) -> None:
    """Kill a static member, which takes its name and so its shards again."""
    stage.add("engine", "e1")
    until(lambda: "e1" in _workers(stage), 60)
    stage.engines.pop(0).leave()
    until(lambda: _workers(stage) == {"e1"}, 60)
    time.sleep(4)
    stage.engines[0].kill9()


def _workers(stage: Stage) -> set[str]:
    """Return who runs the shards."""
    return {row["worker"] for row in stage.fleet.reports()}


def kill_intake(stage: Stage) -> None:
    """Kill the intake; it is started again."""
    time.sleep(8)
    stage.intakes[0].kill9()


def join_and_leave(stage: Stage) -> None:
    """Let a second engine come and go in order."""
    second = stage.add("engine")
    time.sleep(12)
    second.leave()


def join_and_kill(stage: Stage) -> None:
    """Let a second engine come, and kill the first for good."""
    stage.add("engine")
    time.sleep(10)
    stage.engines[0].drop()


def restart_broker(stage: Stage) -> None:
    """Kill the broker and start it again."""
    time.sleep(6)
    stage.broker.kill9()
    time.sleep(3)
    stage.broker.start()


def suspend_broker(stage: Stage) -> None:
    """Let the broker stand still."""
    time.sleep(6)
    stage.broker.suspend()
    time.sleep(15)
    stage.broker.resume()


def restart_server(stage: Stage) -> None:
    """Kill PostgreSQL and start it again."""
    time.sleep(6)
    stage.server.kill9()
    time.sleep(4)
    stage.server.start()


def end_sessions(stage: Stage) -> None:
    """End all sessions of the database three times, as a failover of the connection does."""
    name = stage.fleet.database.rpartition("/")[2]
    for _ in range(3):
        time.sleep(4)
        stage.server.end_sessions(name)


def zombie_engine(stage: Stage) -> None:
    """Let an engine stand still for longer than its session, while another takes over."""
    stage.add("engine")
    time.sleep(8)
    stage.engines[0].member.process.send_signal(signal.SIGSTOP)
    time.sleep(14)
    stage.engines[0].member.process.send_signal(signal.SIGCONT)


def zombie_intake(stage: Stage) -> None:
    """Let an intake stand still for longer than its session, while another takes over."""
    stage.add("intake")
    time.sleep(8)
    stage.intakes[0].member.process.send_signal(signal.SIGSTOP)
    time.sleep(14)
    stage.intakes[0].member.process.send_signal(signal.SIGCONT)


def more_partitions(stage: Stage) -> None:
    """Give a raw topic more partitions while it is read."""
    time.sleep(6)
    names = [f"{stage.fleet.prefix}.desk", f"{stage.fleet.prefix}.till"]
    stage.fleet.run(grow(stage.broker.address, dict.fromkeys(names, 6)))


def kill_in_rotation(stage: Stage) -> None:
    """Kill one member after another, every 5 to 10 s, until shortly before the stream ends."""
    deadline = time.monotonic() + stage.seconds - 6
    number = 0
    while time.monotonic() < deadline:
        time.sleep(5 + number % 3 * 2.5)
        members = [*stage.intakes, *stage.engines]
        members[number * 2 % len(members)].kill9()
        number += 1


def restart_coordinator(stage: Stage) -> None:
    """Let members join just while the broker that coordinates them goes down and comes back."""
    time.sleep(4)
    for role in ("engine", "intake"):
        stage.add(role)
        time.sleep(2.0)
    stage.broker.kill9()
    stage.add("intake")
    stage.broker.start()
    stage.add("engine")
    until(lambda: len(stage.fleet.reports()) == 2, 60)


def join_at_once(stage: Stage) -> None:
    """Let four members join in the same instant."""
    time.sleep(4)
    for role in ("engine", "intake", "engine", "intake"):
        stage.add(role)


def cut_off(stage: Stage) -> None:
    """Cut an engine and an intake off from the broker for 20 s, while others take over."""
    _cut(stage)


def cut_off_one_way(stage: Stage) -> None:
    """Let nothing come back to an engine and an intake for 20 s: what they send arrives."""
    _cut(stage, "back")


def _cut(stage: Stage, *ways: str) -> None:
    assert stage.line
    time.sleep(4)
    stage.line.shut(*ways)
    time.sleep(20)
    stage.line.mend()


def fill_disk(stage: Stage) -> None:
    """Fill the broker's disk, of which it dies; make room, and start it again."""
    folder = stage.broker.logs
    assert folder
    time.sleep(6)
    with suppress(OSError), (folder / "full").open("wb", buffering=0) as file:
        while file.write(bytes(65536)):
            pass
    until(lambda: stage.broker.process is None or stage.broker.process.poll() is not None, 30)
    time.sleep(3)
    stage.broker.kill9()
    (folder / "full").unlink()
    grow_disk(folder, 400)
    stage.broker.start()
