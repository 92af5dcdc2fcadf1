"""Send by the library Apprise, to the long tail of services that we do not write for.

Sent and forgotten: it tells neither why something failed nor where the message stands, so every
failure is tried again, and nothing can be edited or answered.  Data are given as plain text and the
service's own markup is left to the library, which escapes for the services that it knows.  It
blocks, so it works in a thread.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from alerts.clean import clean
from alerts.outbox import OutboxRow
from alerts.retry import Failure, Result, Verdict, failed
from alerts.secret import Secret

TITLE_CHARACTERS_MAX = 150
LINE_CHARACTERS_MAX = 700
BODY_CHARACTERS_MAX = 3_000

# Address, title and body; it tells whether the service took it, and raises ValueError for an
# address that the library cannot read.
Notify = Callable[[str, str, str], bool]


class Apprise:
    """Send messages through addresses that are known by name."""

    name = "apprise"
    waiting_max = 50

    def __init__(self, addresses: Mapping[str, Secret], notify: Notify | None = None) -> None:
        """Take the secret addresses by the names that reaches use; needs the extra `apprise`."""
        self._addresses = addresses
        self._notify = notify or _library()

    def payload(self, row: OutboxRow) -> dict[str, str]:
        """Return the first line as the title, and the rest as plain text."""
        lines = [clean(line, LINE_CHARACTERS_MAX) for line in row.text.splitlines()[1:]]
        body = "\n".join(lines)[:BODY_CHARACTERS_MAX]
        title = clean(row.subject, TITLE_CHARACTERS_MAX)
        return {"title": title, "body": body or title}

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Send it once."""
        address = self._addresses.get(str(row.settings.get("url", "")))
        if address is None:
            return failed(Failure.NOT_CONFIGURED, "no such apprise address")
        said = self.payload(row)
        try:
            taken = await asyncio.to_thread(
                self._notify, address.reveal(), said["title"], said["body"]
            )
        except ValueError:
            return failed(Failure.NOT_CONFIGURED, "apprise cannot read the address")
        return Verdict(Result.DELIVERED, "sent") if taken else failed(Failure.NO_ANSWER)


def _library() -> Notify:
    import apprise  # noqa: PLC0415 - an extra

    # It writes whole addresses into its log.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)

    def notify(address: str, title: str, body: str) -> bool:
        service: Any = apprise.Apprise()
        if not service.add(address):
            raise ValueError("address")
        return bool(service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT))

    return notify
