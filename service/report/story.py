"""One life of the week, told without anything by which somebody could be recognised.

A number moves few people who sit far from customers; what happened to one does.  The life is
assembled from events and keeps weekdays, lengths and a region, never a name, a case, a place or an hour.
It is only told where at least five people of that region were let down the same way, so that nobody
stands alone in it.  The same week always tells the same life.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service.report.lives import Step
from service.report.people import CaseRow

ALIKE_MIN = 5
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


class Story(NamedTuple):
    """Hold one life, rounded; `answered_after_h` is None where nobody has answered.

    `weekday` is that of asking, Monday 0.  `left_after` is how many days after asking they left, None
    where they did not; `wrote` counts their messages.
    """

    touchpoint: str
    title: str
    promise: str
    region: str
    weekday: int
    answered_after_h: int | None
    wrote: int
    left_after: int | None
    reason: str


class Told(NamedTuple):
    """Hold what a touchpoint is called, and what it promises."""

    title: str
    promise: str


def story_of(
    late: Iterable[CaseRow],
    since: int,
    zone: str,
    region_of: Callable[[CaseRow], str],
    touchpoints: Mapping[str, Told],
    left: Mapping[str, Step],
    wrote: Mapping[str, int],
) -> Story | None:
    """Return the life of somebody who was let down: who left goes first, then who waited longest.

    `late` are cases with a broken promise; of people who did not leave only those `since` an instant.
    """
    alike: dict[tuple[str, str], list[CaseRow]] = defaultdict(list)
    for row in late:
        if row.customer and row.touchpoint in touchpoints and (region := region_of(row)):
            alike[row.touchpoint, region].append(row)
    rows = [
        (row, region)
        for (_, region), rows in alike.items()
        if len({row.customer for row in rows}) >= ALIKE_MIN
        for row in rows
        if row.customer in left or row.started >= since
    ]
    if not rows:
        return None
    row, region = min(rows, key=lambda item: _rank(item[0], item[1], left, wrote))
    return _story(row, region, zone, touchpoints[row.touchpoint], left, wrote)


def _story(
    row: CaseRow,
    region: str,
    zone: str,
    told: Told,
    left: Mapping[str, Step],
    wrote: Mapping[str, int],
) -> Story:
    after = _left_after(row, left)
    asked = datetime.fromtimestamp(row.started / 1000, ZoneInfo(zone))
    waited = _waited(row)
    return Story(
        row.touchpoint,
        told.title,
        told.promise,
        region,
        asked.weekday(),
        None if waited is None else max(round(waited / HOUR_MS), 1),
        wrote.get(row.customer, 0),
        None if after is None else after // DAY_MS,
        left[row.customer].reason if after is not None else "",
    )


def _waited(row: CaseRow) -> int | None:
    return row.ended - row.started if row.ended is not None and row.answered else None


def _left_after(row: CaseRow, left: Mapping[str, Step]) -> int | None:
    step = left.get(row.customer)
    return step.time - row.started if step is not None and step.time > row.started else None


def _rank(
    row: CaseRow, region: str, left: Mapping[str, Step], wrote: Mapping[str, int]
) -> tuple[object, ...]:
    """Return the order by the exact figures, which leave this file only rounded."""
    waited = _waited(row)
    length = 2**62 if waited is None else waited
    messages = wrote.get(row.customer, 0)
    has_left = _left_after(row, left) is not None
    return (not has_left, -messages, -length, row.started, row.touchpoint, region, row.case)
