"""The server of a PostgreSQL store, and the one file that knows its driver.

Every wait has an end: a server that hangs, a lock that nobody gives back and a network that drops
packets all become an error that can be tried again.  A commit that was answered survives the power
of the server: `synchronous_commit` is never weaker than `on`, whatever the database says.
"""

import logging
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any, NoReturn

import psycopg
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8Dumper

from service.errors import ConfigurationError, ErosionError
from service.store.failure import explained_by_server
from service.store.marks import marked

# A server in the same building answers in milliseconds; five seconds are a server that is down.
CONNECT_TIMEOUT_S = 5
# The longest statement of ours looks at 5,000 rows; beyond this, something is wrong with the server.
STATEMENT_TIMEOUT_MS = 20_000
# A row is held for as long as one transaction takes; longer waits are an owner that hangs.
LOCK_TIMEOUT_MS = 10_000
# A worker that stopped inside a transaction loses its locks, so that another can take over.
IDLE_TIMEOUT_MS = 30_000
# A cut line is known after idle + interval * count seconds, or when what was sent is not received.
KEEPALIVES = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
_SESSION = (
    f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS} "
    f"-c idle_in_transaction_session_timeout={IDLE_TIMEOUT_MS} -c timezone=UTC "
    "-c standard_conforming_strings=on"
)
_READING = " -c default_transaction_read_only=on"
_WEAK = ("off", "local", "remote_write")
_DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') = ANY(%s)"
)
Raw = psycopg.Connection[Any]
# It warns of what it could not tidy on a lost line; the loss itself is told by our error.
logging.getLogger("psycopg").setLevel(logging.ERROR)


class Flag(Dumper):
    """Write truth as a whole number: our tables have no other kind."""

    oid = Int8Dumper.oid

    def dump(self, obj: Any) -> bytes:
        """Return 1 or 0."""
        return b"1" if obj else b"0"


class Cursor(psycopg.Cursor[Any]):
    """Answer as SQLAlchemy's result does where we ask it."""

    def scalar(self) -> Any:
        """Return the first value of the first row; None if there is no row."""
        row = self.fetchone()
        return None if row is None else row[0]


class Server:
    """Know where the server is, how to speak to it, and what its errors mean."""

    def __init__(self, url: str) -> None:
        """Read a PostgreSQL URL; raise ConfigurationError, which never shows the password."""
        try:
            given = conninfo_to_dict(url.replace("+psycopg://", "://", 1))
        except psycopg.ProgrammingError:
            problem = "EROSION_DATABASE: not a URL as postgresql://user:password@host:5432/database"
            raise ConfigurationError([problem]) from None
        self._given = given
        host, port = given.get("host", "localhost"), given.get("port", "5432")
        self.place = f"{host}:{port}/{given.get('dbname', '')}"

    def connect(self, *, readonly: bool = False, autocommit: bool = True) -> Raw:
        """Return a new connection; whatever the URL says itself is not changed."""
        session = _SESSION + (_READING if readonly else "")
        ours: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, **KEEPALIVES}
        ours |= {"application_name": "erosion"}
        if not readonly:
            ours |= {"target_session_attrs": "read-write"}
        wanted = {**ours, **self._given, "options": f"{session} {self._given.get('options', '')}"}
        try:
            raw: Raw = psycopg.connect(**wanted, autocommit=True, cursor_factory=Cursor)
        except psycopg.Error as error:
            self.fail(error)
        try:
            raw.adapters.register_dumper(int, Int8Dumper)  # one type, so statements are kept
            raw.adapters.register_dumper(bool, Flag)
            with watched(raw, CONNECT_TIMEOUT_S):
                raw.execute(_DURABLE, (list(_WEAK),))
            raw.autocommit = autocommit
        except psycopg.Error as error:
            raw.close()
            self.fail(error)
        return raw

    def explained(self, error: BaseException) -> ErosionError | None:
        """Return what an error of the driver means; None if it says nothing of the server."""
        if not isinstance(error, psycopg.Error):
            return None
        lost = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
        return explained_by_server(
            str(error), error.sqlstate or ("lost" if lost else ""), self.place
        )

    def fail(self, error: BaseException) -> NoReturn:
        """Raise what an error means, or the error itself."""
        found = self.explained(error)
        if found is None:
            raise error
        raise found from error


class Speaking:
    """Run our statements on a connection of the driver."""

    def __init__(self, raw: Raw) -> None:
        """Take the connection."""
        self._raw = raw

    def say(self, word: str) -> None:
        """Begin, commit or roll back."""
        self._raw.execute(word.encode(), prepare=False)

    def exec_driver_sql(self, statement: str, values: Sequence[Any] = ()) -> psycopg.Cursor[Any]:
        """Run a statement once, or for each row of a list."""
        cursor = self._raw.cursor()
        if isinstance(values, list):
            cursor.executemany(marked(statement), values)
            return cursor
        return cursor.execute(marked(statement), values)


def is_open(raw: Raw) -> bool:
    """Tell whether a transaction is under way that can be committed."""
    return raw.info.transaction_status is TransactionStatus.INTRANS


def tidy(raw: Raw) -> bool:
    """Roll back what is under way; tell whether the connection can be used again."""
    if raw.closed:
        return False
    status = raw.info.transaction_status
    if status in (TransactionStatus.INTRANS, TransactionStatus.INERROR):
        with suppress(psycopg.Error):
            raw.execute("ROLLBACK")
        status = raw.info.transaction_status
    return status is TransactionStatus.IDLE


@contextmanager
def watched(raw: Raw, seconds: float) -> Iterator[None]:
    """Cut the line when a block takes too long: a server that stands still answers nothing."""
    watch = Timer(seconds, _hang_up, (raw,))
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _hang_up(raw: Raw) -> None:
    """Let whoever waits for an answer get an error instead."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(raw.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)
