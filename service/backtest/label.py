"""What is known to have gone wrong: labels from a CSV, a JSON list, or the truth of a simulation.

A label names a place and a time.  Without a touchpoint it holds for all of them.  A label of the
kind `benign` says that an alarm there is unwanted.  An alarm within a week after the end of a label
still belongs to it: the last late customers are late only then.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from service.engine.plan import Plan
from service.errors import ErosionError

AFTERMATH_MS = 7 * 86_400_000
BENIGN = "benign"
_SHAPE = "columns or keys: touchpoint (may be left out), unit or region, from, to, kind"


class Label(NamedTuple):
    """State that something was wrong at a place; an empty touchpoint means any."""

    touchpoint: str
    per: str
    scope: str
    region: str
    begin: int
    end: int
    kind: str

    def covers(self, instant: int) -> bool:
        """Tell whether an alarm at an instant would be due to this."""
        return self.begin <= instant <= self.end + AFTERMATH_MS

    def is_about(self, touchpoint: str) -> bool:
        """Tell whether it concerns a touchpoint."""
        return self.touchpoint in ("", touchpoint)


def read_labels(path: Path, plan: Plan) -> list[Label]:
    """Return the labels of a file; raise ErosionError for a wrong one."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ErosionError(
            f"cannot read {path}: {reason}", f"labels are CSV or JSON with {_SHAPE}"
        ) from None
    rows = list(_rows(path, text))
    labels = [_label(f"{path}: label {number}", row, plan) for number, row in enumerate(rows, 1)]
    if not labels:
        raise ErosionError(f"{path} holds no label", f"labels are CSV or JSON with {_SHAPE}")
    return labels


def known_units(plan: Plan) -> set[str]:
    """Return the ids of all units of a plan."""
    return {unit for units in plan.units.values() for unit in units}


def known_regions(plan: Plan) -> set[str]:
    """Return all regions of a plan."""
    return {unit.region for units in plan.units.values() for unit in units.values()}


def _rows(path: Path, text: str) -> Iterable[Mapping[str, Any]]:
    if path.suffix == ".csv":
        return csv.DictReader(io.StringIO(text))
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ErosionError(
            f"{path} is no JSON: {error}", f"labels are CSV or JSON with {_SHAPE}"
        ) from None
    rows = found.get("episodes") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ErosionError(
            f"{path} holds no list of labels", f"labels are CSV or JSON with {_SHAPE}"
        )
    return rows


def _label(where: str, row: Mapping[str, Any], plan: Plan) -> Label:
    cells = {str(key): str(value or "").strip() for key, value in row.items()}
    touchpoint, unit, region = (cells.get(key, "") for key in ("touchpoint", "unit", "region"))
    for name, value, known in _names(touchpoint, unit, region, plan):
        if value and value not in known:
            few = ", ".join(sorted(known)[:5])
            raise ErosionError(f"{where}: no {name} {value!r}", f"the configuration has {few}, ..")
    if not unit and not region:
        raise ErosionError(f"{where}: it names neither unit nor region", _SHAPE)
    begin, end = (_instant(where, key, cells.get(key, "")) for key in ("from", "to"))
    if begin >= end:
        raise ErosionError(f"{where}: it ends before it begins", _SHAPE)
    per, scope = ("unit", unit) if unit else ("region", region)
    homes = [units[unit].region for units in plan.units.values() if unit in units]
    return Label(
        touchpoint, per, scope, homes[0] if homes else region, begin, end, cells.get("kind", "")
    )


def _names(
    touchpoint: str, unit: str, region: str, plan: Plan
) -> Iterator[tuple[str, str, set[str]]]:
    yield "touchpoint", touchpoint, set(plan.touchpoints)
    yield "unit", unit, known_units(plan)
    yield "region", region, known_regions(plan)


def _instant(where: str, key: str, text: str) -> int:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ErosionError(
            f"{where}: {key} is {text!r}, no time with an offset",
            "write it as 2018-03-01T00:00-03:00",
        )
    return round(found.timestamp() * 1000)
