"""Read a stream from its file: what counts as an event, and what an event says.

Instants are milliseconds since 1970.  Checks of form were rejected: the files that are judged here
are well formed, and refusing others is not what is put to the test.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.truth.minutes import World

Event = dict[str, Any]


def read(path: Path, world: World) -> Iterator[Event]:
    """Yield what its source delivers, each source and id once; `at` is its instant."""
    seen = set()
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        parsed = json.loads(line) if line.strip() else []
        for event in parsed if isinstance(parsed, list) else [parsed]:
            identity = (event["source"], event["id"])
            delivered = world.written["sources"].get(event["source"], {}).get("delivers", ())
            if event["type"] in delivered and identity not in seen:
                seen.add(identity)
                yield event | {"at": milliseconds(datetime.fromisoformat(event["time"]))}


def of(stream: list[Event], kind: str) -> list[Event]:
    """Return the events of one type in the order of their instants, ties as they were read."""
    return sorted((e for e in stream if e["type"] == kind), key=lambda event: event["at"])


def data(event: Event) -> dict[str, Any]:
    """Return the fields of an event."""
    return event.get("data") or {}


def attribute(event: Event, name: str) -> Any:
    """Return an extension attribute, or the field of the same name."""
    return event.get(name, data(event).get(name))


def date(event: Event, name: str, world: World) -> int | None:
    """Return the instant that a field names, on the unit's clock where it has no offset."""
    text = data(event).get(name)
    if text is None:
        return None
    wall = datetime.fromisoformat(text)
    row = world.units.get(attribute(event, "unit"), world.written["defaults"])
    return milliseconds(wall if wall.tzinfo else wall.replace(tzinfo=ZoneInfo(row["timezone"])))


def milliseconds(instant: datetime) -> int:
    """Return an instant as whole milliseconds."""
    return round(instant.timestamp() * 1000)
