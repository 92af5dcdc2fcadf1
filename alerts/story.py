"""The facts of one message, gathered from one alert or merged from several.

Merging facts before finding words keeps one composer for single and grouped messages.  The
rejected alternative, a second template for groups, drifted from the first one in every alert tool
we read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from alerts.alert import Alert
from alerts.clean import clean, clip_words
from alerts.directory import Directory, Topic
from alerts.evidence import Evidence
from alerts.notice import Why
from alerts.scene import GAP, Scene, unit_named
from alerts.signal import Level
from alerts.stake import Stake, stake_of, waits_of
from alerts.tongue import ENGLISH, Tongue

WAITING = "waiting"
FLOOR = "floor"
LETS_DOWN = (WAITING, "share", "pace", "spread")
FEEDS = ("source silent", "blind", GAP)


@dataclass(frozen=True, slots=True)
class Story:
    """Hold every fact that a message may state; None and empty mean that there is none.

    `ids` are those of the unit and the region, for links.

    `tongue` is the language to tell it in, as `zone` is the clock to tell it by.
    """

    why: Why
    level: Level
    kind: str
    topic: Topic
    titles: tuple[str, ...]
    place: str
    places: int
    unit: str
    region: str
    zone: str
    customers: int
    cases: int
    peak_customers: int
    since: int
    ended: int | None
    reason: str
    units: tuple[tuple[str, int], ...] = ()
    past: tuple[tuple[int, int], ...] = ()
    kept: int | None = None
    late: int | None = None
    window: str = ""
    usual: int | None = None
    longest_open_ms: int | None = None
    longest_own_ms: int | None = None
    about: str = ""
    verdict: str = ""
    spread: tuple[str, int, int, int] | None = None
    stake: Stake | None = None
    findings: int = 1
    taken_at: int | None = None
    is_refused: bool = False
    is_stale: bool = False
    call: tuple[int, str] | None = None
    ids: tuple[str, str] = ("", "")
    tongue: Tongue = ENGLISH

    @property
    def waits(self) -> bool:
        """Tell whether people are waiting now, as opposed to having been let down."""
        return self.kind == WAITING

    @property
    def is_stock(self) -> bool:
        """Tell whether this is about something that is not at hand."""
        return self.kind == FLOOR and bool(self.about)

    @property
    def is_feed(self) -> bool:
        """Tell whether this is about a feed that stopped, not about people."""
        return self.kind in FEEDS

    def customers_past(self, mark: int) -> int:
        """Return how many wait longer than a mark in percent of the promise."""
        return dict(self.past).get(mark, 0)


def story_of(alert: Alert, why: Why, scene: Scene, directory: Directory) -> Story:
    """Gather the facts of one alert."""
    known = Evidence(alert.evidence)
    units = known.units() if alert.per != "unit" else ()
    return Story(
        why=why,
        level=alert.level,
        kind=alert.kind,
        topic=scene.topic,
        titles=(clean(scene.topic.title),),
        place=clean(scene.place),
        places=1,
        unit=clean(scene.unit.name) if scene.unit else "",
        region=clean(scene.region.name) if scene.region else "",
        zone=scene.zone,
        customers=alert.customers,
        cases=alert.cases,
        peak_customers=alert.peak_customers,
        since=_first_known(known.whole("since"), alert.opened_at),
        ended=alert.closed_at,
        reason=clean(alert.reason),
        units=tuple(
            (clean(unit_named(directory, scene.topic, unit).name), count) for unit, count in units
        ),
        past=tuple(sorted(known.past().items())),
        kept=known.whole("kept"),
        late=known.whole("late"),
        window=clip_words(clean(known.text("window"), 40), 3),
        usual=known.whole("usual"),
        longest_open_ms=known.whole("longest_open_ms"),
        longest_own_ms=known.whole("longest_own_ms"),
        about=", ".join(clean(part, 40) for part in known.texts("key") if part != alert.scope),
        verdict=known.text("verdict"),
        spread=_spread(known),
        stake=stake_behind(alert, scene.topic, directory),
        is_refused=alert.handling.refused is not None,
        ids=(scene.unit.id if scene.unit else "", scene.region.id if scene.region else ""),
        tongue=directory.tongue,
    )


def merge(stories: Sequence[Story]) -> Story:
    """Tell several alerts of one kind as one story; counts add up, instants take the worst."""
    first = stories[0]
    if len(stories) == 1:
        return first
    region = first.region if len({story.region for story in stories}) == 1 else ""
    ends = [story.ended for story in stories if story.ended is not None]
    return replace(
        first,
        titles=tuple(dict.fromkeys(title for story in stories for title in story.titles)),
        place=region,
        places=len({(story.unit, story.place) for story in stories}),
        unit="",
        region=region,
        customers=sum(story.customers for story in stories),
        cases=sum(story.cases for story in stories),
        peak_customers=sum(story.peak_customers for story in stories),
        since=min(story.since for story in stories),
        ended=max(ends, default=None),
        units=_together((s.unit or s.place, s.customers or s.peak_customers) for s in stories),
        past=_together_past(stories),
        kept=_total(story.kept for story in stories),
        late=_total(story.late for story in stories),
        usual=_total(story.usual for story in stories),
        longest_open_ms=_longest(story.longest_open_ms for story in stories),
        longest_own_ms=_longest(story.longest_own_ms for story in stories),
        spread=None,
        stake=_all_at_stake(stories),
        verdict=first.verdict if len({story.verdict for story in stories}) == 1 else "",
        about=", ".join(dict.fromkeys(story.about for story in stories if story.about)),
        level=max((story.level for story in stories), key=lambda level: level.rank),
        kind=first.kind if len({story.kind for story in stories}) == 1 else "",
        findings=len(stories),
        taken_at=_all_taken(stories),
        is_stale=any(story.is_stale for story in stories),
        is_refused=all(story.is_refused for story in stories),
        call=min((story.call for story in stories if story.call), default=None),
        ids=("", first.ids[1] if region else ""),
    )


def stake_behind(alert: Alert, topic: Topic, directory: Directory) -> Stake | None:
    """Return the buyers who may be at stake, where their worth and the length of the wait is known."""
    worth = directory.worth
    if worth is None or not worth.holds_for(topic.id) or not topic.promise_ms:
        return None
    if alert.kind not in LETS_DOWN:
        return None
    past = Evidence(alert.evidence).past()
    return stake_of(worth, waits_of(past, topic.promise_ms, alert.customers))


def _all_at_stake(stories: Sequence[Story]) -> Stake | None:
    known = [story.stake for story in stories if story.stake is not None]
    return reduce(Stake.joined, known) if known else None


def _spread(known: Evidence) -> tuple[str, int, int, int] | None:
    """Return what it depends on, how many hold most of it, of how many, and how much."""
    numbers = [known.whole(name) for name in ("holding", "groups", "held")]
    if None in numbers:
        return None
    return known.text("across"), *(number or 0 for number in numbers)  # type: ignore[return-value]


def _all_taken(stories: Sequence[Story]) -> int | None:
    known = [story.taken_at for story in stories if story.taken_at is not None]
    return min(known) if len(known) == len(stories) else None


def _first_known(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _together(counts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    sums: dict[str, int] = {}
    for name, count in counts:
        sums[name] = sums.get(name, 0) + count
    return tuple(sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])))


def _together_past(stories: Sequence[Story]) -> tuple[tuple[int, int], ...]:
    # A mark that one alert does not know would make the sum too small, so it is no fact.
    marks = set.intersection(*({mark for mark, _ in story.past} for story in stories))
    return tuple((m, sum(story.customers_past(m) for story in stories)) for m in sorted(marks))


def _total(values: Iterable[int | None]) -> int | None:
    known = list(values)
    return sum(value for value in known if value is not None) if None not in known else None


def _longest(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)
