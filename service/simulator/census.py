"""Count what became of the customers, week by week, as the truth beside the stream has it.

Weeks are those of the company's own zone.  It counts lives, not lines, so what arrives twice or
late counts once, where it happened; people are counted, except for messages.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from service.simulator.arrival import Teller
from service.simulator.member import SEGMENTS, TIERS, Member
from service.simulator.story import Fact, Story

ZONE = ZoneInfo("Europe/Berlin")
TIER_NAMES = tuple(TIERS)
COUNTED = {
    "customer.acquired",
    "customer.lost",
    "customer.engagement_changed",
    "customer.tier_changed",
    "customer.referred",
    "feedback.received",
}
Told = list[tuple[str, Fact]]


def census(members: Sequence[Member], stories: Iterable[Story], end: int) -> dict[str, Any]:
    """Return the counts of every week, and how many of those who were let down left."""
    weeks: dict[str, Told] = {}
    tellers: list[Teller] = [*members, *stories]
    for teller in tellers:
        for fact in teller.facts:
            if fact.time < end and fact.type in COUNTED:
                weeks.setdefault(iso_week(fact.time), []).append((teller.customer, fact))
    return {
        "weeks": {week: _week(told) for week, told in sorted(weeks.items())},
        "let_down": _fate([m for m in members if m.leaving and m.let_down], end),
        "not_let_down": _fate([m for m in members if m.leaving and not m.let_down], end),
    }


def iso_week(instant: int) -> str:
    """Return the week of an instant as 2026-W23, by the company's calendar."""
    return datetime.fromtimestamp(instant, ZONE).strftime("%G-W%V")


def _fate(members: list[Member], end: int) -> dict[str, int]:
    """Return how many customers these are, how many left, and how many because they waited."""
    gone = [member.leaving for member in members if member.has_left(end)]
    over_it = sum(bool(leaving and leaving.waited) for leaving in gone)
    return {"customers": len(members), "left": len(gone), "because_they_waited": over_it}


def _week(told: Told) -> dict[str, Any]:
    """Return the counts of one week."""
    joined, left = (_of(told, f"customer.{kind}") for kind in ("acquired", "lost"))
    changed, moved = (
        _of(told, f"customer.{kind}") for kind in ("engagement_changed", "tier_changed")
    )
    deltas = [fact.data["delta"] for _, fact in changed]
    written = [fact.data for _, fact in _of(told, "feedback.received")]
    return {
        "joined": _people(joined),
        "joined_yearly": sum(fact.data["yearly"] for _, fact in joined),
        "left": _people(left),
        "left_yearly": sum(fact.data["yearly"] for _, fact in left),
        "reasons": _sorted(fact.data.get("reason", "unknown") for _, fact in left),
        "bought_more": sum(delta > 0 for delta in deltas),
        "bought_more_yearly": sum(delta for delta in deltas if delta > 0),
        "cut_back": sum(delta < 0 for delta in deltas),
        "cut_back_yearly": -sum(delta for delta in deltas if delta < 0),
        "moved_up": sum(_step(fact) > 0 for _, fact in moved),
        "moved_down": sum(_step(fact) < 0 for _, fact in moved),
        "referred": _people(_of(told, "customer.referred")),
        "segments": {
            name: {"joined": _people(joined, name), "left": _people(left, name)}
            for name in SEGMENTS
        },
        "messages": _sorted(data["category"] for data in written),
        "messages_by_kind": _sorted(data["kind"] for data in written),
    }


def _of(told: Told, kind: str) -> Told:
    """Return the facts of one type."""
    return [pair for pair in told if pair[1].type == kind]


def _people(told: Told, segment: str = "") -> int:
    """Count the people behind facts, all or those of one segment."""
    return len({who for who, fact in told if not segment or fact.data["segment"] == segment})


def _step(fact: Fact) -> int:
    """Return by how many tiers somebody climbed."""
    return TIER_NAMES.index(fact.data["new"]) - TIER_NAMES.index(fact.data["old"])


def _sorted(names: Iterable[str]) -> dict[str, int]:
    """Count names, the most frequent first."""
    return dict(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))
