"""The engine against the oracle: the same late cases, and planted mistakes are caught."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.engine.case import Case
from service.engine.facts import End
from service.engine.plan import Plan
from service.engine.results import Results
from service.hosts.replay import Replay
from service.intake.decode import Decoder
from service.settings import compile_settings, load
from service.simulator.run import run
from tests.truth import oracle
from tests.worlds import KEY

CONFIG = Path("config")
LONG = os.environ.get("EROSION_TRUTH") == "long"
# The short form runs with all tests; `make truth` runs the long one.
SEEDS, DEALERS, WEEKS = (20, 40, 40) if LONG else (5, 12, 40)
START = "2026-03-02"  # 40 weeks from here hold both changes of the clock and many holidays


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the shipped test-drive plan."""
    return compile_settings(load(CONFIG)).plan


def stream(folder: Path, seed: int) -> Path:
    """Write a stream with pauses, cancels, late dates, calls, disorder and repetition."""
    path = folder / "events.ndjson"
    run(path, folder / "truth.json", seed=seed, dealers=DEALERS, weeks=WEEKS, start=START)
    return path


def engine_view(plan: Plan, path: Path) -> tuple[Results, int]:
    """Replay a stream and return the results with the watermark that they are as of."""
    running = Replay(plan)
    with path.open("rb") as lines:
        running.run(Decoder(plan, KEY).lines(iter(lines)))
    return running.memory.results, running.engine.watermark("answer-request")


def by_case(results: Results, touchpoint: str) -> dict[str, str]:
    """Return the outcome of each case of one touchpoint."""
    rows = results.outcomes.items()
    return {case: row.outcome for (name, case), row in rows if name == touchpoint}


def truth_of(path: Path, watermark: int) -> dict[str, dict[str, str]]:
    """Ask the oracle."""
    return oracle.outcomes(path, CONFIG, datetime.fromtimestamp((watermark + 1) / 1000, tz=UTC))


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_the_engine_finds_what_the_oracle_finds(plan: Plan, tmp_path: Path, seed: int) -> None:
    """Every case of both touchpoints has the same outcome; the sets of late cases are equal."""
    path = stream(tmp_path, seed)
    results, watermark = engine_view(plan, path)
    truth = truth_of(path, watermark)
    for touchpoint in ("answer-request", "request-to-drive"):
        found = by_case(results, touchpoint)
        wanted = truth[touchpoint]
        late = {case for case, outcome in found.items() if outcome == "late"}
        assert late == {case for case, outcome in wanted.items() if outcome == "late"}
        assert found == wanted
        assert len(late) > DEALERS


def _late_at_the_answer(case: Case) -> int | None:
    return case.ended if case.end != End.NOT else None


MUTANTS = ("deadline at answer time", "pause ignored", "calendar in UTC")


@pytest.mark.parametrize("mutant", MUTANTS)
def test_planted_mistakes_are_caught(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    """The oracle disagrees with an engine that judges on answers, ignores pauses or lives in UTC."""
    path = stream(tmp_path, 1)
    if mutant == MUTANTS[0]:
        monkeypatch.setattr(Case, "score_at", property(_late_at_the_answer))
        monkeypatch.setattr(
            Case, "standing", property(lambda c: c.outcome if c.seen_end else "open")
        )
    elif mutant == MUTANTS[1]:
        monkeypatch.setattr(Case, "pauses", lambda _: ())
    else:
        plan = replace(plan, zones=dict.fromkeys(plan.zones, ((-(2**53), 0),)))
    results, watermark = engine_view(plan, path)
    truth = truth_of(path, watermark)["answer-request"]
    found = by_case(results, "answer-request")
    late = {case for case, outcome in found.items() if outcome == "late"}
    assert late != {case for case, outcome in truth.items() if outcome == "late"}
