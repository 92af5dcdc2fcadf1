"""Where the commands that look back find their history: a file, an exported log, a data folder."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from service.cli.history import REPLAY_KEY, plan_format
from service.cli.progress import opened, watched
from service.errors import ErosionError

if TYPE_CHECKING:
    from service.engine.plan import Plan
    from service.engine.values import Event
    from service.rejected import Rejected

STDIN = "-"


class Past(NamedTuple):
    """Name a history: a file or a data folder; `source` says whose plain rows a file holds."""

    file: str
    data: Path | None
    source: str

    def check(self) -> None:
        """Refuse what names no history, or two."""
        if bool(self.file) == (self.data is not None):
            raise ErosionError("there is no history", "name a file of events, or --data FOLDER")

    @contextmanager
    def events(self, plan: "Plan", what: str) -> "Iterator[Iterable[Event | Rejected]]":
        """Give the events of the history; a bar shows how far one is in a file."""
        from service.backtest.history import exported_events, is_exported, stored_events
        from service.intake.decode import Decoder
        from service.intake.files import read_events

        if self.data is not None:
            yield stored_events(self.data)
        elif self.file != STDIN and is_exported(Path(self.file)):
            yield exported_events(Path(self.file))
        else:
            with opened(self.file) as (stream, size):
                named = bool(self.source) and plan_format(plan, self.source) == "csv"
                table = named or (bool(self.source) and self.file.endswith(".csv"))
                lines = watched(stream, size, what)
                decoder = Decoder(plan, REPLAY_KEY)
                yield read_events(lines, decoder, self.source, table=table)
