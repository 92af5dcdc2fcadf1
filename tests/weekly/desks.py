"""Desks that look whether a page is due, over a real store; they can be ended at any of their steps."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from service.engine.values import Frame, Outcome
from service.hosts.weekly import Weekly
from service.report.week import Week, week_named
from service.settings import compile_settings, load
from service.store.asking import Asking
from service.store.database import Database, open_asking
from service.store.reads import Reads
from service.store.tables import MAIN
from service.store.transaction import Transaction
from service.weekly.sending import World
from tests.settings.written import COMPANY, write

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
ZONE = "Europe/Berlin"
WEEK: Week = week_named("2026-W38", ZONE)
SEVEN = WEEK.end + 7 * HOUR_MS
DIGEST = "digest: {to: [boss, ceo, staff], when: mon 07:00}\n"
RECEIVERS = (
    "  boss: [{console: {}}, {email: {to: [boss@x.example, deputy@x.example]}}]\n"
    "  ceo: [{webhook: {url: crm}}]\n"
    "  staff: [{email: {to: [a@x.example, b@x.example, c@x.example]}}, {slack: {webhook: all}}]\n"
)
WAYS = {"boss": 3, "ceo": 1, "staff": 4}
Step = Callable[[], None]


def no_step() -> None:
    """Do nothing at a step."""


@dataclass
class Wall:
    """Be the time, and how far the data reach; both are set by hand."""

    now: int = SEVEN
    reach: int | None = None

    def __call__(self, world: World) -> tuple[int, int]:
        """Return both."""
        return self.now, self.now if self.reach is None else self.reach


@dataclass
class Telling:
    """Ask a store, and take a step before and after each question."""

    asked: Asking
    step: Step

    def ask(self, statement: str, values: Sequence[object]) -> tuple[list[str], list[Any]]:
        """Return the names of the columns, and the rows."""
        self.step()
        found = self.asked.ask(statement, values)
        self.step()
        return found

    def close(self) -> None:
        """Close the connection."""
        self.asked.close()


@dataclass
class Stepping(Transaction):
    """Write like a transaction, and take a step before and after each statement."""

    inner: Transaction
    step: Step

    def change(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement for each row."""
        self.step()
        found = self.inner.change(statement, rows)
        self.step()
        return found

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row, with a step between the rows."""
        for row in rows:
            self.step()
            self.inner.many(statement, [row])
        self.step()


@dataclass
class Desk:
    """Look over a store, step by step."""

    store: Database
    url: str
    world: World
    wall: Wall
    step: Step = field(default=no_step)

    def __post_init__(self) -> None:
        """Join the parts."""
        self.reads = Reads(Telling(open_asking(self.url), self.step))
        self.weekly = Weekly(self.call, self.reads, lambda: self.world, self.wall, MAIN)

    def call(self, work: Callable[[Transaction], object]) -> object:
        """Run work in a transaction, with a step before its commit and one behind it."""
        self.step()
        with self.store.transaction() as transaction:
            found = work(Stepping(transaction, self.step))
            self.step()
        self.step()
        return found

    def look(self) -> int:
        """Look once."""
        return self.weekly.look()

    def close(self) -> None:
        """Let go of the reader."""
        self.reads.close()


def world_in(folder: Path, digest: str = DIGEST) -> World:
    """Return a small company that wants its page."""
    folder.mkdir(exist_ok=True)
    settings = load(write(folder, company=COMPANY + RECEIVERS + digest))
    return World(settings, compile_settings(settings))


def outcome(number: int, what: str = "kept", week: Week = WEEK) -> Outcome:
    """Return one case of the week."""
    began = week.begin + number * HOUR_MS
    at = (began, began + HOUR_MS, began + HOUR_MS // 2)
    return Outcome(
        "answer", f"n{number}", f"c{number}", "a", "web", *at, what, None, None, False, "", 1
    )


def fill(store: Database, weeks: Sequence[Week] = (WEEK,)) -> None:
    """Let twenty people have asked in each of these weeks."""
    for place, week in enumerate(weeks):
        found = [outcome(number, "late" if number < 5 else "kept", week) for number in range(20)]
        rows = tuple(o._replace(case=f"{o.case}-{week.name}") for o in found)
        with store.transaction() as transaction:
            transaction.apply_frames(MAIN, [Frame(place + 1, 0, rows, (), (), (), ())])


def sent(url: str) -> list[tuple[object, ...]]:
    """Return every week and receiver that had a page."""
    with closing(Reads.readonly(url)) as reads:
        return reads.tuples("SELECT week, receiver FROM digest ORDER BY 1, 2")


def messages(url: str) -> list[tuple[object, ...]]:
    """Return to whom messages of pages go, with their ways, each as often as it stands there."""
    with closing(Reads.readonly(url)) as reads:
        return reads.tuples(
            "SELECT receiver, count(*) FROM outbox WHERE why = 'digest' GROUP BY receiver ORDER BY 1"
        )
