"""A case of a ratio: asked, and good or not at once (02, "Measures").

It is a case like any other, with an answer at its own instant, so that every path that a case can
take is one path.  Only the verdict is its own: good by the event, by a value, or by a stock as it
was at that instant.
"""

from collections.abc import Mapping

from service.engine.case import Case
from service.engine.ear import pattern_test
from service.engine.facts import Fact, Known, Pinned
from service.engine.place import Place
from service.engine.plan import Good
from service.engine.promise import Terms
from service.engine.stock import Book, StockKey, number, stock_key
from service.engine.values import Event


class Asked(Case):
    """Hold one case that is scored the moment it starts."""

    __slots__ = ("book", "fixed", "good", "stock_key")

    def __init__(self, name: str, track: int) -> None:
        """Begin without a verdict; `ask` must follow."""
        super().__init__(name, track, ())
        self.fixed = "unknown"
        self.book: Book | None = None
        self.stock_key: StockKey | None = None
        self.good: Good | None = None

    def ask(
        self, event: Event, place: Place, pinned: Pinned, good: Good, books: Mapping[str, Book]
    ) -> None:
        """Take the event that is counted."""
        self.good, self.book = good, books.get(good.stock)
        self.stock_key = stock_key(event, good.key) if good.stock else None
        self.fixed = "unknown" if good.stock else judge(event, good)
        self.facts = (Known(event.time, Fact.ANSWER, event.key),)
        who = (event.customer, event.via, event.provenance)
        start = Known(event.time, Fact.START, event.key)
        self.begin(start, who, place, Terms(None, event.time, ""), pinned)

    @property
    def verdict(self) -> str:
        """Return kept, late (not good) or unknown."""
        if self.book is None or self.stock_key is None or self.good is None:
            return self.fixed
        held = self.book.at(self.stock_key, self.started)
        return "unknown" if held is None else _within(held, self.good)

    @property
    def outcome(self) -> str:
        """Return the verdict: there is nothing to wait for."""
        return self.verdict


def judge(event: Event, good: Good) -> str:
    """Return the verdict on an event that carries it, by its type or by a value."""
    if not good.value:
        hits = (p for p in good.events if p.type == event.type)
        tests = (pattern_test(pattern) for pattern in hits)
        return "kept" if any(test is None or test(event.data) for test in tests) else "late"
    value = number(event.data.get(good.value))
    return "unknown" if value is None else _within(value, good)


def _within(value: float, good: Good) -> str:
    low = good.at_least is None or value >= good.at_least
    high = good.at_most is None or value <= good.at_most
    return "kept" if low and high else "late"
