"""Links that carry one answer: who may give it, to which delivery, and until when.

A link in a mail is opened by scanners as well as by people, so opening it shows a page and only the
button there acts; a token is good once, which whoever serves the pages has to remember.  The token
says everything itself and is signed, so nothing has to be stored when a mail is written, and a
mail that is sent again has the same links.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass

from alerts.secret import Secret

PATH = "/answer/"
ACTIONS = frozenset({"take", "refuse"})
TOKEN_CHARACTERS_MAX = 1_000
_PURPOSE = b"erosion answer link 1\n"
_PARTS = 4


@dataclass(frozen=True, slots=True)
class Claim:
    """Say what a token allows: one answer to one delivery, for one receiver, until an instant."""

    action: str
    key: str
    receiver: str
    expires_at: int


def link(
    base_url: str, secret: Secret, key: str, action: str, receiver: str, expires_at: int
) -> str:
    """Return the address of the page on which the answer can be given."""
    said = json.dumps([action, key, receiver, expires_at], separators=(",", ":")).encode()
    token = f"{_text(said)}.{_text(_signature(secret, said))}"
    return f"{base_url.rstrip('/')}{PATH}{token}"


def read(secret: Secret, token: str, now: int) -> Claim | None:
    """Return what a token allows; None if it is not ours or its time is over."""
    said, signature = _halves(token)
    if not said or not hmac.compare_digest(_signature(secret, said), signature):
        return None
    parts = json.loads(said)
    if len(parts) != _PARTS:
        return None
    claim = Claim(*parts)
    return claim if claim.action in ACTIONS and now < claim.expires_at else None


def _signature(secret: Secret, said: bytes) -> bytes:
    return hmac.digest(secret.reveal().encode(), _PURPOSE + said, hashlib.sha256)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _halves(token: str) -> tuple[bytes, bytes]:
    """Return both halves as bytes; empty ones where the token is written in any other way."""
    halves = token.split(".") if len(token) <= TOKEN_CHARACTERS_MAX else []
    if len(halves) != 2:  # noqa: PLR2004 - halves
        return b"", b""
    try:
        said, signature = (
            base64.b64decode(half + "=" * (-len(half) % 4), altchars=b"-_", validate=True)
            for half in halves
        )
    except (binascii.Error, ValueError):
        return b"", b""
    exact = f"{_text(said)}.{_text(signature)}" == token
    return (said, signature) if exact else (b"", b"")
