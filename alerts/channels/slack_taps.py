"""What a tap on one of our buttons says, and whether it is Slack that says so.

Slack signs the raw bytes of a request together with their time; whoever parses first and checks
later checks something else than was signed.  A request is good for five minutes, so a signature
that was seen is remembered for as long, and a repeated request is refused.
"""

import hashlib
import hmac
import json
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from alerts.secret import Secret

ACTIONS = frozenset({"take", "refuse"})
FRESH_S = 300
BODY_BYTES_MAX = 512 * 1024
SEEN_MAX = 10_000
_KEY = re.compile(r"[0-9A-Za-z-]{1,64}")
_ID = re.compile(r"[A-Z0-9]{1,32}")


@dataclass(frozen=True, slots=True)
class Tap:
    """Say which answer somebody gave to which delivery; `who` and `channel` are Slack's ids."""

    action: str
    key: str
    who: str
    channel: str


def verify(secret: Secret, timestamp: str, body: bytes, signature: str, now: int) -> bool:
    """Tell whether Slack signed these bytes, not more than five minutes from `now` (UTC ms)."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):  # noqa: PLR2004 - enough until the year 33658
        return False
    if abs(now // 1000 - int(timestamp)) > FRESH_S:
        return False
    signed = b"v0:" + timestamp.encode() + b":" + body
    expected = "v0=" + hmac.new(secret.reveal().encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def parse(body: bytes) -> Tap | None:
    """Read the body of an interaction; None where it is no answer to a message of ours."""
    try:
        (payload,) = parse_qs(body.decode(), strict_parsing=True)["payload"]
        return tap_of(json.loads(payload))
    except (ValueError, KeyError, RecursionError):
        return None


def tap_of(payload: object) -> Tap | None:
    """Read an interaction; None where it is no answer to a message of ours."""
    if not isinstance(payload, dict) or payload.get("type") != "block_actions":
        return None
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else {}
    action, key = _text(first, "action_id"), _text(first, "value")
    who, channel = _text(payload.get("user"), "id"), _text(payload.get("channel"), "id")
    if action not in ACTIONS or not _KEY.fullmatch(key) or not _ID.fullmatch(who):
        return None
    return Tap(action, key, who, channel if _ID.fullmatch(channel) else "")


class Seen:
    """Remember signatures for as long as they are good, and not more than a number of them."""

    def __init__(self, most: int = SEEN_MAX) -> None:
        """Begin with none."""
        self._most = most
        self._until: OrderedDict[str, int] = OrderedDict()

    def is_new(self, signature: str, now: int) -> bool:
        """Tell whether a signature comes for the first time, and remember it."""
        while self._until and next(iter(self._until.values())) < now:
            self._until.popitem(last=False)
        if signature in self._until or len(self._until) >= self._most:
            return False
        # One from a clock that goes ahead is good for twice as long.
        self._until[signature] = now + 2 * FRESH_S * 1000
        return True


async def answer(
    body: bytes,
    headers: Mapping[str, str],
    now: int,
    secret: Secret,
    on_tap: Callable[[Tap], Awaitable[None]],
    seen: Seen,
) -> tuple[int, str]:
    """Answer Slack's request with a status and a text; `headers` have names in lower case.

    A link button is acknowledged too, because Slack asks for it.  `on_tap` has three seconds
    to make the tap durable; what it raises goes through, and Slack will ask again.
    """
    if len(body) > BODY_BYTES_MAX:
        return 413, "too large"
    signature = headers.get("x-slack-signature", "")
    stamp = headers.get("x-slack-request-timestamp", "")
    if not verify(secret, stamp, body, signature, now):
        return 401, "not signed by Slack"
    if not seen.is_new(signature, now):
        return 401, "seen before"
    tap = parse(body)
    if tap is not None:
        await on_tap(tap)
    return 200, ""


def _text(of: Any, name: str) -> str:
    value = of.get(name) if isinstance(of, dict) else None
    return value if isinstance(value, str) else ""
