"""Small worlds for tests: a shop with opening hours, and events written in one line."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from service.engine.plan import Plan
from service.engine.values import Event
from service.hosts.replay import Replay
from service.intake.decode import Decoder
from service.rejected import Rejected
from service.settings import compile_settings, load

KEY = b"a key for tests"
SOURCES = {"call": "phone", "count": "fleet"}
DAY = "2026-09-14"  # a Monday

COMPANY = """
schema: erosion/v1
company: Test
defaults: {timezone: Europe/Berlin, country: DE, locale: en, currency: EUR}
calendars:
  shop: {open: {mon-fri: ["09:00-18:00"]}}
units: {shop: {file: shops.csv}}
sources:
  crm:
    delivers: [ask, answer, withdraw, defer, hold, resume, again, missed, note]
    wait: 60s
  phone: {delivers: [call], wait: 60s}
receivers: {operations: [{console: {}}]}
routes: {receiver: operations}
journeys: {j: {title: J, stages: [{id: s, title: "I ask"}]}}
touchpoints:
  reply:
    journey: j
    stage: s
    title: A person answers
    unit: {kind: shop, id: unit}
    owner: operations
"""
SHOPS = "id,name,region,calendar\na,Shop A,north,shop\nb,Shop B,north,shop\nc,Shop C,south,\n"
STOCK = {"event": "count", "value": "data.cars", "per": ["unit", "data.model"], "trust_for": "6h"}
MEASURE = {"kind": "duration", "start": "ask", "stop": "answer", "cancel": "withdraw"}


def write_config(folder: Path, changes: Mapping[str, Any]) -> Path:
    """Write a small configuration whose one touchpoint has the given keys."""
    text = YAML(typ="safe")
    company = text.load(COMPANY)
    touchpoint = company["touchpoints"]["reply"]
    if changes.get("ratio"):
        touchpoint["measure"] = {"kind": "ratio"} | dict(changes["ratio"])
        company["sources"]["fleet"] = {"delivers": ["count"], "wait": "60s"}
        company["stocks"] = {"cars": dict(STOCK)}
    else:
        touchpoint["measure"] = MEASURE | dict(changes.get("measure", {}))
        touchpoint["promise"] = changes.get("promise", "1h open")
    for name in ("rules", "rules_off", "objective", "case"):
        if name in changes:
            touchpoint[name] = changes[name]
    for name in ("exclusions", "calendars"):
        if name in changes:
            company[name] = changes[name]
    for name, source in changes.get("sources", {}).items():
        company["sources"][name].update(source)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "config.yaml").open("w", encoding="utf-8") as stream:
        YAML().dump(company, stream)
    (folder / "shops.csv").write_text(SHOPS, encoding="utf-8")
    for name, content in changes.get("files", {}).items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def plan_of(folder: Path, **changes: Any) -> Plan:
    """Return the plan of a small configuration."""
    return compile_settings(load(write_config(folder, changes))).plan


def line(words: str, number: int) -> bytes:
    """Turn `09:00 ask c1 unit=a customer=k by=person` into an event's line.

    The time is of the test's Monday in Berlin, or a whole time with `T`.  Words that are not of
    the envelope become data.
    """
    when, kind, case, *rest = words.split()
    time = f"{DAY}T{when}:00+02:00" if "T" not in when else when
    event: dict[str, Any] = {"specversion": "1.0", "source": SOURCES.get(kind, "crm")}
    event |= {"id": f"e{number}", "type": kind, "time": time, "data": {}}
    if case != "-":
        event["subject"] = case
    for word in rest:
        name, _, value = word.partition("=")
        if name in ("unit", "customer", "via", "id", "recordedtime", "source"):
            event[name] = value
        else:
            event["data"][name] = int(value) if value.isdigit() else value
    return json.dumps(event).encode()


def events_of(plan: Plan, lines: Iterable[str]) -> list[Event]:
    """Return the events of lines; every one must be accepted."""
    decoder = Decoder(plan, KEY)
    found: list[Event] = []
    for number, words in enumerate(lines):
        for item in decoder.decode(line(words, number)):
            assert not isinstance(item, Rejected), item
            found.append(item)
    return found


def replay(plan: Plan, lines: Iterable[str], until: int | None = None) -> Replay:
    """Replay lines and return the finished replay."""
    running = Replay(plan)
    running.run(events_of(plan, lines), until)
    return running
