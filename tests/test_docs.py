"""Docs that lie fail here: what the program has is in the reference, and nothing else is.

The reference is compared with the program itself: its commands, the models of its configuration,
its metrics, the routes of the real application.  A second list to compare with was rejected: it
would have to be kept up too.  tests/test_readme.py runs what the README shows.
"""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel

from service.bootstrap import build
from service.cli.forms import OUTCOME_COLUMNS
from service.cli.main import app
from service.rejected import Reason
from service.settings import ProcessSettings
from service.settings.configuration import Configuration

ROOT = Path(__file__).parents[1]
REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PAGES += sorted((ROOT / "deploy").rglob("*.md"))
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
# Where the reference tells of each block; a new block has no place until it is named here.
BLOCKS = {
    "Configuration": "Top level",
    "Defaults": "`defaults`",
    "Calendar": "`calendars.NAME`",
    "TableFile": "`units.KIND` and `regions`",
    "Source": "`sources.NAME`",
    "Kafka": "`sources.NAME`",
    "Heartbeat": "`sources.NAME`",
    "Silent": "`sources.NAME`",
    "Constant": "`sources.NAME`",
    "Journey": "`journeys.NAME`",
    "Stage": "`journeys.NAME`",
    "Touchpoint": "`touchpoints.NAME`",
    "UnitReference": "`touchpoints.NAME`",
    "Stock": "`stocks.NAME`",
    "Duration": "`measure`",
    "Ratio": "`measure`",
    "StockGood": "`measure`",
    "ValueGood": "`measure`",
    "EventGood": "`measure`",
    "EventPattern": "`measure`",
    "Pause": "`measure`",
    "SpanPromise": "`promise`",
    "DatePromise": "`promise`",
    "LevelPromise": "`promise`",
    "UnitPromise": "`promise`",
    "Customers": "`customers`",
    "Definitions": "`customers`",
    "Joined": "`customers`",
    "Left": "`customers`",
    "MoreOrLess": "`customers`",
    "Moved": "`customers`",
    "Segments": "`customers`",
    "Feedback": "`feedback`",
    "Category": "`feedback`",
    "WaitingRule": "`rules`",
    "ObjectiveRule": "`rules`",
    "ShareRule": "`rules`",
    "FloorRule": "`rules`",
    "PaceRule": "`rules`",
    "SpreadRule": "`rules`",
    "SpreadMinimum": "`rules`",
    "PaceMinimum": "`rules`",
    "FalseWarnings": "`rules`",
    "RegionPace": "`rules`",
    "Minimum": "`rules`",
    "Reach": "`receivers.NAME`",
    "Console": "`receivers.NAME`",
    "Jsonl": "`receivers.NAME`",
    "Email": "`receivers.NAME`",
    "Slack": "`receivers.NAME`",
    "Webhook": "`receivers.NAME`",
    "Topic": "`receivers.NAME`",
    "Apprise": "`receivers.NAME`",
    "Root": "`routes`",
    "Route": "`routes`",
    "DeliverAt": "`routes`",
    "Step": "`escalation`",
    "Acknowledge": "`acknowledge`",
    "Mute": "`mutes`",
    "ProofOfLife": "`heartbeat`",
    "Digest": "`digest`",
    "Exclusion": "`exclusions`",
    "Survey": "`surveys`",
    "Value": "`value`",
    "Share": "`value`",
    "Keep": "`value`",
    "PerCustomer": "`value`",
    "Drop": "`surveys`",
    "Wording": "`templates`",
    "Retain": "`retain`",
    "Privacy": "`privacy`",
}
SHORT = ("--config", "--json")  # one line at the top tells what they do; a command lists them


def section(title: str) -> str:
    """Return the reference's section of a title, without those that follow."""
    found = re.search(
        rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", REFERENCE, re.MULTILINE | re.DOTALL
    )
    assert found, title
    return found[1]


def commands() -> dict[str, list[str]]:
    """Return every command with its options."""
    found: dict[str, list[str]] = {}
    waiting: list[tuple[tuple[str, ...], Any]] = [((), typer.main.get_command(app))]
    while waiting:
        path, command = waiting.pop()
        children = getattr(command, "commands", {})
        waiting += [((*path, name), child) for name, child in children.items()]
        if not children:
            options = [name for item in command.params for name in item.opts if name[:2] == "--"]
            found[" ".join(path)] = sorted(options)
    return dict(sorted(found.items()))


def models(annotation: object, seen: dict[type[BaseModel], None]) -> None:
    """Collect every model that stands in an annotation, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation in seen:
            return
        seen[annotation] = None
        for field in annotation.model_fields.values():
            models(field.annotation, seen)
    for inner in get_args(annotation):
        models(inner, seen)


def keys() -> dict[str, set[str]]:
    """Return the keys of every block of a configuration file, by the block's name."""
    seen: dict[type[BaseModel], None] = {}
    models(Configuration, seen)
    return {
        model.__name__: {field.alias or name for name, field in model.model_fields.items()}
        for model in seen
    }


@pytest.mark.parametrize("command", commands())
def test_commands(command: str) -> None:
    """Every command has a heading of its own, and each of its options stands below it."""
    found = re.search(
        rf"^### `erosion {command}(?: [^`]*)?`\n(.*?)(?=^##|\Z)",
        section("Commands"),
        re.MULTILINE | re.DOTALL,
    )
    assert found, f"erosion {command}"
    missing = [option for option in commands()[command] if f"`{option}`" not in found[1]]
    assert not missing


def test_no_invented_command() -> None:
    """The reference names no command that is not there."""
    named = re.findall(r"^### `erosion ([^`A-Z\[]+?)(?: [A-Z\[][^`]*)?`$", REFERENCE, re.MULTILINE)
    assert sorted(named) == list(commands())


def test_no_invented_option() -> None:
    """The reference names no option that is not there."""
    options = {option for found in commands().values() for option in found}
    assert set(re.findall(r"`(--[a-z-]+)`", section("Commands"))) == options | set(SHORT)


@pytest.mark.parametrize("block", keys())
def test_configuration_keys(block: str) -> None:
    """Every key of a block stands in the part of the reference that tells of the block."""
    title = re.escape(BLOCKS[block])
    found = re.search(
        rf"^### {title}\n(.*?)(?=^###|\Z)", section("Configuration"), re.MULTILINE | re.DOTALL
    )
    assert found, BLOCKS[block]
    assert not sorted(key for key in keys()[block] if f"`{key}`" not in found[1])


def test_variables() -> None:
    """The reference names the variables that the process reads, and no other."""
    named = set(re.findall(r"^\| `(EROSION_[A-Z_]+)`", REFERENCE, re.MULTILINE))
    assert named == {f"EROSION_{name.upper()}" for name in ProcessSettings.model_fields}


def test_rejection_reasons() -> None:
    """The reference names every reason for turning an input away, in the program's order."""
    named = re.findall(r"^\| `([a-z]+)` \|", section("Rejection reasons"), re.MULTILINE)
    assert named == [reason.value for reason in Reason]


def test_outcome_columns() -> None:
    """The reference names the outcomes' columns in their order."""
    named = re.findall(r"^\| `([a-z_]+)` \|", section("Outcomes as CSV"), re.MULTILINE)
    assert named == list(OUTCOME_COLUMNS)


def routes(folder: Path) -> list[str]:
    """Return the routes that the real application answers, as the reference writes them."""
    process = ProcessSettings(config=ROOT / "config", data=folder)
    built = build(process)
    built.store.close()
    found = []
    for route in built.host._app.routes:
        methods: set[str] = getattr(route, "methods", set())
        path: str = getattr(route, "path", "")
        method = next((name for name in ("POST", "DELETE") if name in methods), "GET")
        found.append(f"{method} {re.sub(r'{(.+?)}', lambda name: name[1].upper(), path)}")
    return sorted(found)


def test_http_routes(tmp_path: Path) -> None:
    """The reference names the routes that the service answers, and no other."""
    assert sorted(re.findall(r"^\| `([A-Z]+ [^`]+)`", section("HTTP"), re.MULTILINE)) == routes(
        tmp_path
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links(page: Path) -> None:
    """Each link to a file of ours finds it, and each link to a heading finds that."""
    for target, anchor in LINK.findall(page.read_text("utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (page.parent / target) if target else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            slugs = [re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings]
            assert anchor in slugs, anchor
