"""The scorecard against a reckoning of its definitions by brute force, from the bare lines of a world.

What customers lived and answered is read from the simulated stream, what the desk was told from the
signals, what people did from the audit.  Small worlds on a coarse grid of instants come beside it,
because only there two things happen at once.
"""

import csv
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from service.report import drop, scorecard
from service.report.answer import Answer
from service.report.matching import Episode, overlaps
from service.report.scorecard import Lived, Scorecard
from service.weekly.scoring import early_now
from tests.report.brutedrops import Heard
from tests.report.bruteforce import Alarm, Figures, Visit, figures
from tests.report.simulated import CONFIG, Simulated, simulated

LONG = os.environ.get("EROSION_TRUTH") == "long"
SEEDS = range(1, 21) if LONG else (2, 3)
GRIDS = 2_000 if LONG else 300
DAY_MS = 86_400_000
TWO_DAYS_MS = 2 * DAY_MS
OVER_MS, ENOUGH = 28 * DAY_MS, 30
TOUCHPOINTS = ("answer-request", "request-to-drive")
SIGNALS = (
    "SELECT id, touchpoint, per, scope, instant, level, transition FROM signal ORDER BY number"
)
ACTS = "SELECT about, at FROM audit WHERE what IN ('take', 'told')"


def instant(text: str) -> int:
    """Return the milliseconds of a time."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def regions() -> dict[str, str]:
    """Return the region of each dealer."""
    rows = csv.DictReader((CONFIG / "dealers.csv").read_text("utf-8-sig").splitlines())
    return {row["id"]: row["region"] for row in rows}


def told(stream: Path) -> tuple[list[Heard], list[Visit]]:
    """Return answers and visits from the lines alone, each request at both touchpoints."""
    events = {
        (e["source"], e["id"]): e for e in map(json.loads, stream.read_text("utf-8").splitlines())
    }
    asked = {e["subject"]: e for e in events.values() if e["type"] == "testdrive.requested"}
    place = regions()
    answers, visits = [], []
    for touchpoint in TOUCHPOINTS:
        for event in events.values():
            request = asked.get(event.get("subject"), {})
            if event is request:
                where = (touchpoint, event["unit"], place[event["unit"]])
                visits.append(Visit(*where, instant(event["time"]), event["customer"]))
            elif event["type"] == "survey.answered":
                where = (touchpoint, request["unit"], place[request["unit"]])
                lived, known = instant(request["time"]), instant(event["recordedtime"])
                answers.append(Heard(*where, lived, known, event["data"]["score"]))
    return answers, visits


def alarms(database: Path) -> list[Alarm]:
    """Return the warnings of a world: loud from the first loud signal, over with the last one."""
    place = regions()
    with closing(sqlite3.connect(database)) as connection:
        signals = connection.execute(SIGNALS).fetchall()
        acts = connection.execute(ACTS).fetchall()
    found = []
    for name in {signal[0] for signal in signals}:
        mine = [signal for signal in signals if signal[0] == name and signal[1] in TOUCHPOINTS]
        loud = [signal[4] for signal in mine if signal[5] in ("warning", "critical")]
        if not loud:
            continue
        _, touchpoint, per, scope, last, _, transition = mine[-1]
        region = place[scope] if per == "unit" else scope
        begin, end = min(loud), last if transition in ("resolved", "withdrawn") else None
        acted = any(about == name and at < begin + TWO_DAYS_MS for about, at in acts)
        found.append(Alarm(touchpoint, per, scope, region, begin, end, acted))
    return found


def figures_of(card: Scorecard, drops: list[Any]) -> Figures:
    """Return what the product says, in the shape of the other reckoning."""
    raw, unacted = card.raw or (0, 0), card.unacted or (0, 0)
    return Figures(
        sorted(tuple(one) for one in drops),
        (card.drops.part, card.drops.whole),
        card.by_member,
        card.lead_median_ms,
        card.lead_p10_ms,
        card.lead_min_ms,
        (raw[0], raw[1]),
        (unacted[0], unacted[1]),
        card.prevented,
        card.unverifiable,
        card.people,
    )


def product(world: Simulated, days: int, monkeypatch: pytest.MonkeyPatch) -> Figures:
    """Return what the product says of a world; its drops are those that it scores."""
    seen: list[Any] = []
    drops_in = drop.drops_in

    def noted(windows: Any) -> Any:
        seen[:] = drops_in(windows)
        return seen

    with monkeypatch.context() as patch:
        patch.setattr(scorecard, "drops_in", noted)
        early = early_now(world.reads, world.compiled.surveys, world.compiled.directory, days)
    since = world.reads.newest() - days * DAY_MS
    return figures_of(early.surveys[0].card, [one for one in seen if one.visible_at >= since])


@pytest.fixture(scope="module", params=SEEDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a world of six dealers in which all answer and some act on warnings."""
    folder = tmp_path_factory.mktemp("world")
    how: dict[str, Any] = {
        "dealers": 6,
        "weeks": 30,
        "survey_answered": 1.0,
        "fleet": False,
        "base": False,
    }
    return simulated(folder, acting=True, seed=request.param, **how)


@pytest.mark.parametrize("days", [400, 90])
def test_the_figures_of_a_world(
    world: Simulated, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drops, leads, recall, both precisions and people are those of a count by brute force."""
    answers, visits = told(world.stream)
    since = world.reads.newest() - days * DAY_MS
    wanted = figures(answers, alarms(world.database), visits, OVER_MS, ENOUGH, since)
    print(f"{len(answers)} answers: {wanted}")
    assert product(world, days, monkeypatch) == wanted
    assert wanted.raw[1] > wanted.unacted[1] > 0


def grid(seed: int) -> tuple[list[Heard], list[Alarm], list[Visit]]:
    """Return a world of a few units and instants, in which much happens at once."""
    draw = Random(seed)
    units = [("a", "north"), ("b", "north"), ("c", "south"), ("d", "south")][: draw.randint(1, 4)]
    answers, visits = [], []
    for _ in range(draw.randint(20, 120)):
        unit, region = draw.choice(units)
        lived = draw.randint(0, 30)
        trouble = 12 <= lived < 22 and unit in "ac"
        score = draw.choice((1, 2, 3)) if trouble else draw.choice((7, 8, 9, 10))
        answers.append(Heard("t", unit, region, lived, lived + draw.randint(1, 5), score))
        visits.append(Visit("t", unit, region, lived, f"c{draw.randint(1, 20)}"))
    places = [("unit", *unit) for unit in units]
    places += [("region", "north", "north"), ("region", "south", "south"), ("company", "", "")]
    alarms_ = []
    for _ in range(draw.randint(0, 6)):
        begin = draw.randint(0, 32)
        end = draw.choice((None, begin + draw.randint(1, 8)))
        alarms_.append(Alarm("t", *draw.choice(places), begin, end, draw.random() < 0.3))
    return answers, alarms_, visits


def both(seed: int) -> tuple[Figures, Figures]:
    """Return what the product and brute force say of a small world."""
    answers, alarms_, visits = grid(seed)
    windows = drop.judged_windows([Answer(*answer) for answer in answers], 8, 4)
    since = Random(seed).choice((-1, 10, 20))
    card = scorecard.score(
        [Answer(*answer) for answer in answers],
        windows,
        [Episode(*a[:6], "warning", a.acted) for a in alarms_],
        [Lived(*visit) for visit in visits],
        4,
        since,
    )
    drops = [one for one in drop.drops_in(windows) if one.visible_at >= since]
    return figures_of(card, drops), figures(answers, alarms_, visits, 8, 4, since)


def test_small_worlds() -> None:
    """In small worlds full of things that happen at once both agree, figure by figure."""
    compared = [both(seed) for seed in range(GRIDS)]
    wrong = [seed for seed, (found, wanted) in enumerate(compared) if found != wanted]
    print(f"{GRIDS} worlds, {sum(w.recall[1] for _, w in compared)} drops")
    assert wrong == []
    assert sum(wanted.recall[1] for _, wanted in compared) > GRIDS // 4


def _to_its_end(episode: Any, window: Any) -> bool:
    is_over = episode.closed is not None and episode.closed < window.begin
    return bool(episode.opened < window.end and not is_over)


def _up_to_its_end(episode: Any, window: Any) -> bool:
    return bool(overlaps(episode, window) or episode.opened == window.end)


def _when_all_came(arrived: Any, before: Any, enough: int) -> int:
    return int(arrived[-1].known_at)


MISTAKES = {
    "over at its begin, and yet overlapping": (scorecard, "overlaps", _to_its_end),
    "begun at its end, and yet overlapping": (scorecard, "overlaps", _up_to_its_end),
    "seen when the last answer came": (drop, "_visible_at", _when_all_came),
    "one in a hundred": (drop, "CHANCE", 0.01),
    "a region takes no unit's answers": (scorecard, "LEVELS", ("unit", "company", "region")),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_planted_mistakes_are_caught(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Brute force disagrees with a scorecard in which one comparison is off by one instant."""
    monkeypatch.setattr(*MISTAKES[mistake])
    assert any(found != wanted for found, wanted in _compared())


def _compared() -> Iterator[tuple[Figures, Figures]]:
    return (both(seed) for seed in range(GRIDS))
