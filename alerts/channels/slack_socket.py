"""Listen to taps over Slack's Socket Mode, which needs no public address.

Slack hands out an address that is good for one connection, and expects each envelope back within
three seconds.  An envelope is acknowledged once the tap is taken and not before, because what is
acknowledged must be durable.  The library's own client was rejected: it acknowledges nothing by
itself either, and writes the address, which is a ticket, into the log.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from alerts.channels.slack_taps import Tap, tap_of
from alerts.pause import pause
from alerts.retry import SECOND_MS, retry_after_ms
from alerts.secret import Secret

HEARTBEAT_S = 15.0
MESSAGE_BYTES_MAX = 1 << 20
PAUSES_S = (0.5, 2.0, 10.0, 30.0)
LAST_WORDS_S = 2.0
# At its lowest level the library writes what it hears: tickets, and people's names.
QUIET = logging.getLogger(__name__)
QUIET.setLevel(logging.WARNING)
_ERRORS = (SlackClientError, aiohttp.ClientError, OSError, TimeoutError, ValueError, AttributeError)
_CLOSING = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


class SocketMode:
    """Keep one connection to Slack and hand on what people tap."""

    def __init__(
        self,
        token: Secret,
        on_tap: Callable[[Tap], Awaitable[None]],
        base_url: str = "https://slack.com/api/",
    ) -> None:
        """Take the app's token (`xapp-...`), who hears of taps, and where Slack is."""
        self._token = token
        self._on_tap = on_tap
        self._client = AsyncWebClient(
            base_url=base_url, timeout=20, retry_handlers=[], logger=QUIET
        )
        self._taking: set[asyncio.Task[None]] = set()
        self.connected = False
        self.untaken = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until told to stop; a connection that ends is made anew."""
        failures = 0
        while not stop.is_set():
            try:
                await self._listen(stop)
                failures = 0
                wait = 0.0
            except _ERRORS as error:
                wait = _wish(error) or PAUSES_S[min(failures, len(PAUSES_S) - 1)]
                failures += 1
            finally:
                self.connected = False
            await pause(stop, wait)
        await asyncio.gather(*self._taking, return_exceptions=True)

    async def _listen(self, stop: asyncio.Event) -> None:
        opened = await self._client.apps_connections_open(app_token=self._token.reveal())
        address = str(opened.get("url", ""))
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(
                address, heartbeat=HEARTBEAT_S, max_msg_size=MESSAGE_BYTES_MAX
            ) as socket,
        ):
            self.connected = True
            closing = asyncio.create_task(_close(socket, stop))
            try:
                while await self._one(socket, await socket.receive()):
                    pass
                if self._taking:
                    await asyncio.wait(self._taking, timeout=LAST_WORDS_S)
            finally:
                closing.cancel()

    async def _one(self, socket: aiohttp.ClientWebSocketResponse, message: Any) -> bool:
        """Take one message; tell whether more are to come on this connection."""
        if message.type in _CLOSING:
            return False
        envelope = json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else {}
        if not isinstance(envelope, dict):
            return True
        if envelope.get("type") == "disconnect":
            return False
        if "envelope_id" in envelope:
            task = asyncio.create_task(self._take(socket, envelope))
            self._taking.add(task)
            task.add_done_callback(self._taking.discard)
        return True

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, envelope: Any) -> None:
        """Hand on a tap, then acknowledge; where that fails Slack tells the reader, and us again."""
        tap = tap_of(envelope.get("payload"))
        try:
            if tap is not None:
                await self._on_tap(tap)
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
        # Whatever went wrong behind the door, the next tap must find it open.
        except Exception:  # noqa: BLE001
            self.untaken += 1


async def _close(socket: aiohttp.ClientWebSocketResponse, stop: asyncio.Event) -> None:
    await stop.wait()
    await socket.close()


def _wish(error: Exception) -> float:
    """Return how many seconds Slack wants us to wait, or 0 where it does not say."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    return (retry_after_ms(headers.get("Retry-After"), 0) or 0) / SECOND_MS
