"""What is stored, as metrics: people by how long they wait, units up to a ceiling, never a person."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest

from service.board.unit_measures import OTHER, UNITS_MAX, most
from service.engine.values import Reading, Waiting
from service.errors import ErosionError
from service.store.measures import BANDS
from service.store.transaction import Transaction
from tests.alerts.fakes import HOUR, NOON, signal
from tests.alerts.office import office
from tests.board.bench import Bench, bench, client

DAY = "2026-09-20"
TOPIC = next(iter(office().topics))


def waits(
    number: int, since: int, unit: str = "d014", customer: str = "", mark: int = 100
) -> Waiting:
    """Return somebody who waits."""
    name = customer or f"k{number}"
    return Waiting(TOPIC, f"c{number}", name, unit, since, since, mark, since)


def filled(at: Bench, waiting: list[Waiting], readings: list[Reading]) -> None:
    """Store who waits and what was counted."""

    def work(transaction: Transaction) -> None:
        counts = {row[:4]: row[4:] for row in readings}
        transaction.replace_results((), counts, waiting)

    at.store.call(work)


def value(text: str, line: str) -> float | None:
    """Return the value of one series."""
    found = [row for row in text.splitlines() if row.startswith(line + " ")]
    return float(found[0].rpartition(" ")[2]) if found else None


async def test_people_by_how_long_they_wait(tmp_path: Path) -> None:
    """Each person counts once in a band, a watch mark is no broken promise, and empty bands are 0."""
    rows = [waits(1, NOON - HOUR // 2), waits(2, NOON - 2 * HOUR, customer="k")]
    # The same person waits a second time, for less: by the longest wait they stand in one band.
    rows += [waits(3, NOON - 60_000, customer="k"), waits(4, NOON - 200 * HOUR)]
    rows.append(waits(5, NOON - HOUR, mark=50))
    with bench(tmp_path) as at:
        filled(at, rows, [])
        async with client(at, "reader") as reader:
            text = (await reader.get("/metrics")).text
    found = {
        band: value(text, f'erosion_people_waiting{{band="{band}",touchpoint="{TOPIC}"}}')
        for band in BANDS
    }
    assert list(found.values()) == [1, 1, 0, 0, 1]
    assert value(text, "erosion_commitments_open") == 0
    assert "erosion_touchpoint_info{" in text


async def test_two_thousand_units_and_fifteen_touchpoints(tmp_path: Path) -> None:
    """The page of metrics stays small whatever the network; that of units has 200 of them and the rest."""
    names = [f"t{number}" for number in range(15)]
    readings = [
        Reading(DAY, name, f"unit-{unit:04}", "web", 3, unit % 7, 0, 0, 1)
        for name in names
        for unit in range(2000)
    ]
    people = [waits(n, NOON - 2 * HOUR, f"unit-{n % 300:04}") for n in range(3000)]
    topics = {name: replace(office().topics[TOPIC], id=name) for name in (TOPIC, *names)}
    with bench(tmp_path, replace(office(), topics=topics)) as at:
        filled(at, people, readings)
        async with client(at, "reader") as reader:
            whole = (await reader.get("/metrics")).content
            units = (await reader.get("/metrics/units")).text
    assert len(whole) < 1_000_000
    assert len(units) < 1_000_000
    assert b'unit="' not in whole
    named = {
        line.split('unit="')[1].split('"')[0] for line in units.splitlines() if 'unit="' in line
    }
    assert len(named) == UNITS_MAX + 1
    assert OTHER in named
    counted = [
        line for line in units.splitlines() if line.startswith("erosion_unit_people_waiting{")
    ]
    assert sum(float(line.rpartition(" ")[2]) for line in counted) == len(people)


async def test_alerts_that_have_no_touchpoint_are_counted_together(tmp_path: Path) -> None:
    """Two touchpoints that a reload took away are one series, whose count is the sum."""
    with bench(tmp_path) as at:
        at.turn(*(signal(id=f"g{n}", touchpoint=f"gone-{n % 2}", rule=f"r{n}") for n in range(3)))
        async with client(at, "reader") as reader:
            text = (await reader.get("/metrics")).text
    labels = 'level="warning",owner="",taken="false",touchpoint=""'
    assert value(text, f"erosion_alerts_open{{{labels}}}") == 3
    lines = [
        line.rpartition(" ")[0] for line in text.splitlines() if "erosion_alerts_open{" in line
    ]
    assert len(lines) == len(set(lines))


def test_who_waits_goes_before_who_was_let_down() -> None:
    """Units are chosen by the people who wait, then by the broken promises, then by name."""
    waiting = {("a", "u1"): 2, ("b", "u1"): 2, ("a", "u2"): 3}
    late = {("a", f"v{number:03}"): number for number in range(300)}
    shown = most(waiting, late)
    assert {"u1", "u2", "v299"} <= shown
    assert "v001" not in shown
    assert len(shown) == UNITS_MAX


def away(*_: object) -> None:
    """Be a store that refuses."""
    raise ErosionError("the database does not answer", "start it")


def hanging(*_: object) -> None:
    """Be a store that does not answer for long."""
    sleep(0.5)


@pytest.mark.parametrize("answer_of_store", [away, hanging])
async def test_what_the_process_knows_is_told_while_the_store_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer_of_store: Callable[..., None]
) -> None:
    """A store that does not answer takes only its own metrics with it, and not for long."""
    monkeypatch.setattr("service.board.app.STORE_S", 0.05)
    with bench(tmp_path) as at:
        monkeypatch.setattr(at.reads, "tuples", answer_of_store)
        async with client(at, "reader") as reader:
            answer = await reader.get("/metrics")
    assert answer.status_code == 200
    assert "erosion_events_total" in answer.text
    assert "erosion_people_waiting" not in answer.text
