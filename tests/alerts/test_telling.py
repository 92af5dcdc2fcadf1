"""When people are told: groups, hours, repeats, calls, answers; each told once, as things stand."""

from dataclasses import replace

from alerts.action import Kind
from alerts.asked import Heard
from alerts.directory import Route
from alerts.hours import Delay
from alerts.notice import Muted, Why
from alerts.signal import Level, Transition
from tests.alerts.fakes import HOUR, MINUTE, NOON, signal
from tests.alerts.office import CALLS, RECEIVERS, SECONDS, Clerk, office

DAY = 24 * HOUR
CRITICAL = signal(level=Level.CRITICAL)
OVER = signal(number=9, transition=Transition.RESOLVED, customers=0)


def test_a_warning_waits_for_its_companions() -> None:
    """Two units of a region within thirty seconds are one message, thirty seconds after the first."""
    clerk = Clerk(office())
    assert clerk.hear(signal(id="a")).rows == ()
    clerk.wait(20 * SECONDS)
    assert clerk.hear(signal(id="b", scope="york")).rows == ()
    assert clerk.wait(9 * SECONDS) == []
    (row,) = clerk.wait(1 * SECONDS)
    assert (row.alerts, row.created_at) == ((("a", 1), ("b", 1)), NOON + 30 * SECONDS)


def test_a_critical_alert_leaves_at_once_and_the_next_keeps_the_interval() -> None:
    """The first is not held up; what follows within five minutes is one message at their end."""
    clerk = Clerk(office())
    (first,) = clerk.hear(replace(CRITICAL, id="a")).rows
    assert first.created_at == NOON
    for number in range(3):
        clerk.wait(20 * SECONDS)
        assert clerk.hear(replace(CRITICAL, id=f"b{number}", scope="york")).rows == ()
    (second,) = clerk.wait(10 * MINUTE)
    assert second.created_at == NOON + 5 * MINUTE
    assert len(second.alerts) == 3


def test_what_comes_and_goes_while_waiting_is_still_told() -> None:
    """An alert that was over before its group spoke is told as what it is: it came and went."""
    clerk = Clerk(office())
    clerk.hear(signal())
    clerk.wait(10 * SECONDS)
    clerk.hear(OVER)
    (row,) = clerk.wait(HOUR)
    assert (row.why, row.subject[:4]) == (Why.PASSED, "OVER")
    assert clerk.hear(replace(OVER, number=10)).rows == ()


def test_withdrawn_before_anybody_was_told_is_told_to_nobody() -> None:
    """Nobody needs to disregard what they never heard of; why is on record."""
    clerk = Clerk(office())
    clerk.hear(signal())
    said = clerk.hear(replace(OVER, transition=Transition.WITHDRAWN))
    assert [notice.muted for notice in said.notices] == [Muted.WITHDRAWN_UNTOLD]
    assert clerk.wait(DAY) == []


def test_at_night_it_is_held_and_comes_as_one_list_at_opening() -> None:
    """What came after closing is one message at eight, with everybody in it."""
    clerk = Clerk(office(deliver="unit"), now=NOON + 9 * HOUR)
    for number, unit in enumerate(("leeds", "york", "leeds")):
        clerk.hear(signal(id=f"a{number}", scope=unit, rule=f"r{number}", customers=4))
        clerk.wait(HOUR)
    assert clerk.rows == []
    held = [notice for decision in clerk.decisions for notice in decision.notices]
    assert {(notice.muted, notice.until) for notice in held} == {(Muted.HELD, NOON + 22 * HOUR)}
    (morning,) = clerk.wait(DAY)
    assert (morning.why, morning.created_at) == (Why.OPENING, NOON + 22 * HOUR)
    assert morning.subject.startswith("SINCE CLOSING - 12 people, call these first")
    assert len(morning.alerts) == 3


def test_who_acts_stops_the_calls_until_it_runs_out() -> None:
    """ "I have it" holds four open hours; then the step that it stopped is due at once."""
    clerk = Clerk(office(escalation=CALLS))
    clerk.hear(CRITICAL)
    clerk.wait(30 * MINUTE)
    said = clerk.say("s1", Kind.TAKE)
    assert said.answers == {1: Heard.DONE}
    assert [row.why for row in said.rows] == [Why.TAKEN]
    clerk.wait(3 * HOUR + 29 * MINUTE)
    assert clerk.said("regional-manager") == []
    assert clerk.said("cco") == []
    clerk.wait(MINUTE)
    assert clerk.said("cco") == [Why.ESCALATED], "unless resolved goes on"
    clerk.wait(HOUR)
    assert clerk.said("regional-manager") == [Why.ESCALATED]
    assert clerk.said() == [Why.FIRST, Why.TAKEN, Why.UNTAKEN]


def test_nobody_acts_and_both_are_called() -> None:
    """One open hour, four open hours, each once, and each hears of the end."""
    clerk = Clerk(office(escalation=CALLS))
    clerk.hear(CRITICAL)
    clerk.wait(DAY)
    assert clerk.said("regional-manager") == [Why.ESCALATED]
    assert clerk.said("cco") == [Why.ESCALATED]
    clerk.hear(OVER)
    clerk.wait(HOUR)
    for receiver in ("sales-desk", "regional-manager", "cco"):
        assert clerk.said(receiver)[-1] is Why.RESOLVED


def test_what_becomes_critical_has_its_own_time() -> None:
    """The steps count from when an alert became as loud as it is, not from when it began."""
    clerk = Clerk(office(routes=(Route(match={"level": "critical"}, escalation=CALLS),)))
    clerk.hear(signal())
    clerk.wait(3 * HOUR)
    clerk.hear(signal(number=2, transition=Transition.WORSE, level=Level.CRITICAL))
    clerk.wait(59 * MINUTE)
    assert clerk.said("regional-manager") == []
    clerk.wait(MINUTE)
    assert clerk.said("regional-manager") == [Why.ESCALATED]


def test_nobody_is_called_in_for_what_is_over() -> None:
    """An end stops the steps."""
    clerk = Clerk(office(escalation=CALLS))
    clerk.hear(CRITICAL)
    clerk.wait(30 * MINUTE)
    clerk.hear(OVER)
    clerk.wait(3 * DAY)
    assert clerk.said("regional-manager") == clerk.said("cco") == []


def test_the_owner_line_says_what_happens_if_nobody_acts() -> None:
    """The message names the time and the receiver of the next step; once taken, that it is taken."""
    clerk = Clerk(office(escalation=CALLS))
    (row,) = clerk.hear(CRITICAL).rows
    assert "If nobody takes it by 12:00: regional-manager." in row.text
    (taken,) = clerk.say("s1", Kind.TAKE).rows
    assert taken.standing is not None
    assert "A colleague has it since 11:00." in "\n".join(taken.standing.lines)
    assert "anna" not in str(taken.to_row())
    assert (row.actions, taken.actions) == (("take", "refuse"), ("refuse",))


def test_it_is_repeated_while_nobody_has_it() -> None:
    """Every four open hours, not at night, and not while somebody has it."""
    clerk = Clerk(office(repeat=Delay(4 * HOUR, is_open=True)))
    clerk.hear(CRITICAL)
    clerk.wait(DAY)
    assert clerk.said() == [Why.FIRST, Why.REPEATED, Why.REPEATED]
    assert len({row.key for row in clerk.rows}) == 3
    clerk.say("s1", Kind.TAKE)
    clerk.wait(3 * HOUR)
    assert clerk.said()[-1] is Why.TAKEN


def test_not_real_quiets_it_and_the_end_is_still_told() -> None:
    """After "Not real" nothing repeats or escalates; whoever was told hears that it is over."""
    clerk = Clerk(office(escalation=CALLS, repeat=Delay(HOUR)))
    clerk.hear(CRITICAL)
    clerk.say("s1", Kind.REFUSE)
    assert clerk.say("s1", Kind.REFUSE).answers == {2: Heard.ALREADY}
    clerk.wait(2 * DAY)
    assert clerk.said() == [Why.FIRST, Why.REFUSED]
    clerk.hear(OVER)
    clerk.wait(HOUR)
    assert clerk.said()[-1] is Why.RESOLVED


def test_letting_go_is_news() -> None:
    """Who lets go makes the others hear that nobody has it."""
    clerk = Clerk(office())
    clerk.hear(CRITICAL)
    clerk.say("s1", Kind.TAKE)
    clerk.say("s1", Kind.RELEASE)
    assert clerk.said()[-1] is Why.UNTAKEN
    assert clerk.say("none", Kind.TAKE).answers == {3: Heard.UNKNOWN}


def test_the_third_episode_proposes_a_commitment() -> None:
    """Three episodes of a touchpoint at one place within four weeks; the fourth proposes nothing."""
    clerk = Clerk(office())
    for number in range(4):
        decision = clerk.hear(signal(id=f"a{number}", instant=clerk.now))
        assert len(decision.proposals) == (number == 2)
        clerk.wait(HOUR)
        clerk.hear(replace(OVER, id=f"a{number}", instant=clerk.now))
        clerk.wait(2 * DAY)


def test_a_storm_is_one_message() -> None:
    """Forty groups at once are one message to one receiver; every id is in it."""
    clerk = Clerk(office(group_by=("unit",)))
    signals = [signal(id=f"a{n}", scope=f"u{n}", customers=2) for n in range(40)]
    clerk.hear(*signals)
    (row,) = clerk.wait(HOUR)
    assert (row.why, len(row.alerts)) == (Why.STORM, 40)
    assert "80 people" in row.subject
    assert "40 alerts in one message" in row.text
    assert "32 more places" in row.text


def test_a_conversation_is_one_message_that_is_edited() -> None:
    """Later news of an alert name the message that told it first, and say how all of it stands."""
    clerk = Clerk(office())
    clerk.hear(signal(id="a"), signal(id="b", scope="york"))
    (first,) = clerk.wait(MINUTE)
    clerk.hear(replace(OVER, id="a", customers=0))
    (later,) = clerk.wait(HOUR)
    assert (first.thread, later.thread) == (first.key, first.key)
    assert later.why is Why.RESOLVED
    assert later.standing is not None
    assert later.standing.why is Why.FIRST, "the other one still stands"
    clerk.hear(replace(OVER, id="b", scope="york"))
    (last,) = clerk.wait(HOUR)
    assert last.standing is not None
    assert last.standing.why is Why.RESOLVED
    assert last.actions == ()


def test_what_did_not_arrive_is_told_elsewhere_once() -> None:
    """A dead message is told to operations with its first line; the failure of that one is not."""
    clerk = Clerk(office())
    (row,) = clerk.hear(CRITICAL).rows
    decision = clerk.lose(row)
    (failure,) = decision.rows
    assert (failure.receiver, failure.why) == ("operations", Why.UNDELIVERED)
    assert row.subject in failure.lines
    assert "HTTP 410" in failure.text
    assert decision.reported == (row.key,)
    assert clerk.lose(failure).rows == ()


def test_where_operations_is_the_broken_way_the_console_is_left() -> None:
    """The message about a broken channel does not take the same channel."""
    clerk = Clerk(replace(office(), receivers={"operations": RECEIVERS["operations"]}))
    (row,) = clerk.hear(CRITICAL).rows
    (failure,) = clerk.lose(row).rows
    assert failure.channel == "console"
