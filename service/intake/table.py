"""CSV as rows: each with the line on which it begins, or with what is wrong with it.

A file may begin with a byte order mark and be parted by comma, semicolon or tab; which one is
seen in its first line, where the column names stand.  A row that does not fit the header is
turned away, never guessed: one missing quote would shift a customer into the unit's column.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from service.intake.document import without_mark
from service.rejected import EVENT_BYTES_MAX, Reason, Rejected, rejected, shown

DELIMITERS = ",;\t"
csv.field_size_limit(EVENT_BYTES_MAX)


class Row(NamedTuple):
    """Hold one row by column, the line on which it begins, and its bytes."""

    line: int
    cells: Mapping[str, object]
    raw: bytes


class _Lines:
    """Feed lines to the parser and remember the bytes of the row that it is at."""

    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = iter(stream)
        self._read = 0
        self._raw: list[bytes] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        self._read += 1
        text = without_mark(line) if self._read == 1 else line
        self._raw.append(text)
        return text.decode("utf-8", "surrogateescape")

    def taken(self) -> tuple[int, bytes]:
        """Return the first line and the bytes of what was read since the last call."""
        first, raw = self._read - len(self._raw) + 1, b"".join(self._raw)
        self._raw.clear()
        return first, raw


def read_rows(stream: Iterable[bytes]) -> Iterator[Row | Rejected]:
    """Yield the rows of a CSV in their order; empty lines are skipped."""
    lines = _Lines(stream)
    found = _cells(lines)
    header = next(found, None)
    if header is None:
        return
    names = [] if isinstance(header, str) else [name.strip() for name in header]
    if problem := header if isinstance(header, str) else _header_problem(names):
        yield _bad(lines, problem)
        return
    lines.taken()
    for cells in found:
        if isinstance(cells, str):
            yield _bad(lines, cells)
        elif cells:
            yield _row(names, cells, lines)
        else:
            lines.taken()


def _cells(lines: _Lines) -> Iterator[list[str] | str]:
    """Yield the cells of each row, or what the parser says of one that it cannot read."""
    first = next(lines, None)
    if first is None:
        return
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(_chained(first, lines), delimiter=delimiter, strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"cannot read this row as CSV: {error}"


def header_of(stream: Iterable[bytes]) -> bytes:
    """Return the bytes of the header and leave the stream behind it."""
    lines = _Lines(stream)
    first = next(lines, "")
    reader = csv.reader(_chained(first, lines), delimiter=max(DELIMITERS, key=first.count))
    next(reader, None)
    return lines.taken()[1]


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _header_problem(names: list[str]) -> str:
    if not any(names):
        return "the first line should name the columns, and is empty"
    name, times = Counter(names).most_common(1)[0]
    return f"the column {shown(name)} stands twice in the first line" if times > 1 else ""


def _row(names: list[str], cells: list[str], lines: _Lines) -> Row | Rejected:
    first, raw = lines.taken()
    if len(raw) > EVENT_BYTES_MAX:
        detail = f"a row of {len(raw)} bytes, at most {EVENT_BYTES_MAX}"
        return rejected(Reason.SIZE, detail, raw, "", first)
    if len(cells) != len(names):
        detail = f"line {first} has {len(cells)} cells, the first line names {len(names)}"
        return rejected(Reason.ROW, detail, raw, "", first)
    if problem := _text_problem(raw):
        return rejected(Reason.TEXT, f"line {first} {problem}", raw, "", first)
    return Row(first, dict(zip(names, cells, strict=True)), raw)


def _text_problem(raw: bytes) -> str:
    if b"\0" in raw:
        return "holds the character NUL"
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "is not UTF-8; save the file as UTF-8"
    return ""


def _bad(lines: _Lines, detail: str) -> Rejected:
    first, raw = lines.taken()
    return rejected(Reason.ROW, f"line {first}: {detail}", raw, "", first)
