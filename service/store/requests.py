"""What people ask of the desk, written down before it is answered: a row each, and one for the audit.

The desk takes it up in its next turn.  The audit only grows: there is no statement that changes or
deletes a row of it.
"""

import json
from typing import NamedTuple

from alerts.action import Kind
from alerts.silence import Silence
from service.store import statements as sql
from service.store.transaction import Transaction


class By(NamedTuple):
    """Say who asks, by which way, and when."""

    who: str
    via: str
    at: int


def ask(transaction: Transaction, by: By, alert: str, kind: Kind, note: str) -> int:
    """Leave an answer to an alert for its desk, and return its number."""
    values = (by.at, alert, kind.value, by.who, by.via, note, "")
    number = int(transaction.rows(sql.REQUEST, values)[0][0])
    audit(transaction, by, kind.value, alert, note)
    transaction.is_asked = True
    return number


def put_silence(transaction: Transaction, by: By, silence: Silence, what: str) -> None:
    """Put a silence into force, or in place of one with the same id."""
    body = json.dumps(silence.to_row(), ensure_ascii=False)
    transaction.many(sql.SILENCE, [(silence.id, silence.ends, body)])
    match = " ".join(f"{name}={value}" for name, value in sorted(silence.match.items()))
    audit(transaction, by, what, silence.id, f"{match} until {silence.ends}: {silence.why}")
    transaction.is_asked = True


def tell(transaction: Transaction, by: By, touchpoint: str, case: str) -> None:
    """Note that a customer knows how things stand."""
    transaction.many(sql.INFORMED, [(touchpoint, case, by.at, by.who)])
    audit(transaction, by, "told", f"{touchpoint}/{case}", "")


def use(transaction: Transaction, token: str, at: int) -> bool:
    """Use a link's token up; tell whether it was still good."""
    return transaction.change(sql.USED_LINK, [(token, at)]) == 1


def audit(transaction: Transaction, by: By, what: str, about: str, detail: str) -> None:
    """Write down who did what."""
    transaction.many(sql.AUDIT, [(by.at, by.who, by.via, what, about, detail)])
