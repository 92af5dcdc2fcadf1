"""What the writer is asked to do: to make a batch durable, or to run work in its transaction."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from service.engine.values import Chunk, Event, Frame
from service.rejected import Rejected
from service.store.shelf import Sums
from service.store.transaction import Transaction


@dataclass(slots=True)
class Batch:
    """Hold events and rejections of one sender until they are durable."""

    events: Sequence[Event]
    rejected: Sequence[Rejected]
    done: Future[None] = field(default_factory=Future)


@dataclass(slots=True)
class Call:
    """Hold work that wants to join a transaction."""

    work: Callable[[Transaction], Any]
    done: Future[Any] = field(default_factory=Future)


@dataclass(slots=True)
class Control:
    """Hold a control for the log: what makes its chunk, and what follows once it is durable."""

    make: Callable[[int], Chunk]
    then: Callable[[], None]
    done: Future[None] = field(default_factory=Future)


Job = Batch | Call | Control


class Done(NamedTuple):
    """Hold what one commit did."""

    seqs: list[int]
    applied: list[Frame]
    results: list[tuple[Call, Any]]
    sums: Sums | None
    is_asked: bool = False


class Stamping(Protocol):
    """Say what time a chunk gets."""

    def now(self, recorded: Iterable[int] = ()) -> int:
        """Return UTC milliseconds; `recorded` tells when the events that just came were."""


class Overloaded(Exception):  # noqa: N818 - the door turns it into 503
    """Tell a sender to come again: too many events wait to become durable."""
