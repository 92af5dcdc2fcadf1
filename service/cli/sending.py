"""Send a file to the running service in bodies of some hundred lines, and say what became of it.

A line keeps its number on the way: the answer speaks of places in a body, people look for lines
in a file.  Rows of a CSV travel as they are, under the header, so that what the service sets
aside is what stands in the file.
"""

import json
import time
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from service.cli.options import say
from service.errors import BusyError, ErosionError

if TYPE_CHECKING:
    import httpx

LINES_PER_REQUEST = 500
BYTES_PER_REQUEST = 4 * 1024 * 1024
BODY_BYTES_MAX = 16 * 1024 * 1024
TRIES = 30
WAIT_MAX_S = 60.0
_COME_AGAIN = (429, 503)
LINES, TABLE = "application/x-ndjson", "text/csv"


class Part(NamedTuple):
    """Hold the lines, or rows, of one request, and where each stands in the file."""

    body: bytes
    lines: list[int]


class Sums:
    """Count what became of the events of a file."""

    def __init__(self, file: str) -> None:
        """Begin at nothing."""
        self._file = file
        self.accepted = 0
        self.refused = 0

    def refuse(self, line: int, detail: str) -> None:
        """Count a line that is too large to be sent at all."""
        self.refused += 1
        say(f"{self._file}:{line}: size: {detail}")

    def take(self, part: Part, answer: dict[str, Any], *, table: bool) -> None:
        """Add an answer, and name each refused line."""
        self.accepted += answer["accepted"]
        self.refused += answer["rejected"]
        rows = answer.get("rejections", ())
        for row in rows:
            place = row["position"] if table or "line" not in row else row["line"] - 1
            line = part.lines[min(place, len(part.lines) - 1)]
            say(f"{self._file}:{line}: {row['reason']}: {row['detail']}")
        if answer["rejected"] > len(rows):
            say(f"{self._file}: {answer['rejected'] - len(rows)} more are in the quarantine")


def send_file(
    client: "httpx.Client", path: str, stream: Iterable[bytes], file: str, *, table: bool
) -> Sums:
    """Post everything a file holds; return the sums."""
    sums = Sums(file)
    kind = TABLE if table else LINES
    for part in parts_of_table(stream, sums) if table else parts_of_lines(stream):
        if len(part.body) > BODY_BYTES_MAX:
            sums.refuse(part.lines[0], f"one line of {len(part.body)} bytes; it was not sent")
            continue
        sums.take(part, post(client, path, part.body, kind), table=table)
    return sums


def post(client: "httpx.Client", path: str, body: bytes, kind: str = LINES) -> dict[str, Any]:
    """Post events, again while the service asks to wait; raise ErosionError when it is not there."""
    status, found = ask(client, path, body, kind)
    if "accepted" not in found:
        words = found.get("error", "not its usual words")
        raise ErosionError(f"the service answered {status}: {words}")
    return found


def ask(client: "httpx.Client", path: str, body: bytes, kind: str) -> tuple[int, dict[str, Any]]:
    """Return the status and the words of an answer that is no request to wait."""
    import httpx

    for _ in range(TRIES):
        try:
            answer = client.post(path, content=body, headers={"Content-Type": kind})
        except httpx.HTTPError as error:
            hint = "start it with `erosion run`, or name its address: --to http://127.0.0.1:8080"
            raise BusyError(f"cannot reach {client.base_url}: {error}", hint) from None
        if answer.status_code not in _COME_AGAIN:
            break
        time.sleep(wait_s(answer.headers.get("Retry-After")))
    try:
        found = answer.json()
    except json.JSONDecodeError:
        found = {}
    return answer.status_code, dict(found) if isinstance(found, dict) else {}


def wait_s(retry_after: str | None) -> float:
    """Return how long to wait: as asked, in seconds or until a date, at most a minute."""
    from alerts.retry import retry_after_ms
    from service.hosts.clock import now_ms

    asked = retry_after_ms(retry_after, now_ms())
    return 1.0 if asked is None else min(asked / 1000, WAIT_MAX_S)


def parts_of_lines(stream: Iterable[bytes]) -> Iterator[Part]:
    """Cut lines into bodies; blank lines and a leading byte order mark are left out."""
    found = (
        (number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
        for number, line in enumerate(stream, 1)
    )
    ended = ((n, text if text.endswith(b"\n") else text + b"\n") for n, text in found)
    yield from _parts(((n, text) for n, text in ended if text.strip()), b"")


def parts_of_table(stream: Iterable[bytes], sums: Sums) -> Iterator[Part]:
    """Cut the rows of a CSV into bodies; each begins with the header."""
    from service.intake.table import header_of, read_rows
    from service.rejected import Rejected

    lines = iter(stream)
    header = header_of(lines)

    def rows() -> Iterator[tuple[int, bytes]]:
        for row in read_rows(chain(BytesIO(header), lines)):
            text = row.body if isinstance(row, Rejected) else row.raw
            if text:
                yield row.line, text
            else:
                sums.refuse(row.line, "a row of more than 1 MiB; it was not sent")

    yield from _parts(rows(), header if header.endswith(b"\n") else header + b"\n")


def _parts(lines: Iterable[tuple[int, bytes]], header: bytes) -> Iterator[Part]:
    group: list[bytes] = []
    numbers: list[int] = []
    size = 0
    for number, text in lines:
        if group and (len(group) == LINES_PER_REQUEST or size + len(text) > BYTES_PER_REQUEST):
            yield Part(header + b"".join(group), numbers)
            group, numbers, size = [], [], 0
        group.append(text)
        numbers.append(number)
        size += len(text)
    if group:
        yield Part(header + b"".join(group), numbers)
