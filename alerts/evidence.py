"""Read what an engine put on a signal, believing nothing about its shape.

Evidence is ready for JSON and every key is optional: an engine may learn to say more, and the
desk must not fall over what it does not know.  A key that is missing or of the wrong type is
simply no fact, and a line without its fact is not written.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """Give typed access to one signal's evidence."""

    given: Mapping[str, object]

    def whole(self, name: str) -> int | None:
        """Return a whole number that is not negative, or None."""
        return _whole(self.given.get(name))

    def text(self, name: str) -> str:
        """Return a text, or the empty one."""
        value = self.given.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, or none."""
        value = self.given.get(name)
        if not isinstance(value, list | tuple):
            return ()
        return tuple(item for item in value if isinstance(item, str))

    def past(self) -> dict[int, int]:
        """Return customers past each mark, by the mark in percent of the promise."""
        value = self.given.get("past")
        if not isinstance(value, Mapping):
            return {}
        pairs = ((_mark(mark), _whole(count)) for mark, count in value.items())
        return {mark: count for mark, count in pairs if mark is not None and count is not None}

    def units(self) -> tuple[tuple[str, int], ...]:
        """Return units with their counts, worst first, as the engine ordered them."""
        value = self.given.get("units")
        if not isinstance(value, list | tuple):
            return ()
        pairs = (_pair(item) for item in value)
        return tuple(pair for pair in pairs if pair is not None)


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return None
    return value


def _mark(value: object) -> int | None:
    text = str(value).removesuffix("%")
    return int(text) if text.isascii() and text.isdecimal() else None


def _pair(item: object) -> tuple[str, int] | None:
    match item:
        case [str() as unit, int() as count] if count > 0:
            return unit, count
        case _:
            return None
