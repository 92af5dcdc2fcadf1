"""When somebody first acted on an alert is kept, whatever is said of it later."""

from alerts.action import Action, Kind
from alerts.alert import advance
from alerts.answering import answered
from alerts.handling import Handling, Said
from alerts.hours import ALWAYS
from tests.alerts.fakes import signal

HOUR_MS = 3_600_000


def after(*acts: tuple[Kind, int]) -> Handling:
    """Return what is known of an alert after some answers, each so many hours after the first."""
    alert, _ = advance(None, signal())
    for number, (kind, hours) in enumerate(acts):
        action = Action(number, 0, alert.id, kind, f"person {number}")
        alert = answered(alert, action, hours * HOUR_MS, None, ALWAYS).alert
    return alert.handling


def test_the_first_act_counts() -> None:
    """Who takes it again, or tells the customer days later, does not make the first act a late one."""
    assert after((Kind.TAKE, 1), (Kind.TAKE, 70), (Kind.TOLD, 80)).acted_at == HOUR_MS
    assert after((Kind.TOLD, 2), (Kind.TOLD, 70)).acted_at == 2 * HOUR_MS


def test_not_real_is_no_act() -> None:
    """Neither calling it not real nor taking that back is acting on it, also after a restart."""
    found = after((Kind.REFUSE, 1), (Kind.RELEASE, 2))
    assert found.taken is not None
    assert found.acted_at is None
    assert Handling.from_row(found.to_row()).first_act() is None


def test_what_an_older_version_stored() -> None:
    """An alert of before is taken to be acted on when what it holds was said."""
    row = Handling(taken=Said("a", 9, 30), informed=Said("b", 7)).to_row()
    assert "acted_at" not in row
    assert Handling.from_row(row).first_act() == 7
