"""The weekly pages on the board: listed, shown as they were sent, and only behind the login."""

from pathlib import Path

from service.store.digests import Sent, keep
from service.store.tables import MAIN
from tests.alerts.fakes import HOUR, NOON
from tests.board.bench import Bench, bench, client

PAGE = "<!doctype html><html lang='en'><title>week</title><p>164 people asked</p></html>"


def sent(at: Bench, week: str, receiver: str, when: int, html: str = PAGE) -> None:
    """Keep a page as if it had been sent."""
    data = {"week": {"name": week}}
    body = {"subject": week, "language": "en", "text": "words", "html": html, "data": data}
    at.store.call(lambda work: keep(work, Sent(week, receiver, when, "abc", body), (), MAIN))


async def test_pages_are_listed_and_shown_as_sent(tmp_path: Path) -> None:
    """The newest week first, each once with all who had it; the page is the bytes that were kept."""
    with bench(tmp_path) as at:
        async with client(at, "reader") as reader:
            assert "No page was sent yet." in (await reader.get("/digests")).text
            sent(at, "2026-W36", "cco", NOON - HOUR)
            sent(at, "2026-W37", "cco", NOON)
            sent(at, "2026-W37", "cfo", NOON + 1, PAGE.replace("164", "1"))
            listed = (await reader.get("/digests")).text
            assert listed.index("2026-W37") < listed.index("2026-W36")
            assert "cco and cfo" in listed
            shown = await reader.get("/digests/2026-W37")
            assert shown.text == PAGE
            assert "script-src" not in shown.headers["content-security-policy"]
            assert shown.headers["content-security-policy"].startswith("default-src 'none';")
            assert (await reader.get("/digests/2026-W01")).status_code == 404


async def test_pages_as_data(tmp_path: Path) -> None:
    """The interface lists week, receiver and instant, and shows a page's words and data."""
    with bench(tmp_path) as at:
        sent(at, "2026-W37", "cco", NOON)
        async with client(at, "reader") as reader:
            (row,) = (await reader.get("/v1/digests")).json()
            assert row == {"week": "2026-W37", "receiver": "cco", "at": NOON}
            found = (await reader.get("/v1/digests/2026-W37")).json()
            assert found == row | {
                "made_of": "abc",
                "subject": "2026-W37",
                "language": "en",
                "text": "words",
                "page": {"week": {"name": "2026-W37"}},
            }
            assert (await reader.get("/v1/digests/2026-W01")).status_code == 404


async def test_only_behind_the_login(tmp_path: Path) -> None:
    """Without a token one is sent to the login; who may only send events reads no page."""
    with bench(tmp_path) as at:
        async with client(at) as nobody, client(at, "sender") as sender:
            for path in ("/digests", "/digests/2026-W37"):
                assert (
                    (await nobody.get(path)).headers["location"].startswith("/login?to=%2Fdigests")
                )
                assert (await sender.get(path)).status_code == 403
            assert (await nobody.get("/v1/digests")).status_code == 401
