"""People who were reached: spoken to, not merely gone."""

from service.report.reached import SOON_MS, Reached, reached_of
from tests.report.lived import HOUR_MS, case

NAMED = {("answer", case(1).case): case(1).started + HOUR_MS}


def test_who_gives_up_was_not_reached() -> None:
    """An answer within two hours of the warning counts, a cancellation or a break does not."""
    late = case(1, "late", took=HOUR_MS + SOON_MS)
    assert reached_of(NAMED, [late]) == Reached(1, 1, 0)
    assert reached_of(NAMED, [late._replace(answered=False)]) == Reached(1, 0, 0)
    assert reached_of(NAMED, [case(1, "late", took=2 * HOUR_MS + SOON_MS)]) == Reached(1, 0, 0)


def test_who_goes_on() -> None:
    """To be served at another touchpoint after the warning is to go on; before it was not."""
    drove = case(1, "kept", touchpoint="drive", took=5 * HOUR_MS)
    assert reached_of(NAMED, [case(1, "late", took=None), drove]) == Reached(1, 0, 1)
    before = case(1, "kept", touchpoint="drive", took=HOUR_MS // 2)
    assert reached_of(NAMED, [case(1, "late", took=None), before]) == Reached(1, 0, 0)
    assert reached_of({}, [drove]) is None


def test_a_promise_that_was_broken_at_once() -> None:
    """It was broken when something broke it, not when it would have been due."""
    row = case(1, "late", took=HOUR_MS // 4)
    assert row.due is not None
    assert row.broken_at == row.started + HOUR_MS // 4 < row.due
