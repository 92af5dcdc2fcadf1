"""The words: golden texts, limits, and what must never be said."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import words
from alerts.directory import Topic
from alerts.notice import Why
from alerts.signal import Level, Signal
from alerts.spans import clock, span
from alerts.tongue import ENGLISH
from alerts.tongues import known, tongue_of
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
from tests.alerts.stories import tell, with_topic

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


@pytest.mark.parametrize("locale", known())
@given(st.lists(findings(), min_size=1, max_size=12), TOPICS, NAMES, st.sampled_from(COMPOSED))
def test_every_message_is_short(
    locale: str, signals: list[Signal], topic: Topic, name: str, why: Why
) -> None:
    """Any facts give at most 12 words on the first line and 90 or 100 below, and keep the people."""
    tongue, leeds = tongue_of(locale), replace(DIRECTORY.units["dealer", "leeds"], name=name)
    directory = replace(
        DIRECTORY, topics={topic.id: topic}, units={("dealer", "leeds"): leeds}, tongue=tongue
    )
    message = tell(*signals, why=why, directory=directory)
    assert len(message.headline.split()) <= words.FIRST_LINE_WORDS_MAX
    assert message.body_words <= words.body_words_max(tongue)
    assert "SECRET-CASE" not in message.text
    assert "\u202e" not in message.text
    total = sum(news.customers for news in signals)
    if total:
        assert f"{tongue.number(total)} " in message.headline


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
