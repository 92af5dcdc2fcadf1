"""Commitments over HTTP: opened with a count, looked at again, closed; a fourth is refused."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.signal import Level
from service.report.week import last_full_week
from service.store import statements
from tests.alerts.fakes import DIRECTORY, HOUR, NOON, signal
from tests.board.bench import Bench, bench, client

WEEK = last_full_week(NOON, DIRECTORY.zone)
BODY = {
    "touchpoint": "answer-request",
    "at": "region:north",
    "what": "A person answers every request within the hour",
    "leader": "Head of Retail",
    "functions": ["sales", "it"],
    "aim": 2,
    "by": "2026-10-04",
}
URL = "/v1/commitments"


def late(at: Bench, units: Sequence[str], started: int, first: int = 0) -> None:
    """Store a late case of somebody else for each unit, without an answer."""
    counted = (None, None, 0, "", 1, 1)
    times = ("web", started, started + HOUR, None, "late", *counted)
    rows: list[tuple[object, ...]] = [
        ("answer-request", f"n{n}", f"p{n}", u, *times) for n, u in enumerate(units, first)
    ]
    # Somebody asked just now, so the week before is known to its end.
    fresh = (f"k{at.now}", "k", "leeds", "web", at.now, None, None, "open", *counted)
    rows.append(("answer-request", *fresh))
    at.store.call(lambda t: t.many(statements.OUTCOME, rows))


async def opened(by: httpx.AsyncClient, **changes: object) -> dict[str, Any]:
    """Open a commitment and return it."""
    answer = await by.post(URL, json=BODY | changes)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_from_the_beginning_to_the_end(tmp_path: Path) -> None:
    """The service counts the place's people itself, each time; who acted stands in the audit."""
    with bench(tmp_path) as at:
        late(at, ["leeds", "leeds", "york", "kent"], WEEK.begin + HOUR)
        async with client(at, "anna") as anna, client(at, "root") as root:
            one = await opened(anna)
            assert (one["state"], one["count_before"], one["aim"]) == ("open", 3, 2)
            assert (one["per"], one["scope"], one["by"]) == ("region", "north", "2026-10-04")
            at.now += 7 * 24 * HOUR
            late(at, ["york"], WEEK.end + HOUR, first=10)
            looked = (await anna.post(f"{URL}/{one['id'][:4]}/review", json={"note": "x"})).json()
            assert looked["reviews"] == [{"at": at.now, "people": 1, "note": "x"}]
            done = await anna.post(f"{URL}/{one['id']}/close", json={"why": "it stays so"})
            assert (done.json()["state"], done.json()["count_after"]) == ("closed", 1)
            again = await anna.post(f"{URL}/{one['id']}/close", json={"why": "w"})
            assert again.status_code == 409
            assert (
                again.json()["error"] == "this commitment is closed, and a closed one stays closed"
            )
            rows = (await root.get("/v1/audit")).json()
            assert [(row["who"], row["what"]) for row in rows] == [
                ("anna", "close"),
                ("anna", "review"),
                ("anna", "commit"),
            ]


async def test_who_waits(tmp_path: Path) -> None:
    """A commitment may count who waits now, at one unit or in the whole company."""
    with bench(tmp_path) as at:
        late(at, ["leeds", "kent"], NOON - 2 * HOUR)
        late(at, ["leeds"], NOON - HOUR // 2, first=5)
        async with client(at, "anna") as anna:
            one = await opened(anna, at="unit:leeds", counts="waiting")
            assert (one["count_before"], one["counts"]) == (1, "waiting")
            every = await opened(anna, at="company", counts="waiting")
            assert (every["count_before"], every["per"], every["scope"]) == (2, "company", "")


async def test_a_proposal_becomes_one(tmp_path: Path) -> None:
    """The third episode proposes; the proposal has the place, and takes the touchpoint's title."""
    with bench(tmp_path) as at:
        for number in range(2):
            at.now += HOUR
            at.turn(signal(id=f"a{number}", level=Level.CRITICAL, instant=at.now))
        async with client(at, "anna") as anna:
            (proposal,) = (await anna.get(URL, params={"state": "proposed"})).json()
            assert (proposal["episodes"], proposal["per"], proposal["scope"]) == (
                3,
                "unit",
                "leeds",
            )
            body = {"proposal": proposal["id"], "leader": "Head of Retail", "aim": 9}
            placed = await anna.post(URL, json=body | {"by": "2026-10-04", "at": "unit:york"})
            assert placed.status_code == 409
            one = (await anna.post(URL, json=body | {"by": "2026-10-04"})).json()
            assert (one["id"], one["state"], one["episodes"]) == (proposal["id"], "open", 3)
            assert one["what"] == "A person answers a test-drive request"
            assert (await anna.get(URL, params={"state": "proposed"})).json() == []


async def test_a_fourth_is_refused(tmp_path: Path) -> None:
    """Three are open: the fourth is told which command makes room, and leaves nothing."""
    with bench(tmp_path) as at:
        async with client(at, "anna") as anna:
            places = ("region:north", "region:south", "unit:leeds")
            made = [await opened(anna, at=place) for place in places]
            fourth = await anna.post(URL, json=BODY | {"at": "unit:kent"})
            assert fourth.status_code == 409
            assert fourth.json()["error"] == (
                "three commitments are open; close one first: erosion commit close ID"
            )
            assert len((await anna.get(URL)).json()) == 3
            await anna.post(f"{URL}/{made[0]['id']}/close", json={"why": "w"})
            await opened(anna, at="unit:kent")


WRONG = [
    ({"touchpoint": "none"}, 404, "no touchpoint 'none'"),
    ({"at": "region:none"}, 404, "no place 'region:none'"),
    ({"at": "unit:none"}, 404, "no place 'unit:none'"),
    ({"at": "north"}, 404, "no place 'north'"),
    ({"at": "company:x"}, 404, "no place 'company:x'"),
    ({"leader": "anna@aurora.example"}, 409, "a role leads, not a person"),
    ({"leader": " "}, 409, "a role leads, not a person"),
    ({"by": "2026-09-13"}, 409, "its day is over already"),
    ({"by": "9999-12-31"}, 409, "no calendar of ours has 9999-12-31"),
    ({"aim": -1}, 422, "aim"),
    ({"by": "soon"}, 422, "by"),
    ({"counts": "scores"}, 422, "counts"),
    ({"proposal": "none", "touchpoint": "", "at": "company"}, 404, "no such commitment"),
]


@pytest.mark.parametrize(("changes", "status", "said"), WRONG)
async def test_what_cannot_be(
    tmp_path: Path, changes: dict[str, object], status: int, said: str
) -> None:
    """Each mistake has its status and a sentence."""
    with bench(tmp_path) as at:
        async with client(at, "anna") as anna:
            answer = await anna.post(URL, json=BODY | changes)
            assert answer.status_code == status
            assert said in answer.json()["error"]
            assert (await anna.get(URL)).json() == []


async def test_the_same_place_is_promised_once(tmp_path: Path) -> None:
    """Whoever did not hear the answer may ask again: there is one commitment, not two."""
    with bench(tmp_path) as at:
        async with client(at, "anna") as anna:
            await opened(anna)
            again = await anna.post(URL, json=BODY)
            assert (again.status_code, "open already" in again.json()["error"]) == (409, True)
            assert (await anna.post(f"{URL}/none/review", json={})).status_code == 404
            assert len((await anna.get(URL)).json()) == 1
