"""Commands that keep what the service knows, or have it forgotten: backup, restore, forget."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import say
from service.errors import ErosionError, NotFoundError

if TYPE_CHECKING:
    from service.settings import ProcessSettings
    from service.store.forgetting import Forgotten

File = Annotated[Path, typer.Argument(help="The backup, one tar file.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(backup)
    app.command()(restore)
    app.command()(forget)


def backup(
    file: File,
    verify: Annotated[bool, typer.Option("--verify", help="Prove a backup, write none.")] = False,
) -> None:
    """Write everything that is kept into one file, also while the service runs."""
    import tempfile

    from service.settings import ProcessSettings
    from service.store.backup import read_backup, write_backup
    from service.store.opening import database_path

    if verify:
        with _told(file), tempfile.TemporaryDirectory(dir=file.parent) as folder:
            chunks = read_backup(file, Path(folder))
        say(f"{file} is whole: {chunks} chunks of the log")
        return
    process = ProcessSettings.read()
    database = database_path(process.database_url)
    with _told(file):
        chunks = write_backup(database, process.data, _key(process), file, _stamp())
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
    with _told(process.data):
        chunks, kept = restoring.restore(file, process.data, replace=replace, at=_stamp())
    say(f"restored {process.data} with {chunks} chunks of the log")
    if kept is not None:
        say(f"the old data is in {kept}")


def forget(
    customer: Annotated[str, typer.Argument(help="The customer's id, as in the events.")],
) -> None:
    """Cut every tie between what is kept and one customer, while the service is stopped."""
    import secrets

    from service.intake.pseudonym import LENGTH, pseudonym
    from service.log.codec import rename_customer
    from service.settings import ProcessSettings
    from service.store import forgetting
    from service.store.database import is_postgres, open_store
    from service.store.opening import database_path

    process = ProcessSettings.read()
    key = _key(process)
    on_server = is_postgres(process.database_url)
    if key is None or not (on_server or database_path(process.database_url).exists()):
        raise NotFoundError(f"there is no data in {process.data}", "set EROSION_DATA")
    if not customer.strip():
        raise ErosionError("no customer is named", "give the id that stands in the events")
    known_as = pseudonym(key.strip().encode(), customer)
    store = open_store(process.database_url)
    try:
        drawn = secrets.token_hex(LENGTH // 2)
        found = forgetting.forget(store, customer, known_as, drawn, rename_customer)
        _rename_in_checkpoints(process.data, known_as, drawn)
    finally:
        store.close()
    if not found.total:
        hint = "ids are as in `customer` of the events, to the letter"
        raise NotFoundError(f"nothing is kept of a customer {customer!r}", hint)
    _say_forgotten(found, on_server=on_server)


def _say_forgotten(found: "Forgotten", *, on_server: bool) -> None:
    say(
        f"forgotten: {found.events} events of the log, {found.outcomes} outcomes, "
        f"{found.waiting} waiting, {found.texts} texts of alerts, "
        f"{found.quarantined} inputs in quarantine, {found.told} facts of reports"
    )
    say("backups that were made before still know this customer")
    if on_server:
        say("so do the log on Kafka and the checkpoints of its workers, until they pass")


@contextmanager
def _told(place: Path) -> Iterator[None]:
    """Tell what the system refuses in one line."""
    try:
        yield
    except OSError as error:
        hint = "look at its rights and at the room on its disk"
        raise ErosionError(f"cannot write to {place}: {error.strerror}", hint) from None


def _rename_in_checkpoints(data: Path, known_as: str, drawn: str) -> None:
    """Let no state of the engine bring the pseudonym back at the next start."""
    from service.engine.fold import SEMANTICS
    from service.engine.snapshot import VERSION
    from service.store.checkpoints import Checkpoints

    Checkpoints(data / "checkpoints", (VERSION, SEMANTICS)).replace(known_as, drawn)


def _key(process: "ProcessSettings") -> str | None:
    from service.settings import Secrets
    from service.store.backup import KEY

    given = Secrets.read(process.secrets).get(KEY)
    beside = process.data / KEY
    if given is None and beside.exists():
        return beside.read_text(encoding="ascii")
    return given


def _stamp() -> str:
    from datetime import UTC, datetime

    from service.hosts.clock import now_ms

    return datetime.fromtimestamp(now_ms() // 1000, tz=UTC).strftime("%Y%m%dT%H%M%SZ")
