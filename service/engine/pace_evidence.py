"""What an alert of the rule `pace` rests on, in whole cases."""

from service.engine.baseline import PPM, Baseline
from service.engine.case import Case
from service.engine.entries import Window
from service.engine.waiting import CASES_SHOWN
from service.engine.zone import DAY_MS

# So many cases of a day, nine of ten late, look like a holiday or a feed, not like people.
DAY_CASES = 5


def evidence(window: Window, base: Baseline | None, late: list[Case]) -> dict[str, object]:
    """Return how many were kept and late since it stood at zero, and how many usually are."""
    found: dict[str, object] = {
        "kept": window.cases - window.late,
        "late": window.late,
        "cases": [case.id for case in late[-CASES_SHOWN:]],
    }
    if base is not None:
        usual = (window.cases * (PPM - base.usual) + PPM // 2) // PPM
        found |= {"usual": usual, "baseline": base._asdict()}
    return found


def is_all_late(window: Window, base: Baseline | None, instant: int) -> bool:
    """Tell whether nearly nobody has answered anything for a day, where most usually do (03, 4.6)."""
    if base is None or base.usual * 2 >= PPM:
        return False
    day = [case for at, case in window.rows() if at > instant - DAY_MS]
    late = sum(case is not None for case in day)
    return len(day) >= DAY_CASES and late * 10 >= len(day) * 9
