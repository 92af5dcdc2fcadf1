"""The command `scorecard`: did our warnings come before the surveys showed it?"""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import Config, Json, config_path, open_reads, put
from service.errors import NotFoundError

if TYPE_CHECKING:
    from service.report.early import Early

DAY_MS = 86_400_000


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(scorecard)


def scorecard(
    days: Annotated[int, typer.Option(min=1, help="How many days to look back.")] = 90,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Hold our warnings against the surveys that came later: lead time, misses, empty warnings."""
    from service.report.early_words import early_section
    from service.report.page_text import section_text
    from service.settings import compile_settings, load
    from service.weekly.scoring import early_now

    settings = load(config_path(config))
    directory = compile_settings(settings).directory
    if not settings.configuration.surveys:
        raise NotFoundError(
            "no survey is configured", "name the event that brings answers under `surveys`"
        )
    reads = open_reads()
    early = early_now(reads, settings.configuration.surveys, directory, days)
    if as_json:
        _put(early)
        return
    titles = {name: topic.title for name, topic in directory.topics.items()}
    section = early_section(early, titles, directory.zone, directory.tongue)
    print(section_text(section), end="")


def _put(early: "Early") -> None:
    from service.report.page_text import plain

    for carded in early.surveys:
        card = carded.card
        lead = {
            "lead_median_ms": card.lead_median_ms,
            "lead_p10_ms": card.lead_p10_ms,
            "lead_min_ms": card.lead_min_ms,
        }
        put({"survey": carded.event, "answers": carded.answers, **plain(card), **lead})
    put({"warnings": early.warnings, "refused": early.refused, "idle": plain(early.idle)})
