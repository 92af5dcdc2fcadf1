"""The longest quiet that is usual for a source, learned from the source itself.

Where nobody wrote `silent.after`, a source is silent after twice the longest open time that lay
between two of its words in its last 1,000 open hours; before it was heard for so long nothing is
assumed.  The longest gap of 1,000 hours is what a volume gives once in 1,000 hours, whatever its
shape; a formula that takes events as independent was rejected, because nights and lunch breaks
are not.
"""

HOUR_MS = 3_600_000
WINDOW_MS = 1000 * HOUR_MS
TIMES = 2
LEAST_MS = 5 * 60_000


class Usual:
    """Follow the gaps of one source on its open time."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.heard_ms = 0
        # (open time heard by then, gap): gaps that a later, longer one has not made pointless.
        self.longest: list[tuple[int, int]] = []

    def note(self, gap_ms: int) -> None:
        """Count the open time between two words."""
        self.heard_ms += gap_ms
        while self.longest and self.longest[-1][1] <= gap_ms:
            self.longest.pop()
        self.longest.append((self.heard_ms, gap_ms))
        while self.longest[0][0] < self.heard_ms - WINDOW_MS:
            del self.longest[0]

    def after_ms(self) -> int | None:
        """Return the open time after which quiet is unusual; None while that is not known."""
        if self.heard_ms < WINDOW_MS:
            return None
        return max(TIMES * self.longest[0][1], LEAST_MS)

    def state(self) -> list[object]:
        """Return what a snapshot must know, as plain values."""
        return [self.heard_ms, [list(row) for row in self.longest]]

    def restore(self, state: list[object]) -> None:
        """Take over what `state` gave."""
        self.heard_ms, rows = state  # type: ignore[assignment]
        self.longest = [(a, b) for a, b in rows]  # type: ignore[attr-defined]
