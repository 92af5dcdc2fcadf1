"""All figures of one trial, from what it left behind; nothing here runs or reads anything."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.backtest.burden import Burden, burden_of, weekly
from service.backtest.comparison import Row, as_episode, compare
from service.backtest.delay import Delay, delay_of
from service.backtest.episode import Alarm, Episode, alarms_of
from service.backtest.filing import Filed
from service.backtest.label import Label
from service.backtest.rate import Rate, rate
from service.backtest.resampling import Intervals, resample
from service.backtest.trial import Trial
from service.backtest.verdict import Verdict, judge
from service.backtest.warning import Warnings, exposures, warnings_of
from service.backtest.world import YEAR_MS, World, world_of
from service.report.drop import Drop, Window, drops_in, judged_windows
from service.report.scorecard import Lived, Scorecard, Share, score

MILLIONTH = 1_000_000


class Asked(NamedTuple):
    """Hold what a rule was asked for and what it reached: false warnings a year of one place."""

    touchpoint: str
    rule: str
    per: str
    asked: float
    reached: Rate


class Surveyed(NamedTuple):
    """Hold the scorecard of one survey, with what could not be used."""

    event: str
    answers: int
    without_case: int
    off_scale: int
    windows: int
    card: Scorecard
    drops: tuple[Drop, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Hold the figures of one trial."""

    trial: Trial
    world: World
    labels: tuple[Label, ...]
    episodes: tuple[Episode, ...]
    alarms: tuple[Alarm, ...]
    verdict: Verdict
    warnings: Warnings
    delay: Delay
    precision: Share | None
    burden: Burden
    intervals: Intervals
    asked: tuple[Asked, ...]
    rows: tuple[Row, ...]
    surveys: tuple[Surveyed, ...]
    weekly: dict[str, dict[str, int]]

    @property
    def is_labelled(self) -> bool:
        """Tell whether anybody knows what was really wrong."""
        return bool(self.labels)


def score_trial(
    trial: Trial,
    labels: Sequence[Label],
    *,
    touchpoints: frozenset[str],
    begin: int | None = None,
    seed: int = 1,
) -> Score:
    """Return the figures of a trial from an instant on, by default from its first case on."""
    span = (trial.begin if begin is None else max(begin, trial.begin), trial.end)
    world = world_of(trial.outcomes.values(), trial.plan, touchpoints, span)
    labels = [label for label in labels if label.end > span[0] and label.begin < span[1]]
    episodes = [e for e in trial.episodes if e.touchpoint in touchpoints and _is_in(e, span[0])]
    alarms = alarms_of(episodes, trial.end)
    fresh = [alarm for alarm in alarms if alarm.at >= span[0]]
    verdict = judge(alarms, labels, world)._replace(
        false=judge(fresh, labels, world).false, due=judge(fresh, labels, world).due
    )
    settled = len(verdict.due) + len(verdict.false)
    surveys = tuple(_surveys(trial, alarms, world, touchpoints))
    drops = [drop for survey in surveys for drop in survey.drops]
    messages = [message for message in trial.messages if message.at >= span[0]]
    return Score(
        trial=trial,
        world=world,
        labels=tuple(labels),
        episodes=tuple(episodes),
        alarms=tuple(fresh),
        verdict=verdict,
        warnings=warnings_of(verdict.false, labels, world),
        delay=delay_of(verdict.findings),
        precision=Share(len(verdict.due), settled) if labels and settled else None,
        burden=burden_of(episodes, fresh, messages, verdict.findings, world),
        intervals=resample(verdict.false, verdict.findings, labels, world, seed),
        asked=tuple(_asked(trial, verdict, labels, world)),
        rows=tuple(compare(fresh, labels, world, _within(trial.filed, touchpoints), drops, seed)),
        surveys=surveys,
        weekly=weekly(messages, world.zone),
    )


def _is_in(episode: Episode, begin: int) -> bool:
    return episode.closed is None or episode.closed > begin


def _within(filed: Sequence[Filed], touchpoints: frozenset[str]) -> list[Filed]:
    return [
        one._replace(answers=tuple(a for a in one.answers if a.touchpoint in touchpoints))
        for one in filed
    ]


def _asked(
    trial: Trial, verdict: Verdict, labels: Sequence[Label], world: World
) -> Iterator[Asked]:
    """Yield for each rule that states a rate what it reached."""
    exposed = exposures(labels, world)
    for name, touchpoint in sorted(trial.plan.touchpoints.items()):
        mine = {place: time for place, time in exposed.items() if place[0] == name}
        regions = {region for touched, region in world.region_places if touched == name}
        years = {
            "unit": sum(mine.values()) / YEAR_MS,
            "region": len(regions) * world.years,
            "company": world.years,
        }
        for rule in touchpoint.rules if mine else ():
            if rule.warnings_a_year > 0:
                count = sum((a.touchpoint, a.rule) == (name, rule.id) for a in verdict.false)
                wanted = rule.warnings_a_year / MILLIONTH
                yield Asked(name, rule.id, rule.per, wanted, rate(count, years[rule.per]))


def _surveys(
    trial: Trial, alarms: Sequence[Alarm], world: World, touchpoints: frozenset[str]
) -> Iterator[Surveyed]:
    lived = [
        Lived(
            row.touchpoint,
            row.unit,
            world.regions[row.touchpoint, row.unit],
            row.started,
            row.customer or row.case,
        )
        for row in trial.outcomes.values()
        if (row.touchpoint, row.unit) in world.regions
    ]
    for one in _within(trial.filed, touchpoints):
        windows = _later(
            judged_windows(one.answers, one.survey.drop.over, one.survey.drop.answers), world
        )
        card = score(one.answers, windows, map(as_episode, alarms), lived, one.survey.drop.answers)
        about = (len(one.answers), one.without_case, one.off_scale, len(windows))
        yield Surveyed(one.survey.event, *about, card, tuple(drops_in(windows)))


def _later(windows: Sequence[Window], world: World) -> list[Window]:
    """Return the windows that lie in the time that is scored."""
    return [window for window in windows if window.end > world.begin]
