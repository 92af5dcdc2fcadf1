"""Turns of a worker on a store, and all that they leave, for comparing one store with another."""

from collections.abc import Callable
from pathlib import Path

from alerts.desk import Book, Desk
from alerts.signal import Transition
from service.engine.fold import Engine
from service.engine.values import Event, Frame, Outcome, Reading, Waiting
from service.errors import StoreAwayError
from service.loop import Loop
from service.rejected import Reason, rejected
from service.store import page_tables
from service.store.database import Database, open_store
from service.store.reports import ShardReport
from service.store.standing import standing
from tests.alerts.fakes import DIRECTORY, NOON, signal

TURNS = 24


def frame(number: int) -> Frame:
    """Return a frame with something of everything."""
    case = f"c{number}"
    at = NOON + number * 1000
    how = Transition.OPENED if number % 6 < 3 else Transition.RESOLVED
    late = Event(1, 1, "crm", case, "ask", at, None, case, "", "", "", "", {})
    told = signal(id=f"s{number % 3}", number=number // 3 + 1, transition=how, instant=at)
    return Frame(
        number,
        at,
        (Outcome("t", case, "k", "u", "web", at, at, None, "open", None, None, True, "", 1),),
        (Reading("2026-09-14", "t", "u", "web", 1, 0, 0, 0, 1),) * 2,
        (Waiting("t", case, "k", "u", at, at, 100, at),),
        (told,),
        (late,),
        (late,),
    )


def frames(turn: int) -> list[Frame]:
    """Return the frames of a turn."""
    return [frame(turn * 2 + 1), frame(turn * 2 + 2)]


def nothing() -> None:
    """Be no trouble."""


def lived(store: Database, trouble: Callable[[], None]) -> None:
    """Take turns as a worker does, and each again for as long as the server is away.

    Trouble comes once a turn: before it or in the middle of its transaction.
    """
    loop = Loop(Engine(), Desk(DIRECTORY), Book(), shard="a", position=0)
    for turn in range(TURNS):
        loop.waiting += frames(turn)
        if turn % 2:
            trouble()
        inside = nothing if turn % 2 else trouble
        while not turned(store, loop, turn, inside):
            inside = nothing
            _reopen(store, loop)


def turned(store: Database, loop: Loop, turn: int, inside: Callable[[], None] = nothing) -> bool:
    """Take one turn; tell whether the server was there."""
    bad = rejected(Reason.JSON, "x", b"{", "crm")._replace(origin=f"raw/1/0/{turn}")
    try:
        with store.transaction() as transaction:
            loop.settle(transaction)
            inside()
            transaction.quarantine(turn, [bad])
            transaction.report(ShardReport("a", "w", turn, turn, turn, 1, 1, {}))
    except StoreAwayError:
        return False
    loop.settled()
    return True


def _reopen(store: Database, loop: Loop) -> None:
    while True:
        try:
            position, book = standing(store, "a", NOON)
        except StoreAwayError:
            continue
        return loop.reopen(book, position)


def content(store: Database) -> dict[str, list[str]]:
    """Return every row of every table, without the numbers that a table gives itself."""
    found = {}
    for table in page_tables.TOLD.metadata.tables.values():
        names = ", ".join(
            f'"{column.name}"' for column in table.columns if column.autoincrement is not True
        )
        found[table.name] = sorted(map(repr, store.rows(f'SELECT {names} FROM "{table.name}"')))  # noqa: S608
    return found


def undisturbed(folder: Path) -> dict[str, list[str]]:
    """Return what the same turns leave on SQLite, where nothing happens to them."""
    address = f"sqlite:///{folder / 'erosion.db'}"
    store = open_store(address)
    lived(store, nothing)
    found = content(store)
    store.close()
    return found
