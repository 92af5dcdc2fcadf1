"""Cases under a new plan: each is placed and timed anew, a few thousand at a time.

While cases move, the watermark of their timeline stands, so that no case is judged by half a plan;
facts are taken meanwhile.  Moving a million at once was rejected: nothing could become durable for
many seconds, just because somebody entered a holiday.
"""

from collections.abc import Callable, Mapping

from service.engine.case import Case
from service.engine.place import Place
from service.engine.track import Track


class Moving:
    """Move the cases of one touchpoint."""

    def __init__(self, track: Track, units: Mapping[str, Place]) -> None:
        """Take the touchpoint as it is under the new plan."""
        self._track = track
        self._units = units
        self._left = list(track.cases.values())
        self._left.reverse()

    @property
    def is_done(self) -> bool:
        """Tell whether no case is left."""
        return not self._left

    def step(self, count: int, file: Callable[[Case], None], touch: Callable[[Case], None]) -> int:
        """Move so many cases; return how many of them have another due instant."""
        changed = 0
        for _ in range(min(count, len(self._left))):
            case = self._left.pop()
            due = case.due
            case.track = self._track.position
            self._place(case)
            if case.due != due:
                changed += 1
                touch(case)
            case.filed = -1
            file(case)
        return changed

    def _place(self, case: Case) -> None:
        """Give a case the hours of today; what was judged by the old ones stays judged.

        Looks that were taken are no judgement: they stay, and those to come follow the new hours.
        """
        place = self._units.get(case.place.id)
        if place is None or case.scored or case.next_mark:
            return
        case.place = place
        case.settle()
