"""Kill the service in the instant after it answered, again and again, and look what is left.

`python -m tests.live.answers` is the long form behind `make kill-answers`: twenty rounds of fifty
answers and a silence, each round ended by a kill -9 as soon as the last of them was answered.
"""

import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import httpx

from tests.running import Running, service, until
from tests.worlds import line, write_config

ANSWERS = 50
KINDS = ("take", "refuse", "release")


def alert_in(running: Running) -> str:
    """Make three people wait too long, and return the alert about them."""
    body = [line(f"09:0{n} ask c{n} unit=a customer=k{n}", n) for n in range(3)]
    body += [line("12:00 note -", 8), line("12:10 note -", 9)]
    running.post(b"\n".join(body))
    until(lambda: httpx.get(f"{running.address}/v1/alerts").json())
    return str(httpx.get(f"{running.address}/v1/alerts").json()[0]["id"])


def round_of(running: Running, alert: str, number: int) -> tuple[list[str], str]:
    """Answer fifty times, silence once, kill; return what was answered to us."""
    notes = [f"round {number} answer {count}" for count in range(ANSWERS)]
    with httpx.Client(base_url=running.address, timeout=10) as client:
        for count, note in enumerate(notes[:-1]):
            _say(client, alert, KINDS[count % len(KINDS)], note)
        wanted = {"match": {"unit": f"u{number}"}, "why": f"round {number}", "minutes": 600}
        made = client.post("/v1/silences", json=wanted)
        assert made.status_code == 200, made.text
        _say(client, alert, "take", notes[-1])
        running.process.kill()
    running.process.wait(timeout=20)
    return notes, str(made.json()["silence"]["id"])


def _say(client: httpx.Client, alert: str, kind: str, note: str) -> None:
    answer = client.post(f"/v1/alerts/{alert}/answers", json={"kind": kind, "note": note})
    assert answer.status_code == 202, answer.text


def rounds(folder: Path, count: int) -> tuple[int, int]:
    """Live through rounds and return how many answers and silences are gone."""
    config, data = write_config(folder / "config", {"rules_off": ["objective"]}), folder / "data"
    notes: list[str] = []
    silences: list[str] = []
    alert = ""
    for number in range(count):
        with service(data, config, "--clock", "events") as running:
            alert = alert or alert_in(running)
            said, silence = round_of(running, alert, number)
            notes += said
            silences.append(silence)
    with service(data, config, "--clock", "events") as running:
        found = httpx.get(f"{running.address}/v1/silences").json()
        until(lambda: not _untaken(data))
        running.stop()
    kept = {row["id"] for row in found}
    with closing(sqlite3.connect(data / "erosion.db")) as database:
        stored = {str(row[0]) for row in database.execute("SELECT note FROM request")}
        audited = {str(row[0]) for row in database.execute("SELECT detail FROM audit")}
    return len(set(notes) - (stored & audited)), len(set(silences) - kept)


def _untaken(data: Path) -> bool:
    with closing(sqlite3.connect(data / "erosion.db")) as database:
        rows = database.execute("SELECT count(*) FROM request WHERE result = ''").fetchone()
    return bool(rows[0])


def main(count: int = 20) -> int:
    """Print what is gone after so many rounds."""
    with tempfile.TemporaryDirectory() as folder:
        answers, silences = rounds(Path(folder), count)
    told = {"kills": count, "answers": count * ANSWERS, "answers gone": answers}
    print(json.dumps(told | {"silences": count, "silences gone": silences}))
    return 1 if answers or silences else 0


if __name__ == "__main__":
    sys.exit(main())
