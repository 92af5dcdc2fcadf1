"""The store of many processes: a PostgreSQL database, with one writing connection in each.

Nothing here proves that the database is whole, as the SQLite store does: that is the server's.  What
several processes write at once is kept apart by the database itself: the position of a shard moves
by compare-and-set, an origin stands in the quarantine once, an outbox row is leased under a lock.

A lost server is StoreAwayError: the transaction is undone, or nobody knows.  The caller does the
same again, on a new connection that is made by itself.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from service.errors import StoreAwayError
from service.store.migrate import migrate
from service.store.server import Server
from service.store.session import Session
from service.store.transaction import Transaction

T = TypeVar("T")
# Drawn once; whoever migrates holds it, so that of several new processes one does the work.
MIGRATING = 0x45524F53
_ALONE = (
    "SET LOCAL statement_timeout = 0",
    "SET LOCAL lock_timeout = '120s'",
    f"SELECT pg_advisory_xact_lock({MIGRATING})",
)


class PostgresStore:
    """Write to the database of a server; every change goes through `transaction`."""

    is_shared = True

    def __init__(self, server: Server) -> None:
        """Take the server."""
        self._session = Session(server)

    @classmethod
    def open(cls, url: str) -> "PostgresStore":
        """Connect, and bring the database to this version's tables."""
        server = Server(url)
        _migrate(server)
        return cls(server)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Give one transaction: all of it is kept, durably, or nothing."""
        with self._session.transaction() as speaking:
            yield Transaction(speaking, is_shared=True)

    def call(self, work: Callable[[Transaction], T]) -> T:
        """Run work inside a transaction of its own and return what it returned, once durable."""
        with self.transaction() as transaction:
            return work(transaction)

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one statement."""
        with self._session.talking() as speaking:
            return speaking.exec_driver_sql(statement, tuple(values)).fetchall()

    def checkpoint_when_due(self) -> None:
        """Do nothing: the server writes its own log of commits back."""

    def make_room(self) -> bool:
        """Tell whether another commit has a chance: only trying can tell."""
        return True

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()


class PostgresAsking:
    """Ask a server through a connection that cannot write."""

    def __init__(self, url: str) -> None:
        """Take the address; nothing is asked yet."""
        self._session = Session(Server(url), readonly=True)

    def ask(self, statement: str, values: Sequence[object]) -> tuple[list[str], list[Any]]:
        """Return the names of the columns, and the rows."""
        try:
            return self._ask(statement, values)
        except StoreAwayError:  # the server may be back, and only the line old
            return self._ask(statement, values)

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _ask(self, statement: str, values: Sequence[object]) -> tuple[list[str], list[Any]]:
        with self._session.talking() as speaking:
            cursor = speaking.exec_driver_sql(statement, tuple(values))
            return [column.name for column in cursor.description or ()], cursor.fetchall()


def _migrate(server: Server) -> None:
    with closing(server.connect(autocommit=False)) as raw:
        engine = create_engine("postgresql+psycopg://", creator=lambda: raw, poolclass=StaticPool)
        try:
            with engine.begin() as connection:
                for line in _ALONE:
                    connection.exec_driver_sql(line)
                migrate(connection)
        except DBAPIError as error:
            server.fail(error.orig or error)
