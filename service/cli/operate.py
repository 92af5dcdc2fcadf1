"""Commands that run the service and feed it: run, send, demo."""

from typing import Annotated, Literal

import typer

from service.cli.options import Config, Json, config_path, put, say
from service.cli.progress import opened, watched


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(run)
    app.command()(reload)
    app.command()(send)
    app.command()(demo)


def run(
    config: Config = None,
    clock: Annotated[
        Literal["wall", "events"],
        typer.Option(help="Take stamps from the wall clock, or from the events themselves."),
    ] = "wall",
    role: Annotated[
        Literal["all", "intake", "door", "engine", "desk"],
        typer.Option(help="On Kafka: what this process does; any number of each may run."),
    ] = "all",
) -> None:
    """Run the service: take events over HTTP, watch promises, warn."""
    from service.logs import configure
    from service.settings import ProcessSettings

    process = ProcessSettings.read().model_copy(update={"config": config_path(config)})
    configure(process.log_format)
    if process.log == "kafka" or role != "all":
        from service.cli.roles import run_role

        run_role(process, role, clock_events=clock == "events")
    else:
        from service.cli.roles import run_embedded

        run_embedded(process, clock_events=clock == "events")


def reload(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would do, and change nothing.")
    ] = False,
    to: Annotated[str, typer.Option(help="Address of the service. [default: EROSION_BIND]")] = "",
    as_json: Json = False,
) -> None:
    """Let the running service take the changed configuration, and say what that does."""
    from service.cli.reloading import ask, decide, told
    from service.settings import ProcessSettings

    on_kafka = ProcessSettings.read().log == "kafka"
    effects = decide(dry_run=dry_run) if on_kafka else ask(to, dry_run=dry_run)
    if as_json:
        put(effects)
    else:
        for line in told(effects):
            say(line)


def send(
    file: Annotated[str, typer.Argument(help="Events as NDJSON, - for standard input.")],
    source: Annotated[
        str, typer.Option(help="Send plain rows that this source's map describes.")
    ] = "",
    to: Annotated[str, typer.Option(help="Address of the service. [default: EROSION_BIND]")] = "",
) -> None:
    """Send a file to the running service and say what became of its events."""
    from service.cli.client import connect
    from service.cli.sending import send_file

    path = f"/v1/events/{source}" if source else "/v1/events"
    with opened(file) as (stream, size), connect(to) as client:
        lines = watched(stream, size, "send")
        sums = send_file(client, path, lines, file, table=file.endswith(".csv"))
    say(
        f"{sums.accepted + sums.refused} events sent: "
        f"{sums.accepted} accepted, {sums.refused} rejected"
    )


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Stay up when the stream has ended.")
    ] = False,
    config: Config = None,
) -> None:
    """Run the service on an invented month and show the alerts as people would get them."""
    from service.cli.demonstration import demonstrate

    demonstrate(config_path(config), keep=keep)
