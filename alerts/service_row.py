"""A message about the service itself: history, a failure, a silence, a heartbeat.

It is about no place, so it takes only ways that need no address of one, and it begins no conversation.
"""

from collections.abc import Iterable, Sequence

from alerts.directory import Directory, Reach
from alerts.notice import Why, delivery_key
from alerts.outbox import OutboxRow
from alerts.signal import Level

About = tuple[tuple[str, int], ...]


def service_row(
    why: Why,
    about: Iterable[tuple[str, int]],
    to: tuple[str, Reach],
    words: Sequence[str],
    now: int,
    directory: Directory,
    *,
    level: Level = Level.WATCH,
    alerts: About = (),
) -> OutboxRow:
    """Return the message to one receiver by one way; the first of its words is its subject.

    `about` is what makes its key its own.
    """
    receiver, reach = to
    subject, *lines = words
    return OutboxRow(
        key=delivery_key(about, receiver, reach.channel, reach.settings, kind=why),
        alerts=alerts,
        receiver=receiver,
        channel=reach.channel,
        settings=reach.settings,
        level=level,
        why=why,
        subject=subject,
        lines=tuple(lines),
        links=(),
        text="\n".join(words),
        created_at=now,
        locale=directory.tongue.locale,
    )
