"""Bad inputs, each with the reason for which it must be turned away.

The boring families are made here and listed in tests/intake/bad/made.ndjson, so that a reader
can search them and a change of this file shows what it changed; those in bad/found.ndjson are
written by hand.  An input is a list of (text, times), or bytes as hex where it is no text.

`python -m tests.intake.corpus` writes the list anew.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.intake.doors import GOOD
from tests.intake.families import FAMILIES

FOLDER = Path(__file__).with_name("bad")
MADE, FOUND = FOLDER / "made.ndjson", FOLDER / "found.ndjson"


class Bad(NamedTuple):
    """Hold one input, its name and the reason it must be given."""

    name: str
    reason: str
    raw: bytes


def listed() -> list[Bad]:
    """Return every bad input of the two files."""
    lines = [line for file in (MADE, FOUND) for line in file.read_text("ascii").splitlines()]
    return [_bad(json.loads(line)) for line in lines]


def made() -> Iterator[str]:
    """Yield the lines of the file that is made."""
    for family, members in FAMILIES.items():
        for number, (reason, content) in enumerate(members(GOOD), 1):
            line = {"name": f"{family} {number}", "reason": reason, **_written(content)}
            yield json.dumps(line)


def _written(content: Any) -> dict[str, Any]:
    if isinstance(content, bytes):
        return {"hex": content.hex()}
    return {"parts": content} if isinstance(content, list) else {"text": content}


def _bad(line: dict[str, Any]) -> Bad:
    if "hex" in line:
        raw = bytes.fromhex(line["hex"])
    else:
        parts = line.get("parts", [[line.get("text"), 1]])
        raw = b"".join(text.encode() * times for text, times in parts)
    return Bad(line["name"], line["reason"], raw)


if __name__ == "__main__":
    MADE.write_text("".join(f"{line}\n" for line in made()), "ascii")
