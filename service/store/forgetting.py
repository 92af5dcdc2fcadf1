"""Forget one customer: nothing that is kept can be tied to them afterwards.

A customer stands everywhere under a pseudonym that only our key can make from the customer's id.
The key cannot be thrown away for one customer, so leaving their pseudonym would leave the link.
Therefore it is replaced, in the log as well as in the results, by a drawn one that no key makes.
One fixed word for everybody was rejected: people who were forgotten would become one person, and
the counts of customers that the log gives at the next start would change.

The ids of cases stay: they are the company's own names for requests, and say nothing of a person
without the system that gave them.  Inputs in quarantine were never pseudonymised; those that name
the customer lose their text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.store.database import Database
from service.store.shelf import unpack
from service.store.store import Store
from service.store.transaction import Transaction

NAMED = (("outcome", "customer"), ("waiting", "customer"), ("told", "customer"))
TOLD = (
    ("signal", "evidence"),
    ("alert", "body"),
    ("notice", "body"),
    ("outbox", "body"),
    ("told", "data"),
    ("digest", "body"),
)
FORGOTTEN = b"forgotten"
# Takes a chunk's payload and both pseudonyms; returns the new payload and how many events changed.
Renaming = Callable[[bytes, str, str], tuple[bytes, int]]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Count what was changed."""

    outcomes: int
    waiting: int
    events: int
    texts: int
    quarantined: int
    told: int = 0

    @property
    def total(self) -> int:
        """Return how many things named the customer."""
        found = self.outcomes + self.waiting + self.events + self.texts
        return found + self.quarantined + self.told


def forget(
    store: Database, customer: str, known_as: str, drawn: str, renamed: Renaming
) -> Forgotten:
    """Replace a customer's pseudonym by a drawn one, everywhere, in one transaction.

    A server holds no log of ours, and its files keep old rows until it writes over them.
    """
    if not isinstance(store, Store):
        return _forget(store, customer, known_as, drawn, None)
    store.rows("PRAGMA secure_delete=ON")
    found = _forget(store, customer, known_as, drawn, renamed)
    store.checkpoint()
    return found


def _forget(
    store: Database, customer: str, known_as: str, drawn: str, renamed: Renaming | None
) -> Forgotten:
    with store.transaction() as transaction:
        outcomes, waiting, told = (
            _replaced(transaction, *place, known_as, drawn) for place in NAMED
        )
        return Forgotten(
            outcomes,
            waiting,
            _in_log(transaction, known_as, drawn, renamed) if renamed else 0,
            sum(_replaced(transaction, *place, known_as, drawn) for place in TOLD),
            _in_quarantine(transaction, (customer, known_as)),
            told,
        )


def _replaced(transaction: Transaction, table: str, column: str, old: str, new: str) -> int:
    change = f"UPDATE {table} SET {column} = replace({column}, ?, ?) WHERE replace({column}, ?, '') <> {column}"  # noqa: S608
    return transaction.change(change, [(old, new, old)])


def _in_log(transaction: Transaction, old: str, new: str, renamed: Renaming) -> int:
    count = 0
    look = "SELECT seq, payload FROM chunk WHERE kind = 'events' AND instr(payload, ?)"
    for seq, payload in transaction.rows(look, (old.encode(),)):
        changed, found = renamed(payload, old, new)
        transaction.rewrite(seq, changed)
        count += found
    return count


def _in_quarantine(transaction: Transaction, names: Sequence[str]) -> int:
    named = b"|".join(re.escape(name.encode()) for name in names)
    name = re.compile(rb"(?<![\w-])(?:" + named + rb")(?![\w-])")
    rows = transaction.rows("SELECT number, head, detail, body FROM quarantine")
    mine = [
        number
        for number, head, detail, body in rows
        if name.search(b"\n".join((head, detail.encode(), unpack(body) if body else b"")))
    ]
    change = (
        "UPDATE quarantine SET head = ?, detail = '', hash = '', body = NULL, body_bytes = 0 "
        "WHERE number = ?"
    )
    return transaction.change(change, [(FORGOTTEN, number) for number in mine])
