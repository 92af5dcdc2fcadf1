"""One message about what was found and was over before anybody could have been told.

After a first start on old events, or a long downtime, hundreds of findings may begin and end within
one step.  They are recorded; the people who look after the service get their number.
"""

from collections.abc import Iterator

from alerts import service_words
from alerts.directory import Directory
from alerts.notice import Why, delivery_key
from alerts.outbox import OutboxRow
from alerts.route import OPERATIONS, look_up, singles
from alerts.signal import Level


def historic_rows(count: int, now: int, directory: Directory) -> Iterator[OutboxRow]:
    """Yield the message for each way of reaching operations; nothing where there is nothing to tell."""
    receiver, tongue = look_up(OPERATIONS, directory), directory.tongue
    where = tongue.say(service_words.HISTORIC_WHERE)
    about = ((f"historic {now}", count),)
    ways = [(r.channel, one) for r in receiver.reaches for one in singles(r.settings)]
    for channel, settings in ways if count else ():
        if any("{" in str(value) for value in settings.values()):
            continue
        line = service_words.historic(tongue, count)
        yield OutboxRow(
            key=delivery_key(about, receiver.name, channel, settings, kind=Why.HISTORIC),
            alerts=about,
            receiver=receiver.name,
            channel=channel,
            settings=settings,
            level=Level.WARNING,
            why=Why.HISTORIC,
            subject=line,
            lines=(where,),
            links=(),
            text=f"{line}\n{where}",
            created_at=now,
            locale=tongue.locale,
        )
