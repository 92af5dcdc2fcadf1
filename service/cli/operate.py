"""Commands that run the service and feed it: run, send, demo."""

from typing import Annotated, Literal

import typer

from service.cli.options import Config, config_path, say
from service.cli.progress import opened, watched

MISSING = {"email": "EROSION_SMTP_HOST", "slack": "EROSION_SECRETS with slack_webhook_NAME"}


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(run)
    app.command()(send)
    app.command()(demo)


def run(
    config: Config = None,
    clock: Annotated[
        Literal["wall", "events"],
        typer.Option(help="Take stamps from the wall clock, or from the events themselves."),
    ] = "wall",
) -> None:
    """Run the service: take events over HTTP, watch promises, warn."""
    from service.bootstrap import build
    from service.logs import configure
    from service.settings import ProcessSettings

    process = ProcessSettings.read().model_copy(update={"config": config_path(config)})
    log = configure(process.log_format)
    service = build(process, clock_events=clock == "events")
    for warning in service.compiled.warnings:
        log.warning("configuration", detail=warning)
    for channel in service.unserved:
        log.warning(
            "no settings for a channel that receivers use",
            channel=channel,
            missing=MISSING.get(channel, ""),
        )

    def ready(port: int) -> None:
        host = process.address[0]
        log.info(
            "listening",
            address=f"http://{host}:{port}",
            data=str(process.data),
            config=str(process.config),
        )

    try:
        service.host.run(process.address, ready)
    finally:
        service.store.close()
    log.info("stopped")


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
