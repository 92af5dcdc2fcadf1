"""Speak in Slack as a bot: one message for each conversation, edited as things change.

The first message is posted.  Later ones replace what it says and add the news in its thread,
because an edit notifies nobody.  Slack has no key under which it would drop a repetition.  So every
message carries its delivery key as metadata, an edit may be repeated without harm, and after an
attempt whose end nobody knows we look for the key before we post again.  That needs the right to
read the channel's history and a process that remembers the attempt; without them the message may
stand there twice, under one key.  The library's own retries are off: the courier's schedule counts.
"""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient

from alerts.channels.slack_blocks import HEADER_CHARACTERS_MAX, buttons, escaped, said, shown
from alerts.notice import Why
from alerts.outbox import OutboxRow, Sheet
from alerts.retry import Failure, Result, Verdict, failed, http, slack
from alerts.secret import Secret

BASE_URL = "https://slack.com/api/"
TIMEOUT_S = 20
REMEMBERED_MAX = 10_000
LOOKED_AT = 100
POST, UPDATE = "chat.postMessage", "chat.update"
HISTORY, REPLIES = _READS = ("conversations.history", "conversations.replies")
EVENT = "erosion_message"
# At its lowest level the library writes whole messages.
QUIET = logging.getLogger(__name__)
QUIET.setLevel(logging.WARNING)
_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_LOUD = frozenset({Why.WORSE, Why.RELAPSED, Why.ESCALATED, Why.UNTAKEN})

Arguments = dict[str, Any]


class SlackBot:
    """Post, edit and answer with a bot token."""

    def __init__(self, token: Secret, base_url: str = BASE_URL) -> None:
        """Take the bot's token, and where Slack is."""
        self._client = AsyncWebClient(
            token.reveal(), base_url=base_url, timeout=TIMEOUT_S, retry_handlers=[], logger=QUIET
        )
        self._ids: OrderedDict[str, str] = OrderedDict()
        self._doubtful: OrderedDict[str, str] = OrderedDict()

    @staticmethod
    def payload(row: OutboxRow) -> Mapping[str, Arguments]:
        """Return the arguments of each method that is called for a row, in their order."""
        channel, _, stamp = row.parent.partition(":")
        if not stamp:
            return {POST: _first(row)}
        standing = row.sheet
        blocks = [*shown(standing), *buttons(row)]
        told: Arguments = _message(standing.subject, blocks)
        return {
            UPDATE: told | {"channel": channel, "ts": stamp},
            POST: _reply(row.news, row.key) | {"channel": channel, "thread_ts": stamp},
        }

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Say one thing once; the reference is the conversation's first message as it now stands."""
        calls = self.payload(row)
        if UPDATE in calls:
            _, edited = await self._call(UPDATE, calls[UPDATE], now)
            if _code(edited) in _GONE:
                return await self._post(_first(row), row.key, now)
            if edited.result is not Result.DELIVERED:
                return edited
        return await self._post(calls[POST], row.key, now, row.parent)

    async def _post(self, call: Arguments, key: str, now: int, parent: str = "") -> Verdict:
        if key in self._doubtful and (found := await self._found(call, key, now)):
            del self._doubtful[key]
            return Verdict(Result.DELIVERED, "it had arrived", reference=parent or found)
        answer, verdict = await self._call(POST, call, now)
        if verdict.result is Result.AMBIGUOUS:
            _remember(self._doubtful, key, "")
        if verdict.result is not Result.DELIVERED:
            return verdict
        _remember(self._ids, str(call["channel"]), str(answer.get("channel", "")))
        reference = parent or f"{answer.get('channel', '')}:{answer.get('ts', '')}"
        return Verdict(Result.DELIVERED, "posted", reference=reference)

    async def _found(self, call: Arguments, key: str, now: int) -> str:
        """Look for a message that may have arrived; empty where it is not there or out of sight."""
        channel = str(call["channel"])
        where: Arguments = {"channel": self._ids.get(channel, channel), "limit": LOOKED_AT}
        where["include_all_metadata"] = True
        method = HISTORY
        if "thread_ts" in call:
            where["ts"], method = call["thread_ts"], REPLIES
        answer, _ = await self._call(method, where, now)
        for message in answer.get("messages") or ():
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("key") == key:
                return f"{where['channel']}:{message.get('ts', '')}"
        return ""

    async def _call(
        self, method: str, call: Arguments, now: int
    ) -> tuple[Mapping[str, Any], Verdict]:
        """Call one method; the words of an error may hold an address, so only its type is kept."""
        nothing: Mapping[str, Any] = {}
        try:
            # The methods that read take forms only.
            reads = method in _READS
            answer = await self._client.api_call(
                method, data=call if reads else None, json=None if reads else call
            )
        except SlackApiError as error:
            return nothing, _refused(error.response, now)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            return nothing, failed(Failure.NOT_CONNECTED, type(error).__name__)
        except (aiohttp.ClientError, TimeoutError, OSError, AttributeError) as error:
            return nothing, failed(Failure.NO_ANSWER, type(error).__name__)
        found = answer.data if isinstance(answer.data, dict) else nothing
        return found, Verdict(Result.DELIVERED, "ok")


def _first(row: OutboxRow) -> Arguments:
    standing = row.sheet
    blocks = [*shown(standing), *buttons(row)]
    told = _message(standing.subject, blocks) | _marked(row.key)
    return told | {"channel": str(row.settings.get("channel", ""))}


def _reply(news: Sheet, key: str) -> Arguments:
    blocks = [*shown(news)[:1], *said(news)]
    told = _message(news.subject, blocks) | _marked(key)
    return told | ({"reply_broadcast": True} if news.why in _LOUD else {})


def _message(subject: str, blocks: list[Block]) -> Arguments:
    return {
        "text": escaped(subject, HEADER_CHARACTERS_MAX),
        "blocks": [block.to_dict() for block in blocks],
        "link_names": False,
        "parse": "none",
    }


def _marked(key: str) -> Arguments:
    """Return what only a new message has: the delivery key, and no previews of links."""
    metadata = {"event_type": EVENT, "event_payload": {"key": key}}
    return {"metadata": metadata, "unfurl_links": False, "unfurl_media": False, "mrkdwn": False}


def _refused(answer: Any, now: int) -> Verdict:
    """Classify a refusal: by Slack's own word, else by the status."""
    data = getattr(answer, "data", None)
    headers = getattr(answer, "headers", None) or {}
    wish = headers.get("retry-after") or headers.get("Retry-After")
    status = int(getattr(answer, "status_code", 0) or getattr(answer, "status", 0) or 0)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if code.replace("_", "").isalnum() and code.isascii():
        return slack(code[:60], wish, now)
    if 200 <= status < 300:  # noqa: PLR2004 - the classes of status are round numbers
        return failed(Failure.NO_ANSWER, "no answer of Slack's")
    return http(status, wish, now)


def _code(verdict: Verdict) -> str:
    return verdict.detail.removeprefix("Slack ")


def _remember(where: OrderedDict[str, str], name: str, value: str) -> None:
    where[name] = value
    while len(where) > REMEMBERED_MAX:
        where.popitem(last=False)
