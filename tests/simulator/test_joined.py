"""The marketplace's stream says who joined and what they paid, as the tables do."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from service.simulator.olist import convert
from tests.simulator.joined import Joined, joined_by_week
from tests.simulator.test_olist import TABLES, needs_tables, sample_events

ZONE = ZoneInfo("America/Sao_Paulo")


def joined_in(events: Iterable[dict[str, Any]]) -> dict[str, Joined]:
    """Return the newcomers of every week, from the first request of each customer."""
    known: set[str] = set()
    weeks: dict[str, Joined] = {}
    for event in events:
        if event["type"] == "order.requested" and event["customer"] not in known:
            known.add(event["customer"])
            week = datetime.fromisoformat(event["time"]).astimezone(ZONE).strftime("%G-W%V")
            before = weeks.get(week, Joined(0, 0))
            cents = round(100 * event["data"].get("value", 0))
            weeks[week] = Joined(before.customers + 1, before.cents + cents)
    return weeks


@needs_tables
def test_newcomers_of_every_week(tmp_path: Path) -> None:
    """Each week as many customers joined and paid as much as the tables say, 22,607 in all."""
    convert(TABLES, tmp_path / "events.ndjson", tmp_path / "truth.json")
    lines = (tmp_path / "events.ndjson").read_text("utf-8").splitlines()
    found, known = joined_in(map(json.loads, lines)), joined_by_week(TABLES)
    assert found == known
    assert sum(week.customers for week in known.values()) == 22_607


def test_orders_carry_who_and_how_much() -> None:
    """Every request of the shipped sample names its customer and what was paid."""
    requests = [event for event in sample_events() if event["type"] == "order.requested"]
    assert all(event["customer"] for event in requests)
    assert all(event["data"]["value"] >= 0 for event in requests)
    newcomers = sum(week.customers for week in joined_in(requests).values())
    assert newcomers == len({event["customer"] for event in requests})
