"""Rows for PostgreSQL as one list for each column, written as text.

A statement for each row cost the driver and the server most of what a turn took; one statement with
lists costs a fifth.  The driver's own lists were rejected: it looks at every item, and a column of
ours is all text or all whole numbers.
"""

from collections.abc import Iterable, Sequence
from typing import Any

_WORDS = {"None": "NULL", "True": "1", "False": "0"}


def columns(rows: Iterable[Sequence[Any]]) -> tuple[str, ...]:
    """Return the columns of rows as array literals; there must be a row."""
    return tuple(map(_literal, zip(*rows, strict=True)))


def _literal(column: Sequence[Any]) -> str:
    """Return one column: text, or whole numbers, truths and nothings."""
    if isinstance(column[0], str):
        joined = '","'.join(column)
        if "\\" in joined or joined.count('"') != 2 * len(column) - 2:
            joined = '","'.join(map(_escaped, column))
        return f'{{"{joined}"}}'
    numbers = str([*column])[1:-1]
    for word, number in _WORDS.items():
        numbers = numbers.replace(word, number)
    return f"{{{numbers}}}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
