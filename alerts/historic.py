"""One message about what was found and was over before anybody could have been told.

After a first start on old events, or a long downtime, hundreds of findings may begin and end within
one step.  They are recorded; the people who look after the service get their number.
"""

from collections.abc import Iterator

from alerts import service_words
from alerts.directory import Directory
from alerts.notice import Why
from alerts.outbox import OutboxRow
from alerts.route import OPERATIONS, plain_reaches
from alerts.service_row import service_row
from alerts.signal import Level


def historic_rows(count: int, now: int, directory: Directory) -> Iterator[OutboxRow]:
    """Yield the message for each way of reaching operations; nothing where there is nothing to tell."""
    tongue, about = directory.tongue, ((f"historic {now}", count),)
    words = service_words.historic(tongue, count), tongue.say(service_words.HISTORIC_WHERE)
    for reach in plain_reaches(OPERATIONS, directory) if count else ():
        to, level = (OPERATIONS, reach), Level.WARNING
        yield service_row(Why.HISTORIC, about, to, words, now, directory, level=level, alerts=about)
