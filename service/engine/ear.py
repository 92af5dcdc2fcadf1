"""How a touchpoint listens: which events mean what to it, and what stands in their fields."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from service.engine.facts import Fact
from service.engine.plan import Pattern
from service.engine.values import Event
from service.engine.where import Test, compile_tree

if TYPE_CHECKING:
    from service.engine.track import Track

KINDS = (
    ("start", Fact.START),
    ("stop", Fact.ANSWER),
    ("cancel", Fact.CANCEL),
    ("pause", Fact.PAUSE),
    ("resume", Fact.RESUME),
    ("restart", Fact.RESTART),
    ("broken_by", Fact.BREAK),
)


class Ear(NamedTuple):
    """Say what one event type means to a touchpoint, and how the event finds its case."""

    track: "Track"
    kind: Fact
    test: Test | None
    match: tuple[str, ...]


def ears(track: "Track") -> list[tuple[str, Ear]]:
    """Return (event type, what it means to a touchpoint) in the order of the configuration."""
    return [
        (pattern.type, Ear(track, kind, pattern_test(pattern), pattern.match))
        for name, kind in KINDS
        for pattern in getattr(track.plan, name)
    ]


def value_at(event: Event, path: str) -> object:
    """Return what stands at `unit`, `customer`, `case`, `via` or `data.x`."""
    if path == "unit":
        return event.unit
    if path == "customer":
        return event.customer
    if path.startswith("data."):
        return event.data.get(path[5:])
    found: object = getattr(event, path)
    return found


def text_at(event: Event, path: str) -> str:
    """Return the same as text; numbers are written out, anything else is empty."""
    found = value_at(event, path)
    if isinstance(found, str):
        return found
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def pattern_test(pattern: Pattern) -> Callable[[Mapping[str, object]], bool] | None:
    """Return the condition of a pattern, None where every event of its type is meant."""
    return None if pattern.where is None else compile_tree(pattern.where)
