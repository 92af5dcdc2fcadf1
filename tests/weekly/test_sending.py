"""A page is filed once for each week and receiver, by whoever comes first, and kept as it was sent."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from alerts.outbox import OutboxRow
from service.report.week import week_named
from service.store.database import Database, open_store
from service.store.digests import listed, sent_page
from service.store.transaction import Transaction
from service.weekly.schedule import DAY_MS
from tests.live.postgres import Cluster
from tests.weekly.desks import (
    HOUR_MS,
    MINUTE_MS,
    SEVEN,
    WAYS,
    WEEK,
    ZONE,
    Desk,
    Wall,
    fill,
    messages,
    sent,
    world_in,
)

ALL = [("2026-W38", who) for who in WAYS]


@pytest.fixture
def store(address: str) -> Iterator[Database]:
    """Return a store of either kind in which a week was lived."""
    found = open_store(address)
    fill(found)
    yield found
    found.close()


@pytest.fixture
def desk(store: Database, address: str, tmp_path: Path) -> Iterator[Desk]:
    """Return a desk at seven on Monday."""
    found = Desk(store, address, world_in(tmp_path / "config"), Wall())
    yield found
    found.close()


def test_once_for_each_receiver(desk: Desk, address: str) -> None:
    """A minute before seven nothing, at seven a page for each, and never again in the week."""
    desk.wall.now = SEVEN - MINUTE_MS
    assert desk.look() == 0
    desk.wall.now = SEVEN
    assert desk.look() == 3
    for minutes in (0, 1, 60, 24 * 60, 6 * 24 * 60):
        desk.wall.now = SEVEN + minutes * MINUTE_MS
        assert desk.look() == 0
    assert sent(address) == ALL
    assert messages(address) == sorted(WAYS.items())


def test_what_is_kept_is_what_was_sent(desk: Desk, store: Database) -> None:
    """The page is kept with its data, its text, its HTML and its language, and every way has it."""
    desk.look()
    kept = sent_page(desk.reads, "2026-W38")
    assert kept is not None
    assert (kept.receiver, kept.at, kept.body["language"]) == ("boss", SEVEN, "en")
    assert kept.body["data"]["people"]["late"] == 5
    assert kept.body["html"].startswith("<!doctype html>")
    assert {row["receiver"] for row in listed(desk.reads, 10)} == {*WAYS}
    bodies = [row[0] for row in store.rows("SELECT body FROM outbox ORDER BY number")]
    filed = [OutboxRow.from_row(json.loads(body)) for body in bodies]
    assert {row.text for row in filed} == {kept.body["text"]}
    assert {row.subject for row in filed} == {kept.body["subject"]}
    carried = {row.channel: row.page for row in filed}
    assert carried["webhook"] is not None
    assert carried["webhook"].data == kept.body["data"]
    assert carried["email"] is not None
    assert "let down of" in carried["email"].html
    assert len({row.key for row in filed}) == sum(WAYS.values())


def test_of_two_who_made_it_one_files_it(desk: Desk, store: Database, address: str) -> None:
    """Another desk files the page between our reading and our writing: ours files nothing."""
    other = Desk(store, address, desk.world, desk.wall)
    write = desk.call
    others: list[int] = []

    def late(work: Callable[[Transaction], object]) -> object:
        others.append(other.look())
        return write(work)

    desk.weekly._call = late
    assert desk.look() == 0
    assert others == [3, 0, 0]
    assert (sent(address), messages(address)) == (ALL, sorted(WAYS.items()))
    other.close()


def test_four_desks_at_once(postgres: Cluster, tmp_path: Path) -> None:
    """Four desks on one server that all hold the page in their hands file it once, again and again."""
    address = postgres.fresh()
    stores = [open_store(address) for _ in range(4)]
    weeks = [week_named(f"2026-W{number}", ZONE) for number in range(30, 40)]
    fill(stores[0], weeks)
    world, wall, start = world_in(tmp_path / "config"), Wall(), Barrier(4)
    desks = [Desk(store, address, world, wall) for store in stores]
    for found in desks:
        write = found.call
        found.weekly._call = lambda work, write=write: (start.wait(10), write(work))[1]  # type: ignore[misc]
    with ThreadPoolExecutor(4) as pool:
        for week in weeks:
            wall.now = week.end + 7 * HOUR_MS
            assert sum(pool.map(lambda one: one.look(), desks)) == 3
    assert sent(address) == sorted((week.name, who) for week in weeks for who in WAYS)
    assert messages(address) == [(who, 10 * count) for who, count in sorted(WAYS.items())]
    for found in desks:
        found.close()
        found.store.close()


def test_a_late_start_sends_the_newest_only(desk: Desk, store: Database, address: str) -> None:
    """Who comes back after three weeks sends the last of them, and the others never by itself."""
    weeks = [week_named(f"2026-W{number}", ZONE) for number in (39, 40)]
    fill(store, (WEEK, *weeks))
    desk.wall.now = weeks[-1].end + 3 * DAY_MS
    assert desk.look() == 3
    assert {row[0] for row in sent(address)} == {"2026-W40"}


def test_a_week_without_anything_is_not_sent(desk: Desk, address: str) -> None:
    """Nothing is stored for the week before or behind: there is no page, and none is invented."""
    for now in (SEVEN - 7 * DAY_MS, SEVEN + 7 * DAY_MS, SEVEN + 9 * DAY_MS):
        desk.wall.now = now
        assert desk.look() == 0
    assert sent(address) == []


def test_data_that_do_not_reach_the_end(desk: Desk, address: str) -> None:
    """It waits for the data, a day at most; then the page says until when they reach."""
    desk.wall.reach = WEEK.end - 30 * HOUR_MS
    assert desk.look() == 0
    desk.wall.now = SEVEN + DAY_MS - MINUTE_MS
    assert desk.look() == 0
    desk.wall.now += MINUTE_MS
    assert desk.look() == 3
    kept = sent_page(desk.reads, "2026-W38")
    assert kept is not None
    assert "The data reach until Sat 19 Sep 18:00; what came later is missing." in kept.body["text"]
    assert sent(address) == ALL


def test_data_that_reach_are_not_mentioned(desk: Desk) -> None:
    """Where the data pass the week, no line speaks of their end."""
    desk.wall.reach = WEEK.end
    assert desk.look() == 3
    kept = sent_page(desk.reads, "2026-W38")
    assert kept is not None
    assert "The data reach until" not in kept.body["text"]


def test_a_changed_receiver_holds_from_the_next_look(
    desk: Desk, tmp_path: Path, address: str
) -> None:
    """Who is added after the page went out gets it within a minute; who had it gets it no more."""
    desk.world = world_in(tmp_path / "first", "digest: {to: boss, when: mon 07:00}\n")
    assert desk.look() == 1
    desk.world = world_in(tmp_path / "then", "digest: {to: [ceo, boss], when: mon 07:00}\n")
    assert desk.look() == 1
    desk.world = world_in(tmp_path / "off", "")
    desk.wall.now += 7 * DAY_MS
    assert desk.look() == 0
    assert sent(address) == ALL[:2]


def test_definitions_have_a_hash_of_their_own(tmp_path: Path) -> None:
    """Another promise is another hash; another receiver or hour is not."""
    from service.weekly.sending import made_of  # noqa: PLC0415 - only here

    world = world_in(tmp_path / "one")
    other = world_in(tmp_path / "two", "digest: {to: ceo, when: fri 16:00}\n")
    assert made_of(world) == made_of(other)
    touchpoint = world.settings.configuration.touchpoints["answer"]
    changed = touchpoint.model_copy(update={"title": "Somebody calls"})
    configuration = world.settings.configuration.model_copy(
        update={"touchpoints": {"answer": changed}}
    )
    settings = replace(world.settings, configuration=configuration)
    assert made_of(replace(world, settings=settings)) != made_of(world)
