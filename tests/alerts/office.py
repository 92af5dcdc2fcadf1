"""A desk to work with in tests: a week of office hours, routes with timers, and a book that moves on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from alerts.action import Action, Kind
from alerts.alert import Alert
from alerts.asked import Asked, Undelivered
from alerts.desk import Book, Decision, Desk
from alerts.directory import Call, Directory, Reach, Route
from alerts.hours import Delay
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.signal import Signal
from alerts.silence import Silence
from service.engine.business_time import Calendar
from service.engine.plan import Week
from service.engine.zone import Zone
from tests.alerts.fakes import DIRECTORY, HOUR, MINUTE, NOON

UTC = Zone("UTC", ((-(2**53), 0),))
# Monday to Friday, 08:00 to 18:00; NOON is ten o'clock in UTC.
OFFICE = Calendar([(UTC, Week("UTC", spans=(((480, 1080),),) * 5 + ((), ())))])
CALLS = (
    Call(Delay(HOUR, is_open=True), "regional-manager", unless_taken=True),
    Call(Delay(4 * HOUR, is_open=True), "cco", unless_taken=False),
)
RECEIVERS: Mapping[str, tuple[Reach, ...]] = {
    name: (Reach("slack", {"channel": f"#{name}"}),)
    for name in ("sales-desk", "regional-manager", "cco", "operations")
}
SECONDS = 1_000


def office(**changes: object) -> Directory:
    """Return a directory whose places keep office hours, with changes to the root of its routes."""
    base: dict[str, object] = {
        "receiver": "{owner}",
        "group_by": ("touchpoint", "region"),
        "wait_ms": 30 * SECONDS,
        "interval_ms": 5 * MINUTE,
        "deliver": "always",
    }
    units = {key: replace(place, hours=OFFICE) for key, place in DIRECTORY.units.items()}
    regions = {name: replace(place, hours=OFFICE) for name, place in DIRECTORY.regions.items()}
    return replace(
        DIRECTORY,
        units=units,
        regions=regions,
        receivers=RECEIVERS,
        hours=OFFICE,
        taken_for=Delay(4 * HOUR, is_open=True),
        root=Route(**(base | changes)),  # type: ignore[arg-type]
    )


@dataclass(slots=True)
class Clerk:
    """Keep a book, let time pass as the loop does, and remember every message."""

    directory: Directory
    now: int = NOON
    book: Book = field(default_factory=Book)
    rows: list[OutboxRow] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    on_decision: Callable[[Decision], None] = lambda decision: None
    _number: int = 0

    def hear(self, *signals: Signal) -> Decision:
        """Decide on signals now."""
        return self._decide(signals)

    def say(self, alert: str, kind: Kind, who: str = "anna") -> Decision:
        """Answer for somebody."""
        self._number += 1
        action = Action(self._number, self.now, alert, kind, who)
        return self._decide((), Asked(actions=(action,)))

    def silence(self, *silences: Silence) -> Decision:
        """Put silences in place of those in force."""
        return self._decide((), Asked(silences=silences))

    def lose(self, *rows: OutboxRow, detail: str = "HTTP 410") -> Decision:
        """Report messages that were given up."""
        lost = tuple(Undelivered(row, detail, is_dead=True) for row in rows)
        return self._decide((), Asked(undelivered=lost))

    def wait(self, length_ms: int) -> list[OutboxRow]:
        """Let time pass, from one instant that matters to the next; return what was said."""
        before, until = len(self.rows), self.now + length_ms
        while (at := self.book.next_at()) is not None and at <= until:
            assert at > self.now, "a timer stands still"
            self.now = at
            self._decide(())
        self.now = until
        return self.rows[before:]

    def alert(self, name: str = "s1") -> Alert:
        """Return an alert."""
        found = self.book.get(name)
        assert found is not None
        return found

    def said(self, receiver: str = "sales-desk") -> list[Why]:
        """Return why a receiver was told of alerts, in order."""
        mine = (row.why for row in self.rows if row.receiver == receiver)
        return [why for why in mine if why is not Why.SILENCED]

    def _decide(self, signals: Iterable[Signal], asked: Asked | None = None) -> Decision:
        decision = Desk(self.directory).decide(self.book, signals, self.now, asked or Asked())
        self.book.apply(decision)
        self.rows += decision.rows
        self.decisions.append(decision)
        self.on_decision(decision)
        return decision
