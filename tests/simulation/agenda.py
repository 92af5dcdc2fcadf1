"""What happens next: one queue of (instant, number, step), and the only clock of a run."""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count

Step = Callable[[], None]


class Agenda:
    """Hold the steps that wait; `now` moves with them and never goes back."""

    def __init__(self, now: int) -> None:
        """Begin at an instant, with nothing planned."""
        self.now = now
        self._queue: list[tuple[int, int, Step]] = []
        self._number = count()
        self._planned: dict[str, int] = {}

    def at(self, instant: int, step: Step) -> None:
        """Plan a step."""
        heappush(self._queue, (max(instant, self.now), next(self._number), step))

    def once(self, name: str, instant: int, step: Step) -> None:
        """Plan a step of which only the earliest planned one counts."""
        planned = self._planned.get(name)
        if planned is not None and planned <= instant:
            return
        self._planned[name] = instant

        def run() -> None:
            if self._planned.get(name) == instant:
                del self._planned[name]
                step()

        self.at(instant, run)

    def has(self, name: str) -> bool:
        """Tell whether a step of this name is planned."""
        return name in self._planned

    def until(self, end: int) -> None:
        """Take every step before an instant."""
        while self._queue and self._queue[0][0] < end:
            at, _, step = heappop(self._queue)
            self.now = max(self.now, at)
            step()
        self.now = end
