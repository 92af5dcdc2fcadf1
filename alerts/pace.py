"""How fast a line may go: not faster than its channel takes, and not before it wants to hear us.

A line is where messages of one channel meet one patience: a Slack channel, a mailbox, an address.
Waiting inside a send was rejected: it would hold a lease and a slot for nothing.  So a line that is
not free is passed over when the next messages are chosen, and everybody else's go ahead.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from alerts.outbox import OutboxRow

# A line that wants longer than any retry waits was told so by a wrong clock.
HOLD_MAX_MS = 2 * 3_600_000
IN_FLIGHT_MAX = 8
OUTAGE_MESSAGES = 2

Standing = Callable[[OutboxRow], tuple[str, int]]


@runtime_checkable
class Paced(Protocol):
    """Be a channel that takes messages only so fast."""

    def pace(self, row: OutboxRow) -> tuple[str, int]:
        """Say which line a row stands in, and how many ms its next message has to wait."""
        ...


@runtime_checkable
class Digesting(Protocol):
    """Be a channel that people read: what waits beyond a number for one address is folded."""

    waiting_max: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Say which rows may leave now, and how many may wait for one address before they are folded.

    `may` is asked once for each row that is next, most urgent first; who gets a yes has the place.
    `recovered` is when the row's line last came back after an outage: what failed before need not
    wait any longer.
    """

    may: Callable[[OutboxRow], bool] = lambda row: True
    recovered: Callable[[OutboxRow], int] = lambda row: 0
    waiting_max: int = 0


class _Health:
    """Tell an outage that ended from single messages that fail.

    One message that always fails must not be tried again for each that arrives: its patience would
    be over in a day.  So an outage is at least two messages that fail and none that arrives.
    """

    __slots__ = ("_failing", "recovered_at")

    def __init__(self) -> None:
        self._failing: set[str] = set()
        self.recovered_at = 0

    def note(self, key: str, now: int, *, arrived: bool) -> None:
        if not arrived:
            if len(self._failing) < OUTAGE_MESSAGES:
                self._failing.add(key)
            return
        if len(self._failing) == OUTAGE_MESSAGES:
            self.recovered_at = now
        self._failing.clear()


class Pace:
    """Remember for each line of one channel when it is free again, and how many are on their way."""

    def __init__(self, standing: Standing) -> None:
        """Take what says in which line a row stands, and how long its next message has to wait."""
        self._standing = standing
        self._free_at: dict[str, int] = {}
        self._away: dict[str, int] = {}
        self._health: dict[str, _Health] = {}
        self._all = _Health()

    def turn(self, now: int) -> Callable[[OutboxRow], bool]:
        """Return what says of each row whether it may leave in this turn."""
        chosen: dict[str, int] = {}

        def may(row: OutboxRow) -> bool:
            line, interval = self._standing(row)
            most = 1 if interval else IN_FLIGHT_MAX
            free = not now < self._free_at.get(line, 0) <= now + HOLD_MAX_MS
            place = free and chosen.get(line, 0) + self._away.get(line, 0) < most
            if place:
                chosen[line] = chosen.get(line, 0) + 1
            return place

        return may

    def left(self, row: OutboxRow, now: int) -> None:
        """Note that a row is on its way."""
        line, interval = self._standing(row)
        self._away[line] = self._away.get(line, 0) + 1
        self._hold(line, now + interval, now)

    def recovered(self, row: OutboxRow) -> int:
        """Return when the row's line, or the whole channel, last came back after an outage."""
        health = self._health.get(self._standing(row)[0])
        return max(self._all.recovered_at, health.recovered_at if health else 0)

    def back(self, row: OutboxRow, now: int, *, arrived: bool, wait_ms: int = 0) -> None:
        """Note how its attempt ended, and the other side's wish when to hear of us again."""
        line, _ = self._standing(row)
        for health in (self._all, self._health.setdefault(line, _Health())):
            health.note(row.key, now, arrived=arrived)
        self._away[line] -= 1
        if not self._away[line]:
            del self._away[line]
        self._hold(line, now + wait_ms, now)

    def _hold(self, line: str, until: int, now: int) -> None:
        if until > max(now, self._free_at.get(line, 0)):
            self._free_at[line] = until
        for name in [name for name, at in self._free_at.items() if at <= now]:
            del self._free_at[name]


def standing_of(channel: object) -> Standing:
    """Return how a channel's rows stand in lines: as it says, or in one for each address."""
    return channel.pace if isinstance(channel, Paced) else _by_address


def waiting_max_of(channel: object) -> int:
    """Return how many messages may wait for one address; 0 for any number."""
    return channel.waiting_max if isinstance(channel, Digesting) else 0


def _by_address(row: OutboxRow) -> tuple[str, int]:
    return repr(sorted(row.settings.items())), 0
