"""The real program: turned away, configuration mended, tried again, in the results."""

import json
from pathlib import Path

import httpx

from tests.intake.conftest import MAP
from tests.running import erosion, service
from tests.worlds import line, write_config

ROW = {"no": 1, "at": "2026-09-14T09:00", "shop": {"id": "a"}}


def quarantine(data: Path) -> list[dict[str, object]]:
    """Return the quarantine, the oldest first."""
    rows = erosion(data, "quarantine", "list", "--json").stdout.splitlines()
    return [json.loads(row) for row in reversed(rows)]


def test_a_mended_configuration_takes_what_was_kept(tmp_path: Path) -> None:
    """What the zone was missing for is accepted and marked; the rest stays with its reason, once."""
    phone = {"format": "json", "map": MAP}
    config = write_config(tmp_path / "config", {"sources": {"phone": phone}})
    data = tmp_path / "data"
    with service(data, config, "--clock", "events") as running:
        rows = b"".join(json.dumps(ROW | {"no": n}).encode() + b"\n" for n in range(3))
        assert running.post(rows, "/v1/events/phone").status_code == 422
        assert running.post(line("09:00 ask c1 unit=a", 1) + b"\n{\n").status_code == 202
        exposed = httpx.get(f"{running.address}/metrics").text
        assert "erosion_quarantine_bodies 4.0" in exposed
        running.stop()
    assert [row["reason"] for row in quarantine(data)] == ["time", "time", "time", "json"]
    write_config(config, {"sources": {"phone": phone | {"timezone": "Europe/Berlin"}}})
    with service(data, config, "--clock", "events") as running:
        some = erosion(data, "quarantine", "redrive", "1", "--to", running.address)
        assert "1 inputs tried again: 1 accepted, 0 rejected" in some.stderr
        rest = erosion(data, "quarantine", "redrive", "--to", running.address)
        assert "4: json: not JSON" in rest.stderr
        assert "3 inputs tried again: 2 accepted, 1 rejected" in rest.stderr
        none = erosion(data, "quarantine", "redrive", "--reason", "time", "--to", running.address)
        assert "0 inputs tried again" in none.stderr
        exposed = httpx.get(f"{running.address}/metrics").text
        assert "erosion_quarantine_bodies 1.0" in exposed
        assert 'erosion_events_total{result="unheard"} 3.0' in exposed
        running.stop()
    assert [bool(row["redriven_at"]) for row in quarantine(data)] == [True, True, True, False]


def test_a_csv_is_sent_and_its_bad_row_named(tmp_path: Path) -> None:
    """Rows of a CSV reach the service as they are; the bad one is named by file and line."""
    source = {"format": "csv", "map": MAP, "epoch": "s"}
    config = write_config(tmp_path / "config", {"sources": {"phone": source}})
    file = tmp_path / "calls.csv"
    file.write_text('no;at;shop.id;who\n1;1789369200;a;"x\ny"\n2;1789369200\n3;1789369200;a;z\n')
    with service(tmp_path / "data", config, "--clock", "events") as running:
        sent = erosion(
            tmp_path / "data", "send", str(file), "--source", "phone", "--to", running.address
        )
        assert f"{file}:4: row: line 4 has 2 cells" in sent.stderr
        assert "3 events sent: 2 accepted, 1 rejected" in sent.stderr
        running.stop()
