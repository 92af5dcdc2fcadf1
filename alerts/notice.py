"""What we decided to say, to whom, and why.

A notice exists wherever there was news for a receiver, also where nothing is said: then it carries
why it was muted.  "Why did nobody call me?" is asked as often as "why did you?", and a bare boolean
answers neither.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Say why a receiver is told."""

    FIRST = "first"
    WORSE = "worse"
    IMPROVING = "improving"
    RELAPSED = "relapsed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    PASSED = "passed"
    REPEATED = "repeated"
    ESCALATED = "escalated"
    TAKEN = "taken"
    UNTAKEN = "untaken"
    REFUSED = "refused"
    OPENING = "opening"
    STORM = "storm"
    UNDELIVERED = "undelivered"
    HISTORIC = "historic"
    SILENCED = "silenced"
    HEARTBEAT = "heartbeat"
    DIGEST = "digest"


class Muted(StrEnum):
    """Say why a receiver is not told."""

    WATCH_ONLY = "a watch is a list; nobody is notified"
    NEVER_TOLD = "this receiver was never told that it began"
    HISTORIC = "it is more than a day old; what still stands is told once"
    WITHDRAWN_UNTOLD = "it was withdrawn before anybody was told"
    NOBODY = "it came and went, and nobody was let down"
    INHIBITED = "another alert says it already"
    SILENCED = "somebody silenced it"
    WINDOW = "the configuration silences it at these hours"
    HELD = "it is held until opening time"
    REFUSED = "somebody said that it is not real"
    FLAPPING = "it comes and goes; the end will be told"
    GROUPED = "it waits for its companions"


ALARMS = frozenset(
    {Why.FIRST, Why.WORSE, Why.RELAPSED, Why.REPEATED, Why.ESCALATED, Why.UNTAKEN, Why.STORM}
)
ENDINGS = frozenset({Why.RESOLVED, Why.WITHDRAWN, Why.PASSED})
# What changes a message that stands and is worth no message of its own.
EDITS = frozenset({Why.TAKEN, Why.REFUSED})


@dataclass(frozen=True, slots=True)
class Notice:
    """Record one decision to speak, or with `muted` the decision not to.

    `detail` names the silence or the alert that mutes, `until` when it is looked at again.
    """

    alert: str
    number: int
    receiver: str
    why: Why
    muted: Muted | None = None
    detail: str = ""
    until: int | None = None


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
