"""Customers as assets: how many joined and how many left in a week, in whole people.

Each person counts once in each column, across all products.  Whoever joined and left within the week
stands in both, whoever left and came back too; only steps that cancel out are not told, so that
joined minus left is always the change of the company's number of customers.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from service.report.lives import Deed, Did, Step
from service.report.week import Week

REASONS_MAX = 5
MARBLES_MAX = 16


class Flow(NamedTuple):
    """Count people and what they are worth together, in hundredths of the currency."""

    people: int
    value: int


class Segment(NamedTuple):
    """Count who joined and left of one segment; an empty name are those of none."""

    name: str
    joined: int
    left: int
    is_core: bool


class Broken(NamedTuple):
    """Say how many of the people who left had lived a broken promise of one touchpoint before."""

    touchpoint: str
    people: int


class Assets(NamedTuple):
    """State the week's customer math.

    `back` of the joined had left before, `quiet` of the left told nobody.  The `reasons` are the five
    most frequent; with `other` and `unknown` they add up to the people who left.  `lived` counts each
    person at every touchpoint whose promise was broken to them; `let_down` counts each once.
    `nameless` are facts that name no customer.
    """

    joined: Flow
    back: int
    left: Flow
    quiet: int
    more: int
    less: int
    up: int
    down: int
    referred: int
    segments: tuple[Segment, ...]
    reasons: tuple[tuple[str, int], ...]
    other: int
    unknown: int
    lived: tuple[Broken, ...]
    let_down: int
    nameless: int = 0


class Ledger(NamedTuple):
    """Hold what is told of customers: deeds, the steps they make, and the company's own order."""

    deeds: Sequence[Deed]
    steps: Sequence[Step]
    tiers: Sequence[str] = ()
    core: Sequence[str] = ()


# The broken promises of customers: (customer, touchpoint, when it was broken).
Lived = tuple[str, str, int]


def assets_of(ledger: Ledger, week: Week, lived: Iterable[Lived], within_ms: int) -> Assets:
    """Return the counts of a week; promises broken `within_ms` before somebody left are joined."""
    joined, left = people_of(ledger.steps, week)
    mine = [deed for deed in ledger.deeds if week.begin <= deed.time < week.end]
    named = [deed for deed in mine if deed.customer]
    reasons = Counter(step.reason for step in left.values())
    unknown = reasons.pop("", 0)
    top = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))[:REASONS_MAX]
    broken = _broken(left, lived, within_ms)
    return Assets(
        _flow(joined.values()),
        sum(step.how == "back" for step in joined.values()),
        _flow(left.values()),
        sum(step.how == "quiet" for step in left.values()),
        len({d.customer for d in named if d.did is Did.MORE_OR_LESS and d.value > 0}),
        len({d.customer for d in named if d.did is Did.MORE_OR_LESS and d.value < 0}),
        *_climbed(named, ledger.tiers),
        len({d.customer for d in named if d.did is Did.REFERRED}),
        _segments(joined.values(), left.values(), ledger.core),
        tuple(top),
        sum(reasons.values()) - sum(count for _, count in top),
        unknown,
        tuple(Broken(name, len(people)) for name, people in broken),
        len({person for _, people in broken for person in people}),
        len({(deed.id, deed.time) for deed in mine if not deed.customer}),
    )


def people_of(steps: Iterable[Step], week: Week) -> tuple[dict[str, Step], dict[str, Step]]:
    """Return who joined and who left in a week, each with the last such step."""
    mine: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        if week.begin <= step.time < week.end:
            mine[step.customer].append(step)
    joined, left = {}, {}
    for customer, path in mine.items():
        ends_as_customer = path[-1].joined
        # A path such as left, joined, left began and ended as one leaving: the way back cancels out.
        if any(step.joined for step in path) and (ends_as_customer or path[0].joined):
            joined[customer] = [step for step in path if step.joined][-1]
        if any(not step.joined for step in path) and not (ends_as_customer and path[0].joined):
            left[customer] = [step for step in path if not step.joined][-1]
    return joined, left


def marble_of(counts: Iterable[int]) -> int:
    """Return for how many people one marble stands: 1, 2, 5, 10, 20... so that rows stay short."""
    most, unit = max(counts, default=0), 1
    while most // unit > MARBLES_MAX:
        lead = int(str(unit)[0])
        unit = unit // lead * {1: 2, 2: 5, 5: 10}[lead]
    return unit


def _flow(steps: Collection[Step]) -> Flow:
    return Flow(len(steps), sum(step.value for step in steps))


def _climbed(deeds: Iterable[Deed], tiers: Sequence[str]) -> tuple[int, int]:
    """Return how many people stand higher, and how many lower, than before their first move."""
    place = {tier: number for number, tier in enumerate(tiers)}
    paths: dict[str, list[Deed]] = defaultdict(list)
    for deed in sorted(deeds, key=lambda deed: deed.time):
        if deed.did is Did.MOVED and {deed.before, deed.word} <= place.keys():
            paths[deed.customer].append(deed)
    climbs = [place[path[-1].word] - place[path[0].before] for path in paths.values()]
    return sum(climb > 0 for climb in climbs), sum(climb < 0 for climb in climbs)


def _segments(
    joined: Iterable[Step], left: Iterable[Step], core: Sequence[str]
) -> tuple[Segment, ...]:
    """Return the segments: where growth should come from first, then by name, those of none last."""
    came, went = (Counter(step.segment for step in steps) for steps in (joined, left))
    names = sorted(came | went, key=lambda name: (name not in core, not name, name))
    return tuple(Segment(name, came[name], went[name], name in core) for name in names)


def _broken(
    left: Mapping[str, Step], lived: Iterable[Lived], within_ms: int
) -> list[tuple[str, set[str]]]:
    """Return by touchpoint whom a promise was broken to before they left, the most people first."""
    found: dict[str, set[str]] = defaultdict(set)
    for customer, touchpoint, at in lived:
        step = left.get(customer)
        if step is not None and step.time - within_ms <= at < step.time:
            found[touchpoint].add(customer)
    return sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
