"""One life of the week, told without anything by which somebody could be recognised.

A number moves few people who sit far from customers; what happened to one does.  The life is
assembled from events and keeps weekdays, lengths and a region, never a name, a case, a place or an hour.
It is only told where at least five people of that region were let down the same way, so that nobody
stands alone in it.  The same week always tells the same life.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from service.report.lives import Step
from service.report.people import CaseRow

ALIKE_MIN = 5
DAY_MS = 86_400_000


class Story(NamedTuple):
    """Hold one life; lengths are milliseconds, `answered_after` is None where nobody has answered.

    `left_after` is how many days after asking they left, None where they did not; `wrote` counts
    their messages.
    """

    touchpoint: str
    title: str
    promise: str
    region: str
    asked_at: int
    answered_after: int | None
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
    found = [
        _story(row, region, touchpoints[touchpoint], left, wrote)
        for (touchpoint, region), rows in alike.items()
        if len({row.customer for row in rows}) >= ALIKE_MIN
        for row in rows
        if row.customer in left or row.started >= since
    ]
    return min(found, key=_rank, default=None)


def _story(
    row: CaseRow, region: str, told: Told, left: Mapping[str, Step], wrote: Mapping[str, int]
) -> Story:
    step = left.get(row.customer)
    has_left = step is not None and step.time > row.started
    return Story(
        row.touchpoint,
        told.title,
        told.promise,
        region,
        row.started,
        None if row.ended is None else row.ended - row.started,
        wrote.get(row.customer, 0),
        (step.time - row.started) // DAY_MS if has_left and step else None,
        step.reason if has_left and step else "",
    )


def _rank(story: Story) -> tuple[object, ...]:
    waited = story.answered_after if story.answered_after is not None else 2**62
    return (story.left_after is None, -story.wrote, -waited, story.asked_at, *story[:4])
