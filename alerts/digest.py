"""One message instead of many that waited: what was missed, with every id, in few words.

Its key is made of the keys that it stands for, so the same heap is always the same message.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence

from alerts import service_words, words
from alerts.clean import clean
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.signal import Level
from alerts.tongue import ENGLISH, Tongue

THREAD = "digest:"
SUBJECT_CHARACTERS_MAX = 110
_BEGINS = frozenset({Why.FIRST, Why.RELAPSED})
_ENDS = frozenset({Why.RESOLVED, Why.PASSED, Why.WITHDRAWN})


def is_digest(row: OutboxRow) -> bool:
    """Tell whether a row stands for others, or is a page: neither is folded once more."""
    return row.thread.startswith(THREAD) or row.why is Why.DIGEST


def digest_of(rows: Sequence[OutboxRow], tongue: Tongue = ENGLISH) -> OutboxRow:
    """Return the row that tells of these, of one address, in the order of their writing."""
    first = rows[0]
    key = hashlib.sha256("\n".join(sorted(row.key for row in rows)).encode()).hexdigest()[:32]
    level = max((row.level for row in rows), key=lambda level: level.rank)
    talks = _talks(rows)
    over = sum(talk[-1].why in _ENDS for talk in talks)
    subject = service_words.waited(tongue, words.first_words(tongue, level), len(rows))
    lines = (
        service_words.heap(tongue, len(talks), over, _counts(rows, tongue)),
        *(_line(talk, tongue) for talk in talks),
    )
    return OutboxRow(
        key=key,
        alerts=tuple(
            sorted({alert: number for row in rows for alert, number in row.alerts}.items())
        ),
        receiver=first.receiver,
        channel=first.channel,
        settings=first.settings,
        level=level,
        why=Why.RESOLVED if over == len(talks) else Why.FIRST,
        subject=subject,
        lines=lines,
        links=(),
        text="\n".join([subject, *lines]),
        created_at=max(row.created_at for row in rows),
        thread=f"{THREAD}{key}",
        locale=tongue.locale,
    )


def _talks(rows: Sequence[OutboxRow]) -> list[list[OutboxRow]]:
    talks: dict[tuple[str, ...], list[OutboxRow]] = {}
    for row in rows:
        about = (row.thread,) if row.thread else tuple(sorted(alert for alert, _ in row.alerts))
        talks.setdefault(about, []).append(row)
    return list(talks.values())


def _line(talk: Sequence[OutboxRow], tongue: Tongue) -> str:
    """Say how a conversation stands, whether it is news that it began at all, and its ids."""
    last = talk[-1]
    both = len(talk) > 1 and talk[0].why in _BEGINS and last.why in _ENDS
    ids = sorted({alert for row in talk for alert, _ in row.alerts})
    note = f" {service_words.came_and_went(tongue)}" if both else ""
    return f"{clean(last.subject, SUBJECT_CHARACTERS_MAX)}.{note} [{', '.join(ids)}]"


def _counts(rows: Sequence[OutboxRow], tongue: Tongue) -> str:
    counts = Counter(row.level for row in rows)
    return ", ".join(
        f"{words.first_words(tongue, level)}: {tongue.number(counts[level])}"
        for level in reversed(Level)
        if counts[level]
    )
