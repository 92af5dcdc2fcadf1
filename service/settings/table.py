"""CSV files as people keep them: units, regions, closed days, promises by unit.

A spreadsheet saves with or without a byte order mark and with `,` `;` or a tab, so all are read;
every cell is text, since `007` is a name.  A problem names file and line, and the column by its
heading.  Guessing the dialect by statistics was rejected: the heading line tells it exactly.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path as File

ROWS_MAX = 1_000_000
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one line: where it stands and its cells by heading."""

    place: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a cell; a column that the file lacks is empty."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """Hold one CSV file; `problems` says what could not be read."""

    file: str
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    problems: list[str] = field(default_factory=list)


def read_table(file: File, required: Iterable[str]) -> Table:
    """Read a CSV file and complain of what is missing or ragged."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return Table(str(file), problems=[f"{file}:1: not UTF-8 text; save it as CSV UTF-8"])
    except OSError as error:
        return Table(str(file), problems=[f"{file}: cannot read the file: {error.strerror}"])
    lines = _lines(text)
    columns = tuple(cell.strip() for cell in next(lines, (1, []))[1])
    problems = _headings(str(file), columns, required)
    if problems:
        return Table(str(file), columns, problems=problems)
    rows = []
    for number, cells in lines:
        if len(cells) != len(columns):
            problems.append(f"{file}:{number}: {len(cells)} cells under {len(columns)} headings")
            continue
        filled = (cell.strip() for cell in cells)
        rows.append(Row(f"{file}:{number}", dict(zip(columns, filled, strict=True))))
    return Table(str(file), columns, tuple(rows), problems)


def doubles(table: Table, columns: tuple[str, ...]) -> Iterator[str]:
    """Yield a problem for each row whose key an earlier row has, and for an empty key."""
    first: dict[tuple[str, ...], str] = {}
    for row in table.rows:
        key = tuple(row[column] for column in columns)
        if not all(key):
            yield f"{row.place}: the {' or '.join(columns)} is empty"
        elif key in first:
            yield f'{row.place}: "{", ".join(key)}" stands twice, first at {first[key]}'
        first.setdefault(key, row.place)


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    heading = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _headings(file: str, columns: tuple[str, ...], required: Iterable[str]) -> list[str]:
    problems = [
        f'{file}:1: there is no column "{column}"; the headings are: {", ".join(columns)}'
        for column in required
        if column not in columns
    ]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    return problems + [f'{file}:1: the heading "{column}" stands twice' for column in twice]
