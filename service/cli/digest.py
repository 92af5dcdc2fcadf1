"""The command `digest`: the week's page, from the stored data or as it was sent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import Config, Json, config_path, open_reads, put, say
from service.errors import ErosionError, NotFoundError

if TYPE_CHECKING:
    from service.store.digests import Sent
    from service.store.reads import Reads
    from service.weekly.sending import World


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(digest)


def digest(
    week: Annotated[
        str, typer.Option(help="The week, as 2026-W38; the last that ended by default.")
    ] = "",
    html: Annotated[Path | None, typer.Option(help="Write the page to this HTML file.")] = None,
    as_sent: Annotated[bool, typer.Option("--as-sent", help="As it was sent then.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent next; send nothing.")
    ] = False,
    function: Annotated[
        str, typer.Option(help="Also what concerns this function, as sales, in the same numbers.")
    ] = "",
    room: Annotated[
        Path | None, typer.Option(help="Write the customer room to this HTML file, to print.")
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Print the week's page: what people lived, journey by journey and stage by stage."""
    from service.settings import compile_settings, load
    from service.weekly.sending import World

    if as_sent:
        _show(_sent(open_reads(), week), html, as_json=as_json)
        return
    settings = load(config_path(config))
    world = World(settings, compile_settings(settings))
    if dry_run:
        _say_next(world, as_json=as_json)
    elif room is not None:
        _make_room(world, open_reads(), week, room)
    else:
        _make(world, open_reads(), week, html, function, as_json=as_json)


def _make_room(world: "World", reads: "Reads", week: str, path: Path) -> None:
    """Write the three walls and the loss review."""
    from service.weekly.collecting import page_from
    from service.weekly.room import room_page

    page = page_from(reads, world.settings, world.compiled, week)
    _write(path, room_page(page, reads, world))


def _make(
    world: "World",
    reads: "Reads",
    week: str,
    html: Path | None,
    function: str,
    *,
    as_json: bool,
) -> None:
    """Print a page made anew; say where it differs from what was sent."""
    from service.report.function_words import functions_of
    from service.store.digests import sent_page
    from service.weekly.collecting import page_from
    from service.weekly.comparing import differences
    from service.weekly.sending import made

    found = page_from(reads, world.settings, world.compiled, week)
    if function:
        _check(function, functions_of(found))
    page = made(found, world, function=function)
    if html is not None:
        _write(html, page.html)
    if as_json:
        put(page.data)
    elif html is None:
        print(page.text, end="")
    sent = sent_page(reads, page.week)
    lines = differences(sent, page.data, page.made_of) if sent else []
    for line in lines:
        say(f"not as it was sent: {line}")
    if lines:
        say(f"what was sent: erosion digest --week {page.week} --as-sent")


def _check(function: str, known: set[str]) -> None:
    if function not in known:
        names = ", ".join(sorted(known)) or "none; name some as `contributing` or `suggestions`"
        raise ErosionError(f"no touchpoint names the function {function!r}", f"known: {names}")


def _show(sent: "Sent", html: Path | None, *, as_json: bool) -> None:
    if html is not None:
        _write(html, sent.body["html"])
    if as_json:
        put(sent.body["data"])
    elif html is None:
        print(sent.body["text"], end="")


def _sent(reads: "Reads", week: str) -> "Sent":
    """Return a page as it was sent, the newest by default; raise NotFoundError."""
    from service.store.digests import listed, sent_page

    name = week.strip().upper() or next((row["week"] for row in listed(reads, 1)), "")
    found = sent_page(reads, name)
    if found is None:
        what = f"no page was sent for {name}" if name else "no page was sent yet"
        raise NotFoundError(what, "see what is sent when: erosion digest --dry-run")
    return found


def _say_next(world: "World", *, as_json: bool) -> None:
    """Print what would be sent next, to whom, when and by what way."""
    from service.hosts.clock import now_ms
    from service.settings import ProcessSettings
    from service.store.digests import had_it
    from service.weekly.coming import coming, lines_of
    from service.weekly.schedule import last_due
    from service.weekly.sending import schedule_of

    schedule = schedule_of(world.settings)
    if schedule is None:
        raise ErosionError(
            "nobody gets the weekly page", "write `digest: {to: RECEIVER}` into the configuration"
        )
    now = now_ms()
    try:
        sent = had_it(open_reads(), last_due(now, schedule).week.name)
    except NotFoundError:  # a service that never ran has sent nothing
        sent = set()
    for found in coming(world, now, sent):
        if as_json:
            put(found._asdict())
            continue
        print("\n".join(lines_of(found, schedule.zone)))
    uses_mail = any(way[1] == "email" for found in coming(world, now, sent) for way in found.ways)
    if uses_mail and not ProcessSettings.read().smtp_host:
        say("EROSION_SMTP_HOST is not set: here no e-mail would be sent")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ErosionError(f"cannot write {path}: {error.strerror}", "name another file") from None
    say(f"wrote the page to {path}")
