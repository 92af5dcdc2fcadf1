"""A proof of life that goes the whole way: desk, store, courier, channel.

Its absence is what somebody outside pages on, because a monitor cannot report its own death.  It is
decided by the desk and carried like any message, so that whatever stops messages stops it too.
Its text is for a machine to find, so it is the same in every language.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from alerts.directory import Directory
from alerts.notice import Why, delivery_key
from alerts.outbox import OutboxRow
from alerts.route import look_up, singles
from alerts.signal import Level

SUBJECT = "erosion is alive"


def beat_rows(shard: str, now: int, directory: Directory) -> Iterator[OutboxRow]:
    """Yield the heartbeat of a shard for each way of reaching its receiver; none without one."""
    if directory.heartbeat is None or not shard:
        return
    receiver = look_up(directory.heartbeat.receiver, directory)
    about = ((f"heartbeat {shard}", now),)
    at = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="seconds")
    line = f"Shard {shard} at {at}."
    for reach in receiver.reaches:
        for settings in singles(reach.settings):
            yield OutboxRow(
                key=delivery_key(about, receiver.name, reach.channel, settings, kind=Why.HEARTBEAT),
                alerts=(),
                receiver=receiver.name,
                channel=reach.channel,
                settings=settings,
                level=Level.WATCH,
                why=Why.HEARTBEAT,
                subject=SUBJECT,
                lines=(line,),
                links=(),
                text=f"{SUBJECT}\n{line}",
                created_at=now,
            )
