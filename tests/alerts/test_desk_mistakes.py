"""The model can see: each planted mistake of the desk makes it fail within two hundred walks."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from alerts import looking, mute
from alerts.action import Kind
from alerts.alert import Alert
from alerts.mute import Overlays
from alerts.news import news_for
from alerts.notice import Why
from alerts.signal import Level, Transition
from tests.alerts.fakes import HOUR, MINUTE
from tests.alerts.test_desk_model import ROUTES, DeskMachine

SEEDS, STEPS = 200, 60
MOVES = tuple(transition for transition in Transition if transition is not Transition.OPENED)
WAITS = (20_000, MINUTE, 10 * MINUTE, HOUR, 9 * HOUR)
_timed = looking.Looking.timed
_overlaid = Overlays._overlaid


def _no_overlay(self: Any, alert: Any, why: Why, scene: Any) -> Any:
    return None


def _end_is_silenced(self: Any, alert: Any, receiver: str, why: Why, scene: Any, route: Any) -> Any:
    quiet = _overlaid(self, alert, why, scene)
    return quiet if quiet is not None else _why_muted(self, alert, receiver, why, scene, route)


_why_muted = Overlays.why_muted


def _never_the_end(alert: Alert, *rest: Any) -> Any:
    found = news_for(alert, *rest)
    return None if found in (Why.RESOLVED, Why.WITHDRAWN) else found


def _the_end_again(alert: Alert, receiver: str, *rest: Any) -> Any:
    told = alert.handling.told.get(receiver)
    if told is not None and told.why is Why.RESOLVED:
        return Why.RESOLVED
    return news_for(alert, receiver, *rest)


def _no_timer(self: Any, alert: Alert) -> Alert:
    found: Alert = _timed(self, alert)
    return replace(found, handling=replace(found.handling, next_at=None))


MISTAKES: dict[str, tuple[object, str, Callable[..., Any]]] = {
    "silences mute nothing": (mute.Overlays, "_overlaid", _no_overlay),
    "a silence mutes the end": (mute.Overlays, "why_muted", _end_is_silenced),
    "the end is never told": (looking, "news_for", _never_the_end),
    "the end is told again and again": (looking, "news_for", _the_end_again),
    "timers are not filed": (looking.Looking, "timed", _no_timer),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_seen(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk with this mistake breaks what the model holds it to."""
    owner, name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(owner, name, wrong)
    assert any(fails(seed) for seed in range(SEEDS))


def test_without_a_mistake_no_walk_fails() -> None:
    """The same walks hold where nothing is planted."""
    assert [seed for seed in range(SEEDS) if fails(seed)] == []


def fails(seed: int) -> bool:
    """Walk at random around one place, where the model's rules meet most often."""
    draw, machine = Random(seed), DeskMachine()
    steps: tuple[Callable[[], None], ...] = (
        lambda: machine.opens("a", "leeds", draw.choice(list(Level))),
        lambda: machine.moves("a", draw.choice(MOVES), Level.CRITICAL),
        lambda: machine.answers("a", draw.choice(list(Kind)), "x"),
        lambda: machine.silenced("leeds", draw.randint(1, 30)),
        machine.lifted,
        lambda: machine.waits(draw.choice(WAITS)),
        lambda: machine.waits(draw.choice(WAITS)),
        machine.restarts,
    )
    try:
        machine.begin(draw.choice(ROUTES))
        for _ in range(STEPS):
            draw.choice(steps)()
            machine.no_key_is_used_twice()
            machine.timers_lie_ahead()
        machine.teardown()
    except AssertionError:
        return True
    return False
