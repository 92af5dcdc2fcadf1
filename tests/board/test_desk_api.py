"""The desk over HTTP: what people say is on disk when it is answered, and everybody sees it."""

from pathlib import Path

from alerts.action import Kind
from alerts.signal import Level
from tests.alerts.fakes import HOUR, MINUTE, signal
from tests.board.bench import bench, client


async def test_an_alert_is_taken_and_everybody_sees_whose_it_is(tmp_path: Path) -> None:
    """An answer is 202 and durable; after the desk's turn the alert says who has it."""
    with bench(tmp_path) as at:
        async with client(at, "anna") as anna, client(at, "reader") as reader:
            answer = await anna.post("/v1/alerts/s1/answers", json={"kind": "take", "note": "mine"})
            assert (answer.status_code, answer.json()) == (202, {"number": 1})
            at.turn()
            (alert,) = (await reader.get("/v1/alerts")).json()
            assert alert["taken"]["who"] == "anna"
            assert alert["told"] == ["sales-desk"]
            whole = (await reader.get("/v1/alerts/s")).json()
            assert [row["why"] for row in whole["deliveries"]] == ["first", "taken"]
            assert len(whole["signals"]) == 0


async def test_what_is_not_told_says_why(tmp_path: Path) -> None:
    """A silence is previewed, put into force, listed, and ended; what it muted says so."""
    with bench(tmp_path) as at:
        wanted = {"match": {"region": "north"}, "why": "planned", "minutes": 60}
        async with client(at, "anna") as anna:
            seen = (await anna.post("/v1/silences", json=wanted | {"preview": True})).json()
            assert seen["silence"] is None
            assert [alert["id"] for alert in seen["mutes"]] == ["s1"]
            assert (await anna.get("/v1/silences")).json() == []
            made = (await anna.post("/v1/silences", json=wanted)).json()["silence"]
            assert made["ends"] - made["begins"] == HOUR
            at.now += MINUTE
            at.turn(signal(id="s2", scope="york", level=Level.CRITICAL, customers=2))
            found = (await anna.get("/v1/alerts/s2")).json()
            assert [row["why"] for row in found["waits"]] == ["somebody silenced it"]
            assert found["notices"][0]["detail"] == made["id"]
            assert (await anna.delete(f"/v1/silences/{made['id']}")).status_code == 204
            assert (await anna.delete(f"/v1/silences/{made['id']}")).status_code == 404
            at.now += 10 * MINUTE
            at.turn()
            assert (await anna.get("/v1/alerts/s2")).json()["told"] == ["sales-desk"]


async def test_only_an_admin_mutes_everything_and_nobody_for_long(tmp_path: Path) -> None:
    """A silence needs a scope, a reason and an end within seven days; without a match, an admin."""
    with bench(tmp_path) as at:
        async with client(at, "anna") as anna, client(at, "root") as root:
            everything = {"match": {}, "why": "w", "minutes": 5}
            assert (await anna.post("/v1/silences", json=everything)).status_code == 409
            assert (await root.post("/v1/silences", json=everything)).status_code == 200
            for wrong in (
                everything | {"minutes": 7 * 24 * 60 + 1},
                everything | {"why": ""},
                everything | {"unknown": 1},
            ):
                assert (await root.post("/v1/silences", json=wrong)).status_code == 422
            odd = {"match": {"colour": "red"}, "why": "w", "minutes": 5}
            refused = await anna.post("/v1/silences", json=odd)
            assert refused.status_code == 409
            assert "a silence may name level, touchpoint" in refused.json()["error"]


async def test_every_act_is_in_the_audit(tmp_path: Path) -> None:
    """Who, what, by which way and when; only an admin reads it."""
    with bench(tmp_path) as at:
        async with client(at, "anna") as anna, client(at, "root") as root:
            await anna.post("/v1/alerts/s1/answers", json={"kind": "refuse"})
            made = {"match": {"unit": "leeds"}, "why": "w", "minutes": 5}
            await anna.post("/v1/silences", json=made)
            rows = (await root.get("/v1/audit")).json()
            assert [(row["who"], row["via"], row["what"]) for row in rows] == [
                ("anna", "http", "silence"),
                ("anna", "http", "refuse"),
            ]
            assert (await anna.get("/v1/audit")).status_code == 403


async def test_messages_are_listed_with_what_came_of_them(tmp_path: Path) -> None:
    """Deliveries can be chosen by alert and state."""
    with bench(tmp_path) as at:
        async with client(at, "reader") as reader:
            (row,) = (await reader.get("/v1/deliveries", params={"alert": "s1"})).json()
            assert (row["state"], row["why"], row["detail"]) == ("pending", "first", None)
            assert row["subject"].startswith("ACT NOW - 19 people waiting")
            none = await reader.get("/v1/deliveries", params={"state": "dead"})
            assert none.json() == []
            assert (await reader.get("/v1/deliveries?limit=0")).status_code == 422


async def test_an_unknown_alert_is_not_there(tmp_path: Path) -> None:
    """404 with what to do; an ambiguous beginning names none."""
    with bench(tmp_path) as at:
        at.turn(signal(id="s2"))
        async with client(at, "anna") as anna:
            for name in ("zz", "s"):
                answer = await anna.get(f"/v1/alerts/{name}")
                assert answer.status_code == 404
                assert "erosion alerts" in answer.json()["hint"]


def test_an_answer_to_a_message_is_one_to_each_of_its_alerts(tmp_path: Path) -> None:
    """A button under a message about two alerts takes both."""
    with bench(tmp_path) as at:
        at.turn(*(signal(id=name, scope="york", rule=name) for name in ("a", "b")))
        at.now += 10 * MINUTE
        at.turn()
        (row,) = [r for r in at.office.lookup.deliveries("", "a", 9) if len(r["alerts"]) > 1]
        assert at.office.answer_delivery(row["key"], Kind.TAKE, "slack:U1", "slack") == 2
        at.turn()
        taken = [alert.handling.taken for alert in at.office.lookup.alerts() if alert.id != "s1"]
        assert [said.who for said in taken if said] == ["slack:U1", "slack:U1"]
