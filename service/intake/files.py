"""Files and standard input: NDJSON of events, or NDJSON and CSV of plain rows.

A CSV file may begin with a byte order mark and be parted by comma, semicolon or tab; which one is
seen in its first line, where the column names stand.
"""

import csv
from collections.abc import Iterable, Iterator

from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.rejected import Rejected


def read_events(
    stream: Iterable[bytes], decoder: Decoder, source: str = "", *, table: bool = False
) -> Iterator[Event | Rejected]:
    """Yield what a file holds, in its order; `table` says that it is a CSV."""
    if table:
        for row in read_rows(stream):
            yield decoder.row(row, source)
    else:
        yield from decoder.lines(iter(stream), source)


def read_rows(stream: Iterable[bytes]) -> Iterator[dict[str, object]]:
    """Yield the rows of a CSV file by column; cells beyond the header are left out."""
    text = (
        line.decode("utf-8-sig" if i == 0 else "utf-8", "replace") for i, line in enumerate(stream)
    )
    header = next(text, "").removeprefix("\ufeff")
    delimiter = max(",;\t", key=header.count)
    names = next(csv.reader([header], delimiter=delimiter), [])
    for cells in csv.reader(text, delimiter=delimiter):
        if cells:
            yield dict(zip(names, cells, strict=False))
