"""One place or everyone: what the units of a region say to an alarm, and when to doubt the feed."""

from typing import cast

from service.engine.baseline import Baseline
from service.engine.case import Case
from service.engine.entries import Entries, Window
from service.engine.history import History
from service.engine.neighbours import Neighbours
from service.engine.pace_evidence import is_all_late
from service.engine.pacing import PaceState
from service.engine.place import Place
from service.engine.plan import Rule
from service.engine.schedule import Schedule
from service.engine.scored import Scored, What
from service.engine.stream import Stream
from service.engine.zone import DAY_MS, Zone

HOUR = 3_600_000
NOW = 40 * DAY_MS
UTC = Zone("UTC", [(0, 0)])
RULES = [
    Rule("pace", "pace", checkpoints=(50, 100, 200)),
    Rule("pace-region", "pace", "region", checkpoints=(100,)),
]
BASE = Baseline((500, 400, 300), (-250, -350, -400), 1500, 3000, 100_000, (), 1000, 600)


class Stand:
    """Stand in for a case at a place."""

    def __init__(self, place: Place) -> None:
        """Take where it is."""
        self.place = place


def network(late: dict[str, int], cases: int = 12) -> Neighbours:
    """Return the units of a region, with so many late of the cases of the last ten days."""
    units = {name: Place("shop", name, "north", cast("object", None), UTC) for name in late}  # type: ignore[arg-type]
    streams = {}
    for name, count in late.items():
        state = PaceState(RULES[0], Schedule())
        state.base = BASE
        stream = Stream("t", RULES[0], name, state, 7 * DAY_MS, History(RULES[0].checkpoints))
        case = cast(Case, Stand(units[name]))
        for i in range(cases):
            at = NOW - 10 * DAY_MS + i * 20 * HOUR
            stream.items.append(Scored(at, 1, at, f"{name}{i}", 100, What.SCORE, i < count, case))
        streams["pace", name] = stream
    return Neighbours(streams, units, RULES)


def verdict(late: dict[str, int], scope: str, since: int = NOW - 12 * DAY_MS) -> object:
    """Return what is said of an alarm of a unit, or of the region."""
    rule = RULES[scope == "north"]
    return network(late).verdict(rule, scope, since, NOW).get("verdict")


def test_one_unit_stands_alone() -> None:
    """Where only the alarming unit is late it is that unit, and the region's own alarm says so too."""
    late = {"a": 8, "b": 0, "c": 1, "d": 0}
    assert verdict(late, "a") == verdict(late, "north") == "unit"


def test_everybody_is_late() -> None:
    """Where all are late it is the region, whoever gave the alarm."""
    late = {"a": 5, "b": 4, "c": 4, "d": 5}
    assert verdict(late, "a") == verdict(late, "north") == "region"


def test_the_evidence_begins_at_the_last_zero() -> None:
    """What was before the stream stood at zero says nothing: only the days since then are counted."""
    found = network({"a": 8, "b": 8, "c": 8})
    early, late = (found.verdict(RULES[0], "a", NOW - d * DAY_MS, NOW) for d in (12, 2))
    assert early["verdict"] == "region"
    assert late["region_odds"] != early["region_odds"]
    assert late["verdict"] == "unit"


def test_nobody_to_compare_with() -> None:
    """A region of one unit, or one in which nothing is usual yet, gives no verdict."""
    assert verdict({"a": 8}, "a") is None
    found = network({"a": 8, "b": 1})
    for stream in found._streams.values():
        cast(PaceState, stream.head).base = None
    assert found.verdict(RULES[0], "a", NOW - DAY_MS, NOW) == {}


def test_a_day_on_which_nobody_answers_is_doubted() -> None:
    """Nine of ten late of at least five in a day look like a holiday; where most are late, they do not."""
    case = cast(Case, Stand(Place("shop", "a", "north", cast("object", None), UTC)))  # type: ignore[arg-type]

    def day(late: int, kept: int, usual: int = 100_000) -> bool:
        window = Window(Entries())
        for i in range(30):
            window.add(NOW - 3 * DAY_MS + i, None)
        for i in range(late + kept):
            window.add(NOW - HOUR + i, case if i < late else None)
        return is_all_late(window, BASE._replace(usual=usual), NOW)

    assert day(5, 0)
    assert day(18, 2)
    assert not day(17, 3)
    assert not day(4, 0)
    assert not day(20, 0, usual=600_000)
