"""Commands for a service on Kafka: doctor, accept, upgrade, and a log's way there and back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import Config, Json, config_path, open_reads, put, say
from service.errors import ErosionError, NotFoundError

if TYPE_CHECKING:
    from service.hosts.deciding import Deciding

File = Annotated[Path, typer.Argument(help="The exported log.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(doctor)
    app.command()(accept)
    app.command()(upgrade)
    log = typer.Typer(help="Take a log from one host to another.", no_args_is_help=True)
    log.command("export")(export)
    log.command("import")(bring_in)
    app.add_typer(log, name="log")


def doctor(as_json: Json = False) -> None:
    """Say who runs which shard, how far it is behind, whom it hears, and what it needs."""
    import asyncio

    from service.hosts.clock import now_ms
    from service.hosts.diagnosis import diagnose, lines, wrong
    from service.settings import ProcessSettings, Secrets
    from service.settings.transport import read_transport

    process = ProcessSettings.read()
    reports = open_reads().reports()
    if process.log != "kafka" and not reports:
        raise NotFoundError("there is no shard of a Kafka log here", "set EROSION_LOG=kafka")
    transport = read_transport(process, Secrets.read(process.secrets))
    found = asyncio.run(diagnose(transport, reports, now_ms()))
    if as_json:
        put(found)
    else:
        for line in lines(found):
            print(line)
    if problems := wrong(found):
        raise ErosionError("; ".join(problems), "see docs/kafka.md")


def accept(
    topic: Annotated[str, typer.Argument(help="The topic of which records are gone.")],
    partition: Annotated[int, typer.Argument(min=0, help="Its partition.")],
) -> None:
    """Go on behind records that are gone: what they might have answered becomes unknown."""
    import asyncio

    from service.hosts.deciding import gaps_of

    gaps = gaps_of(open_reads().reports(), topic, partition)
    asyncio.run(_deciding().accept(topic, gaps))
    say(f"{topic}/{partition} goes on; see `erosion doctor`")


def upgrade() -> None:
    """Let the rules of this program take over, once workers of this version stand by."""
    import asyncio

    before, now = asyncio.run(_deciding().rules())
    if before == now:
        say(f"the rules are of version {now} already")
    else:
        say(f"rules of version {now} take over from {before} where the log says so")


def export(file: File) -> None:
    """Write the log of a service on one machine into a file, while it is stopped."""
    from service.hosts.exported_log import export_log
    from service.settings import ProcessSettings

    count = export_log(ProcessSettings.read(), file)
    say(f"{count} chunks of the log are in {file}")


def bring_in(file: File, config: Config = None) -> None:
    """Bring an exported log into an empty log on Kafka."""
    import asyncio

    from service.hosts.moving_log import import_log
    from service.settings import ProcessSettings, Secrets
    from service.settings.transport import read_transport

    process = ProcessSettings.read().model_copy(update={"config": config_path(config)})
    transport = read_transport(process, Secrets.read(process.secrets))
    count = asyncio.run(import_log(transport, file))
    say(f"{count} chunks are in the log; start the engines")


def _deciding() -> "Deciding":
    from service.hosts.deciding import Deciding
    from service.settings import ProcessSettings, Secrets
    from service.settings.transport import read_transport

    process = ProcessSettings.read()
    if process.log != "kafka":
        raise ErosionError("this decides for processes on Kafka", "set EROSION_LOG=kafka")
    return Deciding(read_transport(process, Secrets.read(process.secrets)))
