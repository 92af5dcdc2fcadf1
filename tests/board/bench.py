"""A real store with alerts, and the real application over it, without a socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette

from alerts.asked import Asked
from alerts.desk import Book, Desk
from alerts.directory import Directory
from alerts.secret import Secret
from alerts.signal import Level, Signal
from service.board.access import Access, token_line
from service.board.app import Health, People, make_app
from service.board.office import Office
from service.store.lookup import Lookup
from service.store.reads import Reads
from service.store.store import Store
from service.store.transaction import Transaction
from tests.alerts.fakes import NOON, signal
from tests.alerts.office import office

TOKENS = {
    "reader": ("read",),
    "anna": ("read", "act", "silence"),
    "sender": ("send",),
    "root": ("admin",),
}
LINK_KEY = Secret("k" * 32)
SLACK_KEY = Secret("s" * 32)
CRITICAL = signal(level=Level.CRITICAL)


class Bench:
    """Hold a store, the desk's office over it, and what the desk does in its turn."""

    def __init__(self, folder: Path, directory: Directory | None = None) -> None:
        """Make the store."""
        self.now = NOON
        self.url = f"sqlite:///{folder / 'erosion.db'}"
        self.store = Store.open(self.url)
        self.reads = Reads.readonly(self.url)
        self.directory = directory or office()
        self.book = Book()
        self.office = Office(
            self.store.call, Lookup(self.reads), lambda: self.directory, lambda: self.now
        )

    def turn(self, *signals: Signal) -> None:
        """Let the desk decide on signals and on what people asked."""

        def work(transaction: Transaction) -> None:
            asked: Asked = transaction.asked("main", self.now)
            decision = Desk(self.directory).decide(self.book, signals, self.now, asked)
            transaction.save_decision(decision)
            self.book.apply(decision)

        self.store.call(work)

    def app(self, *, is_open: bool = False) -> Starlette:
        """Return the application, with everybody's token or with none."""
        lines = () if is_open else [token_line(n, s, f"token-of-{n}") for n, s in TOKENS.items()]
        access = Access(lines, b"key", lambda: self.now // 1000)
        return make_app(access, Health(str), (), People(self.office, LINK_KEY, SLACK_KEY))

    def close(self) -> None:
        """Let go of the store."""
        self.reads.close()
        self.store.close()


@contextmanager
def bench(folder: Path, directory: Directory | None = None) -> Iterator[Bench]:
    """Give a bench on which one critical alert stands and was told."""
    found = Bench(folder, directory)
    try:
        found.turn(CRITICAL)
        yield found
    finally:
        found.close()


def client(of: Bench, who: str = "", *, is_open: bool = False) -> httpx.AsyncClient:
    """Return a client with somebody's token."""
    headers = {"Authorization": f"Bearer token-of-{who}"} if who else {}
    transport = httpx.ASGITransport(app=of.app(is_open=is_open))
    return httpx.AsyncClient(transport=transport, base_url="http://desk", headers=headers)
