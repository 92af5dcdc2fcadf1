"""The desk: signals and answers in, messages out, nothing else touched.

`decide` reads the book and returns a decision; the caller stores the decision in one transaction
and only then applies it to the book.  A desk that changed its own book while deciding would be
ahead of the store after every crash.  Time alone is an input too: whatever waits for an instant,
such as an escalation, a silence's end or opening time, stands in the book with that instant.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from alerts.alert import Alert, Step
from alerts.announcement import announced
from alerts.asked import NOTHING, Answers, Asked, Proposal
from alerts.book import REMEMBER_CLOSED_MS, Book
from alerts.directory import Directory
from alerts.failure import undelivered_rows
from alerts.heartbeat import beat_rows
from alerts.historic import historic_rows
from alerts.notice import Notice
from alerts.outbox import OutboxRow
from alerts.post import Post
from alerts.route import Undeliverable
from alerts.signal import Signal
from alerts.silence import Silence
from alerts.sitting import Sitting

__all__ = ["REMEMBER_CLOSED_MS", "Book", "Decision", "Desk"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Carry everything that one call decided, in the order in which it was decided.

    `answers` say by the numbers of actions what became of them; `reported` are the keys of messages
    whose failure somebody is told of now.
    """

    now: int
    alerts: tuple[Alert, ...]
    steps: tuple[Step, ...]
    notices: tuple[Notice, ...]
    rows: tuple[OutboxRow, ...]
    undeliverable: tuple[Undeliverable, ...]
    silences: tuple[Silence, ...] | None = None
    answers: Answers = field(default_factory=dict)
    proposals: tuple[Proposal, ...] = ()
    reported: tuple[str, ...] = ()


class Desk:
    """Decide who is told what, from one directory."""

    def __init__(self, directory: Directory) -> None:
        """Take the world as the configuration describes it."""
        self._directory = directory

    @property
    def directory(self) -> Directory:
        """Return the world as it knows it."""
        return self._directory

    def decide(
        self, book: Book, signals: Iterable[Signal], now: int, asked: Asked = NOTHING
    ) -> Decision:
        """Move alerts along and find the messages that follow; change nothing."""
        sitting = Sitting(self._directory, book, now, asked.silences)
        sitting.hear(signals)
        sitting.answer(asked.actions)
        post = Post(self._directory, book, sitting, now)
        rows = post.rows(sitting.wants())
        sitting.finish()
        return Decision(
            now=now,
            alerts=tuple(sitting.alerts.values()),
            steps=tuple(sitting.steps),
            notices=tuple(sitting.notices),
            rows=(
                *rows,
                *historic_rows(sitting.history, now, self._directory),
                *undelivered_rows(asked.undelivered, now, self._directory),
                *announced(book.silences, asked.silences, book.open(), now, self._directory),
                *beat_rows(asked.beats, now, self._directory),
            ),
            undeliverable=tuple(post.undeliverable),
            silences=asked.silences,
            answers=sitting.answers,
            proposals=tuple(sitting.proposals),
            reported=tuple(item.row.key for item in asked.undelivered),
        )
