"""The page of open alerts: those with most people first, who has one, and the ways from it."""

import re
from dataclasses import replace
from pathlib import Path

from alerts.action import Kind
from alerts.signal import Level
from tests.alerts.fakes import signal
from tests.alerts.office import office
from tests.board.bench import bench, client

TOPIC = signal().touchpoint
ADDRESS = "https://grafana.example/d/erosion-unit?var-unit={unit}&from={from}&to={to}"


def seen(html: str) -> str:
    """Return what a reader sees."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


async def test_the_loudest_and_those_with_most_people_stand_first(tmp_path: Path) -> None:
    """A warning of many comes behind a critical alert of few, and before a warning of fewer."""
    with bench(tmp_path) as at:
        at.turn(
            signal(id="few", rule="b", level=Level.WARNING, scope="leeds", customers=2),
            signal(id="many", rule="c", level=Level.WARNING, scope="york", customers=90),
        )
        async with client(at, "reader") as reader:
            html = (await reader.get("/alerts")).text
            order = [html.index(f'note">{name}<') for name in ("s1", "many", "few")]
            assert order == sorted(order)
            assert seen(html).count("nobody yet") == 3
            only = (await reader.get("/alerts", params={"unit": "leeds"})).text
            assert 'note">few<' in only
            assert 'note">many<' not in only
            none = await reader.get("/alerts", params={"touchpoint": "another"})
            assert "No alert is open." in none.text


async def test_who_has_one_is_not_named(tmp_path: Path) -> None:
    """The page says that somebody has it; the name is for the audit."""
    with bench(tmp_path) as at:
        at.office.answer("s1", Kind.TAKE, "anna", "page", "")
        at.turn()
        async with client(at, "reader") as reader:
            html = (await reader.get("/alerts")).text
    assert "somebody has it" in html
    assert "anna" not in html


async def test_the_ways_from_a_row(tmp_path: Path) -> None:
    """A row leads to who waits there, and to the dashboard of its place and time."""
    known = office()
    topic = replace(known.topics[TOPIC], dashboard=ADDRESS)
    with bench(tmp_path, replace(known, topics={TOPIC: topic})) as at:
        at.turn(signal(id="here", rule="b", scope="leeds"))
        async with client(at, "reader") as reader:
            html = (await reader.get("/alerts", params={"unit": "leeds"})).text
            assert 'href="/waiting?unit=leeds"' in html
            (alert,) = [one for one in at.office.lookup.alerts() if one.id == "here"]
            begin = alert.opened_at - 24 * 3_600_000
            address = f"erosion-unit?var-unit=leeds&amp;from={begin}&amp;to=now"
            assert address in html
            assert '<a href="/digests">The weekly pages</a>' in html
            waiting = await reader.get("/waiting", params={"unit": "leeds"})
            assert "Nobody waits past a mark." in waiting.text
        async with client(at) as stranger:
            away = await stranger.get("/alerts", params={"unit": "leeds"})
            assert away.headers["location"] == "/login?to=%2Falerts%3Funit%3Dleeds"
