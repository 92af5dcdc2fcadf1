"""The door of a service on Kafka: what comes over HTTP is judged like everything else."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.store.reads import Reads
from tests.live.broker import Broker
from tests.live.fleet import Fleet, fleet
from tests.live.member import Member
from tests.live.postgres import Cluster
from tests.running import until

pytestmark = pytest.mark.live


def config_of(folder: Path) -> Path:
    """Return a configuration in which the till speaks over HTTP."""
    shutil.copytree(Path(__file__).parent / "quick", folder)
    written = (folder / "company.yaml").read_text()
    written = written.replace("    kafka: {topic: PREFIX.till}\n", "").replace(
        "wait: 20s", "wait: 1s"
    )
    (folder / "company.yaml").write_text(written.replace("PREFIX", f"d{time.time_ns()}"))
    return folder


def order(number: int, what: str, order: str) -> dict[str, object]:
    """Return a row of the till that happens now."""
    at = time.time_ns() // 1_000_000
    return {"no": f"n{number}", "at": at, "what": what, "order": order, "shop": "york", "who": "w"}


def post(door: Member, rows: list[dict[str, object]]) -> httpx.Response:
    """Post rows as lines."""
    body = "\n".join(json.dumps(row) for row in rows)
    kind = {"Content-Type": "application/x-ndjson"}
    return httpx.post(f"{door.address}/v1/events/till", content=body, headers=kind, timeout=30)


@pytest.fixture
def found(broker: Broker, postgres: Cluster, tmp_path: Path) -> Iterator[Fleet]:
    """Give a fleet that gathers and folds, without a door."""
    config = config_of(tmp_path / "config")
    with fleet(broker.address, postgres.fresh(), config, tmp_path / "run") as made:
        made.prepare(2)
        made.start("intake")
        made.start("engine")
        yield made


def open_door(found: Fleet) -> Member:
    """Start a door, and wait until it stands open."""
    door = found.start("door")
    until(lambda: httpx.get(f"{door.address}/ready").is_success, 30)
    return door


def outcomes(found: Fleet) -> dict[str, str]:
    """Return each order's outcome."""
    return {case: row.outcome for (_, case), row in found.results().outcomes.items()}


def test_what_comes_over_http_is_judged_and_what_is_turned_away_is_kept(found: Fleet) -> None:
    """An order that is served is kept, one that is not is late, a bad row stands in the quarantine."""
    door = open_door(found)
    rows = [order(1, "ordered", "a"), order(2, "ordered", "b"), order(3, "unheard of", "c")]
    answer = post(door, rows)
    assert (answer.status_code, answer.json()["accepted"]) == (202, 2)
    assert post(door, [order(4, "served", "a"), rows[0]]).status_code == 202
    until(lambda: outcomes(found) == {"a": "kept", "b": "late"}, 60)
    reads = Reads.readonly(found.database)
    until(lambda: len(reads.quarantine(10)) == 1, 20)
    assert reads.quarantine(10)[0]["reason"] == "type"
    reads.close()


def test_while_no_door_stands_open_nobody_is_called_late(found: Fleet) -> None:
    """The service's own blindness is not held against people: an order waits unjudged until a door is back."""
    door = open_door(found)
    post(door, [order(1, "ordered", "a")])
    until(lambda: outcomes(found) == {"a": "open"}, 30)
    door.kill9()
    time.sleep(16)
    assert outcomes(found) == {"a": "open"}
    open_door(found)
    until(lambda: outcomes(found) == {"a": "late"}, 30)
