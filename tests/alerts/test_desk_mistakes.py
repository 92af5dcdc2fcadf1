"""The model can see: each planted mistake of the desk makes it fail within eight hundred runs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from alerts import looking, mute
from alerts.alert import Alert
from alerts.mute import Overlays
from alerts.news import news_for
from alerts.notice import Why
from tests.alerts.test_desk_model import DeskMachine

SEARCH = settings(
    max_examples=800,
    stateful_step_count=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
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
    with pytest.raises(Exception):  # noqa: B017, PT011 - a mistake may break anything
        run_state_machine_as_test(DeskMachine, settings=SEARCH)
