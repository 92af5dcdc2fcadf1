"""The words about feeds and stocks: who is not heard, what is not there, who asked meanwhile."""

from alerts.signal import Level, Signal, Transition
from tests.alerts.fakes import HOUR, NOON, rows_for, signal

FEED = {
    "touchpoint": "",
    "rule": "source silent",
    "kind": "source silent",
    "per": "source",
    "scope": "crm",
    "cases": 0,
    "customers": 0,
    "reason": "no news",
    "evidence": {"source": "crm", "since": NOON - 2 * HOUR, "held": 0},
}
BLIND = {"rule": "blind", "kind": "blind", "cases": 312, "level": Level.CRITICAL}
FLOOR = {
    "rule": "no-car",
    "kind": "floor",
    "cases": 8,
    "customers": 7,
    "reason": "below the floor",
    "evidence": {"since": NOON - 5 * HOUR, "key": ["leeds", "aurora-two"], "value": 0, "below": 1},
}


def text(*signals: Signal) -> str:
    """Return the text of the one message that signals give."""
    rows = rows_for(signals)
    return rows[-1].text


def test_a_silent_feed_is_told_to_operations_in_its_own_words() -> None:
    """Nobody is called neglected: the message names the feed, since when, and what to do."""
    rows = rows_for([signal(**FEED)])
    assert {row.receiver for row in rows} == {"operations"}
    assert rows[0].text == (
        "LOOK TODAY: no news from crm, Aurora Motors\n"
        "Since 10:00.\n"
        "Reason: nothing was heard, so promises are not judged.\n"
        "Do now: check the feed and who sends it."
    )


def test_a_long_hold_counts_what_nobody_judges() -> None:
    """After an open day the message says how many promises nobody has judged."""
    assert text(signal(**FEED | BLIND)).splitlines()[0] == (
        "ACT NOW: 312 promises unjudged, no news from crm, Aurora Motors"
    )


def test_a_feed_that_is_back() -> None:
    """The end of a silence is told as what it is."""
    over = FEED | {"number": 2, "transition": Transition.RESOLVED, "reason": "heard again"}
    assert text(signal(**FEED), signal(**over)).startswith("OVER - heard again: no news from crm")


def test_a_stock_that_is_gone_says_which_and_how_many_asked() -> None:
    """The people who asked while it was gone come first, then what is not there, since when."""
    lines = text(signal(**FLOOR)).splitlines()
    assert lines[0] == "LOOK TODAY - 7 people asked: no aurora-two, Leeds"
    assert "Since 06:00." in lines[1]


def test_a_stock_that_is_there_again_or_unknown() -> None:
    """The end says whether it is there again, or whether nobody has counted it."""
    over = FLOOR | {"number": 2, "transition": Transition.RESOLVED}
    again = text(signal(**FLOOR), signal(**over | {"reason": "it is there again"}))
    assert again.startswith("OVER - 7 people asked: no aurora-two, Leeds")
    unknown = text(signal(**FLOOR), signal(**over | {"reason": "no reading"}))
    assert unknown.startswith("UNKNOWN - 7 people asked: no aurora-two, Leeds")
