"""A fleet on a real broker and a real PostgreSQL loses, doubles and invents nothing, and says so."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from signal import SIGTERM
from typing import TYPE_CHECKING

import pytest

from tests.live import moves
from tests.live.broker import Broker
from tests.live.fleet import Fleet, fleet, results_of
from tests.live.quick_stream import Planned, Sender, planned, written
from tests.live.stage import Stage, configured, judged, play, replayed, staged
from tests.live.watch import Watch
from tests.running import erosion, service, until

if TYPE_CHECKING:
    from tests.live.postgres import Cluster

pytestmark = pytest.mark.live
BEGIN = 1_780_000_020_000


def now_ms() -> int:
    """Return the time."""
    return time.time_ns() // 1_000_000


def tell(stage: Stage, number: int, case: str, what: str) -> None:
    """Let the desk say something now."""
    row = Planned(0, "desk", case, what, "leeds")
    topic = f"{stage.fleet.prefix}.desk"
    stage.fleet.send([(topic, case.encode(), written(number, row, now_ms()))])


def outcomes(found: Fleet) -> dict[str, str]:
    """Return the outcome of each case of the desk that has one."""
    rows = found.results().outcomes
    return {case: str(row.outcome) for (name, case), row in rows.items() if name == "answer"}


def much(stage: Stage) -> None:
    """Kill an engine and an intake, let an engine join, and end the sessions of the database."""
    time.sleep(4)
    stage.engines[0].kill9()
    time.sleep(9)
    stage.intakes[0].kill9()
    time.sleep(5)
    stage.add("engine")
    time.sleep(6)
    stage.server.end_sessions(stage.fleet.database.rpartition("/")[2])


def test_kills_a_join_and_lost_sessions_change_no_result(
    broker: Broker, postgres: "Cluster"
) -> None:
    """What the database holds is what one undisturbed fold of the sent records gives."""
    with staged(broker, postgres, wait="5s") as stage:
        found = play(stage, much)
    print(found.line("kills, a join, lost sessions"))
    assert found.is_good


def test_a_topic_made_again_stops_its_source_until_somebody_accepts(
    broker: Broker, postgres: "Cluster"
) -> None:
    """The gap is told, no absence is judged behind it, no record passes for an old one; then it goes on."""
    with staged(broker, postgres, wait="2s") as stage:
        topic = f"{stage.fleet.prefix}.desk"
        tell(stage, 1, "kept", "asked")
        tell(stage, 2, "kept", "answered")
        tell(stage, 3, "open", "asked")
        until(lambda: outcomes(stage.fleet).get("kept") == "kept", 20)
        stage.fleet.run(moves.made_again(broker.address, topic, 4))
        until(lambda: moves.stopped(stage.fleet, topic) == [0, 1, 2, 3], 30)
        until(lambda: moves.alerts(stage.fleet, "input gap"), 10)
        tell(stage, 4, "new", "asked")
        tell(stage, 5, "new", "answered")
        time.sleep(16)  # "open" was due after 10 s
        assert outcomes(stage.fleet).keys() <= {"kept", "open"}
        assert outcomes(stage.fleet).get("open", "open") == "open"
        found = erosion(stage.fleet.folder / "data", "doctor", **stage.fleet.settings)
        assert (found.returncode, "STOPPED" in found.stdout) == (1, True), found
        moves.accept_all(stage.fleet, topic)
        until(lambda: outcomes(stage.fleet).get("new") == "kept", 30)
        until(lambda: outcomes(stage.fleet).get("open") == "unknown", 30)


def test_records_that_are_gone_before_they_were_read_stop_their_source(
    broker: Broker, postgres: "Cluster"
) -> None:
    """Retention passed an intake that was away: the hole is told with its ends, and can be accepted."""
    with staged(broker, postgres, wait="2s") as stage:
        topic = f"{stage.fleet.prefix}.desk"
        tell(stage, 1, "first", "asked")
        until(lambda: "first" in outcomes(stage.fleet), 20)
        time.sleep(2)  # so that its position is committed
        stage.intakes.pop().drop()
        for number in range(2, 12):
            tell(stage, number, "first", "held")
        [at] = [row for row in stage.fleet.ends(topic).items() if row[1]]
        stage.fleet.run(moves.records_deleted(broker.address, topic, {at[0]: at[1] - 2}))
        stage.add("intake")
        until(lambda: moves.stopped(stage.fleet, topic) == [at[0]], 30)
        moves.accept_all(stage.fleet, topic)
        tell(stage, 12, "last", "asked")
        tell(stage, 13, "last", "answered")
        until(lambda: outcomes(stage.fleet).get("last") == "kept", 30)


@pytest.fixture
def bare(broker: Broker, postgres: "Cluster", tmp_path: Path) -> Iterator[Fleet]:
    """Give a fleet whose topics are made and in which nothing is decided or runs."""
    prefix = f"b{time.time_ns() % 10**9}"
    config = configured(tmp_path / "config", prefix)
    with fleet(broker.address, postgres.fresh(), config, tmp_path / "run") as found:
        found.prefix = prefix
        found.command("topics", "--create-sources")
        yield found


def test_a_log_moved_to_kafka_gives_the_same_results(bare: Fleet, tmp_path: Path) -> None:
    """Exported from one machine and imported into an empty prefix, the engine finds what was there."""
    data, file = tmp_path / "alone", tmp_path / "log.jsonl"
    rows = enumerate(planned(5, 120, 3))
    with service(data, bare.config, "--clock", "events") as running:
        for topic, some in groupby(rows, key=lambda row: row[1].topic):
            lines = [written(n, row, BEGIN + int(row.at_s * 1000)) + b"\n" for n, row in some]
            path = "/v1/events" if topic == "desk" else "/v1/events/till"
            assert running.post(b"".join(lines), path).is_success
        assert running.stop() == 0
    assert erosion(data, "log", "export", str(file)).returncode == 0
    bare.command("log", "import", str(file))
    bare.supervise("engine")
    want = results_of(f"sqlite:///{data / 'erosion.db'}")
    assert len(want.outcomes) > 100
    until(lambda: len(bare.reports()) == 2, 30)
    until(lambda: bare.results().hash() == want.hash(), 30)
    told = bare.command("doctor")
    assert "main: " in told
    assert "0 entries behind" in told
    again = erosion(tmp_path, "log", "import", str(file), **bare.settings)
    assert again.returncode == 1
    assert "in use already" in again.stderr


def test_nothing_is_left_in_the_working_directory(bare: Fleet) -> None:
    """What Faust makes stands in the folder of everything that is kept, and nowhere else."""
    bare.command("reload")
    engine = bare.start("engine")
    until(lambda: len(bare.reports()) == 2, 30)
    assert engine.stop() == 0
    assert [*bare.here.iterdir()] == []
    assert (bare.folder / "data" / "faust").is_dir()


def test_an_engine_ends_while_its_brokers_stand_still(bare: Fleet, broker: Broker) -> None:
    """Told to stop while nobody answers, it ends as it was asked to: the client would wait for long."""
    bare.command("reload")
    engine = bare.start("engine")
    until(lambda: len(bare.reports()) == 2, 30)
    with ExitStack() as stack:
        stack.callback(broker.resume)
        broker.suspend()
        assert engine.stop() == 0


def test_an_engine_refuses_to_begin_with_half_a_past(bare: Fleet) -> None:
    """The beginning of the log is gone and no checkpoint covers it: exit 78, with what to do."""
    bare.command("reload")
    intake = bare.supervise("intake")
    log = f"{bare.prefix}.log"
    until(lambda: bare.ends(log).get(0, 0) > 3, 30)
    bare.run(moves.records_deleted(bare.address, log, {0: 3}))
    engine = bare.start("engine", wait=False)
    assert engine.process.wait(timeout=40) == 78
    said = engine.log.read_text()
    assert "begins at 3, and no checkpoint covers it" in said
    assert "half a past" in said
    intake.member.process.send_signal(SIGTERM)


def test_an_event_that_cannot_be_folded_is_set_aside_alone(
    broker: Broker, postgres: "Cluster"
) -> None:
    """Three lives fail at it, the fourth leaves it out; its neighbours go on, and so do later starts."""
    with ExitStack() as stack:
        stage = stack.enter_context(staged(broker, postgres, wait="2s"))
        stage.engines.pop().drop()
        engine = stage.add("engine", program=moves.POISONED)
        tell(stage, 1, "before", "asked")
        tell(stage, moves.POISON, "poisoned", "asked")
        tell(stage, 2, "before", "answered")
        tell(stage, 3, "behind", "asked")
        until(lambda: {"before", "behind"} <= outcomes(stage.fleet).keys(), 60)
        assert "poisoned" not in outcomes(stage.fleet)
        assert engine.ends == {70: 3}
        until(lambda: moves.alerts(stage.fleet, "set aside"), 30)
        assert "poisoned" in stage.fleet.command("quarantine", "list")
        engine.kill9()
        tell(stage, 4, "later", "asked")
        until(lambda: "later" in outcomes(stage.fleet), 40)
        assert engine.ends == {70: 3, -9: 1}
        assert len(stage.fleet.command("quarantine", "list", "--json").splitlines()) == 2


def add_touchpoint(stage: Stage) -> None:
    """Let orders count in the other shard as well, from now on, by a new plan for all processes."""
    time.sleep(6)
    file = stage.fleet.config / "company.yaml"
    before, mark, after = file.read_text().partition("  serve:\n")
    again = mark + after.partition("receivers:")[0]
    again = again.replace("  serve:", "  served_again:").replace("shard: second", "shard: main")
    file.write_text(before + again + mark + after)
    stage.fleet.command("reload")


def test_a_new_routing_loses_nothing(broker: Broker, postgres: "Cluster") -> None:
    """Under a running stream a plan sends events to one more shard: from there on that has them all."""
    with staged(broker, postgres, wait="5s") as stage:
        stage.seconds = 20
        old = stage.fleet.config / "company.yaml"
        plain = old.read_text()
        sender = Sender(broker.address, stage.fleet.prefix, [*planned(3, 20, 20)])
        watch = Watch(stage.fleet)
        watch.start()
        sender.start()
        add_touchpoint(stage)
        since = now_ms() + 3000
        sender.wait()
        judged(watch)
        watch.stop()
        old.write_text(plain)
        found = stage.fleet.results()
        want = replayed(stage.fleet, sender.lines)
        # Only the number of the plan by which they were judged differs.
        got = {k: o._replace(plan=0) for k, o in found.outcomes.items() if k[0] != "served_again"}
        assert got == {key: one._replace(plan=0) for key, one in want.outcomes.items()}
        mine = {case for name, case in found.outcomes if name == "served_again"}
        due = {
            case
            for (name, case), row in want.outcomes.items()
            if name == "serve" and row.started > since
        }
        assert due
        assert due <= mine
