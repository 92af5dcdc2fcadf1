"""The loss review: who left in a week, and which broken promises they had lived before.

It is made for the few people who will telephone: customers stand under their pseudonyms, by which the
company's own system finds them, with what happened to them and nothing else.  It is never stored and
never sent by itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from service.report.lives import Step
from service.report.people import CaseRow

DAY_MS = 86_400_000


class Broken(NamedTuple):
    """State one broken promise: at which touchpoint, and how many days before they left."""

    title: str
    days_before: int


class Loss(NamedTuple):
    """State one person who left; `reason` is empty where nobody knows."""

    customer: str
    segment: str
    value: int
    reason: str
    lived: tuple[Broken, ...]


def losses_of(
    left: Mapping[str, Step], late: Iterable[CaseRow], titles: Mapping[str, str], within_ms: int
) -> list[Loss]:
    """Return everybody who left, those with most broken promises first, then those worth most."""
    lived: dict[str, list[Broken]] = defaultdict(list)
    for row in sorted(late, key=lambda row: (row.broken_at, row.touchpoint)):
        step = left.get(row.customer)
        if step is not None and step.time - within_ms <= row.broken_at < step.time:
            days = (step.time - row.broken_at) // DAY_MS
            lived[row.customer].append(Broken(titles.get(row.touchpoint, row.touchpoint), days))
    found = [
        Loss(name, step.segment, step.value, step.reason, tuple(lived[name]))
        for name, step in left.items()
    ]
    return sorted(found, key=lambda one: (-len(one.lived), -one.value, one.customer))
