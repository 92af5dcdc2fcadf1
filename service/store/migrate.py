"""Bring a database to this version's tables, or refuse one from the future."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from service.errors import DamagedError

HEAD = "0005"
_STEPS = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> None:
    """Run the steps that are missing; importing them is slow, so look first whether any is."""
    if _revision(connection) == HEAD:
        return
    from alembic import command  # noqa: PLC0415 - a second of imports, only when needed
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, HEAD)
    except CommandError as error:
        hint = "run the version that wrote it, or a newer one"
        raise DamagedError(f"this database is of another version: {error}", hint) from None


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
