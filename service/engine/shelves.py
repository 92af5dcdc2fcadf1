"""The stocks of one touchpoint: who asked for what, and the floors that watch it."""

from collections.abc import Mapping

from service.engine.case import Case
from service.engine.floor import Floor
from service.engine.place import Place
from service.engine.plan import Rule, Touchpoint
from service.engine.ratio import Asked
from service.engine.stock import Book, StockKey


class Shelves:
    """Find the cases and the floor rules of every key of a stock."""

    def __init__(self, touchpoint: Touchpoint, units: Mapping[str, Place]) -> None:
        """Begin empty; `books` must be set where there are stocks."""
        self.books: dict[str, Book] = {}
        self.cases: dict[StockKey, list[Case]] = {}
        self.floors: dict[tuple[str, StockKey], Floor] = {}
        self._id = touchpoint.id
        self._units = units
        self._rules = [rule for rule in touchpoint.rules if rule.kind == "floor"]
        self._stock = touchpoint.good.stock if touchpoint.good else ""

    def put(self, case: Asked) -> None:
        """Note that somebody asked."""
        if case.stock_key is not None:
            self.cases.setdefault(case.stock_key, []).append(case)

    def drop(self, case: Case) -> None:
        """Forget that somebody asked."""
        key = case.stock_key if isinstance(case, Asked) else None
        if key is None:
            return
        rest = [other for other in self.cases[key] if other is not case]
        if rest:
            self.cases[key] = rest
        else:
            del self.cases[key]

    def asked_after(self, stock: str, key: StockKey, instant: int) -> list[Case]:
        """Return the cases that asked for a stock at an instant or later."""
        if stock != self._stock:
            return []
        return [case for case in self.cases.get(key, ()) if case.started >= instant]

    def floors_of(self, stock: str, key: StockKey) -> list[Floor]:
        """Return the floors that watch one key of a stock, made when it is first read."""
        found = []
        for rule in self._rules:
            if rule.stock == stock:
                floor = self.floor(rule, key)
                found += [floor] if floor is not None else []
        return found

    def floor(self, rule: Rule, key: StockKey) -> Floor | None:
        """Return the floor of a key that names one of our units, None for any other."""
        known = self.floors.get((rule.id, key))
        if known is not None:
            return known
        book = self.books[rule.stock]
        named = dict(zip(book.plan.per, key, strict=True))
        place = self._units.get(named.get("unit", ""))
        if place is None:
            return None
        floor = Floor(self._id, rule, place.id, key, place.calendar, book)
        floor.asked = self._asked
        self.floors[rule.id, key] = floor
        return floor

    def forget_floors(self) -> None:
        """Let go of floors of which no reading is left and nothing was told: their key is gone."""
        for name in [name for name, floor in self.floors.items() if floor.is_over]:
            del self.floors[name]

    def _asked(self, key: StockKey) -> list[Case]:
        return self.cases.get(key, [])
