"""A back-test is the live loop and the live desk: what it says is what they would have said."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from service.backtest.episode import alarms_of
from service.backtest.injection import Injection, Injector
from service.backtest.page import page_of
from service.backtest.plain import plain
from service.backtest.score import Score, score_trial
from service.backtest.terminal import text_of
from service.backtest.trial import Trial, run_rows, run_trial
from service.backtest.verdict import Fate
from service.engine.values import Event, Outcome
from service.errors import ErosionError
from service.hosts.replay import Replay
from service.intake.decode import Decoder
from service.intake.files import read_events
from service.rejected import Rejected
from service.settings import Compiled, compile_settings, load
from service.simulator.run import run
from tests.backtest.hand_made import DAY_MS

CONFIG = Path(__file__).parents[2] / "config"
ANSWER = "answer-request"
History = list[Event | Rejected]


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    """Return the shipped configuration."""
    return compile_settings(load(CONFIG))


@pytest.fixture(scope="module")
def history(compiled: Compiled, tmp_path_factory: pytest.TempPathFactory) -> History:
    """Return eight weeks of six dealers in which nothing was planted."""
    out = tmp_path_factory.mktemp("history") / "events.ndjson"
    truth = out.with_name("truth.json")
    run(out, truth, dealers=6, weeks=8, planted=False, config=CONFIG, survey_answered=0.5)
    with out.open("rb") as stream:
        return list(read_events(stream, Decoder(compiled.plan, b"key")))


@pytest.fixture(scope="module")
def trial(compiled: Compiled, history: History) -> Trial:
    """Return the back-test of that history."""
    return run_trial("config", compiled, history)


def scored(trial: Trial, injection: Injection | None = None) -> Score:
    """Return the score at the touchpoint that is answered."""
    labels = [] if injection is None else injection.labels(trial.plan)
    return score_trial(trial, labels, touchpoints=frozenset({ANSWER}))


def injected(
    compiled: Compiled, history: History, kind: str, size: float, unit: str = "d002"
) -> tuple[Injection, History, dict[tuple[str, str], Outcome]]:
    """Return a trouble, the history with it, and the rows without it."""
    rows = run_rows(compiled.plan, history)
    mine = sorted(row.started for row in rows.values())
    begin = mine[0] + 28 * DAY_MS
    found = Injection(kind, ANSWER, (unit,), begin, mine[-1] + 1, size, 1)
    return found, list(Injector(found, compiled.plan, rows).change(history)), rows


def test_signals_are_those_of_a_replay(compiled: Compiled, history: History, trial: Trial) -> None:
    """The back-test says exactly the signals that `replay` says, known at most minutes later."""
    replay = Replay(compiled.plan)
    replay.run(history)
    mine = [asdict(said.signal) for said in trial.said]
    key = lambda signal: (signal["id"], signal["number"])  # noqa: E731
    assert sorted(mine, key=key) == sorted(replay.memory.results.signals, key=key)
    assert trial.outcomes == replay.memory.results.outcomes
    assert mine


def test_signals_are_known_soon(trial: Trial) -> None:
    """A signal is known when its wait is over, five minutes later at most."""
    for said in trial.said:
        if said.signal.kind == "waiting":
            assert 0 <= said.at - said.signal.instant <= 60_000 + 300_000


def test_the_desk_keeps_opening_hours(trial: Trial) -> None:
    """Messages of warnings wait for opening time, as in service."""
    assert trial.messages
    for message in trial.messages:
        if message.level == "warning" and message.why == "first notification":
            assert 6 <= message.at // 3_600_000 % 24 <= 17


def test_surveys_are_heard_and_change_nothing(
    compiled: Compiled, history: History, trial: Trial
) -> None:
    """Without its survey answers a history gives the same signals and the same rows."""
    silent = [item for item in history if not isinstance(item, Event) or item.source != "voice"]
    other = run_trial("config", compiled, silent)
    assert [said.signal for said in other.said] == [said.signal for said in trial.said]
    assert other.outcomes == trial.outcomes
    assert not other.filed[0].answers
    assert len(trial.filed[0].answers) > 100


def test_answers_are_filed_under_the_experience(trial: Trial) -> None:
    """An answer stands under the start of its case, and was known days later."""
    rows = {(row.touchpoint, row.unit, row.started) for row in trial.outcomes.values()}
    for answer in trial.filed[0].answers:
        assert (answer.touchpoint, answer.unit, answer.experienced_at) in rows
        assert answer.known_at - answer.experienced_at >= 3 * DAY_MS


def test_a_freeze_is_found(compiled: Compiled, history: History) -> None:
    """When nobody at a dealer answers any more, the rules find it within two weeks."""
    freeze, changed, _ = injected(compiled, history, "freeze", 1, unit="d003")
    score = scored(run_trial("config", compiled, changed), freeze)
    [finding] = score.verdict.findings
    assert finding.fate is Fate.FOUND
    assert finding.delay_ms is not None
    assert finding.delay_ms < 14 * DAY_MS
    assert score.delay.found == (1, 1)


def test_a_freeze_leaves_others_alone(compiled: Compiled, history: History) -> None:
    """Only cases of that unit and time lose their answers."""
    freeze, changed, before = injected(compiled, history, "freeze", 1)
    after = run_rows(compiled.plan, changed)
    for key, row in before.items():
        if key[0] == ANSWER and row.unit == "d002" and row.started >= freeze.begin:
            assert after[key].outcome != "kept"
        elif key[0] == ANSWER:
            assert after[key] == row


@pytest.mark.parametrize(("kind", "size"), [("slow", 4), ("ramp", 8), ("stall", 0.5)])
def test_troubles_let_more_people_down(
    compiled: Compiled, history: History, kind: str, size: float
) -> None:
    """Each trouble makes more cases late, and none that was late kept."""
    _, changed, before = injected(compiled, history, kind, size)
    after = run_rows(compiled.plan, changed)
    late = [{key for key, row in rows.items() if row.outcome == "late"} for rows in (before, after)]
    assert len(late[1]) > len(late[0])
    assert late[0] <= late[1]


def test_a_benign_change_makes_nobody_late(compiled: Compiled, history: History) -> None:
    """Quick answers get slower, but no case becomes late by it."""
    benign, changed, before = injected(compiled, history, "benign", 3)
    after = run_rows(compiled.plan, changed)
    mine = [key for key, row in before.items() if key[0] == ANSWER and row.unit == "d002"]
    assert all(after[key].outcome != "late" or before[key].outcome == "late" for key in mine)
    slower = sum((after[key].own_ms or 0) > (before[key].own_ms or 0) for key in mine)
    assert slower > len(mine) / 4
    score = scored(run_trial("config", compiled, changed), benign)
    assert score.verdict.findings == ()


def test_injection_is_seeded(compiled: Compiled, history: History) -> None:
    """The same seed takes the same answers out."""
    first, again = (injected(compiled, history, "stall", 0.5)[1] for _ in range(2))
    assert first == again


def test_nothing_to_inject_into(compiled: Compiled, history: History) -> None:
    """A unit without a case in that time is refused."""
    with pytest.raises(ErosionError, match="no case of answer-request began at d300"):
        injected(compiled, history, "freeze", 1, unit="d300")


def test_nothing_judged(trial: Trial) -> None:
    """A time in which nothing was judged is refused, not scored as perfect."""
    with pytest.raises(ErosionError, match="nothing was judged"):
        score_trial(trial, [], touchpoints=frozenset({ANSWER}), begin=trial.end + DAY_MS)


def test_learning_time_is_not_scored(trial: Trial) -> None:
    """What comes before `--score-from` is neither alarm nor exposure."""
    whole, late = (
        scored(trial),
        score_trial(trial, [], touchpoints=frozenset({ANSWER}), begin=trial.end - 14 * DAY_MS),
    )
    assert late.world.weeks == pytest.approx(2)
    assert all(alarm.at >= trial.end - 14 * DAY_MS for alarm in late.alarms)
    assert len(late.alarms) < len(whole.alarms)


def test_alarms_are_loud(trial: Trial) -> None:
    """An episode that was never more than a watch raises no alarm."""
    watch = trial.episodes[0]._replace(loud=None)
    assert alarms_of([watch], trial.end) == []


def test_unlabelled_figures_are_called_alarms(trial: Trial) -> None:
    """Without labels nothing is called false."""
    text = text_of(scored(trial))
    assert "rates of alarms, not of false alarms" in text
    assert "false warnings" not in text
    assert "Alarms" in text


def test_figures_are_json(trial: Trial) -> None:
    """All figures are plain values, with the numbers behind every share."""
    found = json.loads(json.dumps(plain(scored(trial))))
    assert found["is_labelled"] is False
    assert found["precision"] is None
    assert found["comparison"][0]["name"] == "these rules"


def test_the_page_loads_nothing(trial: Trial) -> None:
    """The page names no address and no script, so that it can be read anywhere."""
    page = page_of([scored(trial), scored(trial)], "Back-test")
    assert "side by side" in page
    for word in ("http:", "https:", "//", "<script", "@import", "url(", "src=", "<link"):
        assert word not in page, word


def test_the_page_escapes_names(trial: Trial) -> None:
    """A unit, a receiver or a configuration with a hostile name is text on the page."""
    hostile = '"><script>alert(1)</script>'
    renamed = {
        name: [one._replace(scope=hostile) for one in trial.episodes] for name in ("episodes",)
    }
    rows = {(key[0], key[1]): row._replace(unit=hostile) for key, row in trial.outcomes.items()}
    messages = tuple(one._replace(receiver=hostile) for one in trial.messages)
    bad = Trial(
        hostile, trial.plan, tuple(renamed["episodes"]), trial.said, messages, 0, rows,
        trial.filed, trial.begin, trial.end, trial.counts, trial.summary,
    )  # fmt: skip
    page = page_of([scored(bad)], hostile)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
