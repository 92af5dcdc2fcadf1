"""Did the warnings come before the survey showed it?  The figures by which the product is judged.

An *episode* is one run of an alert at warning or above; a watch is a list and warns nobody.  It
matches a drop of the same touchpoint if it overlaps the drop's window of experience, stands at the
same place or above it, and was there before the drop could be seen.  A unit that has too few answers
is judged with its region, so its warning may match the region's drop when *precision* is counted;
*recall* does not take that, because among many small units one always warns.

Raw precision counts every episode that can be judged.  A warning that works destroys its own proof,
so the fair figure leaves out what somebody acted on.  What cannot be said is None, with the reason.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from service.report.answer import Answer, Lag, lag_of, quantile
from service.report.drop import Drop, Window, drops_in, judged_windows
from service.report.matching import LEVELS, LOUD, Episode, Tie, overlaps, tie

EVER = -(2**62)


class Lived(NamedTuple):
    """State that a customer lived a touchpoint somewhere at an instant."""

    touchpoint: str
    unit: str
    region: str
    at: int
    customer: str


class Share(NamedTuple):
    """Hold how many of how many; never a share without its numbers."""

    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Hold the figures; None means that there is not enough, and `reasons` says why.

    `drops` has as its part those warned of at the same place or above, `by_member` those of which
    only a unit inside the place warned.  Leads are over all drops that an episode overlaps; a
    negative one came too late.  `missed` are the drops that nobody was warned of at the same place or
    above.  `judged` counts episodes by the level at which they were judged.
    """

    lag: Lag | None
    drops: Share
    by_member: int
    leads_ms: tuple[int, ...]
    raw: Share | None
    unacted: Share | None
    prevented: int
    unverifiable: int
    people: int
    missed: tuple[Drop, ...] = ()
    judged: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def lead_median_ms(self) -> int | None:
        """Return the lead that half of the drops do not exceed."""
        return quantile(self.leads_ms, 50) if self.leads_ms else None

    @property
    def lead_p10_ms(self) -> int | None:
        """Return the lead that one in ten does not exceed."""
        return quantile(self.leads_ms, 10) if self.leads_ms else None

    @property
    def lead_min_ms(self) -> int | None:
        """Return the worst lead; it may be negative."""
        return min(self.leads_ms, default=None)

    def results(self) -> dict[str, int]:
        """Return what became of the warnings, in counts that add up to all of them."""
        judged, hits = sum(self.judged.values()), self.raw.part if self.raw else 0
        empty = judged - hits - self.prevented
        rest = {"prevented": self.prevented, "unverifiable": self.unverifiable}
        return {"confirmed": hits, "empty": empty, **rest}

    def warned_before(self, lead_ms: int) -> Share:
        """Return of how many drops was warned so long before they showed."""
        return Share(sum(lead >= lead_ms for lead in self.leads_ms), self.drops.whole)


def scorecard(
    answers: Sequence[Answer],
    episodes: Iterable[Episode],
    lived: Iterable[Lived] = (),
    *,
    over_ms: int,
    enough: int,
) -> Scorecard:
    """Hold warnings against survey answers; see the module for what each figure means."""
    windows = judged_windows(answers, over_ms, enough)
    return score(answers, windows, episodes, lived, enough)


def score(
    answers: Sequence[Answer],
    windows: Sequence[Window],
    episodes: Iterable[Episode],
    lived: Iterable[Lived],
    enough: int,
    since: int = EVER,
) -> Scorecard:
    """Return the figures for windows that are judged already.

    With `since` they are of the drops that showed, and the warnings that began, from then on.
    """
    drops = [drop for drop in drops_in(windows) if drop.visible_at >= since]
    loud = [episode for episode in episodes if episode.level in LOUD]
    warned = [drop for drop in drops if _is_warned(drop, loud, Tie.SAME, Tie.PARENT)]
    members = [drop for drop in drops if _is_warned(drop, loud, Tie.MEMBER)]
    recent = (episode for episode in loud if episode.opened >= since)
    # Two rules may warn of one place at one instant: those are two warnings.
    levels = [(episode, judged_at(episode, windows)) for episode in recent]
    judged = [(episode, level) for episode, level in levels if level is not None]
    hits = {episode for episode, level in judged if _is_hit(episode, level, drops)}
    unacted = [episode for episode, _ in judged if not episode.is_acted]
    reasons = dict(_reasons(answers, windows, drops, judged, unacted, enough))
    return Scorecard(
        lag=lag_of(answers),
        drops=Share(len(warned), len(drops)),
        by_member=sum(drop not in warned for drop in members),
        leads_ms=tuple(sorted(_leads(drops, loud))),
        raw=Share(sum(e in hits for e, _ in judged), len(judged)) if judged else None,
        unacted=Share(sum(e in hits for e in unacted), len(unacted)) if unacted else None,
        prevented=sum(bool(e.is_acted) and e not in hits for e, _ in judged),
        unverifiable=len(levels) - len(judged),
        people=len(_people(warned, lived)),
        missed=tuple(drop for drop in drops if drop not in warned),
        judged={name: sum(level == name for _, level in judged) for name in LEVELS},
        reasons=reasons,
    )


def judged_at(episode: Episode, windows: Iterable[Window]) -> str | None:
    """Return the lowest level at which an episode's place was judged while it stood."""
    found: set[str] = set()
    for window in windows:
        if overlaps(episode, window):
            how = tie(episode, Drop(*window[:-1], 0))
            # What is judged below a region's alert judges the region too.
            found |= {episode.per if how is Tie.PARENT else window.per} if how else set()
    return next((level for level in LEVELS if level in found), None)


def _is_warned(drop: Drop, episodes: Iterable[Episode], *ties: Tie) -> bool:
    return any(
        tie(episode, drop) in ties and overlaps(episode, drop) and episode.opened < drop.visible_at
        for episode in episodes
    )


def _is_hit(episode: Episode, level: str, drops: Iterable[Drop]) -> bool:
    for drop in drops:
        how = tie(episode, drop)
        fits = how in (Tie.SAME, Tie.PARENT) or (how is Tie.MEMBER and drop.per == level)
        if fits and overlaps(episode, drop) and episode.opened < drop.visible_at:
            return True
    return False


def _leads(drops: Iterable[Drop], episodes: Sequence[Episode]) -> Iterable[int]:
    for drop in drops:
        opened = [
            episode.opened
            for episode in episodes
            if tie(episode, drop) in (Tie.SAME, Tie.PARENT) and overlaps(episode, drop)
        ]
        if opened:
            yield drop.visible_at - min(opened)


def _people(warned: Sequence[Drop], lived: Iterable[Lived]) -> set[str]:
    if not warned:
        return set()  # and nobody has to read who lived what
    return {
        person.customer
        for person in lived
        if any(
            drop.begin <= person.at < drop.end
            and drop.touchpoint == person.touchpoint
            and drop.scope == {"unit": person.unit, "region": person.region}.get(drop.per, "")
            for drop in warned
        )
    }


def _reasons(
    answers: Sequence[Answer],
    windows: Sequence[Window],
    drops: Sequence[Drop],
    judged: Sequence[tuple[Episode, str]],
    unacted: Sequence[Episode],
    enough: int,
) -> Iterable[tuple[str, str]]:
    if not answers:
        yield "lag", "no survey answer was found"
    if not windows:
        yield "drops", f"no window has {enough} answers, and {enough} before it"
    elif not drops:
        yield "lead", f"no survey result fell in {len(windows)} judged windows"
    if not judged:
        yield "raw", "no warning stood where the survey can be judged"
    if not unacted:
        yield "unacted", "no judged warning was left alone"
