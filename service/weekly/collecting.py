"""From the store and the configuration to a week's page: the shell around service.report.

The command, the sender and the board read the same rows through here, so a page cannot say one thing
on a terminal and another in a mail.
"""

from alerts.body_words import length
from alerts.directory import Directory
from service.errors import ErosionError, NotFoundError
from service.report.people import WaitRow
from service.report.walk import (
    JourneyPlan,
    Moment,
    Page,
    StagePlan,
    Stored,
    page_of,
)
from service.report.week import Week, last_full_week, week_named
from service.settings import Compiled, Settings
from service.settings.touchpoint import Touchpoint
from service.store.reads import Reads
from service.weekly.apart import entered_late_in, expedited_in
from service.weekly.voices import with_customers


def page_from(
    reads: Reads, settings: Settings, compiled: Compiled, name: str = "", *, reach: int = 0
) -> Page:
    """Return the page of a week, the last that ended by default.

    `reach` is how far the data are known to reach, where that is known better than by the newest of
    them; the page then takes the week that is named as it is.
    Raise NotFoundError where nothing is stored for it, ErosionError for a week that is none or has
    not ended.
    """
    directory, now = compiled.directory, reach or reads.newest()
    if not now:
        raise NotFoundError(
            "no case is stored yet", "send events first; a case shows after its source's `wait`"
        )
    zone = directory.zone
    week = week_named(name, zone) if reach and name else _week(name, now, zone)
    stored = _stored(reads, settings, directory, week, now)
    if not stored.cases and not reads.has_told(week.begin, week.end):
        raise NotFoundError(f"no case began in {week.name}", "name another week with --week")
    plans = _plans(settings, compiled)
    page = page_of(directory.company, directory.zone, week, now, plans, stored)
    return with_customers(page, reads, settings, directory)


def _week(name: str, now: int, zone: str) -> Week:
    """Return the week that was asked for; raise ErosionError for one that has not ended."""
    last = last_full_week(now, zone)
    week = week_named(name, zone) if name else last
    if week.end > last.end:
        raise ErosionError(
            f"{week.name} has not ended in the stored data", f"the last that has is {last.name}"
        )
    return week


def _stored(reads: Reads, settings: Settings, directory: Directory, week: Week, now: int) -> Stored:
    return Stored(
        reads.began(week.begin, week.end),
        _waiting(reads, directory, now),
        reads.alerts(),
        expedited_in(reads, settings.configuration.touchpoints, week),
        directory.worth,
        entered_late_in(reads, settings.configuration.touchpoints.values(), week),
    )


def _waiting(reads: Reads, directory: Directory, now: int) -> list[WaitRow]:
    """Return the call-back list with both clocks; the open one counts where hours are known."""
    found = []
    for row in reads.waiting():
        topic = directory.topics.get(row["touchpoint"])
        place = directory.units.get((topic.unit_kind, row["unit"])) if topic else None
        own = max(now - row["since"], 0)
        opening = place.hours.between(row["since"], now) if place else own
        names = (row["touchpoint"], row["case"], row["customer"])
        found.append(WaitRow(*names, row["mark"], own, opening))
    return found


def _plans(settings: Settings, compiled: Compiled) -> list[JourneyPlan]:
    """Return the journeys, stages and touchpoints in the order of the configuration."""

    touchpoints = settings.configuration.touchpoints.items()
    return [
        JourneyPlan(
            journey.title,
            tuple(
                StagePlan(
                    stage.title,
                    stage.intention,
                    tuple(
                        _moment(compiled, name, touchpoint)
                        for name, touchpoint in touchpoints
                        if (touchpoint.journey, touchpoint.stage) == (journey_id, stage.id)
                    ),
                )
                for stage in journey.stages
            ),
        )
        for journey_id, journey in settings.configuration.journeys.items()
    ]


def _moment(compiled: Compiled, name: str, touchpoint: Touchpoint) -> Moment:
    """Return a touchpoint with all that it hears: a feed that opens cases, too, may be silent."""
    directory, opening = compiled.directory, compiled.plan.touchpoints[name].opening
    topic = directory.topics[name]
    units = directory.units.items()
    names = {unit: place.name for (kind, unit), place in units if kind == topic.unit_kind}
    promise = length(directory.tongue, topic.promise)
    feeds = tuple(dict.fromkeys((*opening, *topic.feeds)))
    return Moment(
        name,
        topic.title,
        promise,
        touchpoint.measure.kind == "ratio",
        names,
        feeds,
        touchpoint.contributing,
        touchpoint.suggestions,
    )
