"""How a question is put to a database that must not change."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from service.errors import DamagedError
from service.store.failure import explained


class Asking(Protocol):
    """Put questions, from any thread."""

    def ask(self, statement: str, values: Sequence[object]) -> tuple[list[str], list[Any]]:
        """Return the names of the columns, and the rows."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class SqliteAsking:
    """Ask a SQLite file, one question at a time."""

    def __init__(self, path: Path) -> None:
        """Open a database for reading only."""
        self._path = path
        self._lock = Lock()
        uri = f"file:{path}?mode=ro"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._connection.execute("PRAGMA query_only=ON")

    def ask(self, statement: str, values: Sequence[object]) -> tuple[list[str], list[Any]]:
        """Return the names of the columns, and the rows; tell damage from a mistake in a question."""
        with self._lock:
            try:
                cursor = self._connection.execute(statement, tuple(values))
                return [column[0] for column in cursor.description or ()], cursor.fetchall()
            except sqlite3.DatabaseError as error:
                found = explained(error, self._path)
                if isinstance(found, DamagedError):
                    raise found from None
                raise

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
