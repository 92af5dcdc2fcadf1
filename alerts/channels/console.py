"""Print a message exactly as people would read it.

This is the channel of the first minute and of the last resort: it needs no address, so it is where
an alert goes whose receiver does not exist.
"""

from typing import TextIO

from alerts import service_words
from alerts.clean import clean, clean_indented
from alerts.outbox import OutboxRow
from alerts.retry import Failure, Result, Verdict, failed
from alerts.tongues import tongue_of

_LINE_CHARACTERS_MAX = 1_000


class Console:
    """Write messages to a text stream."""

    name = "console"

    def __init__(self, stream: TextIO) -> None:
        """Take the stream to write to."""
        self._stream = stream

    def payload(self, row: OutboxRow) -> str:
        """Return the message with whom it is for, without what could steer a terminal."""
        shown = clean if row.page is None else clean_indented
        lines = [shown(line, _LINE_CHARACTERS_MAX) for line in row.text.splitlines()]
        addressed = service_words.addressed(tongue_of(row.locale), clean(row.receiver))
        return "\n".join([*lines, addressed, "", ""])

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Print it at once."""
        try:
            self._stream.write(self.payload(row))
            self._stream.flush()
        except (OSError, ValueError) as error:
            return failed(Failure.NOT_WRITTEN, type(error).__name__)
        return Verdict(Result.DELIVERED, "printed")
