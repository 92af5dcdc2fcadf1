"""The words: golden texts, limits, and what must never be said."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import words
from alerts.alert import Alert, advance
from alerts.directory import Directory, Topic
from alerts.message import Message, compose
from alerts.notice import Why
from alerts.scene import scene_of
from alerts.signal import Level, Signal, Transition
from alerts.spans import clock, span
from alerts.story import Story, merge, story_of
from alerts.tongue import ENGLISH
from tests.alerts.corpus import COMPOSED
from tests.alerts.fakes import (
    DIRECTORY,
    HOUR,
    MINUTE,
    NOON,
    TOPIC,
    regional,
    signal,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "messages"
BARE = Topic("t", "Delivery", "", "", "", "", 0, "", "dealer")


def with_topic(**changes: object) -> Directory:
    """Return the directory with another touchpoint."""
    topic = replace(TOPIC, **changes)  # type: ignore[arg-type]
    return replace(DIRECTORY, topics={topic.id: topic})


def tell(*signals: Signal, why: Why = Why.FIRST, directory: Directory = DIRECTORY) -> Message:
    """Compose one message from the first signals of several findings."""
    alerts = [advance(None, news)[0] for news in signals]
    return compose(merge([story(alert, why, directory) for alert in alerts]), NOON)


def story(alert: Alert, why: Why, directory: Directory = DIRECTORY) -> Story:
    """Gather one story."""
    return story_of(alert, why, scene_of(alert, directory), directory)


def end(transition: Transition, **changes: object) -> Message:
    """Compose the message about the end of a finding that began with 19 people."""
    alert, _ = advance(None, signal())
    base = {"number": 2, "transition": transition, "instant": NOON, "customers": 2}
    alert, _ = advance(alert, signal(**(base | changes)))
    return compose(story(alert, Why(transition.value)), NOON)


CASES: Mapping[str, Message] = {
    "waiting_unit_warning": tell(signal()),
    "waiting_unit_critical": tell(signal(level=Level.CRITICAL, customers=37)),
    "waiting_one_person": tell(signal(customers=1, cases=1, evidence={})),
    "waiting_again": tell(signal(), why=Why.RELAPSED),
    "waiting_without_evidence": tell(signal(evidence={})),
    "waiting_unknown_place": tell(signal(scope="ghost", touchpoint="gone", evidence={})),
    "waiting_own_clock_only": tell(
        signal(evidence={"longest_own_ms": HOUR, "since": NOON - 30 * HOUR})
    ),
    "waiting_more_cases_than_people": tell(signal(cases=25, evidence={})),
    "waiting_links": tell(
        signal(evidence={}), directory=with_topic(case_url="https://crm.example/late")
    ),
    "share_region_critical": tell(regional()),
    "share_with_usual": tell(regional(evidence={"kept": 15, "late": 37, "usual": 47})),
    "share_many_units": tell(
        regional(evidence={"units": [[f"u{n}", 9 - n] for n in range(9)]}, customers=45, cases=45)
    ),
    "share_company": tell(regional(per="company", scope="")),
    "floor_nobody_counted": tell(
        signal(kind="floor", customers=0, cases=0, evidence={}, reason="no car since 09:00")
    ),
    "no_promise_no_owner": tell(
        signal(evidence={}), directory=replace(DIRECTORY, topics={"answer-request": BARE})
    ),
    "group_one_region": tell(signal(id="a"), signal(id="b", scope="york", customers=7)),
    "group_two_regions": tell(signal(id="a"), signal(id="b", scope="kent", customers=7)),
    "group_two_touchpoints": tell(signal(id="a"), signal(id="b", touchpoint="near-enough")),
    "improving": end(Transition.IMPROVING),
    "resolved_some_still_waiting": end(Transition.RESOLVED),
    "resolved_nobody_waiting": end(Transition.RESOLVED, customers=0),
    "resolved_by_configuration": end(Transition.RESOLVED, reason="configuration"),
    "withdrawn_correction": end(Transition.WITHDRAWN, reason="correction"),
    "withdrawn_configuration": end(Transition.WITHDRAWN, reason="configuration"),
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    """Each combination of facts has exactly these words."""
    assert CASES[name].text + "\n" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_no_golden_text_is_orphaned() -> None:
    """Every golden file belongs to a case."""
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(CASES)


NAMES = st.text(st.sampled_from("ab \n\u202e<é"), min_size=1, max_size=60).map(
    lambda text: f"N{text}"
)
SENTENCES = st.lists(NAMES, max_size=14).map(" ".join)
COUNTS = st.integers(0, 10**7)
EVIDENCE = st.fixed_dictionaries(
    {},
    optional={
        "since": st.integers(NOON - 500 * 24 * HOUR, NOON),
        "past": st.dictionaries(st.sampled_from(["100", "400", "x"]), COUNTS),
        "units": st.lists(st.tuples(NAMES, COUNTS).map(list), max_size=30),
        "longest_open_ms": COUNTS,
        "longest_own_ms": COUNTS,
        "kept": COUNTS,
        "late": COUNTS,
        "usual": COUNTS,
        "window": SENTENCES,
        "cases": st.just(["SECRET-CASE"]),
    },
)
TOPICS = st.builds(
    lambda title, promise, owner, orders: replace(
        TOPIC, title=title, promise=promise, owner=owner, do_now=tuple(orders)
    ),
    NAMES,
    SENTENCES,
    SENTENCES,
    st.lists(SENTENCES.map(lambda text: text + " {past.400%} {worst_units}"), max_size=8),
)


@st.composite
def findings(draw: st.DrawFn) -> Signal:
    """Draw a finding with any facts."""
    per, scope = draw(
        st.sampled_from([("unit", "leeds"), ("unit", "?"), ("region", "north"), ("company", "")])
    )
    return signal(
        per=per,
        scope=scope,
        kind=draw(st.sampled_from(["waiting", "share", "floor"])),
        level=draw(st.sampled_from([Level.WARNING, Level.CRITICAL])),
        customers=draw(COUNTS),
        cases=draw(COUNTS),
        reason=draw(SENTENCES),
        evidence=draw(EVIDENCE),
    )


@given(st.lists(findings(), min_size=1, max_size=12), TOPICS, NAMES, st.sampled_from(COMPOSED))
def test_every_message_is_short(signals: list[Signal], topic: Topic, name: str, why: Why) -> None:
    """Any facts give at most 12 words on the first line and 90 below, and keep the people."""
    leeds = replace(DIRECTORY.units["dealer", "leeds"], name=name)
    directory = replace(DIRECTORY, topics={topic.id: topic}, units={("dealer", "leeds"): leeds})
    message = tell(*signals, why=why, directory=directory)
    assert len(message.headline.split()) <= words.FIRST_LINE_WORDS_MAX
    assert message.body_words <= words.body_words_max(ENGLISH)
    assert "SECRET-CASE" not in message.text
    assert "\u202e" not in message.text
    total = sum(news.customers for news in signals)
    if total:
        assert f"{total:,} " in message.headline


def test_lists_give_way_before_numbers() -> None:
    """A long message loses places and instructions, never the counts in its sentences."""
    orders = tuple(f"step {n} " + "word " * 12 for n in range(6))
    units = [[f"a b c d u{n}", 9] for n in range(4)]
    message = tell(
        regional(evidence={"kept": 15, "late": 37, "units": units}, customers=36),
        directory=with_topic(do_now=orders),
    )
    assert "Kept for 15 of 52" in message.text
    assert "step 0" in message.text
    assert "step 5" not in message.text
    assert message.body_words <= words.body_words_max(ENGLISH)


def test_an_instruction_without_its_fact_is_left_out() -> None:
    """A placeholder that nobody can fill takes its line with it."""
    orders = (
        "call {past.400%}",
        "call {past.800%}",
        "ask {nobody}",
        "look at {region}",
        "{waiting} wait at {unit}",
    )
    message = tell(signal(), directory=with_topic(do_now=orders))
    assert "Do now: 1) call 11; 2) look at North; 3) 19 wait at Leeds." in message.lines


def test_braces_in_a_name_are_not_filled_again() -> None:
    """A unit whose name looks like a placeholder stays what it is."""
    units = {("dealer", "leeds"): replace(DIRECTORY.units["dealer", "leeds"], name="{waiting}")}
    directory = replace(with_topic(do_now=("help {unit}",)), units=units)
    assert "Do now: help {waiting}." in tell(signal(), directory=directory).lines


@pytest.mark.parametrize(
    "broken",
    [
        {"since": "yesterday", "past": [1], "units": "leeds", "kept": True, "late": -1},
        {"past": {"100": "many", "-1": 3, "²": 4}, "units": [["a"], [1, 2], ["b", 0], None]},
        {"longest_own_ms": 1.5, "window": 7, "usual": None},
    ],
)
def test_evidence_of_the_wrong_shape_is_no_fact(broken: dict[str, object]) -> None:
    """Whatever an engine writes, the message is as if it had written nothing."""
    expected = tell(signal(evidence={}))
    assert tell(signal(evidence=json.loads(json.dumps(broken)))) == expected


def test_a_link_with_a_case_in_it_is_not_shown() -> None:
    """Only whole web addresses without a placeholder become links."""
    directory = with_topic(case_url="https://x.example/{case}", runbook="javascript:alert(1)")
    assert tell(signal(), directory=directory).links == ()


def test_times_are_local_to_the_place() -> None:
    """The same instant is another wall time elsewhere, and names its day where it must."""
    assert clock(NOON, NOON, "Europe/Berlin", ENGLISH) == "12:00"
    assert clock(NOON, NOON, "America/Sao_Paulo", ENGLISH) == "07:00"
    assert clock(NOON - 11 * HOUR, NOON, "America/Sao_Paulo", ENGLISH) == "Sun 13 Sep 20:00"
    assert clock(NOON - 400 * 24 * HOUR, NOON, "Europe/Berlin", ENGLISH) == "Sun 10 Aug 2025 12:00"
    assert clock(NOON, NOON, "No/Where", ENGLISH) == "10:00"


def test_spans_have_two_units_at_most() -> None:
    """Lengths are rounded down to their two largest units."""
    told = [span(ms * MINUTE, ENGLISH) for ms in (0, 59, 60, 310, 1440, 1505)]
    assert told == ["0 min", "59 min", "1 h", "5 h 10 min", "1 d", "1 d 1 h"]
    assert span(-5, ENGLISH) == "0 min"


def test_evidence_is_optional() -> None:
    """Without evidence the message still says who, where, what was promised and who has it."""
    message = tell(signal(evidence={}))
    assert message.headline.startswith("LOOK TODAY - 19 people waiting")
    assert any(line.startswith("Owner: ") for line in message.lines)
