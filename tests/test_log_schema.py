"""The schema of the service's own log names every field that is logged, and no other."""

import ast
import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from service.hosts.reloading import Effects
from tests.running import service

SCHEMA = json.loads(Path("docs/log.schema.json").read_text("utf-8"))
LEVELS = {"info", "warning", "error", "critical"}
# What comes from elsewhere: the style itself, libraries, values handed over as a whole.
AROUND = {"event", "level", "timestamp", "exception", "logger"}
WHOLE = {field.name for field in fields(Effects)} | {"week", "receiver", "ways"}


def logged() -> Iterator[str]:
    """Yield the fields with which the code logs."""
    for path in Path("service").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _is_log(node.func):
                yield from (word.arg for word in node.keywords if word.arg)


def _is_log(what: ast.expr) -> bool:
    if not isinstance(what, ast.Attribute) or what.attr not in LEVELS:
        return False
    speaker = what.value.func if isinstance(what.value, ast.Call) else what.value
    return isinstance(speaker, ast.Name) and speaker.id in ("logger", "log")


def test_every_field_is_in_the_schema() -> None:
    """A field that is logged and not described, or described and never logged, fails here."""
    assert set(SCHEMA["properties"]) == set(logged()) | AROUND | WHOLE


def test_a_real_log_keeps_to_it(tmp_path: Path) -> None:
    """Lines of a service that starts and stops are objects of the schema."""
    with service(tmp_path / "data", Path("config"), EROSION_LOG_FORMAT="json") as running:
        running.stop()
    lines = [json.loads(line) for line in running.log.read_text("utf-8").splitlines()]
    assert {line["event"] for line in lines} >= {"listening", "stopped"}
    for line in lines:
        assert set(SCHEMA["required"]) <= set(line) <= set(SCHEMA["properties"])
        assert line["level"] in SCHEMA["properties"]["level"]["enum"]
