"""Post to Slack: through a bot where there is one, else through an incoming webhook.

The webhook's address is a secret: whoever knows it writes in our name, so it appears in no error,
no receipt and no log.  A webhook can neither update nor thread its messages and has no buttons;
that is the price of needing no bot token (alerts/channels/slack_bot.py).
"""

import logging
from collections.abc import Mapping

import httpx

from alerts.channels.slack_blocks import HEADER_CHARACTERS_MAX, escaped, links, shown
from alerts.channels.slack_bot import SlackBot
from alerts.outbox import OutboxRow
from alerts.retry import Failure, Verdict, failed, http
from alerts.secret import Secret

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
# Slack takes about one message a second for each of its channels.
INTERVAL_MS = 1_000


class Slack:
    """Post messages as a bot, or through webhooks that are known by name."""

    name = "slack"
    waiting_max = 50

    def __init__(
        self,
        client: httpx.AsyncClient,
        webhooks: Mapping[str, Secret],
        bot: SlackBot | None = None,
    ) -> None:
        """Take a client, the secret addresses by the names that reaches use, and the bot."""
        self._client = client
        self._webhooks = webhooks
        self._bot = bot
        _silence_addresses()

    def payload(self, row: OutboxRow) -> dict[str, object]:
        """Build what is posted; a bot's has one entry for each method that it calls."""
        if "channel" in row.settings:
            return dict(SlackBot.payload(row))
        return {
            "text": escaped(row.subject, HEADER_CHARACTERS_MAX),
            "mrkdwn": False,
            "blocks": [block.to_dict() for block in (*shown(row.news), *links(row.news))],
            "unfurl_links": False,
            "unfurl_media": False,
        }

    def pace(self, row: OutboxRow) -> tuple[str, int]:
        """Say which line a row stands in, and how long its next message has to wait."""
        return str(row.settings.get("channel") or row.settings.get("webhook", "")), INTERVAL_MS

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Post the payload once."""
        if "channel" not in row.settings:
            return await self._to_webhook(row, now)
        if self._bot is None:
            return failed(Failure.NOT_CONFIGURED, "no slack_bot_token")
        return await self._bot.send(row, now)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def _to_webhook(self, row: OutboxRow, now: int) -> Verdict:
        webhook = self._webhooks.get(str(row.settings.get("webhook", "")))
        if webhook is None:
            return failed(Failure.NOT_CONFIGURED, "no such slack webhook")
        try:
            answer = await self._client.post(
                webhook.reveal(), json=self.payload(row), timeout=TIMEOUT, follow_redirects=False
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return failed(Failure.NOT_CONNECTED, type(error).__name__)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            return failed(Failure.NOT_CONFIGURED, "the slack webhook is no web address")
        except httpx.HTTPError as error:
            return failed(Failure.NO_ANSWER, type(error).__name__)
        return http(answer.status_code, answer.headers.get("retry-after"), now, _said(answer))


def _said(answer: httpx.Response) -> str:
    """Return Slack's own error word, and nothing that is not such a word."""
    word = answer.text[:60].strip()
    return word if word.replace("_", "").isalpha() and word.isascii() else ""


class _AddressFilter(logging.Filter):
    """Drop the client's request lines, which hold whole addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Refuse a record that carries an address."""
        arguments = record.args if isinstance(record.args, tuple) else ()
        return not any(isinstance(argument, httpx.URL) for argument in arguments)


_FILTER = _AddressFilter()


def _silence_addresses() -> None:
    logging.getLogger("httpx").addFilter(_FILTER)
