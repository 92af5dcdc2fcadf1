"""Templates in the configuration: what is refused, at which line, and what becomes of the rest."""

import re
from pathlib import Path

import pytest

from alerts.courier import Attempt, Receipt
from alerts.retry import Result
from service.metrics import REGISTRY, attempted
from service.settings import compile_settings, load
from tests.settings.written import COMPANY, problems, write

REFERENCE = Path(__file__).parents[2] / "docs" / "reference.md"
BODY = """\
templates:
  alarm:
    headline: "{{ headline }}!"
    body: |
      {{ customers }} people
      {% for shop in units %}
      {{ shop.name }}
      {% endfor %}
"""


def test_a_template_becomes_part_of_the_directory(tmp_path: Path) -> None:
    """What the configuration words, the desk is handed."""
    found = compile_settings(load(write(tmp_path, company=COMPANY + BODY))).directory.wordings
    assert list(found) == ["alarm"]
    assert found["alarm"].headline is not None
    assert found["alarm"].body is not None


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("{{ headline }}!", "{{ headlin }}", "22:15", 'alarm.headline: no fact "headlin"'),
        ("{{ headline }}!", "{{ 9 ** 9 }}", "22:15", "alarm.headline: Pow is not allowed"),
        ("{{ headline }}!", "{{", "22:15", "alarm.headline: "),
        ("{{ headline }}!", "{{ reason }}", "22:15", "alarm.headline: the first line is empty"),
        ("shop in units", "shop in body", "25:1", "alarm.body: a loop goes over titles, units"),
        ("shop.name", "shop.nam", "26:1", 'alarm.body: nothing has "nam"'),
        ("{% endfor %}", "", "26:1", "alarm.body: "),
        (
            "{{ customers }}",
            "{{ kept + late }}",
            "23:11",
            "alarm.body: cannot be filled: TypeError",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    old: str, new: str, line: str, told: str, tmp_path: Path
) -> None:
    """A template that cannot be read, or fails on a story, is refused where it stands."""
    (problem,) = problems(write(tmp_path, company=COMPANY + BODY.replace(old, new)))
    assert problem.startswith(f"company.yaml:{line}: {told}")


def test_no_other_kind_of_news(tmp_path: Path) -> None:
    """A kind that does not exist is refused."""
    assert problems(write(tmp_path, company=COMPANY + BODY.replace("alarm:", "alarms:")))


def test_the_example_of_the_reference_is_accepted(tmp_path: Path) -> None:
    """What the reference shows can be written."""
    (example,) = re.findall(r"```yaml\n(templates:.*?)```", REFERENCE.read_text("utf-8"), re.DOTALL)
    assert not problems(write(tmp_path, company=COMPANY + example))


def test_what_fell_back_is_counted_once() -> None:
    """A message in our words is counted at its first attempt, by channel."""

    def value() -> float:
        name = "erosion_templates_fell_back_total"
        return REGISTRY.get_sample_value(name, {"channel": "console"}) or 0

    before = value()
    for number in (1, 2):
        receipt = Receipt("k", number, 0, Result.DELIVERED, "")
        attempted(Attempt("console", "desk", 0, receipt, fell_back=True))
    assert value() == before + 1
