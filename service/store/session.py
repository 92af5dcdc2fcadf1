"""A session with a PostgreSQL server: one connection, made anew whenever it was lost.

A server that stands still answers neither yes nor no, and no timeout of its own can help.  So a
watch cuts the line when a transaction takes too long; the caller then gets StoreAwayError as for
any other lost line.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import RLock

from service.errors import ErosionError, StoreAwayError
from service.store.server import Raw, Server, Speaking, is_open, tidy, watched

# Three times the longest statement: no transaction of ours that goes well takes so long.
HANGING_S = 60.0
# One question is one statement, and somebody looks at the page.
HANGING_READING_S = 25.0
_OURS = "this is a mistake of the program; nothing was kept"
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED"
_WHO = "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
_END = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE pid = ? AND backend_start = ?"
)


class Session:
    """Talk to the server, one conversation at a time; safe to share between threads."""

    def __init__(self, server: Server, *, readonly: bool = False) -> None:
        """Take the server; the connection is made when it is needed."""
        self._server = server
        self._readonly = readonly
        self._lock = RLock()
        self._raw: Raw | None = None
        self._mine: tuple[object, ...] | None = None
        self.hanging_s = HANGING_READING_S if readonly else HANGING_S

    @contextmanager
    def talking(self) -> Iterator[Speaking]:
        """Give the connection; raise StoreAwayError when it is lost, and forget it then."""
        with self._lock:
            raw = self._connected()
            try:
                with watched(raw, self.hanging_s):
                    yield Speaking(raw)
            except BaseException as error:  # noqa: BLE001 - it is raised again, with what it means
                self._leave(raw, error)
                self._server.fail(error)

    @contextmanager
    def transaction(self) -> Iterator[Speaking]:
        """Give the connection inside a transaction: all of it is kept, durably, or nothing."""
        with self.talking() as speaking:
            speaking.say(_BEGIN)
            yield speaking
            # A server takes the commit of a transaction that failed for a rollback, in silence.
            if self._raw is None or not is_open(self._raw):
                raise ErosionError("a transaction went on after it had failed", _OURS)
            speaking.say("COMMIT")

    def close(self) -> None:
        """Let go of the connection."""
        if self._raw is not None:
            self._raw.close()
        self._raw = None

    def _connected(self) -> Raw:
        if self._raw is not None and not self._raw.closed:
            return self._raw
        raw = self._server.connect(readonly=self._readonly)
        try:
            if not self._readonly:
                with watched(raw, self.hanging_s):
                    self._end_the_last(Speaking(raw))
        except BaseException as error:  # noqa: BLE001 - it is raised again, with what it means
            raw.close()
            self._server.fail(error)
        self._raw = raw
        return raw

    def _end_the_last(self, speaking: Speaking) -> None:
        """End what the server still has of the connection that was lost.

        A commit of ours that is still under way there would look like another owner's.
        """
        if self._mine:
            speaking.exec_driver_sql(_END, self._mine).fetchall()
        self._mine = tuple(speaking.exec_driver_sql(_WHO).fetchone() or ())

    def _leave(self, raw: Raw, error: BaseException) -> None:
        is_away = isinstance(self._server.explained(error) or error, StoreAwayError)
        if not is_away and tidy(raw):
            return
        with suppress(OSError):
            raw.close()
        self._raw = None
