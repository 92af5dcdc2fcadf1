"""What keeps a receiver from being told: silences, mutes, other alerts, coming and going."""

from dataclasses import replace

from alerts.hours import Delay
from alerts.notice import Muted, Why
from alerts.signal import Level, Transition
from alerts.silence import Silence, Window
from tests.alerts.fakes import HOUR, MINUTE, NOON, TOPIC, regional, signal
from tests.alerts.office import OFFICE, Clerk, office

DAY = 24 * HOUR
CRITICAL = signal(level=Level.CRITICAL)
OVER = signal(number=9, transition=Transition.RESOLVED, customers=0)


def silence(**match: str) -> Silence:
    """Return a silence of two hours."""
    return Silence("quiet", match, "planned", "anna", NOON, NOON + 2 * HOUR)


def test_a_silence_mutes_exactly_its_time() -> None:
    """What came in a silence and still stands is told when the silence ends; the reason is on record."""
    clerk = Clerk(office())
    clerk.silence(silence(region="north"))
    said = clerk.hear(CRITICAL, signal(id="b", scope="kent", level=Level.CRITICAL))
    assert [(n.alert, n.muted, n.detail) for n in said.notices] == [
        ("s1", Muted.SILENCED, "quiet"),
        ("b", None, ""),
    ]
    assert clerk.wait(2 * HOUR - 1) == []
    (row,) = clerk.wait(1)
    assert (row.why, row.alerts) == (Why.FIRST, (("s1", 1),))


def test_the_end_is_told_once_in_a_silence() -> None:
    """Whoever was told of the beginning hears of the end, silence or not."""
    clerk = Clerk(office())
    clerk.hear(CRITICAL)
    clerk.silence(silence(touchpoint="*"))
    clerk.hear(signal(number=2, transition=Transition.WORSE, level=Level.CRITICAL, customers=40))
    clerk.wait(10 * MINUTE)
    assert clerk.said() == [Why.FIRST]
    clerk.hear(OVER)
    clerk.wait(DAY)
    assert clerk.said() == [Why.FIRST, Why.RESOLVED]


def test_a_silence_that_is_lifted_early_lets_speak_at_once() -> None:
    """Silences are looked at anew, so that nothing is stuck in one that is gone."""
    clerk = Clerk(office())
    clerk.silence(silence(unit="leeds"))
    clerk.hear(CRITICAL)
    assert clerk.said() == []
    clerk.silence()
    assert clerk.said() == [Why.FIRST]


def test_a_weekly_mute_ends_by_the_clock() -> None:
    """A mute of the configuration holds while its hours last, and what stands is told then."""
    window = Window("lunch", {"stage": "ask"}, "everybody eats", OFFICE)
    clerk = Clerk(replace(office(), windows=(window,)))
    said = clerk.hear(CRITICAL)
    assert [(n.muted, n.detail) for n in said.notices] == [(Muted.WINDOW, "lunch")]
    (row,) = clerk.wait(DAY)
    assert row.created_at == NOON + 8 * HOUR


def test_a_region_speaks_for_its_units() -> None:
    """Units of a region that stands itself are not told; when it ends they are."""
    clerk = Clerk(office())
    whole = regional(kind="waiting", rule="waiting", customers=30)
    clerk.hear(whole)
    said = clerk.hear(signal(id="a"), signal(id="b", scope="kent"))
    assert {(n.alert, n.muted, n.detail) for n in said.notices} == {("a", Muted.INHIBITED, "r1")}
    clerk.wait(MINUTE)
    clerk.hear(replace(whole, number=2, transition=Transition.RESOLVED))
    clerk.wait(10 * MINUTE)
    assert [row.alerts[0][0] for row in clerk.rows] == ["r1", "b", "a", "r1"]


def test_nothing_critical_hides_behind_a_warning() -> None:
    """A region's warning does not mute a unit's critical alert."""
    clerk = Clerk(office())
    clerk.hear(regional(kind="waiting", rule="waiting", level=Level.WARNING), replace(CRITICAL))
    assert [row.alerts[0][0] for row in clerk.rows] == ["s1"]


def test_an_upstream_touchpoint_speaks_for_the_one_below() -> None:
    """In the region in which the one above fails, the one below is not told."""
    below = replace(TOPIC, id="below", upstream=(TOPIC.id,))
    clerk = Clerk(replace(office(), topics={TOPIC.id: TOPIC, "below": below}))
    clerk.hear(CRITICAL)
    said = clerk.hear(
        signal(id="a", touchpoint="below", scope="york"),
        signal(id="b", touchpoint="below", scope="kent"),
    )
    assert {n.alert: n.muted for n in said.notices} == {"a": Muted.INHIBITED}


def test_a_silent_source_speaks_for_the_absences_it_would_explain() -> None:
    """While a feed is silent, what only its silence shows is not told."""
    fed = replace(TOPIC, feeds=("crm",))
    clerk = Clerk(replace(office(), topics={TOPIC.id: fed}))
    clerk.hear(
        signal(
            id="q",
            touchpoint="",
            rule="source silent",
            kind="source silent",
            per="source",
            scope="crm",
        )
    )
    said = clerk.hear(CRITICAL)
    assert [(n.alert, n.muted) for n in said.notices] == [("s1", Muted.INHIBITED)]


def test_a_flapping_alert_says_its_end_only() -> None:
    """After three relapses in a day, coming and going is not told any more."""
    clerk = Clerk(office(wait_ms=0, interval_ms=0))
    clerk.hear(CRITICAL)
    number = 1
    for _ in range(6):
        for transition in (Transition.IMPROVING, Transition.RELAPSED):
            number += 1
            clerk.wait(MINUTE)
            clerk.hear(replace(CRITICAL, number=number, transition=transition))
    assert clerk.said() == [Why.FIRST, *[Why.IMPROVING, Why.RELAPSED] * 2, Why.IMPROVING]
    clerk.hear(replace(OVER, number=number + 1))
    assert clerk.said()[-1] is Why.RESOLVED


def test_a_silence_is_announced_and_so_is_its_early_end() -> None:
    """Operations and whoever was told of what it mutes hear of it, without the name of who made it."""
    clerk = Clerk(office())
    clerk.hear(CRITICAL)
    made = clerk.silence(silence(unit="leeds"))
    said = [(row.receiver, row.subject, row.lines) for row in made.rows]
    assert said == [
        ("operations", "SILENCED - unit leeds, until 14:00", ("Reason: planned.",)),
        ("sales-desk", "SILENCED - unit leeds, until 14:00", ("Reason: planned.",)),
    ]
    assert "anna" not in str([row.to_row() for row in made.rows])
    assert clerk.silence(silence(unit="leeds")).rows == ()
    lifted = clerk.silence()
    assert [row.subject for row in lifted.rows] == ["LOUD AGAIN - unit leeds"] * 2


def test_a_silence_that_runs_out_is_not_announced() -> None:
    """Its end was said at its beginning."""
    clerk = Clerk(office())
    clerk.silence(silence(unit="leeds"))
    clerk.wait(3 * HOUR)
    assert clerk.silence().rows == ()


def test_an_alert_whose_feed_is_silent_is_stale_and_stays() -> None:
    """No news is no recovery: it is still told of, with a word that nobody knows how it stands."""
    fed = replace(TOPIC, feeds=("crm",))
    clerk = Clerk(replace(office(repeat=Delay(HOUR)), topics={TOPIC.id: fed}))
    clerk.hear(CRITICAL)
    quiet = {"rule": "source silent", "kind": "source silent", "per": "source", "scope": "crm"}
    clerk.hear(signal(id="q", touchpoint="", **quiet))
    clerk.wait(HOUR)
    (again,) = [row for row in clerk.rows if row.why is Why.REPEATED and "s1" in str(row.alerts)]
    assert "A feed is silent, so nobody knows how it stands now." in again.text
