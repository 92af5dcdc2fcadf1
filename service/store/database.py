"""What every store offers, and which one an address names.

The embedded host keeps its results in a SQLite file of its own; workers that share results keep
them on a PostgreSQL server.  The driver of the latter is an extra, imported only when it is needed.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from service.errors import ConfigurationError, ErosionError
from service.store.transaction import Transaction

if TYPE_CHECKING:
    from service.store.asking import Asking

T = TypeVar("T")
_DRIVERS = ("postgresql", "postgresql+psycopg", "postgres")


class Database(Protocol):
    """Keep results: all of a transaction, durably, or nothing of it."""

    @property
    def is_shared(self) -> bool:
        """Tell whether other processes may write at the same time."""
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Give one transaction."""
        ...

    def call(self, work: Callable[[Transaction], T]) -> T:
        """Run work inside a transaction of its own and return what it returned, once durable."""
        ...

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one statement."""
        ...

    def checkpoint_when_due(self) -> None:
        """Do what a store has to do between transactions."""
        ...

    def make_room(self) -> bool:
        """Tell whether another commit has a chance after StorageFullError."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


def is_postgres(url: str) -> bool:
    """Tell PostgreSQL from SQLite; raise ConfigurationError for anything else."""
    driver = url.partition("://")[0]
    if driver in _DRIVERS:
        return True
    try:
        if make_url(url).get_backend_name() == "sqlite":
            return False
    except ArgumentError:
        driver = "?"
    problem = f"EROSION_DATABASE: {driver}:// is neither sqlite:/// nor postgresql://"
    raise ConfigurationError([problem])


def open_store(url: str) -> Database:
    """Open the store of an address; on PostgreSQL it may be open elsewhere too."""
    if is_postgres(url):
        _need_driver()
        from service.store.postgres import PostgresStore  # noqa: PLC0415 - the driver is an extra

        return PostgresStore.open(url)
    from service.store.store import Store  # noqa: PLC0415 - as above

    return Store.open(url)


def open_asking(url: str) -> "Asking":
    """Open the database of an address for reading only."""
    if is_postgres(url):
        _need_driver()
        from service.store.postgres import PostgresAsking  # noqa: PLC0415 - the driver is an extra

        return PostgresAsking(url)
    from service.store.asking import SqliteAsking  # noqa: PLC0415 - as above
    from service.store.opening import database_path  # noqa: PLC0415 - as above

    return SqliteAsking(database_path(url))


def _need_driver() -> None:
    if find_spec("psycopg") is None:
        hint = "pip install 'revenue-erosion-alerts[postgres]'"
        raise ErosionError("EROSION_DATABASE: PostgreSQL's driver is not installed", hint)
