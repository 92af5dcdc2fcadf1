"""How a shard stands in the store: the last frame that was applied, and its alerts.

Both are read on the connection that writes.  When the server went away under a commit, that
connection is a new one, and before it was made whatever the old one had under way was ended: so
nothing of ours can still change what is read here.  A reader's own connection knew too little: the
commit landed after it had looked, and an owner met its own frames as if they were another's.
"""

import json

from alerts.alert import Alert
from alerts.book import REMEMBER_CLOSED_MS, Book
from service.store.database import Database
from service.store.statements import SITTINGS
from service.store.transaction import Transaction

BOOK = "SELECT body FROM alert WHERE (is_open = 1 OR changed_at >= ?)"
BOOK_OF_SHARD = BOOK + " AND shard = ?"


def standing(store: Database, shard: str, now: int) -> tuple[int, Book]:
    """Return the position of a shard and the book of its desk.

    The position is read first: an owner that still writes makes the book newer then, not older,
    and `Loop` stops at the frames that it does not know.
    """

    def look(transaction: Transaction) -> tuple[int, Book]:
        position = transaction.position(shard)
        rows = transaction.rows(BOOK_OF_SHARD, (now - REMEMBER_CLOSED_MS, shard))
        sittings = int(transaction.rows(SITTINGS, (shard,))[0][0])
        alerts = [Alert.from_row(json.loads(str(row[0]))) for row in rows]
        return position, Book(alerts, sittings=sittings)

    return store.call(look)
