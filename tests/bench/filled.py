"""A data folder with a million open cases in its log, filled by the real writer.

Beside the plain touchpoint stands a quick one, three seconds, with a unit and a region for each
alert, so that no alert waits for companions.
"""

import sys
import time
from copy import deepcopy
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from pydantic_core import to_json
from ruamel.yaml import YAML

from service.bootstrap import Service, build
from service.engine.fold import Engine
from service.engine.snapshot import parts_of
from service.engine.values import Event
from service.hosts.forking import Copy
from service.hosts.jobs import Batch, Stamping
from service.settings import ProcessSettings
from tests.bench.million import asking, plain_config

TURN = 500
UNITS = 600
QUICK_S, WAIT_S = 3, 1


def config_of(folder: Path, channel: Path) -> Path:
    """Write the configuration with both touchpoints; messages go to a file of JSON lines."""
    config = plain_config(folder)
    yaml = YAML()
    company = yaml.load((config / "config.yaml").read_text("utf-8"))
    reply = company["touchpoints"]["reply"]
    rules = [{"id": "waiting", "kind": "waiting", "at": {"100%": "warning"}, "at_least": 1}]
    quick = deepcopy(dict(reply)) | {
        "promise": f"{QUICK_S}s",
        "rules_off": ["objective"],
        "rules": rules,
    }
    quick["measure"] = {"kind": "duration", "start": "call", "stop": "missed", "clock": "customer"}
    company["touchpoints"]["quick"] = quick
    company["sources"]["crm"]["delivers"] += ["call"]
    company["sources"]["crm"]["wait"] = f"{WAIT_S}s"
    del company["sources"]["phone"]
    company["receivers"]["operations"] = [{"jsonl": {"path": str(channel)}}]
    with (config / "config.yaml").open("w", encoding="utf-8") as stream:
        yaml.dump(company, stream)
    rows = [f"u{n},Unit {n},r{n},shop" for n in range(UNITS)]
    shops = (config / "shops.csv").read_text("utf-8") + "\n".join(rows) + "\n"
    (config / "shops.csv").write_text(shops, "utf-8")
    return config


def calling(number: int, at: int) -> Event:
    """Return the event that opens a quick case in a unit of its own."""
    return asking(2**30 + number, at, "call")._replace(unit=f"u{number % UNITS}")


def start(folder: Path, stamps: Stamping | None = None, *, clock_events: bool = True) -> Service:
    """Build the real service on a data folder; a second call starts it again."""
    process = ProcessSettings(data=folder / "data", config=folder / "config")
    return build(process, clock_events=clock_events, stamps=stamps, console=sys.stderr)


@dataclass
class Feeder:
    """Feed a service by hand, turn by turn, from a number and a time on."""

    service: Service
    at: int
    number: int = 0

    def ask(self, count: int) -> None:
        """Let customers ask, a hundredth of a second apart in each thousand."""
        for _ in range(0, count, TURN):
            events = [asking(self.number + n, self.at + n // 100) for n in range(TURN)]
            self.number += TURN
            self.at += TURN // 100
            self.turn(events)
        self.service.writer.turn([])

    def answer(self, first: int, count: int) -> None:
        """Let customers be answered."""
        for place in range(first, first + count, TURN):
            self.at += 1
            self.turn([asking(place + n, self.at, "answer") for n in range(TURN)])
        self.service.writer.turn([])

    def turn(self, events: list[Event]) -> float:
        """Do one turn and return its seconds."""
        begun = time.perf_counter()
        self.service.writer.turn([Batch(events, [])])
        return time.perf_counter() - begun


def begin_checkpoint(service: Service) -> Copy:
    """Begin a checkpoint now, whether or not one is due; return the copy that writes it."""
    folding = service.writer._folding
    keeper = folding._keeper
    if keeper is None:
        raise ValueError("this service keeps no checkpoints")
    keeper._begin(service.loop.engine, folding._folded)
    copy = keeper._running
    if copy is None:
        raise ValueError("no copy was begun")
    return copy


def is_written(service: Service) -> bool:
    """Look after a checkpoint; tell whether it is done."""
    service.writer._folding.keep()
    keeper = service.writer._folding._keeper
    return keeper is None or keeper._running is None


def hash_of(engine: Engine) -> str:
    """Return a hash over all parts of the state, one at a time."""
    found = blake2b(digest_size=16)
    for name, value in parts_of(engine):
        found.update(name.encode())
        found.update(to_json(value))
    return found.hexdigest()
