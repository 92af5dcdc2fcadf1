"""A proof of life that goes the whole way: desk, store, courier, channel.

Its absence is what somebody outside pages on, because a monitor cannot report its own death.  It is
decided by the desk and carried like any message, so that whatever stops messages stops it too.
Its text is for a machine to find, so it is the same in every language.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from alerts.directory import Directory
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.route import plain_reaches
from alerts.service_row import service_row

SUBJECT = "erosion is alive"


def beat_rows(shard: str, now: int, directory: Directory) -> Iterator[OutboxRow]:
    """Yield the heartbeat of a shard for each way of reaching its receiver; none without one."""
    if directory.heartbeat is None or not shard:
        return
    at = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="seconds")
    words, about = (SUBJECT, f"Shard {shard} at {at}."), ((f"heartbeat {shard}", now),)
    receiver = directory.heartbeat.receiver
    for reach in plain_reaches(receiver, directory):
        yield service_row(Why.HEARTBEAT, about, (receiver, reach), words, now, directory)
