"""Who may ask for what: scopes, sessions, other sites, links that are good once, Slack's signature."""

import hashlib
import hmac
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from alerts.links import link
from service.board.access import COOKIE
from service.board.people import access_of
from service.errors import ConfigurationError
from service.hosts.clock import now_ms
from service.settings import ProcessSettings, Secrets
from tests.alerts.fakes import HOUR
from tests.board.bench import LINK_KEY, SLACK_KEY, Bench, bench, client

SCOPED = [
    ("GET", "/v1/alerts", "read"),
    ("GET", "/v1/alerts/s1", "read"),
    ("POST", "/v1/alerts/s1/answers", "act"),
    ("GET", "/v1/silences", "read"),
    ("POST", "/v1/silences", "silence"),
    ("DELETE", "/v1/silences/x", "silence"),
    ("GET", "/v1/deliveries", "read"),
    ("GET", "/v1/waiting", "read"),
    ("POST", "/v1/waiting/t/c/told", "act"),
    ("GET", "/v1/commitments", "read"),
    ("POST", "/v1/commitments", "act"),
    ("POST", "/v1/commitments/x/review", "act"),
    ("POST", "/v1/commitments/x/close", "act"),
    ("GET", "/v1/audit", "admin"),
    ("GET", "/openapi.json", "read"),
    ("GET", "/metrics", "read"),
    ("GET", "/metrics/units", "read"),
]


@pytest.mark.parametrize(("method", "path", "scope"), SCOPED)
async def test_every_path_needs_its_scope(
    tmp_path: Path, method: str, path: str, scope: str
) -> None:
    """Nobody is told what is missing before they have shown who they are."""
    with bench(tmp_path) as at:
        async with client(at) as nobody, client(at, "sender") as sender:
            answer = await nobody.request(method, path)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert (await sender.request(method, path)).status_code == 403
        async with client(at, "root") as root:
            assert (await root.request(method, path)).status_code not in (401, 403, 500), scope


async def test_health_needs_no_token(tmp_path: Path) -> None:
    """An orchestrator may ask without one."""
    with bench(tmp_path) as at:
        async with client(at) as nobody:
            assert (await nobody.get("/live")).status_code == 200
            assert (await nobody.get("/ready")).status_code == 200


async def test_without_tokens_everybody_here_may(tmp_path: Path) -> None:
    """The first minute needs no login; another site still may not act."""
    with bench(tmp_path) as at:
        async with client(at, is_open=True) as local:
            take = {"json": {"kind": "take"}}
            assert (await local.post("/v1/alerts/s1/answers", **take)).status_code == 202  # type: ignore[arg-type]
            for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
                answer = await local.post("/v1/alerts/s1/answers", headers=headers, **take)  # type: ignore[arg-type]
                assert answer.status_code == 403
            plain = await local.post("/v1/alerts/s1/answers", content=b'{"kind": "take"}')
            assert plain.status_code == 415


async def test_the_page_is_behind_a_login(tmp_path: Path) -> None:
    """A token begins a session; the page shows nothing without one, and a wrong token is told so."""
    with bench(tmp_path) as at:
        async with client(at) as browser:
            away = await browser.get("/waiting")
            assert (away.status_code, away.headers["location"]) == (303, "/login?to=%2Fwaiting")
            wrong = await browser.post("/login", data={"token": "no"})
            assert (wrong.status_code, "not known" in wrong.text) == (401, True)
            right = await browser.post("/login", data={"token": "token-of-reader"})
            assert (right.status_code, right.headers["location"]) == (303, "/waiting")
            cookie = right.headers["set-cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=lax" in cookie
            page = await browser.get("/waiting")
            assert (page.status_code, "Nobody waits" in page.text) == (200, True)
            assert "default-src 'none'" in page.headers["content-security-policy"]
            told = await browser.post("/waiting", data={"touchpoint": "t", "case": "c"})
            assert told.status_code == 403, "a reader does not act"
            at.now += 13 * HOUR
            assert (await browser.get("/waiting")).status_code == 303, "the session is over"


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("/alerts?unit=leeds", "/alerts?unit=leeds"),
        ("/digests/2026-W37", "/digests/2026-W37"),
        ("https://evil.example/alerts", "/waiting"),
        ("//evil.example/alerts", "/waiting"),
        ("/alertsx", "/waiting"),
        ("/v1/audit", "/waiting"),
        ("", "/waiting"),
    ],
)
async def test_a_login_leads_to_what_was_wanted(tmp_path: Path, wanted: str, shown: str) -> None:
    """Who follows a link of a dashboard comes there after the login; nowhere but to our pages."""
    with bench(tmp_path) as at:
        async with client(at) as browser:
            form = (await browser.get("/login", params={"to": wanted})).text
            assert f'value="{shown}"' in form
            answer = await browser.post("/login", data={"token": "token-of-reader", "to": wanted})
            assert answer.headers["location"] == shown


@pytest.mark.parametrize("value", ["", "x", "e30=.00", "W10=.", "é"])
async def test_a_forged_session_is_nobody(tmp_path: Path, value: str) -> None:
    """What we did not sign begins no session."""
    with bench(tmp_path) as at:
        async with client(at) as browser:
            headers = {b"Cookie": f"{COOKIE}={value}".encode()}
            assert (await browser.get("/waiting", headers=headers)).status_code == 303


async def test_a_link_shows_first_acts_once_and_ends(tmp_path: Path) -> None:
    """A scanner that opens every link changes nothing; the button works once; later it is too late."""
    with bench(tmp_path) as at:
        (row,) = at.office.lookup.deliveries("", "s1", 1)
        until = at.now + HOUR
        path = link("", LINK_KEY, row["key"], "take", "sales-desk", until)
        async with client(at) as browser:
            for _ in range(3):
                shown = await browser.get(path)
                assert (shown.status_code, "19 people waiting" in shown.text) == (200, True)
            at.turn()
            assert _taken(at) is None
            assert (await browser.post(path)).status_code == 200
            assert (await browser.post(path)).status_code == 410
            at.turn()
            assert _taken(at) == "mail:sales-desk"
            at.now = until
            assert (await browser.get(path)).status_code == 410
            assert (await browser.get(path[:-1])).status_code == 410


def _taken(at: Bench) -> str | None:
    said = at.office.alert("s1").handling.taken
    return said.who if said else None


async def test_slack_is_believed_by_its_signature(tmp_path: Path) -> None:
    """A signed tap takes the alert; unsigned, changed, or sent again it does nothing."""
    with bench(tmp_path) as at:
        (row,) = at.office.lookup.deliveries("", "s1", 1)
        action = {"action_id": "take", "value": row["key"]}
        payload = {"type": "block_actions", "user": {"id": "U42"}, "actions": [action]}
        body = urlencode({"payload": json.dumps(payload)}).encode()
        stamp = str(at.now // 1000)
        base = b"v0:" + stamp.encode() + b":" + body
        signature = "v0=" + hmac.new(SLACK_KEY.reveal().encode(), base, hashlib.sha256).hexdigest()
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        async with client(at) as slack:
            post = slack.post
            assert (await post("/slack/actions", content=body)).status_code == 401
            changed = await post("/slack/actions", content=body + b"x", headers=headers)
            assert changed.status_code == 401
            assert (await post("/slack/actions", content=body, headers=headers)).status_code == 200
            assert (await post("/slack/actions", content=body, headers=headers)).status_code == 401
        at.turn()
        assert _taken(at) == "slack:U42"


@pytest.mark.parametrize(
    ("changes", "lines", "is_right"),
    [
        ({"bind": "0.0.0.0:8080"}, "", False),
        ({"bind": "0.0.0.0:8080"}, f"a read {'0' * 64}", False),
        ({"bind": "0.0.0.0:8080", "behind_proxy": "yes"}, "", False),
        ({"bind": "0.0.0.0:8080", "behind_proxy": "yes"}, f"a read {'0' * 64}", True),
        (
            {"bind": "192.0.2.1:80", "tls_cert": Path("c"), "tls_key": Path("k")},
            f"a read {'0' * 64}",
            True,
        ),
        ({"bind": "127.0.0.1:8080"}, "", True),
        ({"bind": "[::1]:8080"}, "", True),
        ({"bind": "127.0.0.1:8080"}, "a everything x", False),
    ],
)
def test_nobody_outside_reaches_a_service_without_login(
    tmp_path: Path, changes: dict[str, object], lines: str, is_right: bool
) -> None:
    """A public address needs tokens and a protected way; a line that cannot be read is an error."""
    if lines:
        (tmp_path / "api_tokens").write_text(lines)
        (tmp_path / "api_tokens").chmod(0o600)
    process = ProcessSettings(**changes)  # type: ignore[arg-type]
    if is_right:
        access_of(process, Secrets.read(tmp_path), now_ms)
    else:
        with pytest.raises(ConfigurationError):
            access_of(process, Secrets.read(tmp_path), now_ms)
