"""What reaches the desk besides signals: answers of people, silences, messages that did not arrive.

The store hands it over, once, inside the transaction in which the desk decides on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from alerts.action import Action
from alerts.outbox import OutboxRow
from alerts.silence import Silence


class Heard(StrEnum):
    """Say what became of an answer."""

    DONE = "done"
    ALREADY = "somebody has said so already"
    OVER = "the alert is over"
    UNKNOWN = "no such alert"


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Tell of a message that was given up, or that is stuck; `detail` is the last receipt's."""

    row: OutboxRow
    detail: str
    is_dead: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold all of it; `silences` are those that may still mute, None where none changed.

    `beats` names the shard whose heartbeat is due.
    """

    actions: tuple[Action, ...] = ()
    silences: tuple[Silence, ...] | None = None
    undelivered: tuple[Undelivered, ...] = ()
    beats: str = ""

    def __bool__(self) -> bool:
        """Tell whether there is anything to decide on."""
        return bool(self.actions or self.undelivered or self.beats) or self.silences is not None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Propose a commitment: the same place failed the same promise for the third time."""

    id: str
    at: int
    alert: str
    touchpoint: str
    per: str
    scope: str
    episodes: int


NOTHING = Asked()
Answers = Mapping[int, Heard]
