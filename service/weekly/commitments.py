"""The counts behind a commitment, taken from stored cases, and what a week's page shows of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from alerts.directory import Directory
from alerts.spans import DAY_MS
from service.report.commitment import (
    MAX_OPEN,
    WAITED_MS,
    Commitment,
    Counts,
    State,
    Together,
    let_down,
    still_waiting,
)
from service.report.descent import Weekly, course_of
from service.report.people import CaseRow
from service.report.walk import Page
from service.report.week import Week, last_full_week, weeks_until
from service.store.commitments import commitments, late_at
from service.store.reads import Reads

# So long a proposal waits on the page, and so many weeks back a count is followed.
PROPOSED_MS = 28 * DAY_MS
WEEKS_MAX, PROPOSED_MAX = 53, 5
EVER = 2**62


def count_now(reads: Reads, directory: Directory, one: Commitment, now: int) -> int:
    """Return how many people a commitment counts: in the last full week, or waiting now.

    A week is full when the newest stored fact lies behind it, as for the page: what is behind with
    its work would else count too few.
    """
    week = last_full_week(min(now, reads.newest() or now), directory.zone)
    rows = _rows(reads, directory, one, min(week.begin, now - WAITED_MS), now)
    return still_waiting(rows, now) if one.counts is Counts.WAITING else _count(rows, one, week)


def commitments_in(reads: Reads, directory: Directory, page: Page) -> tuple[Together, ...]:
    """Return what a page shows: what is open, what its week closed, and what is proposed.

    An older page shows what was open when its week ended, as it was then.
    """
    week = page.week
    is_last = week == last_full_week(page.now, directory.zone)
    until = EVER if is_last else week.end
    shown = _shown(commitments(reads), week, until)
    return tuple(_together(reads, directory, page, one) for one in shown)


def place_name(directory: Directory, one: Commitment) -> str:
    """Return the name of a commitment's place; empty for the whole company."""
    if one.per == "region":
        found = directory.regions.get(one.scope)
    else:
        topic = directory.topics.get(one.touchpoint)
        found = directory.units.get((topic.unit_kind, one.scope)) if topic else None
    return found.name if found else one.scope


def _shown(found: Iterable[Commitment], week: Week, until: int) -> Iterator[Commitment]:
    known = sorted((o for o in found if o.began_at < until), key=lambda o: o.began_at)
    led = [one for one in known if one.leader]
    standing = [one for one in led if one.closed_at is None or one.closed_at >= until]
    yield from (replace(one, state=State.OPEN, closed_at=None) for one in standing[:MAX_OPEN])
    yield from (o for o in led if o.closed_at is not None and week.begin <= o.closed_at < week.end)
    since, held = week.end - PROPOSED_MS, {one.place for one in standing}
    proposed = (o for o in known if o.state is State.PROPOSED and o.began_at >= since)
    latest = {one.place: one for one in proposed if one.place not in held}
    yield from sorted(latest.values(), key=lambda o: -o.began_at)[:PROPOSED_MAX]


def _together(reads: Reads, directory: Directory, page: Page, one: Commitment) -> Together:
    weeks = weeks_until(page.week, WEEKS_MAX, page.zone)
    first = max((n for n, week in enumerate(weeks) if week.end <= one.began_at), default=0)
    mine = weeks[first:]
    rows = _rows(reads, directory, one, mine[0].begin - WAITED_MS, page.week.end)
    counts = [Weekly(week.end, _count(rows, one, week)) for week in mine]
    topic = directory.topics.get(one.touchpoint)
    title = topic.title if topic else one.touchpoint
    course = course_of(counts, one.began_at, one.aim)
    return Together(one, title, place_name(directory, one), counts[-1].people, course)


def _count(rows: Sequence[CaseRow], one: Commitment, week: Week) -> int:
    """Return the count of a week: who asked in it and was let down, or who waited at its end."""
    if one.counts is Counts.WAITING:
        return still_waiting(rows, week.end)
    return let_down(rows, week.begin, week.end)


def _rows(
    reads: Reads, directory: Directory, one: Commitment, begin: int, end: int
) -> list[CaseRow]:
    """Return the late cases of a commitment's touchpoint and place."""
    rows = late_at(reads, one.touchpoint, begin, end)
    if one.per == "company":
        return rows
    units = {one.scope} if one.per == "unit" else _units(directory, one)
    return [row for row in rows if row.unit in units]


def _units(directory: Directory, one: Commitment) -> set[str]:
    topic = directory.topics.get(one.touchpoint)
    return {
        unit
        for (kind, unit), place in directory.units.items()
        if place.region == one.scope and (topic is None or kind == topic.unit_kind)
    }
