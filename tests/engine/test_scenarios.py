"""Scenarios in YAML: what happened, and what must come of it."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from tests.worlds import DAY, plan_of, replay

FOLDER = Path(__file__).parent.parent / "scenarios"


def _load(name: str) -> list[Any]:
    return [
        pytest.param(row, id=row["name"].replace(" ", "-"))
        for row in YAML(typ="safe").load((FOLDER / name).read_text(encoding="utf-8"))
    ]


def _wall(at: int | None) -> str:
    if at is None:
        return "-"
    text = datetime.fromtimestamp(at / 1000, tz=ZoneInfo("Europe/Berlin")).isoformat()[:16]
    return text.removeprefix(f"{DAY}T")


def _touchpoint(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: row[key] for key in ("measure", "promise", "rules", "rules_off", "ratio") if key in row
    }


@pytest.mark.parametrize("row", _load("courses.yaml") + _load("ratios.yaml"))
def test_course(row: dict[str, Any], tmp_path: Path) -> None:
    """A case's facts give the outcome, the due instant and the end that the scenario states."""
    running = replay(plan_of(tmp_path, **_touchpoint(row)), row["events"])
    found = {
        case: f"{o.outcome} {_wall(o.due)} {_wall(o.ended)}"
        for (_, case), o in running.memory.results.outcomes.items()
    }
    assert found == row["want"]


@pytest.mark.parametrize("row", _load("rules.yaml") + _load("stocks.yaml"))
def test_rule(row: dict[str, Any], tmp_path: Path) -> None:
    """Rules say what the scenario states, in its order and nothing more."""
    plan = plan_of(tmp_path, **{"objective": "90% over 28d", **_touchpoint(row)})
    running = replay(plan, row["events"])
    found = [
        f"{_wall(s['instant'])} {s['transition']} {s['level']} {s['rule']} {s['scope']} {s['customers']}"  # type: ignore[arg-type]
        for s in running.memory.results.signals
    ]
    assert found == row["want"]
