"""Append each message to a file, one JSON object on one line.

For whatever reads files: a log shipper, a test, a colleague with `grep`.  The key is in every line,
so that a reader can drop the repetition that a crash may cause.
"""

import json
import os

from alerts.errors import Unaddressed
from alerts.outbox import OutboxRow
from alerts.retry import Failure, Result, Verdict, failed


class Jsonl:
    """Append messages to the file that the reach names."""

    name = "jsonl"

    def payload(self, row: OutboxRow) -> str:
        """Return one line of JSON; escaping to ASCII keeps every foreign character harmless."""
        fields = {name: value for name, value in row.to_row().items() if name != "settings"}
        return json.dumps(fields, ensure_ascii=True, sort_keys=True) + "\n"

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Append the line and wait until the disk has it."""
        try:
            _append(_path(row), self.payload(row))
        except Unaddressed:
            return failed(Failure.NOT_ADDRESSED)
        except OSError as error:
            return failed(Failure.NOT_WRITTEN, type(error).__name__)
        return Verdict(Result.DELIVERED, "written")


def _path(row: OutboxRow) -> str:
    path = row.settings.get("path")
    if not isinstance(path, str) or not path or "\0" in path:
        raise Unaddressed("a jsonl reach needs a path")
    return path


def _append(path: str, line: str) -> None:
    with open(path, "a", encoding="ascii") as file:  # noqa: PTH123 - append has no shorthand
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
