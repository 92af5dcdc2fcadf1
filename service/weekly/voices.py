"""What a week's page says beside the walk: customers, their words, how early we knew, one life."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from alerts.directory import Directory
from service.report.assets import Ledger, people_of
from service.report.people import CaseRow
from service.report.reached import reached_of
from service.report.story import Story, story_of
from service.report.story import Told as Promised
from service.report.trend import Trend, trend_of
from service.report.walk import Page, late_by_touchpoint, walked
from service.report.week import weeks_until
from service.settings import Settings
from service.settings.customers import LIVED_WITHIN_MS
from service.settings.feedback import Feedback
from service.store.reads import Reads
from service.weekly.answers import region_in, said_in
from service.weekly.commitments import commitments_in
from service.weekly.customers import WEEKS, clientele_from, ledger_from
from service.weekly.listening import Surveyed, listening_from, messages_in
from service.weekly.scoring import early_from

# Whom a warning names may have asked so long before the week.
BEFORE_MS = 28 * 24 * 3_600_000


def with_customers(page: Page, reads: Reads, settings: Settings, directory: Directory) -> Page:
    """Return a page with all that is said of customers beside the walk, as far as it is configured."""
    configuration, week = settings.configuration, page.week
    customers = configuration.customers
    within = customers.lived_within if customers else LIVED_WITHIN_MS
    late = reads.late(week.begin - within, week.end)
    since = weeks_until(week, WEEKS, page.zone)[0].begin
    ledger = ledger_from(reads, customers, since, week.end - 1) if customers else Ledger((), ())
    named = reads.named(week.begin, week.end)
    titles = {name: topic.title for name, topic in directory.topics.items()}
    page = replace(
        page,
        titles=titles,
        commitments=commitments_in(reads, directory, page),
        note=configuration.note or "",
        reached=reached_of(named, reads.began(week.begin - BEFORE_MS, 2**62)) if named else None,
    )
    if customers:
        clientele = clientele_from(ledger, customers, late, page, directory.currency)
        page = replace(page, clientele=clientele)
    surveys = [(survey, said_in(reads, survey, directory)) for survey in configuration.surveys]
    if configuration.feedback or surveys:
        page = _with_voices(page, reads, configuration.feedback, surveys, directory, (ledger, late))
    return replace(page, trend=_trend(page, reads, surveys))


def _trend(page: Page, reads: Reads, surveys: Surveyed) -> Trend:
    weeks = weeks_until(page.week, WEEKS, page.zone)
    stages = {one.id: stage.title for stage, one in walked(page)}
    said = [one for _, answers in surveys for one in answers]
    late = reads.late(weeks[0].begin, 2**62)
    opened = reads.loud_since().values()
    told = page.clientele is not None and page.clientele.agreed.tells_leaving
    flow = page.clientele.weeks if page.clientele and told else ()
    return trend_of(weeks, flow, late, stages, opened, said)


def _with_voices(
    page: Page,
    reads: Reads,
    feedback: Feedback | None,
    surveys: Surveyed,
    directory: Directory,
    lives: tuple[Ledger, Sequence[CaseRow]],
) -> Page:
    messages = messages_in(reads, feedback, page.week) if feedback else []
    let_down = late_by_touchpoint(page)
    listening = listening_from(messages, feedback, surveys, let_down, page)
    wrote = Counter(message.customer for message in messages)
    story = _story(page, directory, lives, wrote)
    return replace(
        page,
        listening=listening._replace(story=story),
        early=early_from(reads, surveys, directory, page.now) if surveys else None,
    )


def _story(
    page: Page,
    directory: Directory,
    lives: tuple[Ledger, Sequence[CaseRow]],
    wrote: Counter[str],
) -> Story | None:
    ledger, late = lives
    _, left = people_of(ledger.steps, page.week)

    def region(row: CaseRow) -> str:
        found = directory.regions.get(region_in(directory, row.touchpoint, "unit", row.unit))
        return found.name if found else ""

    promised = {one.id: Promised(one.title, one.promise) for _, one in walked(page)}
    return story_of(late, page.week.begin, page.zone, region, promised, left, wrote)
