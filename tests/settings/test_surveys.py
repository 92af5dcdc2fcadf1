"""Surveys are configured beside the touchpoints, and kept out of every rule."""

from pathlib import Path

import pytest

from service.settings import compile_settings, load
from tests.settings.written import COMPANY, bend, problems, write

HEARD = "delivers: [asked, answered, withdrawn, rated]"
SURVEY = "surveys: [{event: rated, score: data.stars, scale: [1, 5], touchpoints: [answer]}]\n"
LENGTHS = "write a length as 90s, 15m, 1h open, 4d or 2 open days"
DAY_MS = 86_400_000

MISTAKES = [
    (
        "event: rated",
        "event: ratd",
        '20:19: no source delivers "ratd"; did you mean "rated"?',
    ),
    (
        "event: rated",
        "event: asked",
        '20:19: the touchpoint "answer" listens to "asked"; a survey never begins or ends a case',
    ),
    (
        "touchpoints: [answer]",
        "touchpoints: [anwser]",
        '20:74: no touchpoint "anwser"; did you mean "answer"?',
    ),
    (
        "touchpoints: [answer]",
        "touchpoints: [answer, answer]",
        '20:82: "answer" stands twice; an answer is filed once',
    ),
    ("[1, 5]", "[5, 1]", "20:11: a scale goes from the worst score to the best: [1, 10]"),
    ("data.stars", "stars", '20:33: "stars" cannot stand here; write it as data.NAME'),
    (
        "touchpoints: [answer]",
        "touchpoints: [answer], drop: {over: 8h open}",
        f"20:96: '8h open' counts opening hours, which have no meaning here; {LENGTHS}",
    ),
]


def surveyed(folder: Path, survey: str = SURVEY) -> Path:
    """Write the small configuration with a survey."""
    heard = bend(COMPANY, "delivers: [asked, answered, withdrawn]", HEARD)
    return write(folder, company=heard + survey)


def test_a_survey(tmp_path: Path) -> None:
    """What is left out has its default: four weeks, thirty answers."""
    [survey] = load(surveyed(tmp_path)).configuration.surveys
    assert survey.event == "rated"
    assert survey.scale == (1, 5)
    assert (survey.drop.over, survey.drop.answers) == (28 * DAY_MS, 30)


def test_scores_travel(tmp_path: Path) -> None:
    """An answer carries its score into the log, although nothing of the engine asks for it."""
    plan = compile_settings(load(surveyed(tmp_path))).plan
    assert plan.fields["rated"] == ("stars",)
    assert not any(
        pattern.type == "rated"
        for touchpoint in plan.touchpoints.values()
        for pattern in (*touchpoint.start, *touchpoint.stop)
    )


@pytest.mark.parametrize(("old", "new", "line"), MISTAKES)
def test_mistakes(tmp_path: Path, old: str, new: str, line: str) -> None:
    """A survey that names what is not there, or would become a trigger, is refused at its place."""
    assert problems(surveyed(tmp_path, bend(SURVEY, old, new))) == [f"company.yaml:{line}"]
