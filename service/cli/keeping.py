"""Commands that keep what the service knows, or have it forgotten: backup, restore."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import say
from service.errors import ErosionError

File = Annotated[Path, typer.Argument(help="The backup, one tar file.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: File,
    verify: Annotated[bool, typer.Option("--verify", help="Prove a backup, write none.")] = False,
) -> None:
    """Write everything that is kept into one file, also while the service runs."""
    import tempfile

    from service.settings import ProcessSettings, Secrets
    from service.store.backup import KEY, read_backup, write_backup
    from service.store.opening import database_path

    if verify:
        with tempfile.TemporaryDirectory(prefix=".erosion-", dir=file.parent) as folder:
            chunks = read_backup(file, Path(folder))
        say(f"{file} is whole: {chunks} chunks of the log")
        return
    process = ProcessSettings.read()
    key = Secrets.read(process.secrets).get(KEY)
    beside = process.data / KEY
    if key is None and beside.exists():
        key = beside.read_text(encoding="ascii")
    database = database_path(process.database_url)
    chunks = write_backup(database, process.data, key, file, _stamp())
    say(
        f"wrote {file} with {chunks} chunks of the log; it holds the key of customers: keep it safe"
    )


def restore(
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Keep the old data beside, and take its place.")
    ] = False,
) -> None:
    """Put a backup in the place of the data folder, while the service is stopped."""
    from service.settings import ProcessSettings
    from service.store import restore as restoring

    process = ProcessSettings.read()
    if process.database:
        hint = "unset it, restore, and move the file"
        raise ErosionError("EROSION_DATABASE names another place than the data folder", hint)
    chunks, kept = restoring.restore(file, process.data, replace=replace, at=_stamp())
    say(f"restored {process.data} with {chunks} chunks of the log")
    if kept is not None:
        say(f"the old data is in {kept}")


def _stamp() -> str:
    from datetime import UTC, datetime

    from service.hosts.clock import now_ms

    return datetime.fromtimestamp(now_ms() // 1000, tz=UTC).strftime("%Y%m%dT%H%M%SZ")
