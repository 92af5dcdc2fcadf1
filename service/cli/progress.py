"""Read a file while a bar shows how far one is, if somebody is there to see it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from service.errors import ErosionError

_LINES = 1000


@contextmanager
def opened(name: str) -> Iterator[tuple[BinaryIO, int]]:
    """Open a file, or standard input for -; give its bytes and its size, 0 if unknown."""
    if name == "-":
        yield sys.stdin.buffer, 0
        return
    path = Path(name)
    try:
        stream = path.open("rb")
    except OSError as error:
        hint = "name a file, or - for standard input"
        raise ErosionError(f"cannot read {path}: {error.strerror}", hint) from None
    with stream:
        yield stream, path.stat().st_size


def watched(stream: BinaryIO, size: int, what: str) -> Iterator[bytes]:
    """Pass lines on; draw a bar while stderr is a terminal."""
    if not size or not sys.stderr.isatty():
        yield from stream
        return
    from rich.console import Console
    from rich.progress import Progress, TransferSpeedColumn

    columns = (*Progress.get_default_columns(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=size)
        done = 0
        for number, line in enumerate(stream):
            done += len(line)
            if number % _LINES == 0:
                bar.update(task, completed=done)
            yield line
        bar.update(task, completed=size)
