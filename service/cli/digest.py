"""The command `digest`: the week's page, from the stored data."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import Config, Json, config_path, open_reads, put, say
from service.errors import ErosionError


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
    from service.weekly.collecting import page_from

    settings = load(config_path(config))
    compiled = compile_settings(settings)
    tongue = compiled.directory.tongue
    page = page_from(open_reads(), settings, compiled, week)
    sheet = sheet_of(page, tongue)
    if html is not None:
        _write(html, html_of(sheet, tongue.tag))
    if as_json:
        put(data_of(page))
    elif html is None:
        print(text_of(sheet), end="")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ErosionError(f"cannot write {path}: {error.strerror}", "name another file") from None
    say(f"wrote the page to {path}")
