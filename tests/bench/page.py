"""A section of a page, written by the run whose figures stand in it.

What is printed is what is written, so that nothing can be polished on the way.  The load average
stands above it, since another process on the same cores is in every figure of time.
"""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

from tests.bench.gauge import load
from tests.bench.peers.report import machine_line

PAGE = "--page"


@contextmanager
def written(given: list[str], heading: str, module: str) -> Iterator[None]:
    """Print what a block prints, and with `--page FILE` put it under a heading of that file, too."""
    if PAGE not in given:
        yield
        return
    place = given.index(PAGE)
    file = Path(given.pop(place + 1))
    given.pop(place)
    before, day, kept = load(), time.strftime("%Y-%m-%d", time.gmtime()), _Both()
    with redirect_stdout(kept):
        yield
    command = " ".join(["python -m", module, *given[1:]])
    head = f"Printed by `{command}` on {day}; {before} before it, {load()} at its end. "
    put(file, heading, f"{head}{machine_line()}\n\n```\n{kept.getvalue().rstrip()}\n```\n")


def put(file: Path, heading: str, text: str) -> None:
    """Replace what stands under a heading of the second level, or append it."""
    page = file.read_text("utf-8").rstrip() + "\n"
    section = f"## {heading}\n\n{text}"
    old = re.search(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    if old is None:
        page += f"\n{section}"
    else:
        page = f"{page[: old.start()]}{section}\n{page[old.end() :]}"
    file.write_text(page.rstrip() + "\n", "utf-8")


class _Both(StringIO):
    """Keep what is printed, and print it."""

    def write(self, text: str) -> int:
        """Take a text."""
        sys.__stdout__.write(text)  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]
        return super().write(text)
