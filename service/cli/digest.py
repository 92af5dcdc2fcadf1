"""The command `digest`: the week's page, from the stored data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import Config, Json, config_path, open_reads, put, say
from service.errors import ErosionError, NotFoundError

if TYPE_CHECKING:
    from alerts.directory import Directory
    from service.report.people import WaitRow
    from service.report.walk import JourneyPlan, Moment, Page, Stored
    from service.report.week import Week
    from service.settings import Compiled, Settings
    from service.store.reads import Reads


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(digest)


def digest(
    week: Annotated[
        str, typer.Option(help="The week, as 2026-W38; the last that ended by default.")
    ] = "",
    html: Annotated[Path | None, typer.Option(help="Write the page to this HTML file.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Print the week's page: what people lived, journey by journey and stage by stage."""
    from service.report.page_html import html_of
    from service.report.page_text import data_of, text_of
    from service.report.page_words import sheet_of
    from service.settings import compile_settings, load

    settings = load(config_path(config))
    compiled = compile_settings(settings)
    tongue = compiled.directory.tongue
    page = _page(open_reads(), settings, compiled, week)
    sheet = sheet_of(page, tongue)
    if html is not None:
        _write(html, html_of(sheet, tongue.tag))
    if as_json:
        put(data_of(page))
    elif html is None:
        print(text_of(sheet), end="")


def _page(reads: "Reads", settings: "Settings", compiled: "Compiled", text: str) -> "Page":
    from service.report.walk import page_of

    directory, now = compiled.directory, reads.newest()
    if not now:
        raise NotFoundError(
            "no case is stored yet", "send events first; a case shows after its source's `wait`"
        )
    week = _week(text, now, directory.zone)
    stored = _stored(reads, directory, week, now)
    if not stored.cases:
        raise NotFoundError(f"no case began in {week.name}", "name another week with --week")
    plans = _plans(settings, compiled)
    return page_of(directory.company, directory.zone, week, now, plans, stored)


def _week(text: str, now: int, zone: str) -> "Week":
    """Return the week that was asked for; raise ErosionError for one that has not ended."""
    from service.report.week import last_full_week, week_named

    last = last_full_week(now, zone)
    week = week_named(text, zone) if text else last
    if week.end > last.end:
        raise ErosionError(
            f"{week.name} has not ended in the stored data", f"the last that has is {last.name}"
        )
    return week


def _stored(reads: "Reads", directory: "Directory", week: "Week", now: int) -> "Stored":
    from service.report.walk import Stored

    return Stored(
        reads.began(week.begin, week.end), _waiting(reads, directory, now), reads.alerts()
    )


def _waiting(reads: "Reads", directory: "Directory", now: int) -> "list[WaitRow]":
    """Return the call-back list with both clocks; the open one counts where hours are known."""
    from service.report.people import WaitRow

    found = []
    for row in reads.waiting():
        topic = directory.topics.get(row["touchpoint"])
        place = directory.units.get((topic.unit_kind, row["unit"])) if topic else None
        own = max(now - row["since"], 0)
        opening = place.hours.between(row["since"], now) if place else own
        names = (row["touchpoint"], row["case"], row["customer"])
        found.append(WaitRow(*names, row["mark"], own, opening))
    return found


def _plans(settings: "Settings", compiled: "Compiled") -> "list[JourneyPlan]":
    """Return the journeys, stages and touchpoints in the order of the configuration."""
    from service.report.walk import JourneyPlan, StagePlan

    touchpoints = settings.configuration.touchpoints.items()
    return [
        JourneyPlan(
            journey.title,
            tuple(
                StagePlan(
                    stage.title,
                    stage.intention,
                    tuple(
                        _moment(compiled, name, is_ratio=touchpoint.measure.kind == "ratio")
                        for name, touchpoint in touchpoints
                        if (touchpoint.journey, touchpoint.stage) == (journey_id, stage.id)
                    ),
                )
                for stage in journey.stages
            ),
        )
        for journey_id, journey in settings.configuration.journeys.items()
    ]


def _moment(compiled: "Compiled", name: str, *, is_ratio: bool) -> "Moment":
    """Return a touchpoint with all that it hears: a feed that opens cases, too, may be silent."""
    from alerts.body_words import length
    from service.report.walk import Moment

    directory, opening = compiled.directory, compiled.plan.touchpoints[name].opening
    topic = directory.topics[name]
    units = directory.units.items()
    names = {unit: place.name for (kind, unit), place in units if kind == topic.unit_kind}
    promise = length(directory.tongue, topic.promise)
    feeds = tuple(dict.fromkeys((*opening, *topic.feeds)))
    return Moment(name, topic.title, promise, is_ratio, names, feeds)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ErosionError(f"cannot write {path}: {error.strerror}", "name another file") from None
    say(f"wrote the page to {path}")
