"""How early we knew, from what is stored: warnings of the desk, answers to surveys, lives of people."""

from collections.abc import Iterator, Sequence

from alerts.alert import Alert
from alerts.directory import Directory
from service.report.drop import judged_windows
from service.report.early import DAY_MS, LOOK_BACK_MS, Carded, Early, Warned, idle_rules, warned_in
from service.report.listening import Said
from service.report.matching import Episode
from service.report.scorecard import Lived, score
from service.settings.survey import Survey
from service.store.reads import Reads
from service.weekly.answers import answers_of, region_in, said_in

# Who acts later than this did not act on the warning.
ACTED_WITHIN_MS = 48 * 3_600_000


def early_from(
    reads: Reads,
    surveys: Sequence[tuple[Survey, Sequence[Said]]],
    directory: Directory,
    now: int,
    look_back_ms: int = LOOK_BACK_MS,
) -> Early:
    """Return how early we knew, for each survey with its answers."""
    warned = warnings_in(reads, directory)
    since = now - look_back_ms
    cards = tuple(
        Carded(
            survey.event,
            len(said),
            score(
                answers := answers_of(said),
                judged_windows(answers, survey.drop.over, survey.drop.answers),
                [episode for episode, _ in warned if episode.touchpoint in survey.touchpoints],
                _lived(reads, directory, since),
                survey.drop.answers,
                since,
            ),
        )
        for survey, said in surveys
    )
    known = [one for _, one in warned]
    titles = {name: topic.title for name, topic in directory.topics.items()}
    return Early(cards, *warned_in(known, now), idle_rules(known, titles, now))


def early_now(
    reads: Reads, surveys: Sequence[Survey], directory: Directory, days: int = 90
) -> Early:
    """Return how early we knew in the last days of what is stored."""
    filed = [(survey, said_in(reads, survey, directory)) for survey in surveys]
    return early_from(reads, filed, directory, reads.newest(), days * DAY_MS)


def warnings_in(reads: Reads, directory: Directory) -> list[tuple[Episode, Warned]]:
    """Return every stored alert that was a warning or worse, as surveys and as people see it."""
    loud = reads.loud_since()
    alerts = (Alert.from_row(row) for row in reads.alerts(every=True))
    return [_warned(alert, loud[alert.id], directory) for alert in alerts if alert.id in loud]


def _warned(alert: Alert, opened: int, directory: Directory) -> tuple[Episode, Warned]:
    level = "critical" if alert.level.value == "critical" else "warning"
    region = region_in(directory, alert.touchpoint, alert.per, alert.scope)
    acted = _is_acted(alert, opened)
    place = (alert.touchpoint, alert.per, alert.scope, region)
    episode = Episode(*place, opened, alert.closed_at, level, acted)
    refused = alert.handling.refused is not None
    return episode, Warned(alert.touchpoint, alert.rule, opened, level, acted, refused)


def _is_acted(alert: Alert, opened: int) -> bool:
    at = alert.handling.first_act()
    return at is not None and at < opened + ACTED_WITHIN_MS


def _lived(reads: Reads, directory: Directory, since: int) -> Iterator[Lived]:
    """Yield who lived what; nothing is read before the first is asked for.

    Windows reach back from the drops, so some time before counts, too.
    """
    for row in reads.began(since - LOOK_BACK_MS, 2**62):
        region = region_in(directory, row.touchpoint, "unit", row.unit)
        yield Lived(row.touchpoint, row.unit, region, row.started, row.person)
