"""One job on everything a user could pick instead: `python -m tests.bench.peers [--small] [SYSTEM ..]`.

One broker, loaded once, has one core; one system at a time has the other.  Every system runs in a
fresh process and is checked.  `--out FOLDER` writes the table there as Markdown and as JSON; `--page FILE`
puts what is printed, for this product alone, on a page.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.page import written
from tests.bench.peers.built import Place, prepare
from tests.bench.peers.processes import pinned
from tests.bench.peers.product import run_product
from tests.bench.peers.report import line, write
from tests.live.broker import Broker

THEIRS, OURS = 0, 1
PRODUCT, WITH_RULES, FAUST = "product", "product-rules", "faust"
SYSTEMS = (
    PRODUCT,
    WITH_RULES,
    "kstreams-rocksdb",
    "kstreams-mem",
    "flink-hashmap",
    "quix",
    "bytewax",
    "siddhi",
    FAUST,
    "floor-py",
    "floor-go",
    PRODUCT,
)


def main(given: list[str]) -> None:
    """Run what was asked for, or all; this product first and last, since the machine is not quiet."""
    asked = argparse.ArgumentParser(prog="tests.bench.peers")
    asked.add_argument("systems", nargs="*")
    asked.add_argument("--small", action="store_true")
    asked.add_argument("--out", type=Path)
    options = asked.parse_args(given)
    place = prepare()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="erosion-broker-") as folder, pinned(THEIRS):
        broker = Broker(Path(folder), more={"log.retention.ms": "-1"})
        with broker:
            for row in _rows(place, broker.address, options.systems or SYSTEMS, options.small):
                rows.append(row)
                print(line(row), flush=True)
    if options.out:
        write(options.out, rows, " ".join(given))
    if not all(row["late_ok"] and row["daily_ok"] for row in rows):
        raise SystemExit("a system's results are wrong")


def _rows(
    place: Place, bootstrap: str, systems: tuple[str, ...] | list[str], is_small: bool
) -> Iterator[dict[str, Any]]:
    name, topic = ("small", "j1-raw-small") if is_small else ("events", "j1-raw")
    _driven(place, bootstrap, "load", name)
    for system in systems:
        if system in {PRODUCT, WITH_RULES}:
            stream = (place.data, name, topic)
            has_rules = system == WITH_RULES
            yield run_product(bootstrap, stream, (THEIRS, OURS), has_rules=has_rules)
        else:
            # A table write per event is too slow for the whole stream.
            yield _driven(place, bootstrap, system, "small" if system == FAUST else name)


def _driven(place: Place, bootstrap: str, system: str, stream: str) -> dict[str, Any]:
    script = Path(__file__).parent
    env = place.environment(bootstrap, str(OURS))
    env |= {"FAUST": f"{sys.executable}:{script / 'faust_j1.py'}"} if system == FAUST else {}
    done = subprocess.run(
        [place.python, script / "driver.py", place.runner, system, stream],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=lambda: os.sched_setaffinity(0, {THEIRS, OURS}),
    )
    if done.returncode:
        raise SystemExit(f"{system} did not run")
    row: dict[str, Any] = {} if system == "load" else json.loads(done.stdout.splitlines()[-1])
    return row


if __name__ == "__main__":
    with written(sys.argv, "J1 again, this product alone", "tests.bench.peers"):
        main(sys.argv[1:])
