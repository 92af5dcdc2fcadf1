"""Who may ask for what: tokens with scopes, sessions for pages, and nobody from another site.

Tokens stand in a secret file as hashes, so whoever reads the file can use none of them.  They are
random, not chosen, so one fast hash is enough; a slow one would only let strangers burn our time.
Without that file everybody on this machine may do everything, which is why such a service listens
on loopback only.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

READ, ACT, SILENCE, SEND, ADMIN = "read", "act", "silence", "send", "admin"
SCOPES = (READ, ACT, SILENCE, SEND, ADMIN)
SESSION_S = 12 * 3600
COOKIE = "erosion-session"
_PURPOSE = b"erosion session 1\n"

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Person:
    """Name who asks, and what they may do; an admin may do everything."""

    name: str
    scopes: frozenset[str]

    def may(self, scope: str) -> bool:
        """Tell whether a scope is theirs."""
        return scope in self.scopes or ADMIN in self.scopes


LOCAL = Person("local", frozenset({ADMIN}))


class Access:
    """Know the tokens, and make sessions out of them."""

    def __init__(self, lines: Iterable[str], key: bytes, now_s: Callable[[], int]) -> None:
        """Take lines `NAME SCOPE,SCOPE SHA256`, a key that signs sessions, and a clock."""
        self._people = {hash_: Person(name, scopes) for name, scopes, hash_ in map(_parsed, lines)}
        self._key = key
        self._now_s = now_s

    @property
    def is_open(self) -> bool:
        """Tell whether there are no tokens, so that whoever reaches us may do everything."""
        return not self._people

    def of_token(self, token: str) -> Person | None:
        """Return whose token it is, comparing it with all of them."""
        given = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
        found = [person for hash_, person in self._people.items() if _same(hash_, given)]
        return found[0] if found else None

    def of(self, request: Request) -> Person | None:
        """Return who asks: by a token, or by a session that a page began."""
        if self.is_open:
            return LOCAL
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return self.of_token(token.strip())
        return self._of_session(request.cookies.get(COOKIE, ""))

    def session(self, person: Person) -> str:
        """Return what a cookie holds for a person until the session is over."""
        said = json.dumps([person.name, self._now_s() + SESSION_S]).encode()
        return f"{urlsafe_b64encode(said).decode()}.{self._signed(said)}"

    def _of_session(self, value: str) -> Person | None:
        text, _, signature = value.partition(".")
        try:
            said = urlsafe_b64decode(text.encode("ascii"))
        except ValueError:
            return None
        if not said or not _same(self._signed(said), signature):
            return None
        name, until = json.loads(said)
        # Looked up anew, so that a token that is gone ends its sessions.
        known = [person for person in self._people.values() if person.name == name]
        return known[0] if known and self._now_s() < until else None

    def _signed(self, said: bytes) -> str:
        return hmac.new(self._key, _PURPOSE + said, hashlib.sha256).hexdigest()


def guarded(access: Access, scope: str, handler: Handler, *, login: str = "") -> Handler:
    """Return a handler that only answers whoever has a scope; with `login` others are sent there."""

    async def answer(request: Request) -> Response:
        person = access.of(request)
        if person is None:
            return _to_login(login, request) if login else refusal(401, "a token is needed")
        if not person.may(scope):
            return refusal(403, f"this needs the scope {scope}")
        if request.method not in ("GET", "HEAD") and not is_ours(request):
            return refusal(403, "this came from another site")
        request.state.person = person
        return await handler(request)

    return answer


def _to_login(login: str, request: Request) -> Response:
    """Send somebody to the login, which knows where they wanted to go."""
    if request.method != "GET":
        return RedirectResponse(login, 303)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{login}?to={quote(request.url.path + query, safe='')}", 303)


def is_ours(request: Request) -> bool:
    """Tell whether a change comes from a program, or from a page of our own."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def refusal(status: int, error: str) -> Response:
    """Return an answer that says why not."""
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse({"error": error}, status_code=status, headers=headers)


def token_line(name: str, scopes: Iterable[str], token: str) -> str:
    """Return the line by which a token is known."""
    return f"{name} {','.join(scopes)} {hashlib.sha256(token.encode()).hexdigest()}"


def _parsed(line: str) -> tuple[str, frozenset[str], str]:
    parts = line.split()
    known = len(parts) == 3 and set(parts[1].split(",")) <= set(SCOPES)  # noqa: PLR2004 - three words
    if not known or len(parts[2]) != 2 * hashlib.sha256().digest_size:
        raise ValueError("a line of api_tokens is: NAME SCOPE,SCOPE HASH; make one: erosion token")
    return parts[0], frozenset(parts[1].split(",")), parts[2].lower()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
