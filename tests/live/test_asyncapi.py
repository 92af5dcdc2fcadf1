"""The AsyncAPI document: the official parser has nothing against it, and real events fit it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from service.settings import load
from tests.live.needs import cache, lacking, program
from tests.running import erosion
from tests.worlds import write_config

pytestmark = pytest.mark.live
SCRIPT = Path(__file__).with_name("asyncapi.cjs")
AVRO = {
    "format": "avro",
    "map": {
        "id": "no",
        "time": "at",
        "type": {"const": "call"},
        "unit": "shop.id",
        "via": "shop.w",
    },
    "kafka": {"topic": "calls"},
}
CRM = {
    "kafka": {"topic": "crm.events"},
    "is": ["/crm/eu"],
    "heartbeat": {"event": "beat", "every": "1m"},
}


def _document(data: Path, config: Path, *arguments: str) -> str:
    done = erosion(data, "asyncapi", "--config", str(config), *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _read(document: str, *events: Any) -> tuple[list[str], list[bool]]:
    modules = cache() / "asyncapi-parser-3.6.3" / "node_modules"
    node = program("node")
    if not modules.is_dir():
        lacking("the reader of AsyncAPI documents is not there")
    done = subprocess.run(
        [node, str(SCRIPT)],
        input=json.dumps({"document": document, "events": events}),
        env=os.environ | {"NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return told["problems"], told["fits"]


@pytest.mark.parametrize("config", ["config", "config/marketplace"])
def test_shipped_configurations(tmp_path: Path, config: str) -> None:
    """The parser finds no error and no warning in the documents of what we ship."""
    problems, _ = _read(_document(tmp_path, Path(config), "--json"))
    assert problems == []


def test_yaml_says_the_same(tmp_path: Path) -> None:
    """What is printed as YAML is what is printed as JSON."""
    as_yaml = YAML(typ="safe").load(_document(tmp_path, Path("config")))
    assert as_yaml == json.loads(_document(tmp_path, Path("config"), "--json"))


def test_a_wrong_document_is_told(tmp_path: Path) -> None:
    """The parser does look: a document with a mistake is refused."""
    document = json.loads(_document(tmp_path, Path("config"), "--json"))
    document["channels"]["erosion_log"]["bindings"]["kafka"]["partitions"] = "many"
    problems, _ = _read(json.dumps(document))
    assert problems


def test_shipped_events_fit(tmp_path: Path) -> None:
    """Every kind of event of the shipped sample fits the schema of its message; a bent one does not."""
    document = _document(tmp_path, Path("config/marketplace"), "--json")
    lines = Path("config/marketplace/sample/events.ndjson").read_bytes().splitlines()
    kinds = {event["type"]: event for event in map(json.loads, lines)}
    asked: list[Any] = [
        ["marketplace_orders_v1", f"marketplace_{kind.replace('.', '_')}", event]
        for kind, event in kinds.items()
    ]
    bent = [[*place, event | {"time": "yesterday"}] for *place, event in asked]
    problems, fits = _read(document, *asked, *bent)
    assert problems == []
    assert len(asked) >= 4
    assert fits == [True] * len(asked) + [False] * len(bent)


def test_a_start_needs_its_case(tmp_path: Path) -> None:
    """An event that begins a case must name it, and one that begins none need not."""
    document = _document(tmp_path, Path("config"), "--json")
    event = {"specversion": "1.0", "id": "1", "time": "2026-09-14T09:00:00Z"}
    asked = [
        ["crm_test-drives_v1", f"crm_{kind.replace('.', '_')}", event | {"type": kind} | case]
        for kind in ("testdrive.requested", "case.expedited")
        for case in ({"subject": "c1"}, {})
    ]
    assert _read(document, *asked) == ([], [True, False, True, True])


def test_all_forms(tmp_path: Path) -> None:
    """Sources of Avro, shared names, shards and a prefix stand where they belong."""
    config = write_config(tmp_path / "config", {"sources": {"crm": CRM, "phone": AVRO}})
    done = erosion(
        tmp_path,
        *("asyncapi", "--config", str(config), "--json", "--partitions", "6"),
        EROSION_KAFKA_PREFIX="eu",
    )
    document = json.loads(done.stdout)
    row = {"no": 1, "at": 2, "shop": {"id": "a", "w": "x"}}
    beat = {"specversion": "1.0", "id": "1", "source": "/crm/eu", "type": "beat"}
    beat["time"] = "2026-09-14T09:00:00Z"
    problems, fits = _read(
        done.stdout,
        ["calls", "phone", row],
        ["calls", "phone", {}],
        ["crm_events", "crm_beat", beat],
    )
    assert (problems, fits) == ([], [True, False, True])
    log = document["channels"]["eu_log"]["bindings"]["kafka"]
    assert (log["topic"], log["partitions"]) == ("eu.log", 6)
    call = document["channels"]["calls"]["messages"]["phone"]
    assert call["bindings"]["kafka"]["schemaIdLocation"] == "payload"
    group = document["operations"]["read_calls"]["bindings"]["kafka"]["groupId"]["enum"]
    assert group == ["eu-intake"]


def test_every_topic_is_there(tmp_path: Path) -> None:
    """Each topic that a source names, and each of ours, has its channel."""
    document = json.loads(_document(tmp_path, Path("config"), "--json"))
    named = {s.kafka.topic for s in load(Path("config")).configuration.sources.values() if s.kafka}
    ours = {f"erosion.{name}" for name in ("log", "dead", "control", "door")}
    ours.add("erosion-engine-checkpoint-changelog")
    assert {channel["address"] for channel in document["channels"].values()} == named | ours
