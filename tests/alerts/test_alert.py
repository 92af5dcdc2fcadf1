"""The life of an alert, under every repetition."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.alert import Alert, Reason, State, advance
from alerts.handling import Handling, Said, Told, Waits
from alerts.notice import Muted, Why
from alerts.signal import Level, Signal, Transition
from tests.alerts.fakes import HOUR, NOON, regional, signal


@st.composite
def lives(draw: st.DrawFn) -> list[Signal]:
    """Draw one legal life of a finding."""
    middle = draw(st.lists(st.sampled_from(["worse", "improving", "relapsed"]), max_size=6))
    end = draw(st.sampled_from([[], ["resolved"], ["withdrawn"], ["resolved", "withdrawn"]]))
    return [
        signal(
            number=number,
            transition=Transition(name),
            level=draw(st.sampled_from(Level)),
            customers=draw(st.integers(0, 99)),
            instant=NOON + number * HOUR,
        )
        for number, name in enumerate(["opened", *middle, *end], start=1)
    ]


def live(signals: list[Signal]) -> Alert:
    """Run a life."""
    alert, _ = advance(None, signals[0])
    for news in signals[1:]:
        alert, _ = advance(alert, news)
    return alert


@given(lives(), st.data())
def test_repetition_changes_nothing(life: list[Signal], data: st.DataObject) -> None:
    """Repeating any earlier signal at any place gives the same alert."""
    repeated: list[Signal] = []
    for position, news in enumerate(life):
        repeated.append(news)
        again = data.draw(st.lists(st.integers(0, position), max_size=3))
        repeated += [life[earlier] for earlier in again]
    assert live(repeated) == live(life)


@given(lives(), lives())
def test_replay_changes_nothing(life: list[Signal], other: list[Signal]) -> None:
    """Replaying a whole life over its own end is known already, signal by signal."""
    alert = live(life)
    for news in life:
        same, step = advance(alert, news)
        assert same is alert
        assert step.reason is Reason.ALREADY_KNOWN


@given(lives())
def test_state_follows_the_last_transition(life: list[Signal]) -> None:
    """The last transition decides the state, and only an end closes."""
    alert = live(life)
    expected = {
        "opened": "firing",
        "worse": "firing",
        "relapsed": "firing",
        "improving": "improving",
        "resolved": "resolved",
        "withdrawn": "withdrawn",
    }
    assert alert.state.value == expected[life[-1].transition.value]
    assert alert.is_open is not life[-1].closes
    assert alert.peak_customers == max(news.customers for news in life)


@given(lives())
def test_rows_go_there_and_back(life: list[Signal]) -> None:
    """An alert survives its journey through JSON."""
    told = Told(1, Level.WARNING, 3, Why.FIRST, NOON, 1, "line", {"slack-1": "key"})
    waits = Waits(1, Muted.SILENCED, NOON, NOON + 1)
    handling = Handling(
        told={"desk": told},
        waits={"operations": waits},
        loud_since=NOON,
        escalated=("cco",),
        taken=Said("anna", NOON, NOON + 1),
        relapses=(NOON,),
        next_at=NOON + 1,
    )
    alert = replace(live(life), handling=handling)
    assert Alert.from_row(json.loads(json.dumps(alert.to_row()))) == alert
    assert alert.told == ("desk",)


def test_worse_raises_the_level() -> None:
    """A worse finding is louder, and stays loud while it improves."""
    life = [
        signal(),
        signal(number=2, transition=Transition.WORSE, level=Level.CRITICAL),
        signal(number=3, transition=Transition.IMPROVING, level=Level.WARNING),
    ]
    assert live(life).level is Level.CRITICAL
    assert live([*life, signal(number=4, transition=Transition.RELAPSED)]).level is Level.WARNING


def test_nothing_follows_an_end_but_its_withdrawal() -> None:
    """After the end only a withdrawal is news."""
    closed = live([signal(), signal(number=2, transition=Transition.RESOLVED)])
    same, step = advance(closed, signal(number=3, transition=Transition.WORSE))
    assert (same, step.reason) == (closed, Reason.ALREADY_OVER)
    taken_back, _ = advance(closed, signal(number=3, transition=Transition.WITHDRAWN))
    assert taken_back.state is State.WITHDRAWN


def test_a_life_may_be_met_in_its_middle() -> None:
    """A desk that hears of a finding late begins with what it hears."""
    alert, step = advance(None, signal(number=4, transition=Transition.IMPROVING))
    assert (alert.state, step.reason) == (State.IMPROVING, Reason.NEW)
    over, step = advance(None, signal(number=5, transition=Transition.RESOLVED))
    assert (over.state, step.reason) == (State.RESOLVED, Reason.RESOLVED)


def test_alerts_do_not_mix() -> None:
    """A signal about another finding is a mistake of the caller."""
    alert, _ = advance(None, signal())
    with pytest.raises(ValueError, match="not about"):
        advance(alert, regional())
