"""What is still to be sent: rows that stand in one line for each reader and alert.

A row is complete: whoever delivers it needs no directory and no alert.  `next_in_line` is the one
place that decides what may leave, so that every store keeps the same order: the end of an alert
never overtakes its beginning, and a channel that hangs holds up nobody else's line.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

from alerts.enclosure import Enclosure
from alerts.notice import Why
from alerts.retry import SCHEDULE_MS
from alerts.signal import Level

HEAP = 50


@dataclass(frozen=True, slots=True)
class Sheet:
    """Hold what a channel that can edit puts in the place of a conversation's first message."""

    level: Level
    why: Why
    subject: str
    lines: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()

    def to_row(self) -> dict[str, object]:
        """Return the fields as a mapping that is ready for JSON."""
        row: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        return row | {
            "level": self.level.value,
            "why": self.why.value,
            "lines": list(self.lines),
            "links": [list(pair) for pair in self.links],
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Rebuild the sheet that `to_row` described."""
        return cls(
            level=Level(row["level"]),
            why=Why(row["why"]),
            subject=row["subject"],
            lines=tuple(row["lines"]),
            links=tuple((label, address) for label, address in row["links"]),
        )


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """Hold one message to one address, with the key that stays the same on every attempt.

    `thread` names the conversation at this address that the message belongs to; `standing` is how
    the whole conversation stands with it, for a channel that can edit what it said first; `actions`
    are the answers that a reader may give, of `take` and `refuse`.  `parent` is the channel's own
    reference of the conversation's first message, filled in when the row is claimed.  `locale` is
    the language of its words, for what a channel says around them;
    `fell_back` says why the company's own words could not be used; `page` is what it carries beside
    its words.
    """

    key: str
    alerts: tuple[tuple[str, int], ...]
    receiver: str
    channel: str
    settings: Mapping[str, object]
    level: Level
    why: Why
    subject: str
    lines: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    text: str
    created_at: int
    thread: str = ""
    standing: Sheet | None = None
    actions: tuple[str, ...] = ()
    parent: str = ""
    locale: str = "en"
    fell_back: str = ""
    page: Enclosure | None = None

    @property
    def news(self) -> Sheet:
        """Return what this message itself says."""
        return Sheet(self.level, self.why, self.subject, self.lines, self.links)

    @property
    def sheet(self) -> Sheet:
        """Return how the conversation stands with this message."""
        return self.standing or self.news

    def to_row(self) -> dict[str, object]:
        """Return the fields as a mapping that is ready for JSON."""
        row: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        page = row.pop("page")
        carried = {"page": page.to_row()} if isinstance(page, Enclosure) else {}
        return (
            row
            | carried
            | {
                "standing": self.standing and self.standing.to_row(),
                "actions": list(self.actions),
                "alerts": [list(pair) for pair in self.alerts],
                "settings": dict(self.settings),
                "level": self.level.value,
                "why": self.why.value,
                "lines": list(self.lines),
                "links": [list(pair) for pair in self.links],
            }
        )

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Rebuild the row that `to_row` described."""
        values = {name: row[name] for name in cls.__slots__ if name in row}
        standing = row.get("standing")
        values["standing"] = Sheet.from_row(standing) if standing else None
        page = row.get("page")
        values["page"] = Enclosure.from_row(page) if page else None
        values["actions"] = tuple(row.get("actions", ()))
        values["alerts"] = tuple((alert, number) for alert, number in row["alerts"])
        values["level"] = Level(row["level"])
        values["why"] = Why(row["why"])
        values["lines"] = tuple(row["lines"])
        values["links"] = tuple((label, address) for label, address in row["links"])
        return cls(**values)

    @property
    def queues(self) -> frozenset[tuple[str, ...]]:
        """Return the queues in which this row stands: its conversation, and each of its alerts."""
        settings = repr(sorted(self.settings.items()))
        names = {f"alert {alert}" for alert, _ in self.alerts}
        if self.thread:
            names.add(f"conversation {self.thread}")
        return frozenset((self.receiver, self.channel, settings, name) for name in names)


@dataclass(frozen=True, slots=True)
class Pending:
    """Add to an unfinished row how often it was tried and when it may be tried next."""

    row: OutboxRow
    attempts: int = 0
    next_at: int = 0
    leased_until: int = 0

    def is_due(self, now: int, recovered_at: int = 0) -> bool:
        """Tell whether it may be tried now and nobody else is trying.

        What failed before its line came back need not wait for its own next turn.
        """
        step = SCHEDULE_MS[min(self.attempts, len(SCHEDULE_MS) - 1)]
        is_freed = self.attempts > 0 and self.next_at - step <= recovered_at
        return self.leased_until <= now and (self.next_at <= now or is_freed)


def next_in_line(
    pending: Iterable[Pending],
    now: int,
    limit: int,
    may: Callable[[OutboxRow], bool] = lambda row: True,
    recovered: Callable[[OutboxRow], int] = lambda row: 0,
) -> tuple[Pending, ...]:
    """Choose what may leave now, given all unfinished rows in the order of their writing.

    Where order is free the most severe goes first, and of those the oldest; in a heap, which some
    of them will wait in for long, the newest.  `may` has the last word, and is asked only for as
    many as can still leave.
    """
    taken: set[tuple[str, ...]] = set()
    heads: list[Pending] = []
    for item in pending:
        queues = item.row.queues
        if taken.isdisjoint(queues) and item.is_due(now, recovered(item.row)):
            heads.append(item)
        taken |= queues
    way = -1 if len(heads) > HEAP else 1
    heads.sort(key=lambda item: (-item.row.level.rank, way * item.row.created_at))
    return tuple(islice((item for item in heads if may(item.row)), limit))
