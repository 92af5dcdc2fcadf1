"""When a group of news may speak.

A line is one receiver, one level and the values that their route groups by.  Its first word waits a
little for companions, unless it is critical; its next word comes no sooner than the interval after
the last one.  So a storm of fifty thousand late customers is one message for each line and interval,
and a first critical alert still leaves at once.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.alert import Alert
from alerts.directory import Route
from alerts.notice import ALARMS, Why
from alerts.scene import Scene
from alerts.signal import Level

_AT_ONCE = frozenset({Why.ESCALATED, Why.UNTAKEN})


@dataclass(frozen=True, slots=True)
class Want:
    """Hold one news that may be told; `since` is when it came up."""

    alert: Alert
    receiver: str
    why: Why
    scene: Scene
    route: Route
    group: tuple[str, ...]
    since: int
    was_held: bool

    @property
    def line(self) -> str:
        """Name the line in which it stands."""
        return json.dumps([self.receiver, self.alert.level.value, *self.group], ensure_ascii=True)


def ready_at(wants: Sequence[Want], since: int, spoken: int | None, now: int) -> int:
    """Return when a line may tell these news.

    `since` is when the first of those that wait in it came up, `spoken` when it spoke last.
    """
    if any(want.was_held or want.why in _AT_ONCE for want in wants):
        return now
    urgent = any(_is_urgent(want) for want in wants)
    wait = 0 if urgent else min(want.route.wait_ms or 0 for want in wants)
    ready = min(since, *(want.since for want in wants)) + wait
    if spoken is not None:
        ready = max(ready, spoken + min(want.route.interval_ms or 0 for want in wants))
    return ready


def _is_urgent(want: Want) -> bool:
    return want.alert.level is Level.CRITICAL and want.why in ALARMS
