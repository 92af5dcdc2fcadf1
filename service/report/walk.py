"""A walk through the customers' lives of one week: journey by journey, stage by stage, in order.

The order is the configuration's, never that of the worst: the same walk every week.  Everything is
counted from the cases that began in the week, as they stand now; only who waits is from now.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NamedTuple

from alerts.stake import Worth
from service.engine.spread import SPEAKS, Group, exceeds_chance, holders
from service.report.buyers import Buyers, buyers_of
from service.report.clientele import Clientele
from service.report.commitment import Together
from service.report.early import Early
from service.report.listening import Listening
from service.report.people import CaseRow, People, WaitRow, Waits, counted, waits_of, worst
from service.report.reached import Reached
from service.report.trend import Trend
from service.report.trust import Blind, Trust, trust_of
from service.report.week import Week

CASES_MIN = 10
LATE_MIN = 10


class Moment(NamedTuple):
    """Describe a touchpoint in the words of the configuration; at a ratio nobody waits."""

    id: str
    title: str
    promise: str
    is_ratio: bool
    names: Mapping[str, str]
    feeds: tuple[str, ...] = ()
    contributing: tuple[str, ...] = ()
    suggestions: Mapping[str, str] = MappingProxyType({})


class StagePlan(NamedTuple):
    """Describe a stage in the customers' words, with its touchpoints in order."""

    title: str
    intention: str
    moments: tuple[Moment, ...]


class JourneyPlan(NamedTuple):
    """Describe a journey with its stages in order."""

    title: str
    stages: tuple[StagePlan, ...]


class Held(NamedTuple):
    """Say that `holding` of `units` hold `held` of the people let down."""

    holding: int
    units: int
    held: int


@dataclass(frozen=True, slots=True)
class Lived:
    """State what people lived at one touchpoint; `kept_all` are units that let nobody down."""

    id: str
    title: str
    promise: str
    people: People
    waits: Waits
    depends: Held | None
    kept_all: tuple[str, ...]
    buyers: Buyers | None = None
    expedited: int = 0
    contributing: tuple[str, ...] = ()
    suggestions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """State one stage of the walk."""

    title: str
    intention: str
    touchpoints: tuple[Lived, ...]


@dataclass(frozen=True, slots=True)
class Journey:
    """State one journey of the walk."""

    title: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Hold all of a week's page; `people` and `waits` are of the whole company, `now` of the data.

    `note` is what the company wants to stand above all of it.
    """

    company: str
    zone: str
    week: Week
    now: int
    people: People
    waits: Waits
    journeys: tuple[Journey, ...]
    trust: Trust
    blind: tuple[Blind, ...] = ()
    clientele: Clientele | None = None
    listening: Listening | None = None
    early: Early | None = None
    reached: Reached | None = None
    trend: Trend | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    commitments: tuple[Together, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """Hold what a page is made of; `expedited` counts cases by touchpoint, `worth` what they buy."""

    cases: Sequence[CaseRow]
    waiting: Sequence[WaitRow] = ()
    alerts: Sequence[Mapping[str, object]] = ()
    expedited: Mapping[str, int] = field(default_factory=dict)
    worth: Worth | None = None
    entered_late: int = 0


def page_of(
    company: str, zone: str, week: Week, now: int, plans: Sequence[JourneyPlan], stored: Stored
) -> Page:
    """Return the page of a week; what no journey names any more is left out."""
    moments = [m for plan in plans for stage in plan.stages for m in stage.moments]
    known = {moment.id for moment in moments}
    cases = [row for row in stored.cases if row.touchpoint in known]
    waiting = [row for row in stored.waiting if row.touchpoint in known]
    mine = replace(stored, cases=cases, waiting=waiting)
    ratios = {moment.id for moment in moments if moment.is_ratio}
    return Page(
        company,
        zone,
        week,
        now,
        counted(cases),
        waits_of(waiting),
        tuple(_journey(plan, mine, now) for plan in plans),
        trust_of(cases, ratios)._replace(entered_late=stored.entered_late),
        tuple(_blind(plans, stored.alerts)),
    )


def late_by_touchpoint(page: Page) -> dict[str, int]:
    """Return how many people were let down at each touchpoint."""
    return {one.id: one.people.late for _, one in walked(page)}


def walked(page: Page) -> Iterator[tuple[Stage, Lived]]:
    """Yield every touchpoint with its stage, in the order of the walk."""
    for journey in page.journeys:
        for stage in journey.stages:
            for one in stage.touchpoints:
                yield stage, one


def depends_on(rows: Iterable[CaseRow]) -> Held | None:
    """Return how few units hold most of those let down; None where that may be chance."""
    cases, late = Counter[str](), Counter[str]()
    for row in worst(rows).values():
        if row.unit and row.outcome in ("kept", "late"):
            cases[row.unit] += 1
            late[row.unit] += row.outcome == "late"
    groups = [Group(name, count, late[name]) for name, count in sorted(cases.items())]
    if late.total() < LATE_MIN or not exceeds_chance(groups, SPEAKS):
        return None
    mine = holders(groups)
    return Held(len(mine), len(groups), sum(group.late for group in mine)) if mine else None


def kept_all(rows: Iterable[CaseRow]) -> list[str]:
    """Return the units that kept every promise of the week, and had ten of them or more."""
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        counts.setdefault(row.unit, Counter())[row.outcome] += 1
    return sorted(
        unit
        for unit, count in counts.items()
        if unit and count["kept"] >= CASES_MIN and not count["late"] and not count["unknown"]
    )


def _journey(plan: JourneyPlan, stored: Stored, now: int) -> Journey:
    stages = (
        Stage(
            stage.title,
            stage.intention,
            tuple(_lived(moment, stored, now) for moment in stage.moments),
        )
        for stage in plan.stages
        if stage.moments
    )
    return Journey(plan.title, tuple(stages))


def _lived(moment: Moment, stored: Stored, now: int) -> Lived:
    mine = [row for row in stored.cases if row.touchpoint == moment.id]
    return Lived(
        moment.id,
        moment.title,
        moment.promise,
        counted(mine),
        waits_of(row for row in stored.waiting if row.touchpoint == moment.id),
        depends_on(mine),
        tuple(moment.names.get(unit, unit) for unit in kept_all(mine)),
        None if moment.is_ratio else buyers_of(mine, stored.worth, now),
        stored.expedited.get(moment.id, 0),
        moment.contributing,
        moment.suggestions,
    )


def _blind(plans: Sequence[JourneyPlan], alerts: Iterable[Mapping[str, object]]) -> list[Blind]:
    """Return the silent sources, each once, with the stages that hear them."""
    since: dict[str, int] = {}
    for alert in alerts:
        evidence = alert["evidence"]
        if alert["kind"] in ("source silent", "blind") and isinstance(evidence, Mapping):
            source, begun = str(evidence["source"]), int(evidence["since"])
            since[source] = min(begun, since.get(source, begun))
    stages = [stage for plan in plans for stage in plan.stages]
    return [
        Blind(source, begun, tuple(dict.fromkeys(s.title for s in stages if _hears(s, source))))
        for source, begun in sorted(since.items())
    ]


def _hears(stage: StagePlan, source: str) -> bool:
    return any(source in moment.feeds for moment in stage.moments)
