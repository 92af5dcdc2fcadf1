"""From what one customer did to the moments at which they joined or left.

A person is a customer or is not; joining and leaving are the two steps between, and nothing else is.
So joined minus left is exactly by how many the company grew, whatever the events repeat: who is
acquired twice joined once, and who is told to have left after going quiet left once.  Counting the
events themselves was rejected, because three systems tell of the same new customer.

Somebody of whom nothing was known may have been a customer before our records: a first leaving counts,
a first activity makes nobody a customer.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from typing import NamedTuple

DEFAULT = "default"


class Did(IntEnum):
    """Say what a fact says; at one instant they count in this order."""

    JOINED = 0
    ACTIVE = 1
    MORE_OR_LESS = 2
    MOVED = 3
    REFERRED = 4
    LEFT = 5


class Deed(NamedTuple):
    """State one fact about a customer; `value` is in hundredths of the currency, UTC milliseconds.

    `word` is the reason of leaving, or the tier that was reached; `before` the tier before.
    """

    customer: str
    time: int
    did: Did
    id: str
    segment: str = ""
    value: int = 0
    word: str = ""
    before: str = ""


class Step(NamedTuple):
    """State one joining or leaving.

    `how` is `first`, `back`, `said` (an event says that they left) or `quiet`.
    """

    customer: str
    time: int
    joined: bool
    how: str
    segment: str
    value: int
    reason: str = ""


class Life:
    """Follow one customer; facts come in the order of their times."""

    __slots__ = ("_active", "_customer", "_is_customer", "_lapsed_after", "_segment", "_value")

    def __init__(self, customer: str, lapsed_after: Mapping[str, int]) -> None:
        """Begin with nothing known; `lapsed_after` says by segment when quiet is leaving."""
        self._customer = customer
        self._lapsed_after = lapsed_after
        self._is_customer: bool | None = None
        self._active = 0
        self._segment, self._value = "", 0

    def pass_time(self, until: int) -> Iterator[Step]:
        """Yield the leaving of somebody who has been quiet for too long by an instant."""
        after = self._lapsed_after.get(self._segment) or self._lapsed_after.get(DEFAULT)
        if self._is_customer and after is not None and self._active + after <= until:
            self._is_customer = False
            yield self._step(self._active + after, "quiet")

    def live(self, deed: Deed) -> Iterator[Step]:
        """Yield the steps up to and with one fact."""
        yield from self.pass_time(deed.time)
        self._segment = deed.segment or self._segment
        if deed.did is Did.LEFT:
            self._value = deed.value or self._value
            if self._is_customer is not False:
                self._is_customer = False
                yield self._step(deed.time, "said", deed.word)
            return
        if deed.did is Did.JOINED and not self._is_customer:
            self._value = deed.value
            how = "first" if self._is_customer is None else "back"
            self._is_customer = True
            yield self._step(deed.time, how)
        elif deed.did in (Did.MORE_OR_LESS, Did.MOVED) and self._is_customer is None:
            self._is_customer = True
        self._active = max(self._active, deed.time)

    def _step(self, time: int, how: str, reason: str = "") -> Step:
        joined = how in ("first", "back")
        return Step(self._customer, time, joined, how, self._segment, self._value, reason)


class Lives:
    """Follow all customers through facts that come a part at a time, in the order of their times.

    What is kept between the parts is one small life a customer, never the facts themselves.
    """

    def __init__(self, lapsed_after: Mapping[str, int]) -> None:
        """Begin with nobody known."""
        self._lapsed_after = lapsed_after
        self._lives: dict[str, Life] = {}

    def live(self, deeds: Iterable[Deed]) -> Iterator[Step]:
        """Yield the steps that a part makes; none of it is older than the parts before."""
        for deed in sorted(deeds, key=lambda deed: (deed.time, deed.did, deed.id)):
            life = self._lives.get(deed.customer)
            if life is None:
                life = self._lives[deed.customer] = Life(deed.customer, self._lapsed_after)
            yield from life.live(deed)

    def pass_time(self, until: int) -> Iterator[Step]:
        """Yield the leavings of those who have been quiet for too long by an instant."""
        for life in self._lives.values():
            yield from life.pass_time(until)


def in_order(steps: Iterable[Step]) -> list[Step]:
    """Return steps by customer, each in the order of their times."""
    return sorted(steps, key=lambda step: (step.customer, step.time))


def steps_of(deeds: Iterable[Deed], lapsed_after: Mapping[str, int], until: int) -> list[Step]:
    """Return every joining and leaving up to an instant, by customer and in order."""
    lives = Lives(lapsed_after)
    found = [*lives.live(deed for deed in deeds if deed.time <= until)]
    return in_order([*found, *lives.pass_time(until)])
