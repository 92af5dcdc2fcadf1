"""The auditor finds what was planted, and nothing where all is well."""

import json
from dataclasses import replace
from pathlib import Path

from alerts.action import Kind
from alerts.handling import Handling
from service.hosts.auditor import Auditor
from service.store.audit import Finding
from service.store.requests import By, ask
from tests.alerts.fakes import HOUR, MINUTE, NOON
from tests.board.bench import Bench, bench


def planted(at: Bench, handling: Handling) -> None:
    """Store an alert with a record that no desk would leave."""
    alert = replace(at.office.alert("s1"), handling=handling)
    body = alert.to_row()
    at.store.call(
        lambda work: work.many("UPDATE alert SET body = ? WHERE id = ?", [(_json(body), "s1")])
    )


def _json(value: object) -> str:

    return json.dumps(value)


def test_where_all_is_well_nothing_is_found(tmp_path: Path) -> None:
    """An alert that was told, its message on its way for a minute."""
    with bench(tmp_path) as at:
        assert Auditor(at.reads, lambda: NOON + MINUTE).look() == set()


def test_a_message_that_stands_still_is_found(tmp_path: Path) -> None:
    """After ten minutes without an end."""
    with bench(tmp_path) as at:
        (row,) = at.office.lookup.deliveries("", "", 9)
        found = Auditor(at.reads, lambda: NOON + 11 * MINUTE).look()
        assert found == {Finding("message stuck", row["key"])}


def test_planted_records_are_found(tmp_path: Path) -> None:
    """A loud alert of which nobody was told, and a timer that did not go off."""
    with bench(tmp_path) as at:
        planted(at, Handling(loud_since=NOON - HOUR))
        auditor = Auditor(at.reads, lambda: NOON)
        assert auditor.look() == {Finding("nobody told", "s1")}
        planted(at, replace(Handling(loud_since=NOON - HOUR), next_at=NOON - HOUR))
        assert Finding("timer overdue", "s1") in auditor.look()


def test_an_answer_that_nobody_takes_up_is_found(tmp_path: Path) -> None:
    """The desk stands still, so what somebody said two minutes ago still waits."""
    with bench(tmp_path) as at:
        at.store.call(lambda work: ask(work, By("anna", "http", NOON), "s1", Kind.TAKE, ""))
        assert Auditor(at.reads, lambda: NOON + MINUTE).look() == set()
        found = Auditor(at.reads, lambda: NOON + 3 * MINUTE).look()
        assert found == {Finding("answer not taken up", "1")}
        at.turn()
        assert Auditor(at.reads, lambda: NOON + 3 * MINUTE).look() == set()
