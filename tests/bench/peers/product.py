"""This product on J1: an intake and an engine on one core, judged by what its database holds.

The broker and PostgreSQL (with fsync) have the other core and are not counted; what PostgreSQL used
stands beside.  From the first record that the intake took to the commit of the last result.
J1 asks who was late and for counts, and its configuration turns the rules off that judge more than that;
with them, as a user has them, it is another row: nobody else in the table does that work.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec

from service.intake.cutting import RECORDS_MAX
from tests.bench.peers.processes import cpu_of_all, cpu_s, peak_mb, pinned
from tests.live.fleet import Fleet, fleet
from tests.live.member import Member
from tests.live.postgres import Cluster, cluster
from tests.running import until

CONFIG = Path(__file__).parents[2] / "live" / "j1"
OFF = "    rules_off: [waiting, pace]\n"
PROMISE_MS, DAY_MS, PATIENCE_S = 7_200_000, 86_400_000, 400
DURABLE = "log with acks=all, results in PostgreSQL with fsync; no checkpoint falls due in J1"
# The closing dealers, one a region, only move the time.
DEALERS = 800


@dataclass
class Use:
    """Hold what was used up to an instant."""

    at: float
    parts: dict[str, float] = field(default_factory=dict)


def run_product(
    bootstrap: str,
    stream: tuple[Path, str, str],
    cores: tuple[int, int],
    *,
    has_rules: bool = False,
) -> dict[str, Any]:
    """Run the job and return a row as the shared driver prints them.

    `stream` is the folder of the data, the stream's name and its topic; `cores` are theirs and ours.
    """
    data, name, topic = stream
    expected = msgspec.json.decode((data / f"{name}.expected.json").read_bytes())
    with (
        _stage(bootstrap, topic, cores[0], has_rules=has_rules) as (server, found),
        pinned(cores[1]),
    ):
        engine = found.start("engine")
        until(lambda: len(found.reports()) == 1, 60)
        intake = found.start("intake", "", "--clock", "events")
        members = {"intake": intake, "engine": engine}
        with httpx.Client(base_url=intake.address) as page:
            until(lambda: _taken(page) > 0, 60)
        begun = _used(members, server)
        _wait(found, expected["late"])
        ended = _used(members, server)
        row = _row(begun, ended, expected["events"]) | {"parts": _parts(begun, ended, expected)}
        peaks = {name: peak_mb([one.process.pid]) for name, one in members.items()}
        row |= {"rss_mb": sum(peaks.values()), "rss": peaks}
        codes = [one.stop() for one in (intake, engine)]
        checked = _checked(found, data / f"{name}.jsonl", expected)
        title = "this product, its rules" if has_rules else "this product"
        return {"system": title, **row, **checked, "rc": max(codes)}


@contextmanager
def _stage(
    bootstrap: str, topic: str, core: int, *, has_rules: bool
) -> Iterator[tuple[Cluster, Fleet]]:
    folder = Path(tempfile.mkdtemp(prefix="erosion-j1-"))
    config = folder / "config"
    shutil.copytree(CONFIG, config)
    text = (config / "company.yaml").read_text("utf-8").replace("topic: j1.raw", f"topic: {topic}")
    text = text.replace(OFF, "") if has_rules else text
    (config / "company.yaml").write_text(text, "utf-8")
    try:
        with ExitStack() as stack:
            stack.enter_context(pinned(core))
            server = stack.enter_context(cluster())
            # Who installs it has it compiled.
            more = {"PYTHONDONTWRITEBYTECODE": ""}
            made = fleet(bootstrap, server.fresh(), config, folder / "run", **more)
            found = stack.enter_context(made)
            found.prefix = f"j1-{time.time_ns() // 10**8 % 10**8}"
            found.command("topics", "--create")
            found.command("reload")
            yield server, found
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _taken(page: httpx.Client) -> float:
    for line in page.get("/metrics").text.splitlines():
        if line.startswith("erosion_raw_records_total "):
            return float(line.split()[1])
    return 0.0


def _used(members: dict[str, Member], server: Cluster) -> Use:
    parts = {name: cpu_s(member.process.pid) for name, member in members.items()}
    return Use(time.monotonic(), parts | {"postgres": cpu_of_all(server.pid)})


def _wait(found: Fleet, late: int) -> None:
    """Wait until as many late outcomes are committed as there must be; the check says if they are the right ones."""
    name = found.database.rpartition("/")[2]
    asked = "SELECT count(*) FROM outcome WHERE outcome = 'late'"
    began = time.monotonic()
    reads = _Asking(found.database)
    while reads.number(asked) < late:
        time.sleep(0.5)
        if time.monotonic() - began > PATIENCE_S:
            raise SystemExit(f"{name}: only {reads.number(asked)} of {late} late")
    reads.close()


class _Asking:
    """Ask the database past our own code."""

    def __init__(self, url: str) -> None:
        import psycopg  # noqa: PLC0415 - the driver is an extra

        self._connection = psycopg.connect(url, autocommit=True)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement.encode()).fetchall()

    def number(self, statement: str) -> int:
        return int(self.rows(statement)[0][0])

    def close(self) -> None:
        self._connection.close()


def _row(begun: Use, ended: Use, events: int) -> dict[str, Any]:
    ours = ("intake", "engine")
    whole = sum(ended.parts[name] for name in ours)
    run = whole - sum(begun.parts[name] for name in ours)
    wall = ended.at - begun.at
    return {
        "version": "this checkout",
        "events": events,
        "wall_s": round(wall, 2),
        "cpu_us_per_event": round(whole / events * 1e6, 2),
        "cpu_run_us": round(run / events * 1e6, 2),
        "events_per_s": round(events / wall),
        "durability": DURABLE,
        "records_a_read": RECORDS_MAX,
    }


def _parts(begun: Use, ended: Use, expected: dict[str, Any]) -> dict[str, float]:
    """Return microseconds an event of each process from the first record on."""
    return {
        name: round((ended.parts[name] - begun.parts[name]) / expected["events"] * 1e6, 2)
        for name in ended.parts
    }


def _checked(found: Fleet, stream: Path, expected: dict[str, Any]) -> dict[str, Any]:
    reads = _Asking(found.database)
    rows = reads.rows("SELECT case_id, unit, due, outcome FROM outcome")
    reads.close()
    seen: set[str] = set()
    daily: dict[str, list[int]] = {}
    for case, unit, due, outcome in rows:
        if int(unit[1:]) >= DEALERS:
            continue
        counts = daily.setdefault(f"{int(unit[1:])}:{due // DAY_MS}", [0, 0])
        counts[0] += 1
        if outcome == "late":
            seen.add(case)
            counts[1] += 1
    want = _late(stream)
    bad = sum(daily.get(key) != value for key, value in expected["daily"].items())
    bad += len(daily.keys() - expected["daily"].keys())
    return {
        "late_ok": seen == want and len(want) == expected["late"],
        "daily_ok": not bad,
        "late": len(seen),
        "daily_keys": len(daily),
        "daily_bad": bad,
    }


def _late(stream: Path) -> set[str]:
    """Return the cases that must be late, by the stream alone."""
    left: dict[str, int] = {}
    decode = msgspec.json.Decoder().decode
    with stream.open("rb") as lines:
        for line in lines:
            event = decode(line)
            case, at = event["subject"], event["time"]
            if event["type"].endswith("requested"):
                left[case] = at + PROMISE_MS
            elif at <= left.get(case, -1):
                del left[case]
    return {case for case in left if not case.startswith("close")}
