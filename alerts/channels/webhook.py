"""Post to any address, signed as Standard Webhooks asks.

The id of a delivery is its key, so it is the same on every attempt; the time of the signature is
the attempt's.  With several keys the body is signed by each, so that a receiver can change over.
The address is a secret: it often holds a token.  Redirections are not followed and no proxy is
taken from the environment, because both would lead to where nobody looked
(alerts/channels/webhook_guard.py).
"""

import base64
import binascii
import hashlib
import hmac
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from alerts.channels.webhook_body import body, encoded
from alerts.channels.webhook_guard import Guard, GuardedResolver, NotAllowedError
from alerts.errors import Unaddressed
from alerts.outbox import OutboxRow
from alerts.retry import Failure, Verdict, failed, http
from alerts.secret import Secret

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=5)
PREFIX = "whsec_"
_FAILURES: tuple[tuple[type[Exception], Failure], ...] = (
    (ssl.SSLError, Failure.NOT_TRUSTED),
    (aiohttp.ClientSSLError, Failure.NOT_TRUSTED),
    (aiohttp.ClientConnectorError, Failure.NOT_CONNECTED),
    (aiohttp.ConnectionTimeoutError, Failure.NOT_CONNECTED),
    (aiohttp.InvalidURL, Failure.NOT_ADDRESSED),
)
KEY_BYTES_MIN, KEY_BYTES_MAX = 24, 64


@dataclass(frozen=True, slots=True)
class Target:
    """Name where a webhook leads, and the keys that sign for it, as they stand in the secret."""

    address: Secret
    keys: Secret


class Webhook:
    """Post messages to addresses that are known by name."""

    name = "webhook"

    def __init__(
        self,
        targets: Mapping[str, Target],
        guard: Guard | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Take the targets by the names that reaches use, and whom to trust."""
        self._signing = {name: keys_of(target.keys) for name, target in targets.items()}
        self._targets = targets
        self._guard = guard or Guard()
        self._tls = tls

    def payload(self, row: OutboxRow) -> dict[str, Any]:
        """Return the body, in the shape that the reach names."""
        return body(row)

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Post it once."""
        name = str(row.settings.get("url", ""))
        target = self._targets.get(name)
        if target is None:
            return failed(Failure.NOT_CONFIGURED, "no such webhook")
        try:
            self._guard.check(target.address.reveal())
            return await self._post(target.address.reveal(), row, self._signing[name], now)
        except NotAllowedError as error:
            return failed(Failure.NOT_ADDRESSED, str(error))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            kinds = (failure for kind, failure in _FAILURES if isinstance(error, kind))
            return failed(next(kinds, Failure.NO_ANSWER), type(error).__name__)

    async def _post(self, address: str, row: OutboxRow, keys: list[bytes], now: int) -> Verdict:
        said = encoded(row)
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(self._guard, encrypted=address.startswith("https:")),
            use_dns_cache=False,
            force_close=True,
            ssl=self._tls or True,
        )
        async with (
            aiohttp.ClientSession(connector=connector, timeout=TIMEOUT, trust_env=False) as session,
            session.post(
                address,
                data=said,
                headers=headers_of(row.key, said, keys, now),
                allow_redirects=False,
            ) as answer,
        ):
            return http(answer.status, answer.headers.get("Retry-After"), now)


def headers_of(key: str, said: bytes, keys: list[bytes], now: int) -> dict[str, str]:
    """Return the headers of one attempt: id, time, and a signature by each key."""
    stamp = str(now // 1000)
    signed = f"{key}.{stamp}.".encode() + said
    signatures = [
        base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in keys
    ]
    return {
        "content-type": "application/json",
        "user-agent": "revenue-erosion-alerts",
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def keys_of(secret: Secret) -> list[bytes]:
    """Read one key or several with blanks between; each `whsec_` and 24 to 64 bytes in base64."""
    try:
        keys = [
            base64.b64decode(word.removeprefix(PREFIX), validate=True)
            for word in secret.reveal().split()
        ]
    except binascii.Error:
        keys = []
    if not keys or any(not KEY_BYTES_MIN <= len(key) <= KEY_BYTES_MAX for key in keys):
        raise Unaddressed("a webhook's key is whsec_ and 24 to 64 bytes in base64")
    return keys
