"""A ledger in memory: what the loop put out and what the desk said, each with its instant.

It stands where a database stands in service, so the loop and the desk cannot tell a back-test from
an ordinary day.  Nobody answers and nobody is reached: alerts are never acknowledged here.
"""

from collections.abc import Sequence
from typing import NamedTuple

from alerts.asked import NOTHING, Asked
from alerts.desk import Decision
from alerts.signal import Signal
from service.engine.values import Frame, Outcome


class Said(NamedTuple):
    """State that a signal was known at an instant; its own instant may lie before."""

    at: int
    signal: Signal


class Message(NamedTuple):
    """State that a receiver was told by a channel of some alerts."""

    at: int
    receiver: str
    channel: str
    why: str
    level: str
    alerts: tuple[str, ...]


class Record:
    """Keep outcomes, signals and messages of one run."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self.outcomes: dict[tuple[str, str], Outcome] = {}
        self.said: list[Said] = []
        self.messages: list[Message] = []
        self.undeliverable = 0

    def apply_frames(self, shard: str, frames: Sequence[Frame]) -> list[Frame]:
        """Keep what frames say; the latest row of a case holds."""
        for frame in frames:
            for outcome in frame.outcomes:
                self.outcomes[outcome.touchpoint, outcome.case] = outcome
            self.said += [Said(frame.stamp, signal) for signal in frame.signals]
        return list(frames)

    def sit(self, shard: str, number: int) -> None:
        """Count nothing: there is one owner."""

    def asked(self, shard: str, now: int) -> Asked:
        """Return nothing: nobody asks."""
        return NOTHING

    def save_decision(self, decision: Decision, shard: str) -> None:
        """Keep who was told of what."""
        self.undeliverable += len(decision.undeliverable)
        for row in decision.rows:
            about = tuple(alert for alert, _ in row.alerts)
            where = (row.receiver, row.channel, row.why.value, row.level.value)
            self.messages.append(Message(decision.now, *where, about))
