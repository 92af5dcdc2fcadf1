"""What need not be said any more: the middle of a conversation, and a heap that nobody would read.

Behind a failure the news of one conversation pile up.  Its first waiting message is kept, because
an end never replaces a beginning that nobody heard; its last is kept, because it says how it is
now; what lies between is folded into the last.  Where more wait for one address than a person
reads, whole conversations that have not begun there are folded into one digest, the least urgent
first.  A message whose attempt may have arrived is never folded, for then one thing would be said
under two keys.  Folding single messages of a conversation into a digest was rejected: what is left
of it would overtake the digest.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.digest import is_digest
from alerts.outbox import OutboxRow, Pending

DIGEST_ROWS_MAX = 100
DIGEST_ROWS_MIN = 2


@dataclass(frozen=True, slots=True)
class Heap:
    """Count what waits in a channel, and what was folded just now.

    `oldest_at` is when the oldest that waits was written; 0 where none does.
    """

    channel: str
    waiting: int
    middles: int = 0
    digested: int = 0
    oldest_at: int = 0


def middles(pending: Sequence[Pending], now: int) -> list[tuple[Pending, Pending]]:
    """Return messages between the first and the last of a conversation behind a failure.

    Each comes with the last one, which says everything that it says.
    """
    talks: dict[tuple[str, ...], list[Pending]] = {}
    for item in pending:
        talks.setdefault(_conversation(item.row), []).append(item)
    return [
        (middle, talk[-1])
        for talk in talks.values()
        if talk[0].attempts
        for middle in talk[1:-1]
        if _is_untouched(middle, now) and _about(middle.row) <= _about(talk[-1].row)
    ]


def heaps(
    pending: Sequence[Pending], now: int, waiting_max: int, kept: Container[str]
) -> list[list[Pending]]:
    """Return what to tell in one digest each, where too much waits for one address.

    `kept` are keys that may have arrived, or whose conversation has begun: they are told alone.
    """
    addresses: dict[tuple[str, str], list[Pending]] = {}
    for item in pending:
        addresses.setdefault(_address(item.row), []).append(item)
    found: list[list[Pending]] = []
    for waiting in addresses.values():
        if len(waiting) > waiting_max > 0:
            found += _digests(waiting, now, waiting_max, kept)
    return found


def _digests(
    waiting: Sequence[Pending], now: int, waiting_max: int, kept: Container[str]
) -> list[list[Pending]]:
    """Take whole conversations, the least urgent first, until half of what may wait is left.

    What cannot be folded is not counted: it would push the newest and most urgent into a digest.
    """
    free = [
        talk
        for talk in _together(waiting)
        if all(item.leased_until <= now and not is_digest(item.row) for item in talk)
        and not any(item.row.key in kept for item in talk)
    ]
    found: list[list[Pending]] = [[]]
    total = sum(map(len, free))
    count = total - waiting_max // 2 if total > waiting_max else 0
    for talk in sorted(free, key=_urgency):
        if count <= 0:
            break
        if len(found[-1]) + len(talk) > DIGEST_ROWS_MAX:
            found.append([])
        found[-1] += talk
        count -= len(talk)
    return [heap for heap in found if len(heap) >= DIGEST_ROWS_MIN]


def _together(waiting: Iterable[Pending]) -> list[list[Pending]]:
    """Put together what shares a queue, however indirectly, in the order of writing."""
    talk_of: dict[tuple[str, ...], list[Pending]] = {}
    talks: dict[int, list[Pending]] = {}
    for item in waiting:
        joined = {id(talk): talk for queue in item.row.queues if (talk := talk_of.get(queue))}
        merged = [*(other for talk in joined.values() for other in talk), item]
        for old in joined:
            del talks[old]
        talks[id(merged)] = merged
        talk_of |= dict.fromkeys((queue for other in merged for queue in other.row.queues), merged)
    return list(talks.values())


def _urgency(talk: Sequence[Pending]) -> tuple[int, int]:
    return max(item.row.level.rank for item in talk), max(item.row.created_at for item in talk)


def _is_untouched(item: Pending, now: int) -> bool:
    return not item.attempts and item.leased_until <= now and not is_digest(item.row)


def _about(row: OutboxRow) -> set[str]:
    return {alert for alert, _ in row.alerts}


def _conversation(row: OutboxRow) -> tuple[str, ...]:
    if row.thread:
        return (*_address(row), row.thread)
    return (*_address(row), *sorted(_about(row)))


def _address(row: OutboxRow) -> tuple[str, str]:
    return row.receiver, _settings(row.settings)


def _settings(settings: Mapping[str, object]) -> str:
    return repr(sorted(settings.items()))
