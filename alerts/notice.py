"""What we decided to say, to whom, and why.

A notice exists for every transition and receiver, also where nothing is said: then it carries why
it was muted.  "Why did nobody call me?" is asked as often as "why did you?", and a bare boolean
answers neither.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.alert import Alert, Reason, Step
from alerts.signal import Level


class Why(StrEnum):
    """Say why a receiver is told."""

    FIRST = "first"
    WORSE = "worse"
    IMPROVING = "improving"
    RELAPSED = "relapsed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    HISTORIC = "historic"


class Muted(StrEnum):
    """Say why a receiver is not told."""

    WATCH_ONLY = "a watch is a list; nobody is notified"
    NEVER_TOLD = "this receiver was never told that it began"
    HISTORIC = "it is more than a day old; what still stands is told once"


@dataclass(frozen=True, slots=True)
class Notice:
    """Record one decision to speak, or with `muted` the decision not to."""

    alert: str
    number: int
    receiver: str
    why: Why
    muted: Muted | None = None


_NEWS_OF = {
    Reason.NEW: Why.FIRST,
    Reason.WORSE: Why.WORSE,
    Reason.IMPROVING: Why.IMPROVING,
    Reason.RELAPSED: Why.RELAPSED,
    Reason.RESOLVED: Why.RESOLVED,
    Reason.WITHDRAWN: Why.WITHDRAWN,
}
_ONLY_FOR_THE_TOLD = (Why.IMPROVING, Why.RESOLVED, Why.WITHDRAWN)


def why_notify(alert: Alert, step: Step, receiver: str) -> Why:
    """Return what kind of news a step is for this receiver."""
    news = _NEWS_OF[step.reason]
    if news in _ONLY_FOR_THE_TOLD or receiver in alert.told:
        return news
    return Why.FIRST


def why_muted(alert: Alert, why: Why, receiver: str) -> Muted | None:
    """Return why this receiver hears nothing, or None where they do."""
    if why in _ONLY_FOR_THE_TOLD:
        return None if receiver in alert.told else Muted.NEVER_TOLD
    return Muted.WATCH_ONLY if alert.level is Level.WATCH else None


def notices_of(alert: Alert, step: Step, routed: str, *, old: bool = False) -> tuple[Notice, ...]:
    """Decide for the routed receiver and for everyone who was told before; `old` is no news."""
    late = Muted.HISTORIC if old else None
    return tuple(
        Notice(
            step.alert,
            step.number,
            receiver,
            why,
            why_muted(alert, why, receiver) or (None if receiver in alert.told else late),
        )
        for receiver in dict.fromkeys((*alert.told, routed))
        for why in [why_notify(alert, step, receiver)]
    )


def delivery_key(
    about: Iterable[tuple[str, int]],
    receiver: str,
    channel: str,
    settings: Mapping[str, object],
    *,
    kind: Why,
    count: int = 1,
) -> str:
    """Return the key that is the same on every retry, after every crash, on every machine.

    `about` are signal ids with transition numbers, `settings` the filled address, `count` the
    how-manieth notice of its kind.
    """
    parts = [sorted(about), receiver, channel, dict(settings), kind.value, count]
    exact = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(exact.encode()).hexdigest()[:32]
