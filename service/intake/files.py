"""Files and standard input: NDJSON of events, or NDJSON and CSV of plain rows."""

from collections.abc import Iterable, Iterator

from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.table import read_rows
from service.rejected import Rejected


def read_events(
    stream: Iterable[bytes], decoder: Decoder, source: str = "", *, table: bool = False
) -> Iterator[Event | Rejected]:
    """Yield what a file holds, in its order; `table` says that it is a CSV."""
    if not table:
        yield from decoder.lines(stream, source)
        return
    for row in read_rows(stream):
        if isinstance(row, Rejected):
            yield row._replace(source=source)
        else:
            yield decoder.value(row.cells, source, b"", row.line)
