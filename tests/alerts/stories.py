"""Stories to compose in any language: one for each combination of facts, told by one directory."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from alerts.alert import Alert, advance
from alerts.directory import Directory, Topic
from alerts.message import Message, compose
from alerts.notice import Why
from alerts.scene import scene_of
from alerts.signal import Level, Signal, Transition
from alerts.story import Story, merge, story_of
from alerts.tongues import tongue_of
from tests.alerts.fakes import DIRECTORY, HOUR, NOON, ORPHAN, TOPIC, regional, signal
from tests.alerts.test_feed_messages import BLIND, FEED, FLOOR

NOTHING: Mapping[str, object] = {}
BARE = Topic("t", "Delivery", "", "", "", "", 0, "", "dealer")


def with_topic(directory: Directory = DIRECTORY, **changes: object) -> Directory:
    """Return a directory with another touchpoint."""
    topic = replace(directory.topics[TOPIC.id], **changes)  # type: ignore[arg-type]
    return replace(directory, topics={topic.id: topic})


def tell(*signals: Signal, why: Why = Why.FIRST, directory: Directory = DIRECTORY) -> Message:
    """Compose one message from the first signals of several findings."""
    return compose(gathered(*signals, why=why, directory=directory), NOON)


def gathered(*signals: Signal, why: Why = Why.FIRST, directory: Directory = DIRECTORY) -> Story:
    """Gather one story from the first signals of several findings."""
    alerts = [advance(None, news)[0] for news in signals]
    return merge([story(alert, why, directory) for alert in alerts])


def story(alert: Alert, why: Why, directory: Directory = DIRECTORY) -> Story:
    """Gather one story."""
    return story_of(alert, why, scene_of(alert, directory), directory)


def end(
    transition: Transition,
    directory: Directory = DIRECTORY,
    began: Mapping[str, object] = NOTHING,
    **changes: object,
) -> Story:
    """Gather the story of the end of a finding that began with 19 people, or otherwise."""
    alert, _ = advance(None, signal(**began))
    base = {"number": 2, "transition": transition, "instant": NOON, "customers": 2}
    alert, _ = advance(alert, signal(**({**began, **base} | changes)))
    return story(alert, Why(transition.value), directory)


def _beginnings(own: Directory, words: Mapping[str, str]) -> dict[str, Story]:
    told = partial(gathered, directory=own)
    return {
        "waiting_unit_warning": told(signal()),
        "waiting_unit_critical": told(signal(level=Level.CRITICAL, customers=37)),
        "waiting_one_person": told(signal(customers=1, cases=1, evidence={})),
        "waiting_again": told(signal(), why=Why.RELAPSED),
        "waiting_without_evidence": told(signal(evidence={})),
        "waiting_unknown_place": told(signal(scope="ghost", touchpoint="gone", evidence={})),
        "waiting_own_clock_only": told(
            signal(evidence={"longest_own_ms": HOUR, "since": NOON - 30 * HOUR})
        ),
        "waiting_more_cases_than_people": told(signal(cases=25, evidence={})),
        "waiting_links": told(
            signal(evidence={}), directory=with_topic(own, case_url="https://crm.example/late")
        ),
        "share_region_critical": told(regional()),
        "share_with_usual": told(regional(evidence={"kept": 15, "late": 37, "usual": 47})),
        "share_many_units": told(
            regional(
                evidence={"units": [[f"u{n}", 9 - n] for n in range(9)]}, customers=45, cases=45
            )
        ),
        "share_company": told(regional(per="company", scope="")),
        "floor_nobody_counted": told(
            signal(kind="floor", customers=0, cases=0, evidence={}, reason=words["no car"])
        ),
        "no_promise_no_owner": told(
            signal(evidence={}),
            directory=replace(own, topics={"answer-request": replace(BARE, title=words["bare"])}),
        ),
    }


def _groups_and_ends(own: Directory) -> dict[str, Story]:
    told, over = partial(gathered, directory=own), partial(end, directory=own)
    return {
        "group_one_region": told(signal(id="a"), signal(id="b", scope="york", customers=7)),
        "group_two_regions": told(signal(id="a"), signal(id="b", scope="kent", customers=7)),
        "group_two_touchpoints": told(signal(id="a"), signal(id="b", touchpoint="near-enough")),
        "improving": over(Transition.IMPROVING),
        "resolved_some_still_waiting": over(Transition.RESOLVED),
        "resolved_nobody_waiting": over(Transition.RESOLVED, customers=0),
        "resolved_by_configuration": over(Transition.RESOLVED, reason="configuration"),
        "withdrawn_correction": over(Transition.WITHDRAWN, reason="correction"),
        "withdrawn_configuration": over(Transition.WITHDRAWN, reason="configuration"),
    }


def _handled(own: Directory) -> dict[str, Story]:
    """Return stories of alerts that somebody has, refused, or did not take."""
    told = partial(gathered, directory=own)
    called = replace(told(signal()), call=(NOON + HOUR, "regional-manager"))
    two = told(signal(id="a"), signal(id="b", scope="kent", customers=7))
    return {
        "waiting_calls_in": called,
        "waiting_repeated": replace(called, why=Why.REPEATED),
        "waiting_escalated": replace(called, why=Why.ESCALATED),
        "waiting_untaken": replace(called, why=Why.UNTAKEN),
        "waiting_taken": replace(called, why=Why.TAKEN, taken_at=NOON - HOUR),
        "waiting_refused": replace(called, why=Why.REFUSED, is_refused=True),
        "waiting_passed": replace(called, why=Why.PASSED, ended=NOON, customers=0),
        "opening": replace(two, why=Why.OPENING),
        "storm": replace(two, why=Why.STORM),
    }


def _feeds_and_stocks(own: Directory) -> dict[str, Story]:
    told, over = partial(gathered, directory=own), partial(end, directory=own)
    gap = FEED | {"rule": "input gap", "kind": "input gap", "reason": "input gap"}
    return {
        "feed_silent": told(signal(**FEED)),
        "feed_blind": told(signal(**FEED | BLIND)),
        "feed_gap": told(signal(**gap)),
        "feed_heard_again": over(
            Transition.RESOLVED, began=FEED, customers=0, reason="heard again"
        ),
        "feed_gone_on": over(Transition.RESOLVED, began=gap, customers=0, reason="accepted"),
        "stock_gone": told(signal(**FLOOR)),
        "stock_back": over(Transition.RESOLVED, began=FLOOR, reason="it is there again"),
        "stock_unknown": over(Transition.RESOLVED, began=FLOOR, reason="no reading"),
    }


def stories(own: Directory) -> dict[str, Story]:
    """Return every story, as a directory's company would have it told."""
    words = WRITTEN[own.tongue.locale]
    return {
        **_beginnings(own, words),
        **_groups_and_ends(own),
        **_handled(own),
        **_feeds_and_stocks(own),
    }


SPANISH_TOPIC = replace(
    TOPIC,
    title="Una persona responde a la solicitud de prueba",
    do_now=("llamar a los {past.400%} que más esperan", "cubrir {worst_units}"),
    owner="mesa-ventas",
)
SPANISH = replace(
    DIRECTORY,
    tongue=tongue_of("es"),
    topics={
        TOPIC.id: SPANISH_TOPIC,
        ORPHAN.id: replace(SPANISH_TOPIC, id=ORPHAN.id, title="Un concesionario cercano", owner=""),
    },
    regions={
        name: replace(place, name={"north": "Norte", "south": "Sur"}[name])
        for name, place in DIRECTORY.regions.items()
    },
)
DIRECTORIES: Mapping[str, Directory] = {"en": DIRECTORY, "es": SPANISH}
WRITTEN: Mapping[str, Mapping[str, str]] = {
    "en": {"no car": "no car since 09:00", "bare": "Delivery"},
    "es": {"no car": "ningún coche desde las 09:00", "bare": "Entrega"},
}
MESSAGES: Mapping[str, Mapping[str, Message]] = {
    locale: {name: compose(found, NOON) for name, found in stories(own).items()}
    for locale, own in DIRECTORIES.items()
}
