"""What is filed under an instant is released when it has come, not before and not twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.engine.timers import MINUTE_MS, Timers

INSTANTS = st.integers(0, 4 * MINUTE_MS)


class Thing:
    """Be something that can be filed."""

    def __init__(self) -> None:
        """Begin unfiled."""
        self.filed = -1


@given(st.lists(st.tuples(st.integers(0, 9), INSTANTS, INSTANTS), max_size=60), st.booleans())
def test_release_is_exact(steps: list[tuple[int, int, int]], crowded: bool) -> None:
    """After any filings and releases, a thing comes out once, at the first release that reaches it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("service.engine.timers.CROWD", 1 if crowded else 1000)
        _release(steps)


def _release(steps: list[tuple[int, int, int]]) -> None:
    timers, things = Timers[Thing](), [Thing() for _ in range(10)]
    wanted: dict[int, int] = {}
    until = 0
    for number, at, further in steps:
        timers.file(things[number], at)
        wanted[number] = at
        until = max(until, further)
        due = {n for n, instant in wanted.items() if instant <= until}
        first = timers.next_instant()
        assert first is not None
        assert first <= min(wanted.values())
        assert timers.is_crowded(until, 0) or not due
        found = timers.release(until)
        assert len(found) == len(due)
        assert {things.index(thing) for thing in found} == due
        wanted = {n: instant for n, instant in wanted.items() if n not in due}


def test_a_minute_is_not_looked_through_again() -> None:
    """With many things in one minute, a release looks at no more than it returns."""
    timers, looks = Timers["Looked"](), [0]
    for number in range(1000):
        timers.file(Looked(looks), number * 50)
    timers.release(0)
    looks[0] = 0
    for at in range(0, 50_000, 50):
        timers.release(at)
    assert looks[0] <= 3 * 1000


class Looked:
    """Count how often somebody looks."""

    def __init__(self, looks: list[int]) -> None:
        """Share the count."""
        self._looks, self._filed = looks, -1

    @property
    def filed(self) -> int:
        """Return the instant, and count."""
        self._looks[0] += 1
        return self._filed

    @filed.setter
    def filed(self, at: int) -> None:
        self._filed = at
