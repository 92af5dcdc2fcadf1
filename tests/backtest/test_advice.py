"""What a history advises: the planted hour, prices that follow the rules, a patch that loads."""

from pathlib import Path
from shutil import copytree

import pytest
from ruamel.yaml import YAML

from service.backtest.cost import Cost, chosen
from service.backtest.filing import Ear
from service.backtest.findings import Findings, find, plain, report_of, yaml_of
from service.backtest.own import ENOUGH
from service.backtest.patch import Change, flow, merged, problems, text_of, tree_of, written
from service.backtest.trial import Trial, run_trial
from service.backtest.usual import usual
from service.backtest.variant import AS_IT_IS, VARIANTS, Variant, rate_text, variants, varied
from service.backtest.world import WEEK_MS
from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.files import read_events
from service.report.scorecard import Share
from service.settings import Settings, compile_settings, load
from service.settings.document import Document
from service.settings.pace import PaceRule, parse_rate
from service.simulator.run import run

CONFIG = Path(__file__).parents[2] / "config"
ANSWER = "answer-request"
NAMES = frozenset({ANSWER, "near-enough"})
SOLD = "car.sold"
HOUR_MS = 3_600_000
Runs = tuple[dict[Variant, Trial], list[Event]]


def slower(folder: Path, promise: str) -> Settings:
    """Return the shipped configuration with another promise."""
    copytree(CONFIG, folder, dirs_exist_ok=True)
    file = folder / "test-drive.yaml"
    text = file.read_text("utf-8").replace("promise: 1h open", f"promise: {promise}")
    file.write_text(text, encoding="utf-8")
    return load(folder)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return a configuration that promises three hours, where customers fall away after one."""
    return slower(tmp_path_factory.mktemp("slower"), "3h open")


@pytest.fixture(scope="module")
def runs(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """Return eight weeks of eight dealers in two settings, with what was heard on the way."""
    out = tmp_path_factory.mktemp("history") / "events.ndjson"
    run(out, out.with_name("t.json"), dealers=8, weeks=8, config=CONFIG, survey_answered=0.5)
    ear = Ear({"survey.answered", SOLD})
    trials: dict[Variant, Trial] = {}
    for variant in (AS_IT_IS, VARIANTS[-1]):
        compiled = compile_settings(varied(settings, variant, NAMES))
        with out.open("rb") as stream:
            items = ear.listen(read_events(stream, Decoder(compiled.plan, b"key")))
            trials[variant] = run_trial(variant.name, compiled, items)
    return trials, ear.answers()


def advised(settings: Settings, runs: Runs, messages: float = 10, kind: str = SOLD) -> Findings:
    """Return what the history advises."""
    return find(settings, NAMES, *runs, kind, messages, 1)


def test_the_planted_hour_is_proposed(settings: Settings, runs: Runs) -> None:
    """Satisfaction falls after an hour of opening time, so an hour is proposed for three."""
    found = advised(settings, runs)
    by_survey, by_sale = (fall.turning for fall in found.advice[0].falls)
    assert by_survey.low <= HOUR_MS <= by_survey.high
    assert by_sale.cases > by_survey.cases
    assert plain(found)["patch"]["touchpoints"][ANSWER]["promise"] == "1h open"
    assert "satisfaction (survey.answered) falls from" in yaml_of(found)


def test_a_right_promise_stays(runs: Runs, tmp_path: Path) -> None:
    """Where the interval holds the present promise, none is proposed."""
    found = advised(slower(tmp_path, "1h open"), runs)
    assert "promise" not in plain(found)["patch"]["touchpoints"][ANSWER]


def test_the_patch_loads(settings: Settings, runs: Runs, tmp_path: Path) -> None:
    """Put into a copy of the configuration, the proposal passes every check."""
    file = tmp_path / "patch.yaml"
    file.write_text(yaml_of(advised(settings, runs, messages=0)), encoding="utf-8")
    tree = merged(written(settings), Document(file).tree)
    copy = tmp_path / "copy"
    copytree(settings.root, copy)
    for old in copy.glob("*.yaml"):
        old.unlink()
    with (copy / "all.yaml").open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump(tree, stream)
    touchpoint = load(copy).configuration.touchpoints[ANSWER]
    assert touchpoint.promise.text() == "1h open"
    rules = {rule.id for rule in touchpoint.in_force()}
    assert rules == {rule.id for rule in settings.configuration.touchpoints[ANSWER].in_force()}


def test_nothing_is_changed(settings: Settings, runs: Runs) -> None:
    """The files of the configuration are as they were."""
    before = {file: file.read_bytes() for file in settings.files}
    advised(settings, runs, messages=0)
    assert {file: file.read_bytes() for file in settings.files} == before


def test_own_outcomes(settings: Settings, runs: Runs) -> None:
    """Own figures stand beside the published ones, and are proposed from 200 cases a band on."""
    in_time, late = advised(settings, runs).advice[0].bands
    assert in_time.share > late.share
    assert in_time.low < in_time.share < in_time.high
    assert in_time.public is not None
    assert late.public is not None
    assert late.public < in_time.public <= 0.18
    changes = plain(advised(settings, runs))["patch"]
    enough = not (in_time.missing or late.missing)
    assert ("value" in changes) is enough
    if not enough:
        assert f"{ENOUGH - min(in_time.cases, late.cases)} more cases" in report_of(
            advised(settings, runs)
        )


def test_without_completions_nothing_is_said_of_value(settings: Settings, runs: Runs) -> None:
    """Who names no event that says a customer went on gets no own outcomes."""
    found = advised(settings, runs, kind="")
    assert found.advice[0].bands == ()
    assert "value" not in plain(found)["patch"]
    assert len(found.advice[0].falls) == 1


def test_more_customers_cost_fewer_messages(settings: Settings, runs: Runs) -> None:
    """A rule that waits for one customer more says less; both runs read the same history."""
    now, more = advised(settings, runs).costs
    assert (now.name, more.name) == ("as configured", "waiting: one customer more")
    assert more.messages < now.messages
    assert now.loud.whole >= 8


def cost(name: str, busiest: float) -> Cost:
    """Return the price of a setting."""
    return Cost(name, 1, None, {"desk": busiest}, 0, Share(1, 1))


def test_the_nearest_setting_that_keeps_to_the_limit() -> None:
    """What is in force stays while it fits; then that which says most; then the quietest."""
    costs = [cost("now", 20), cost("a", 9), cost("b", 6), cost("c", 30)]
    assert chosen(costs, 25).name == "now"
    assert chosen(costs, 10).name == "a"
    assert chosen(costs, 1).name == "b"


def test_variants_turn_one_knob(settings: Settings) -> None:
    """There are at most five runs, and what changes nothing is not run."""
    assert len(list(variants(settings, NAMES))) == 5
    assert list(variants(settings, frozenset({"near-enough"}))) == [AS_IT_IS]
    half = varied(settings, VARIANTS[1], NAMES).configuration.touchpoints[ANSWER]
    rates = [rule.false_warnings.watch for rule in half.in_force() if isinstance(rule, PaceRule)]
    assert rates == [500_000]


@pytest.mark.parametrize("rate", [1, 26_089, 104_355, 200_000, 500_000, 1_000_000, 52_000_000])
def test_rates_read_as_they_are_written(rate: int) -> None:
    """A rate in words is the rate again, to a few percent."""
    assert parse_rate(rate_text(rate, "unit")) == pytest.approx(rate, rel=0.02)


def test_an_objective_is_what_was_kept_before() -> None:
    """The better half of weeks, rounded down to 5 %, never above 99 %."""
    weeks = [
        (week * WEEK_MS, n < kept) for week, kept in enumerate((50, 88, 90, 94)) for n in range(100)
    ]
    assert usual(weeks) == (4, 0.92, 90)
    assert usual([(week * WEEK_MS, True) for week in range(4) for _ in range(20)]).objective == 99
    assert usual(weeks[:300]).objective is None


def test_a_wrong_patch_is_found(settings: Settings) -> None:
    """A proposal that would not pass a check is never printed."""
    wrong = Change(("touchpoints", ANSWER, "promise"), "soon", ())
    assert any("soon" in line for line in problems(settings, [wrong]))


def test_patches_are_yaml(tmp_path: Path) -> None:
    """What is written is read again as it was, whatever stands in it."""
    awkward = ["50%", "yes", "12", "a: b", "#", "", "1h open", 0.5, True, {"50%": "watch"}, ["x y"]]
    changes = [Change(("a", "b"), awkward, ("why",)), Change(("a", "c d"), {"0x1": "1e5"}, ())]
    file = tmp_path / "patch.yaml"
    file.write_text(text_of(("head",), changes), encoding="utf-8")
    with file.open(encoding="utf-8") as stream:
        assert YAML(typ="safe").load(stream) == tree_of(changes)
    assert flow({"at": {"50%": "watch"}}) == "{at: {50%: watch}}"
    assert text_of(("nothing",), []) == "# nothing\n{}\n"
