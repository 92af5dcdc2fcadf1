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
from alerts.notice import Why, delivery_key
from alerts.outbox import OutboxRow
from alerts.retry import Failure
from alerts.route import OPERATIONS, look_up, singles
from alerts.spans import DAY_MS
from alerts.tongue import Tongue

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
            yield _row(found, reach, now, directory.tongue)


def _ways(item: Undelivered, directory: Directory) -> list[Reach]:
    broken = reach_id(Reach(item.row.channel, item.row.settings))
    known = look_up(OPERATIONS, directory).reaches
    ways = [Reach(reach.channel, one) for reach in known for one in singles(reach.settings)]
    usable = [way for way in ways if not any("{" in str(v) for v in way.settings.values())]
    return [way for way in usable if reach_id(way) != broken] or [CONSOLE]


def _row(found: list[Undelivered], reach: Reach, now: int, tongue: Tongue) -> OutboxRow:
    first = found[0].row
    about = tuple(dict.fromkeys(pair for item in found for pair in item.row.alerts))
    named = clean(first.receiver), first.channel
    subject = service_words.undelivered(tongue, len(found), *named)
    lines = (
        *(clean(item.row.subject) for item in found[:LISTED_MAX]),
        service_words.failure(tongue, clean(found[-1].detail), len(found) - LISTED_MAX),
    )
    keys = tuple((item.row.key, 1) for item in found)
    if found[0].detail.startswith(Failure.NOT_CONFIGURED.value):
        # It fails for every message alike, so it is told once a week.
        keys = ((f"{first.channel} {Failure.NOT_CONFIGURED.value}", now // (7 * DAY_MS)),)
    return OutboxRow(
        key=delivery_key(keys, OPERATIONS, reach.channel, reach.settings, kind=Why.UNDELIVERED),
        alerts=about,
        receiver=OPERATIONS,
        channel=reach.channel,
        settings=reach.settings,
        level=max((item.row.level for item in found), key=lambda level: level.rank),
        why=Why.UNDELIVERED,
        subject=subject,
        lines=lines,
        links=(),
        text="\n".join([subject, *lines]),
        created_at=now,
        locale=tongue.locale,
    )
