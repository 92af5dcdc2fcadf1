"""Telling somebody else that a message did not arrive.

What a broken channel was to say is said to the people who look after the service, with its first
line, so that it reaches somebody; where the broken way was theirs, the console is left.  A failure
of such a message is not told again, or it would never end.
"""

from collections.abc import Iterable, Iterator

from alerts import service_words
from alerts.asked import Undelivered
from alerts.clean import clean
from alerts.directory import Directory, Reach
from alerts.letter import reach_id
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.retry import Failure
from alerts.route import OPERATIONS, plain_reaches
from alerts.service_row import service_row
from alerts.spans import DAY_MS

CONSOLE = Reach("console")
# A channel that fails for many messages is told once for each of its addresses.
LISTED_MAX = 3


def undelivered_rows(
    undelivered: Iterable[Undelivered], now: int, directory: Directory
) -> Iterator[OutboxRow]:
    """Yield what operations hear of messages that did not arrive, one for each address."""
    addresses: dict[tuple[str, str], list[Undelivered]] = {}
    for item in undelivered:
        if item.row.why not in (Why.UNDELIVERED, Why.HEARTBEAT):
            reach = Reach(item.row.channel, item.row.settings)
            addresses.setdefault((item.row.receiver, reach_id(reach)), []).append(item)
    for found in addresses.values():
        for reach in _ways(found[0], directory):
            yield _row(found, reach, now, directory)


def _ways(item: Undelivered, directory: Directory) -> list[Reach]:
    broken = reach_id(Reach(item.row.channel, item.row.settings))
    usable = plain_reaches(OPERATIONS, directory)
    return [way for way in usable if reach_id(way) != broken] or [CONSOLE]


def _row(found: list[Undelivered], reach: Reach, now: int, directory: Directory) -> OutboxRow:
    first, tongue = found[0].row, directory.tongue
    named = clean(first.receiver), first.channel
    words = (
        service_words.undelivered(tongue, len(found), *named),
        *(clean(item.row.subject) for item in found[:LISTED_MAX]),
        service_words.failure(tongue, clean(found[-1].detail), len(found) - LISTED_MAX),
    )
    about = tuple((item.row.key, 1) for item in found)
    if found[0].detail.startswith(Failure.NOT_CONFIGURED.value):
        # It fails for every message alike, so it is told once a week.
        about = ((f"{first.channel} {Failure.NOT_CONFIGURED.value}", now // (7 * DAY_MS)),)
    return service_row(
        Why.UNDELIVERED,
        about,
        (OPERATIONS, reach),
        words,
        now,
        directory,
        level=max((item.row.level for item in found), key=lambda level: level.rank),
        alerts=tuple(dict.fromkeys(pair for item in found for pair in item.row.alerts)),
    )
