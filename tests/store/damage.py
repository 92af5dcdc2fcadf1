"""Damage the database on purpose, and ask whether it is refused or right.

`python -m tests.store.damage` is the long form behind `make flips`: one bit of every page, one bit
of every byte of the first four pages, and fifty whole starts of the program.
"""

import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from service.bootstrap import build
from service.errors import ErosionError
from service.hosts.jobs import Batch
from service.log.sqlite import SqliteLog
from service.settings import ProcessSettings
from service.store.store import Store
from tests.running import erosion
from tests.worlds import KEY, events_of, plan_of, write_config

TABLES = (
    "chunk",
    "position",
    "outcome",
    "reading",
    "waiting",
    "signal",
    "alert",
    "notice",
    "outbox",
    "receipt",
    "quarantine",
    "late_fact",
    "undeliverable",
)
STARTS = 50


def lived(folder: Path) -> Path:
    """Return the data folder of a service that has seen a day, closed in order."""
    config = write_config(folder / "config", {"rules_off": ["objective"]})
    data = folder / "data"
    data.mkdir(parents=True)
    (data / "customer_key").write_bytes(KEY)
    service = build(ProcessSettings(data=data, config=config), clock_events=True)
    lines = [f"{9 + n // 60:02}:{n % 60:02} ask c{n} unit=a customer=k{n}" for n in range(420)]
    events = events_of(plan_of(config), [*lines, "17:59 note -"])
    for first in range(0, len(events), 60):
        service.writer.turn([Batch(events[first : first + 60], [])])
    service.writer.turn([])
    service.store.close()
    return data


def content(data: Path) -> str:
    """Open, verify and read everything back; return it as text, or raise ErosionError."""
    store = Store.open(f"sqlite:///{data / 'erosion.db'}")
    try:
        rows = {name: store.rows(f"SELECT * FROM {name} ORDER BY rowid") for name in TABLES}  # noqa: S608
        chunks = [chunk for _, chunk in SqliteLog(store).read(0)]
    finally:
        store.close()
    return repr(rows) + repr(chunks)


def flips(size: int, page: int, *, every: bool) -> Iterator[tuple[int, int]]:
    """Yield places and bits: each page once, then the bytes of the first four pages."""
    for number in range(size // page):
        yield number * page + number * 997 % page, number % 8
    for at in range(0, 4 * page, 1 if every else 37):
        yield at, at % 8


def verdict(data: Path, at: int, bit: int, truth: str) -> str:
    """Flip one bit, open, and put everything back; return refused, right or WRONG."""
    database = data / "erosion.db"
    with database.open("r+b") as file:
        file.seek(at)
        before = file.read(1)
        file.seek(at)
        file.write(bytes([before[0] ^ (1 << bit)]))
    try:
        return "right" if content(data) == truth else "WRONG"
    except ErosionError:
        return "refused"
    finally:
        with database.open("r+b") as file:
            file.seek(at)
            file.write(before)


def starts(data: Path, places: list[tuple[int, int]]) -> list[int]:
    """Start the whole program on damaged copies; return the exit codes."""
    codes = []
    for at, bit in places:
        copy = Path(tempfile.mkdtemp()) / "data"
        shutil.copytree(data, copy)
        raw = bytearray((copy / "erosion.db").read_bytes())
        raw[at] ^= 1 << bit
        (copy / "erosion.db").write_bytes(raw)
        config = str(data.parent / "config")
        codes.append(
            erosion(copy, "run", "--config", config, EROSION_BIND="127.0.0.1:0").returncode
        )
        shutil.rmtree(copy.parent)
    return codes


def main() -> None:
    """Run the long form and print its figures as JSON."""
    folder = Path(tempfile.mkdtemp())
    data = lived(folder)
    truth = content(data)
    size = (data / "erosion.db").stat().st_size
    page = sqlite3.connect(data / "erosion.db").execute("PRAGMA page_size").fetchone()[0]
    places = list(flips(size, page, every=True))
    found = [verdict(data, at, bit, truth) for at, bit in places]
    codes = starts(data, places[:: max(1, len(places) // STARTS)][:STARTS])
    told: dict[str, object] = {name: found.count(name) for name in ("refused", "right", "WRONG")}
    told |= {"flips": len(found), "pages": size // page, "starts": len(codes)}
    told["exit 78"] = codes.count(78)
    print(json.dumps(told))
    shutil.rmtree(folder)
    sys.exit(1 if told["WRONG"] or set(codes) != {78} else 0)


if __name__ == "__main__":
    main()
