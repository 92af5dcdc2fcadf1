"""Commands that run the service and feed it: run, send, demo."""

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from service.cli.options import Config, config_path, say
from service.cli.progress import opened, watched
from service.errors import BusyError, ErosionError, StorageBrokenError

if TYPE_CHECKING:
    import httpx

LINES_PER_REQUEST = 500
MISSING = {"email": "EROSION_SMTP_HOST", "slack": "EROSION_SECRETS with slack_webhook_NAME"}
TRIES = 30


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


def send(
    file: Annotated[str, typer.Argument(help="Events as NDJSON, - for standard input.")],
    source: Annotated[
        str, typer.Option(help="Send plain rows that this source's map describes.")
    ] = "",
    to: Annotated[str, typer.Option(help="Address of the service. [default: EROSION_BIND]")] = "",
) -> None:
    """Send a file to the running service and say what became of its events."""
    import httpx

    from service.settings import ProcessSettings

    base = to or "http://" + ProcessSettings.read().bind
    path = f"/v1/events/{source}" if source else "/v1/events"
    accepted = refused = 0
    with opened(file) as (stream, size), httpx.Client(base_url=base, timeout=60) as client:
        rows = _lines(watched(stream, size, "send"), table=file.endswith(".csv"))
        for first, body in _bodies(rows):
            answer = post(client, path, body)
            accepted += answer["accepted"]
            refused += answer["rejected"]
            for row in answer.get("rejections", ()):
                say(f"{file}:{first + row['position']}: {row['reason']}: {row['detail']}")
    say(f"{accepted + refused} events sent: {accepted} accepted, {refused} rejected")


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Stay up when the stream has ended.")
    ] = False,
    config: Config = None,
) -> None:
    """Run the service on an invented month and show the alerts as people would get them."""
    from service.cli.demonstration import demonstrate

    demonstrate(config_path(config), keep=keep)


def post(client: "httpx.Client", path: str, body: bytes) -> dict[str, Any]:
    """Post lines, again while the service asks to wait; raise ErosionError when it is not there."""
    import httpx

    headers = {"Content-Type": "application/x-ndjson"}
    for _ in range(TRIES):
        try:
            answer = client.post(path, content=body, headers=headers)
        except httpx.HTTPError as error:
            hint = "start it with `erosion run`, or name its address: --to http://127.0.0.1:8080"
            raise BusyError(f"cannot reach {client.base_url}: {error}", hint) from None
        if answer.status_code != 503:  # noqa: PLR2004 - the code that says wait
            break
        time.sleep(float(answer.headers.get("Retry-After", "1")))
    try:
        found = answer.json()
    except json.JSONDecodeError:
        found = {}
    if "accepted" not in found:
        raise ErosionError(
            f"the service answered {answer.status_code}: {found.get('error', 'not its usual words')}"
        )
    return dict(found)


def _lines(stream: Iterator[bytes], *, table: bool) -> Iterator[bytes]:
    if not table:
        yield from stream
        return
    from service.intake.files import read_rows

    for row in read_rows(stream):
        yield json.dumps(row).encode() + b"\n"


def _bodies(lines: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
    """Cut lines into bodies; give each with the number of its first line."""
    group: list[bytes] = []
    first = 1
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if not text.strip():
            continue
        if not group:
            first = number
        group.append(text if text.endswith(b"\n") else text + b"\n")
        if len(group) == LINES_PER_REQUEST:
            yield first, b"".join(group)
            group = []
    if group:
        yield first, b"".join(group)
