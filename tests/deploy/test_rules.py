"""Every alert fires and keeps still in a story, rests on metrics that exist, and has a runbook."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy.grafana.build import BOARDS
from tests.deploy.lint import DEPLOY, ran
from tests.live.needs import program
from tests.test_docs import commands, section

RULES, STORIES = DEPLOY / "prometheus" / "rules", DEPLOY / "prometheus" / "tests"
BOOKS = DEPLOY / "runbooks"
PARTS = ["What it means", "What customers feel", "Look at", "Do", "It is over when"]
# Always true: there is no story in which it keeps still.
ALWAYS = "ErosionAlertingWorks"


def yaml(path: Path) -> Any:
    """Return a file of YAML."""
    return YAML(typ="safe").load(path.read_text("utf-8"))


def rules() -> list[dict[str, Any]]:
    """Return every rule of every file."""
    files = sorted(RULES.glob("*.yml"))
    return [rule for file in files for group in yaml(file)["groups"] for rule in group["rules"]]


ALERTS = {rule["alert"]: rule for rule in rules() if "alert" in rule}


def metrics() -> set[str]:
    """Return the metrics that the reference names; other tests hold it to the program."""
    return set(re.findall(r"^\| `(erosion_[a-z_]+)`", section("Metrics"), re.MULTILINE))


def spans(page: Path) -> list[str]:
    """Return what a page has between backticks."""
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", page.read_text("utf-8"))]


@pytest.mark.live
@pytest.mark.parametrize("story", sorted(STORIES.glob("*.yml")), ids=lambda path: path.stem)
def test_stories(story: Path) -> None:
    """Promtool plays each story, and the alerts are those that it tells of, word for word."""
    ran(program("promtool"), "test", "rules", story)


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_has_both_stories(name: str) -> None:
    """There is a story in which an alert fires, and one in which it does not."""
    told = [one for path in STORIES.glob("*.yml") for one in yaml(path)["tests"]]
    asked = [one for story in told for one in story["alert_rule_test"] if one["alertname"] == name]
    assert {bool(one["exp_alerts"]) for one in asked} == {True, name == ALWAYS}


def test_metrics_exist() -> None:
    """A rule asks for nothing but metrics of the service and what another rule recorded."""
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    for rule in rules():
        asked = set(re.findall(r"\berosion_[a-z_]+", rule["expr"]))
        assert asked <= metrics(), rule
        assert set(re.findall(r"\berosion:\w+:\w+", rule["expr"])) <= recorded, rule


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_to_do(name: str) -> None:
    """It has a severity, a summary, a description, and the address of its own runbook."""
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in ("critical", "warning", "none")
    notes = rule["annotations"]
    assert notes.keys() == {"summary", "description", "runbook_url", "dashboard_url"}
    assert notes["dashboard_url"].rpartition("/")[2] in {board.uid for board in BOARDS}
    assert notes["runbook_url"].endswith(f"/{name}.md")
    assert len(notes["summary"]) < 100


def test_every_alert_has_a_runbook_and_no_other_is_there() -> None:
    """Runbooks and alerts are the same names."""
    assert {path.stem for path in BOOKS.glob("*.md")} == set(ALERTS)


@pytest.mark.parametrize("page", sorted(BOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_is_whole_and_true(page: Path) -> None:
    """It has its five parts, its links lead somewhere, and what it names is there."""
    text = page.read_text("utf-8")
    assert text.startswith(f"# {page.stem}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == PARTS
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (page.parent / target).exists(), target
    for span in spans(page):
        assert set(re.findall(r"\berosion_[a-z_]+", span)) <= metrics(), span
        if span.startswith("erosion "):
            _is_there(span)


def test_the_page_on_deployment_names_what_is_there() -> None:
    """Commands, metrics and files that it names exist."""
    page = DEPLOY / "README.md"
    text = page.read_text("utf-8")
    assert set(re.findall(r"\berosion_[a-z_]+", text)) <= metrics()
    for span in spans(page):
        if re.fullmatch(r"erosion [a-z].*", span):
            _is_there(span)
    for place in re.findall(r"\bdeploy/[\w./-]*\w", text):
        assert (DEPLOY.parent / place).exists() or "*" in text[text.index(place) :][:40], place


def _is_there(span: str) -> None:
    """Fail if a command, or one of its options, is not there."""
    known = commands()
    path = next(
        (name for name in sorted(known, key=len)[::-1] if f"{span} "[8:].startswith(f"{name} ")),
        None,
    )
    assert path, span
    assert set(re.findall(r"--[a-z-]+", span)) <= set(known[path]), span
