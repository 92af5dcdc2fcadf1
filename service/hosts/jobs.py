"""What the writer is asked to do: to make a batch durable, or to run work in its transaction."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from service.engine.values import Event
from service.intake.rejected import Rejected
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


class Overloaded(Exception):  # noqa: N818 - the door turns it into 503
    """Tell a sender to come again: too many events wait to become durable."""
