"""How much one sender may send: a bucket that fills at a steady rate and may run into debt.

A request is let in while the bucket is not empty, and pays afterwards for the events it held: so
nothing needs to be read to turn somebody away, and a large batch is not refused for ever.
"""

from collections.abc import Callable

PEERS_MAX = 10_000
BURST_S = 10


class Quota:
    """Remember what each sender has left; the clock is handed in."""

    def __init__(self, rate: float, clock_s: Callable[[], float]) -> None:
        """Take events a second, and a clock that nobody can set."""
        self._rate = rate
        self._room = rate * BURST_S
        self._clock_s = clock_s
        self._peers: dict[str, tuple[float, float]] = {}

    def wait_s(self, peer: str) -> float:
        """Return how long a sender should wait; 0 when it may send now."""
        left = self._left(peer, self._clock_s())
        return 0.0 if left > 0 else (1 - left) / self._rate

    def pay(self, peer: str, events: int) -> None:
        """Take events from a sender's bucket."""
        now = self._clock_s()
        left = self._left(peer, now) - events
        self._peers.pop(peer, None)
        self._peers[peer] = (left, now)
        if len(self._peers) > PEERS_MAX:
            del self._peers[next(iter(self._peers))]

    def _left(self, peer: str, now: float) -> float:
        left, at = self._peers.get(peer, (self._room, now))
        return min(self._room, left + (now - at) * self._rate)
