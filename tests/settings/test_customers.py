"""Customers and feedback are configured once for the company, and stay out of every measure."""

from pathlib import Path

import pytest

from service.settings import compile_settings, load
from tests.settings.written import COMPANY, bend, problems, write

HEARD = "delivers: [asked, answered, withdrawn, bought, gone, changed, wrote]"
CUSTOMERS = """\
customers:
  definitions: {version: 3, owners: [Sales, Finance]}
  joined: {event: bought, value: data.worth}
  left: {event: gone, reason: data.why}
  lapsed_after: {default: 100d, shops: 30d}
  more_or_less: {event: changed, value: data.delta}
  moved: {event: changed, before: data.old, after: data.new, tiers: [silver, gold]}
  segments: {field: data.kind}
feedback:
  event: wrote
  where: "length > 0"
  category: data.about
  kind: data.how
  categories: {late: {title: too late, touchpoint: answer}}
"""
MISTAKES = [
    ("event: bought", "event: bougt", 'no source delivers "bougt"; did you mean "bought"?'),
    ("event: bought,", "event: bought, first: asked,", "write `event: NAME`, or `first: NAME`"),
    ("{default: 100d, shops: 30d}", "{shops: 30d}", "`lapsed_after` needs a `default`"),
    ("  segments: {field: data.kind}\n", "", "no `segments` say where they stand"),
    ("default: 100d", "default: 400d", "raise `retain.outcomes` to a week more"),
    ("tiers: [silver, gold]", "tiers: [gold]", "2"),
    ("version: 3", "version: 0", "1"),
    (
        "event: wrote",
        "event: asked",
        'the touchpoint "answer" listens to "asked"; what customers say',
    ),
    ("touchpoint: answer}", "touchpoint: anser}", 'no touchpoint "anser"; did you mean "answer"?'),
    ("kind: data.how", "kind: shouted", "unaided"),
    ("version: 3", "version: 3, target: 90", 'unknown key "target"'),
]


def configured(folder: Path, old: str = "", new: str = "") -> Path:
    """Write the small configuration with customers, bent in one place."""
    heard = bend(COMPANY, "delivers: [asked, answered, withdrawn]", HEARD)
    return write(folder, company=heard + (bend(CUSTOMERS, old, new) if old else CUSTOMERS))


@pytest.mark.parametrize(("old", "new", "said"), MISTAKES)
def test_mistakes(tmp_path: Path, old: str, new: str, said: str) -> None:
    """A mistake is told with file, line and column, and what could stand there."""
    found = problems(configured(tmp_path, old, new))
    assert found
    assert all(line.startswith("company.yaml:") for line in found)
    assert any(said in line for line in found), found


def test_what_the_plan_puts_out(tmp_path: Path) -> None:
    """Events of customers and messages are put out with the fields that the definitions read."""
    plan = compile_settings(load(configured(tmp_path))).plan
    assert plan.told == ("bought", "changed", "gone", "wrote")
    assert plan.fields["changed"] == ("delta", "kind", "new", "old")
    assert plan.fields["gone"] == ("kind", "why")
    assert plan.fields["wrote"] == ("about", "how", "length")
    assert plan.answers == ("answered",)


def test_no_block_no_facts(tmp_path: Path) -> None:
    """Without the blocks nothing is put out."""
    assert compile_settings(load(write(tmp_path))).plan.told == ()
