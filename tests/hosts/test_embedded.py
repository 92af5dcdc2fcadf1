"""The real program over HTTP: the same results as a replay, durable, and clear when refused."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from service.hosts.replay import Replay
from service.intake.decode import Decoder
from service.settings import compile_settings, load
from service.simulator.run import run
from tests.running import Running, erosion, free_port, service, until
from tests.stored import stored_results
from tests.worlds import KEY, line, write_config

CONFIG = Path("config")
LAST = '{"specversion":"1.0","source":"voice","id":"last","type":"feedback.received","time":"2026-05-01T00:00:00Z"}\n'


def _given_key(data: Path) -> None:
    data.mkdir(parents=True)
    (data / "customer_key").write_bytes(KEY)


def _pending(database: Path) -> int:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    count: int = connection.execute(
        "SELECT count(*) FROM outbox WHERE state = 'pending'"
    ).fetchone()[0]
    connection.close()
    return count


def _audited(database: Path, what: str) -> int:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    count: int = connection.execute(
        "SELECT count(*) FROM audit WHERE what = ?", (what,)
    ).fetchone()[0]
    connection.close()
    return count


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return a month of ten dealers in order of arrival, and one event long after."""
    path = tmp_path_factory.mktemp("stream") / "events.ndjson"
    run(path, path.with_suffix(".json"), seed=4, dealers=10, weeks=4, start="2026-03-16")
    return [*path.read_bytes().splitlines(keepends=True), LAST.encode()]


def _send(running: Running, lines: list[bytes], size: int) -> None:
    for first in range(0, len(lines), size):
        answer = running.post(b"".join(lines[first : first + size]))
        assert answer.status_code == 202, answer.text


@pytest.mark.parametrize("size", [37, 500])
def test_live_over_http_equals_replay(tmp_path: Path, lines: list[bytes], size: int) -> None:
    """Events over HTTP in batches of any size, with a restart, give the results hash of a replay."""
    plan = compile_settings(load(CONFIG)).plan
    replayed = Replay(plan)
    replayed.run(Decoder(plan, KEY).lines(iter(lines)), 1777593600_000)
    replayed.memory.results.finish(replayed.engine)
    data = tmp_path / "data"
    _given_key(data)
    half = len(lines) // 2
    for part in (lines[:half], lines[half - 50 :]):  # the second part repeats 50 events
        with service(data, CONFIG, "--clock", "events") as running:
            _send(running, part, size)
            assert running.stop() == 0
    stored = stored_results(data / "erosion.db")
    assert stored.outcomes == replayed.memory.results.outcomes
    assert stored.hash() == replayed.memory.results.hash()
    assert len(stored.signals) > 5
    assert _audited(data / "erosion.db", "baseline") > 2


def test_every_message_goes_out_once(tmp_path: Path, lines: list[bytes]) -> None:
    """Each row of the outbox is printed once, also over a restart."""
    data = tmp_path / "data"
    for _ in range(2):
        with service(data, CONFIG, "--clock", "events") as running:
            _send(running, lines, 500)
            until(lambda: _pending(data / "erosion.db") == 0)
            running.stop()
    connection = sqlite3.connect(data / "erosion.db")
    rows = connection.execute("SELECT count(*) FROM outbox WHERE channel = 'console'").fetchone()[0]
    connection.close()
    printed = (data / "stdout.txt").read_text().count("[to ")
    assert printed == rows > 3


def test_the_door_answers_for_each_event(tmp_path: Path) -> None:
    """202 names what was turned away by its place; the rest is taken; quarantine lists it."""
    config = write_config(tmp_path / "config", {})
    good, bad = line("09:00 ask c1 unit=a", 1), b'{"specversion":"1.0","source":"crm"}'
    with service(tmp_path / "data", config) as running:
        mixed = running.post(good + b"\n" + bad + b"\n{oops\n")
        assert (mixed.status_code, mixed.json()["accepted"], mixed.json()["rejected"]) == (
            202,
            1,
            2,
        )
        assert [row["reason"] for row in mixed.json()["rejections"]] == ["id", "json"]
        batch = httpx.post(f"{running.address}/v1/events", json=[json.loads(good), json.loads(bad)])
        assert batch.json()["accepted"] == 1
        assert running.post(bad).status_code == 422
        assert running.post(b"x", "/v1/events/nobody").status_code == 404
        assert running.post(b" " * (17 * 1024 * 1024)).status_code == 413
        assert httpx.get(f"{running.address}/live").text == "turning\n"
        exposed = httpx.get(f"{running.address}/metrics").text
        assert 'erosion_rejected_total{reason="id"} 3.0' in exposed
        running.stop()
    listed = erosion(tmp_path / "data", "quarantine", "list", "--json").stdout.splitlines()
    assert sorted(json.loads(row)["reason"] for row in listed) == ["id", "id", "id", "json"]


def test_a_request_that_nobody_answers_warns_in_a_silent_stream(tmp_path: Path) -> None:
    """Under the wall clock, deadlines pass and the message goes out with no further event."""
    config = write_config(
        tmp_path / "config",
        {
            "promise": "2s",
            "measure": {"clock": "customer"},
            "sources": {"crm": {"wait": "1s"}},
            "rules_off": ["objective"],
        },
    )
    with service(tmp_path / "data", config) as running:
        for number in range(3):
            event = json.loads(line(f"09:00 ask c{number} unit=a", number)) | {"time": _just_now()}
            assert running.post(json.dumps(event).encode()).status_code == 202
        until(lambda: "3 people waiting" in running.out.read_text())
        running.stop()


def _just_now() -> str:
    return datetime.now(tz=UTC).isoformat()


def test_a_second_process_and_a_taken_port_are_told_apart(tmp_path: Path) -> None:
    """Both are refused with one line that says what to do; the running service is unharmed."""
    config = write_config(tmp_path / "config", {})
    with service(tmp_path / "data", config) as running:
        same = erosion(
            tmp_path / "data",
            "run",
            "--config",
            str(config),
            EROSION_BIND=f"127.0.0.1:{free_port()}",
        )
        assert same.returncode == 1
        assert "another process is using" in same.stderr
        port = running.address.rpartition(":")[2]
        taken = erosion(
            tmp_path / "other", "run", "--config", str(config), EROSION_BIND=f"127.0.0.1:{port}"
        )
        assert taken.returncode == 1
        assert f"cannot listen on 127.0.0.1:{port}" in taken.stderr
        assert "what to do" in taken.stderr
        assert running.post(line("09:00 ask c1 unit=a", 1)).status_code == 202


def test_only_loopback_is_served(tmp_path: Path) -> None:
    """An address that others could reach is refused: there is no login to protect it."""
    config = write_config(tmp_path / "config", {})
    refused = erosion(
        tmp_path / "data", "run", "--config", str(config), EROSION_BIND="0.0.0.0:8080"
    )
    assert refused.returncode == 1
    assert "loopback" in refused.stderr


def test_send_says_where_a_line_was_wrong(tmp_path: Path) -> None:
    """`erosion send` takes the good lines, names the bad ones by number, and fails if nobody is there."""
    config = write_config(tmp_path / "config", {})
    file = tmp_path / "events.ndjson"
    file.write_bytes(b"\xef\xbb\xbf" + line("09:00 ask c1 unit=a", 1) + b"\n\n{bad}\n")
    nobody = erosion(tmp_path / "data", "send", str(file), EROSION_BIND=f"127.0.0.1:{free_port()}")
    assert nobody.returncode == 1
    assert "start it with `erosion run`" in nobody.stderr
    with service(tmp_path / "data", config, "--clock", "events") as running:
        sent = erosion(tmp_path / "data", "send", str(file), "--to", running.address)
        assert "2 events sent: 1 accepted, 1 rejected" in sent.stderr
        assert ":3: json" in sent.stderr or ":2: json" in sent.stderr
        running.stop()


def test_people_commands_read_what_was_stored(tmp_path: Path) -> None:
    """alerts, waiting, case and why show the same three people, and unknown ids say what to do."""
    data = tmp_path / "data"
    config = write_config(tmp_path / "config", {"rules_off": ["objective"]})
    body = [line(f"09:0{n} ask c{n} unit=a customer=k{n}", n) for n in range(3)]
    body += [line("12:00 note -", 9), line("14:00 note -", 10)]
    with service(data, config, "--clock", "events") as running:
        running.post(b"\n".join(body))
        until(lambda: "3 people waiting" in running.out.read_text())
        running.stop()
    (alert,) = [json.loads(row) for row in erosion(data, "alerts", "--json").stdout.splitlines()]
    assert (alert["state"], alert["customers"]) == ("firing", 3)
    assert erosion(data, "waiting", "--unit", "a", "--csv").stdout.count("reply,c") == 3
    assert "late" in erosion(data, "case", "c1").stdout
    assert "past the mark" in erosion(data, "why", alert["id"][:6]).stdout
    unknown = erosion(data, "why", "zz")
    assert unknown.returncode == 1
    assert "erosion alerts" in unknown.stderr


def test_a_rate_holds_for_one_sender(tmp_path: Path) -> None:
    """With EROSION_RATE a sender that ran into debt is told when to come again."""
    config = write_config(tmp_path / "config", {})
    many = b"\n".join(line("09:00 note -", number) for number in range(300))
    with service(tmp_path / "data", config, "--clock", "events", EROSION_RATE="20") as running:
        assert running.post(many).status_code == 202
        refused = running.post(line("09:00 note -", 999))
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 6
        running.stop()
