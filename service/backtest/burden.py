"""What the alarms cost the people who get them: messages, flapping, time in alarm, slow endings."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service.backtest.episode import Alarm, Episode
from service.backtest.rate import middle
from service.backtest.record import Message
from service.backtest.verdict import Finding
from service.backtest.world import DAY_MS, WEEK_MS, World
from service.report.scorecard import Share

FLAP_MS = WEEK_MS
MINUTE_MS = 60_000


class Burden(NamedTuple):
    """Hold the burden; a flap is a relapse, or an opening within a week after the same one ended.

    `reset_days` is how long an alarm outlives its trouble, `held_minutes` how long the desk kept the
    first word back, `in_alarm` the share of watched time with an alarm, in hundredths of a percent.
    """

    episodes: int
    watches: int
    flaps: int
    withdrawn: Share
    in_alarm: int
    reset_days: float | None
    held_minutes: float | None
    untold: int
    messages: int
    messages_a_week_per_1000_units: float | None


def burden_of(
    episodes: Sequence[Episode],
    alarms: Sequence[Alarm],
    messages: Sequence[Message],
    findings: Iterable[Finding],
    world: World,
) -> Burden:
    """Return what the episodes of a run cost."""
    loud = [episode for episode in episodes if episode.loud is not None]
    held = [
        (e.told - e.loud) / MINUTE_MS for e in loud if e.told is not None and e.loud is not None
    ]
    resets = [
        (finding.alarm.until - finding.label.end) / DAY_MS
        for finding in findings
        if finding.alarm is not None and finding.alarm.until < world.end
    ]
    units = len({place[1] for place in world.passages})
    return Burden(
        episodes=len(loud),
        watches=len(episodes) - len(loud),
        flaps=sum(episode.relapses for episode in loud) + _reopened(loud),
        withdrawn=Share(sum(episode.is_withdrawn for episode in loud), len(loud)),
        in_alarm=_in_alarm(alarms, world),
        reset_days=middle(resets),
        held_minutes=middle(held),
        untold=sum(episode.told is None for episode in loud),
        messages=len(messages),
        messages_a_week_per_1000_units=len(messages) / world.weeks / units * 1000
        if units
        else None,
    )


def weekly(messages: Iterable[Message], zone: str) -> dict[str, dict[str, int]]:
    """Return the messages of each receiver by the Monday of their week."""
    local, found = ZoneInfo(zone), Counter[tuple[str, str]]()
    for message in messages:
        day = datetime.fromtimestamp(message.at / 1000, UTC).astimezone(local).date()
        found[message.receiver, str(day.fromordinal(day.toordinal() - day.weekday()))] += 1
    weeks: dict[str, dict[str, int]] = {}
    for (receiver, week), count in sorted(found.items()):
        weeks.setdefault(receiver, {})[week] = count
    return weeks


def _reopened(episodes: Sequence[Episode]) -> int:
    closed: dict[tuple[str, str, str, str], int] = {}
    flaps = 0
    for episode in episodes:
        key = (episode.touchpoint, episode.rule, episode.per, episode.scope)
        flaps += key in closed and episode.opened - closed[key] <= FLAP_MS
        if episode.closed is not None:
            closed[key] = episode.closed
    return flaps


def _in_alarm(alarms: Sequence[Alarm], world: World) -> int:
    """Return in hundredths of a percent how much of the units' time had an alarm."""
    reached: dict[tuple[str, str], int] = {}
    total = 0
    for alarm in sorted((a for a in alarms if a.per == "unit"), key=lambda alarm: alarm.at):
        place = (alarm.touchpoint, alarm.scope)
        begin = max(alarm.at, world.begin, reached.get(place, world.begin))
        total += max(min(alarm.until, world.end) - begin, 0)
        reached[place] = max(alarm.until, begin)
    whole = (world.end - world.begin) * len(world.passages)
    return round(10_000 * total / whole) if whole else 0
