"""Commands that run the service and feed it: run, send, demo."""

import os
import sys
from typing import Annotated, Literal, NoReturn

import typer

from service.cli.options import Config, Json, config_path, put, say
from service.cli.progress import opened, watched
from service.errors import StorageBrokenError

MISSING = {"email": "EROSION_SMTP_HOST", "slack": "EROSION_SECRETS with slack_webhook_NAME"}


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
        Literal["all", "intake", "engine", "desk"],
        typer.Option(help="On Kafka: what this process does; any number of each may run."),
    ] = "all",
) -> None:
    """Run the service: take events over HTTP, watch promises, warn."""
    from service.logs import configure
    from service.settings import ProcessSettings

    process = ProcessSettings.read().model_copy(update={"config": config_path(config)})
    log = configure(process.log_format)
    if process.log == "kafka" or role != "all":
        from service.cli.roles import run_role

        run_role(process, role, clock_events=clock == "events")
        return
    from service.bootstrap import build

    service = build(process, clock_events=clock == "events")
    for problem in service.wrong.problems if service.wrong else ():
        log.error("THE CONFIGURATION IS WRONG; running on the last good one", detail=problem)
    for warning in service.compiled.warnings:
        log.warning("configuration", detail=warning)
    for channel in service.unserved:
        log.warning(
            "no settings for a channel that receivers use",
            channel=channel,
            missing=MISSING.get(channel, ""),
        )

    def ready(port: int) -> None:
        log.info(
            "listening",
            address=f"http://{process.address[0]}:{port}",
            data=str(process.data),
            config=str(process.config),
        )

    try:
        service.host.run(process.address, ready)
    except StorageBrokenError as error:
        _leave(error)
    finally:
        service.store.close()
    log.info("stopped")


def _leave(error: StorageBrokenError) -> NoReturn:
    """End at once: closing the database would sync it again, which may succeed over a hole."""
    print(f"erosion: {error}\nwhat to do: {error.hint}", file=sys.stderr, flush=True)
    os._exit(error.exit_code)


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
    import httpx

    from service.cli.sending import send_file
    from service.settings import ProcessSettings

    base = to or "http://" + ProcessSettings.read().bind
    path = f"/v1/events/{source}" if source else "/v1/events"
    with opened(file) as (stream, size), httpx.Client(base_url=base, timeout=60) as client:
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
