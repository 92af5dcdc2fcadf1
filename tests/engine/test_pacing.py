"""What the rule of pace promises of single cases and of one stream, whatever is usual."""

import math
from pathlib import Path
from typing import Any, cast

import pytest

from alerts.signal import Level, Transition
from service.engine.baseline import Baseline
from service.engine.case import Case
from service.engine.pacing import PaceState
from service.engine.plan import Rule
from service.engine.schedule import Schedule
from service.engine.scored import Scored, What
from service.engine.stream import Stream
from service.engine.zone import DAY_MS
from tests.worlds import plan_of, replay

HOUR = 3_600_000
RULE = Rule("pace", "pace", checkpoints=(50, 100, 200), minimum_late=2)
BASE = Baseline((500, 400, 300), (-250, -350, -400), 1500, 3000, 100_000, (), 1000, 600)


class Stand:
    """Stand in for a case of a customer who has only this one."""

    customer = ""

    def __init__(self, number: int) -> None:
        """Take a number for a name."""
        self.id = f"c{number:04}"


def seen(number: int, late: bool, what: What = What.LOOK, percent: int = 100) -> Scored:
    """Return a score or look, one an hour."""
    case = cast(Case, Stand(number))
    return Scored(number * HOUR, 1, number * HOUR, case.id, percent, what, late, case)


def both(number: int, late: bool) -> list[Scored]:
    """Return the score and the look of a case at its due instant."""
    return [seen(number, late, what) for what in (What.SCORE, What.LOOK)]


def fresh(rule: Rule = RULE, base: Baseline = BASE) -> PaceState:
    """Return a stream's state with a baseline from the beginning."""
    return PaceState(rule, Schedule([(-1, base)]))


def ill(state: PaceState, cases: int, first: int = 0) -> list[Any]:
    """Let cases be late, and return the steps."""
    items = [item for n in range(first, first + cases) for item in both(n, late=True)]
    return [step for item in items if (step := state.take(item)) is not None]


def heard(tmp_path: Path, *events: str) -> dict[str, list[str]]:
    """Return for each case what the unit's stream of pace was told of it."""
    running = replay(plan_of(tmp_path), [*events, "17:00 note -"])
    stream = running.engine.tracks[0].judges.streams["pace", "a"]
    found: dict[str, list[str]] = {}
    for item in stream.items:
        told = f"{item.what.name.lower()} {item.checkpoint} {'late' if item.late else 'in time'}"
        found.setdefault(item.case.id, []).append(told)
    return found


def test_an_answer_at_the_very_checkpoint_is_an_answer(tmp_path: Path) -> None:
    """Answered exactly at half the promise, or at the promise, counts as answered by then."""
    found = heard(
        tmp_path,
        "09:00 ask c1 unit=a",
        "09:00 ask c2 unit=a",
        "09:00 ask c3 unit=a",
        "09:30 answer c1",
        "09:31 answer c3",
        "10:00 answer c2",
    )
    in_time = "score 100 in time"
    assert found["c1"] == ["look 50 in time", in_time]
    assert found["c2"] == found["c3"] == ["look 50 late", in_time, "look 100 in time"]


def test_who_is_still_open_is_counted(tmp_path: Path) -> None:
    """A case that nobody ever answers is counted at every checkpoint."""
    found = heard(tmp_path, "09:00 ask c1 unit=a")
    assert found["c1"] == ["look 50 late", "score 100 late", "look 100 late", "look 200 late"]


def test_who_has_gone_says_no_more(tmp_path: Path) -> None:
    """A cancelled case is left out from then on: what was seen before stays, nothing is added."""
    found = heard(
        tmp_path,
        "09:00 ask c1 unit=a",
        "09:00 ask c2 unit=a",
        "09:20 withdraw c1",
        "09:40 withdraw c2",
    )
    assert found == {"c2": ["look 50 late"]}


def test_it_opens_with_enough_customers_and_rises() -> None:
    """A watch comes at its limit, a warning at the higher one, and never with too few customers."""
    steps = ill(fresh(), 12)
    told = [(step.transition, step.level, step.instant // HOUR) for step in steps[:2]]
    assert told[0] == (Transition.OPENED, Level.WATCH, 3)
    assert (Transition.WORSE, Level.WARNING, 7) in [
        (step.transition, step.level, step.instant // HOUR) for step in steps
    ]
    lonely = fresh(Rule("pace", "pace", checkpoints=(50, 100, 200), minimum_late=9))
    assert ill(lonely, 12)[0].instant == 8 * HOUR


def test_the_statistic_stays_below_its_cap() -> None:
    """However long it lasts, the statistic is never above the limit, and never below zero."""
    state = fresh()
    ill(state, 200)
    assert state.statistic == BASE.warning
    for number in range(200, 300):
        state.take(seen(number, late=False))
        assert 0 <= state.statistic <= BASE.warning


def test_improving_and_resolved() -> None:
    """It improves at ln 5 and is over at ln 20, and then everything stands at zero."""
    state = fresh()
    ill(state, 12)
    steps = [(n, state.take(seen(n, late=False))) for n in range(12, 30)]
    told = [(n - 11, step.transition) for n, step in steps if step is not None]
    # Each answer counts 350 thousandths towards it.
    better, over = (math.ceil(math.log(odds) / 0.35) for odds in (5, 20))
    assert told == [(better, Transition.IMPROVING), (over, Transition.RESOLVED)]
    assert (state.statistic, state.recovery, state.window.cases) == (0, 0, 0)
    assert not state.is_open


@pytest.mark.parametrize(("late", "is_taken"), [(3, True), (4, False)])
def test_a_baseline_waits_while_something_goes_on(late: int, is_taken: bool) -> None:
    """A new baseline counts while the statistic is at most half the limit, and not above it."""
    quiet = BASE._replace(watch=0)
    state = fresh(base=quiet)
    ill(state, late)
    state.schedule.put(late * HOUR - 1, quiet._replace(survive=(1, 1, 1)))
    state.take(seen(late, late=True))
    assert state.statistic == 400 * late + (1 if is_taken else 400)


def test_a_late_fact_takes_the_evidence_away() -> None:
    """An answer that was in time after all withdraws a finding that it should not have had."""
    stream = Stream("reply", RULE, "a", fresh(), 7 * DAY_MS)
    items = [item for n in range(4) for item in both(n, late=True)]
    signals = [signal for item in items if (signal := stream.take(item)) is not None]
    assert [signal.transition for signal in signals] == [Transition.OPENED]
    stream.change(items[:6], [item._replace(late=False) for item in items[:6]])
    corrected = stream.refold(5 * HOUR, "late facts")
    assert [signal.transition for signal in corrected] == [Transition.WITHDRAWN]
    assert corrected[0].id == signals[0].id
    assert not stream.head.is_open
