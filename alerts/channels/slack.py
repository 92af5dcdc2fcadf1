"""Post to a Slack incoming webhook.

The webhook's address is a secret: whoever knows it writes in our name, so it appears in no error,
no receipt and no log.  Data go into plain text objects, which know neither mentions nor links; the
only markup is the labelled links that we make ourselves.  A webhook can neither update nor thread
its messages; that is the price of needing no bot token.
"""

import logging
from collections.abc import Mapping

import httpx
from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from alerts.clean import ELLIPSIS, clean
from alerts.outbox import OutboxRow
from alerts.retry import Failure, Verdict, failed, http
from alerts.secret import Secret

HEADER_CHARACTERS_MAX = 150
SECTION_CHARACTERS_MAX = 3_000
LINE_CHARACTERS_MAX = 700
LINK_CHARACTERS_MAX = 500
TIMEOUT = httpx.Timeout(20.0, connect=5.0)
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))


class Slack:
    """Post messages through webhooks that are known by name."""

    name = "slack"

    def __init__(self, client: httpx.AsyncClient, webhooks: Mapping[str, Secret]) -> None:
        """Take a client, and the secret addresses by the names that reaches use."""
        self._client = client
        self._webhooks = webhooks
        _silence_addresses()

    def payload(self, row: OutboxRow) -> dict[str, object]:
        """Build the blocks and the text that notifications and screen readers use."""
        blocks: list[Block] = [HeaderBlock(text=_plain(row.subject, HEADER_CHARACTERS_MAX))]
        body = "\n".join(escaped(line, LINE_CHARACTERS_MAX) for line in row.lines)
        if body:
            text = _cut(body, SECTION_CHARACTERS_MAX)
            blocks.append(SectionBlock(text=PlainTextObject(text=text, emoji=False)))
        links = [_link(label, address) for label, address in row.links if _is_safe(address)]
        if links:
            text = "  ".join(links)
            blocks.append(ContextBlock(elements=[MarkdownTextObject(text=text, verbatim=True)]))
        return {
            "text": escaped(row.subject, HEADER_CHARACTERS_MAX),
            "mrkdwn": False,
            "blocks": [block.to_dict() for block in blocks],
            "unfurl_links": False,
            "unfurl_media": False,
        }

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Post the payload once."""
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


def escaped(text: str, characters_max: int) -> str:
    """Return clean text in which nothing is a mention, a link or an entity of its own."""
    line = clean(text, characters_max)
    for character, entity in _ESCAPES:
        line = line.replace(character, entity)
    return _cut(line, characters_max)


def _plain(text: str, characters_max: int) -> PlainTextObject:
    return PlainTextObject(text=escaped(text, characters_max), emoji=False)


def _cut(text: str, characters_max: int) -> str:
    """Cut escaped text without leaving half an entity behind."""
    if len(text) <= characters_max:
        return text
    kept = text[: characters_max - 1]
    start = kept.rfind("&")
    if start > kept.rfind(";"):
        kept = kept[:start]
    return kept + ELLIPSIS


def _link(label: str, address: str) -> str:
    target = address.replace("&", "&amp;")
    return f"<{target}|{escaped(label, 60).replace('|', ' ')}>"


def _is_safe(address: str) -> bool:
    whole = address == clean(address, LINK_CHARACTERS_MAX) and not set(address) & set("<>| \"'")
    return whole and address.startswith(("https://", "http://"))


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
