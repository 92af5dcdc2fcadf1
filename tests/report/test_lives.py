"""A person is a customer or is not: the steps between are all that joined and left can mean."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.report.assets import Ledger, assets_of, marble_of
from service.report.lives import Deed, Did, Lives, Step, in_order, steps_of
from service.report.week import Week

DAY = 86_400_000
WEEK_MS = 7 * DAY
LAPSED = {"default": 20 * DAY, "business": 9 * DAY}
WEEKS = [Week(f"w{n}", n * WEEK_MS, (n + 1) * WEEK_MS) for n in range(10)]
END = WEEKS[-1].end

DEEDS = st.lists(
    st.builds(
        Deed,
        st.sampled_from("abc"),
        st.integers(0, 69).map(lambda day: day * DAY + DAY // 2),
        st.sampled_from(list(Did)),
        st.integers(0, 10**6).map(str),
        st.sampled_from(["", "families", "business"]),
        st.integers(-500, 500),
        st.sampled_from(["", "price", "too late", "gold", "silver"]),
        st.sampled_from(["gold", "silver", ""]),
    ),
    max_size=40,
)


def deed(day: float, did: Did, customer: str = "a", **more: object) -> Deed:
    """Return a deed of a day."""
    return Deed(customer, int(day * DAY), did, f"{day}", **more)  # type: ignore[arg-type]


def told(steps: list[Step]) -> list[tuple[float, str]]:
    """Return the days and kinds of steps."""
    return [(step.time / DAY, step.how) for step in steps]


def customers_at(steps: list[Step], instant: int) -> int:
    """Count customers by looking at each one's last step before, or the next one after."""
    count = 0
    for name in {step.customer for step in steps}:
        mine = [step for step in steps if step.customer == name]
        before = [step for step in mine if step.time < instant]
        count += before[-1].joined if before else not mine[0].joined
    return count


@given(DEEDS)
def test_joined_minus_left_is_the_change(deeds: list[Deed]) -> None:
    """In every week, joined minus left is by how many customers the company has more."""
    steps = steps_of(deeds, LAPSED, END)
    ledger = Ledger(deeds, steps, ("silver", "gold"), ("families",))
    for week in WEEKS:
        found = assets_of(ledger, week, (), DAY)
        grown = customers_at(steps, week.end) - customers_at(steps, week.begin)
        assert found.joined.people - found.left.people == grown
        assert found.back <= found.joined.people
        assert sum(count for _, count in found.reasons) + found.other + found.unknown == (
            found.left.people
        )
        assert sum(part.joined for part in found.segments) == found.joined.people
        assert sum(part.left for part in found.segments) == found.left.people


@given(DEEDS, st.randoms())
def test_order_does_not_matter(deeds: list[Deed], chance: object) -> None:
    """The same facts in any order, and told twice, make the same steps."""
    mixed = [*deeds, *deeds[::2]]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    apart = {one[:4]: one for one in deeds}.values()
    again = {one[:4]: one for one in apart}.values()
    assert steps_of(again, LAPSED, END) == steps_of(apart, LAPSED, END)
    doubled = [one for one in mixed if one in apart]
    assert steps_of(doubled, LAPSED, END) == steps_of(apart, LAPSED, END)


@given(DEEDS, st.lists(st.integers(0, 70), max_size=4))
def test_parts_make_the_steps_of_the_whole(deeds: list[Deed], cuts: list[int]) -> None:
    """Facts that come a part at a time, cut at any days, make what they make together."""
    lives, found = Lives(LAPSED), list[Step]()
    ends = [*sorted(day * DAY for day in cuts), END + 1]
    for begin, end in pairwise([0, *ends]):
        found += lives.live(one for one in deeds if begin <= one.time < end)
    assert in_order([*found, *lives.pass_time(END)]) == steps_of(deeds, LAPSED, END)


@given(DEEDS)
def test_steps_take_turns(deeds: list[Deed]) -> None:
    """Nobody joins or leaves twice in a row."""
    for one, other in pairwise(steps_of(deeds, LAPSED, END)):
        assert one.customer != other.customer or one.joined is not other.joined


def test_going_quiet() -> None:
    """Who was active lapses so long after, earlier in a segment of its own; a return is a joining."""
    deeds = [
        deed(1, Did.JOINED),
        deed(10, Did.ACTIVE),
        deed(31, Did.LEFT, word="price"),
        deed(40, Did.JOINED),
        deed(1, Did.JOINED, "b", segment="business"),
    ]
    steps = steps_of(deeds, LAPSED, 50 * DAY)
    assert told(steps) == [(1, "first"), (30, "quiet"), (40, "back"), (1, "first"), (10, "quiet")]


def test_somebody_from_before_our_records() -> None:
    """Who was never seen joining can leave, and mere activity makes nobody a customer."""
    assert told(steps_of([deed(3, Did.LEFT)], LAPSED, END)) == [(3, "said")]
    assert told(steps_of([deed(3, Did.ACTIVE)], LAPSED, END)) == []
    assert told(steps_of([deed(3, Did.MORE_OR_LESS)], LAPSED, END)) == [(23, "quiet")]


def test_broken_promises_before_leaving() -> None:
    """A lost customer is joined with the promises broken to them within the time before."""
    deeds = [deed(day, Did.LEFT, name) for day, name in ((8, "a"), (9, "b"), (10, "c"))]
    ledger = Ledger(deeds, steps_of(deeds, {}, END))
    lived = [("a", "answer", 7 * DAY), ("a", "drive", 6 * DAY), ("b", "answer", 3 * DAY)]
    lived += [("c", "answer", 11 * DAY), ("d", "answer", 8 * DAY)]
    found = assets_of(ledger, WEEKS[1], lived, 5 * DAY)
    assert [(one.touchpoint, one.people) for one in found.lived] == [("answer", 1), ("drive", 1)]
    assert found.let_down == 1
    assert found.left.people == len(deeds)


def test_two_counts_and_climbs() -> None:
    """More and less are two counts of people; a tier is compared with the one before the week."""
    deeds = [
        deed(1, Did.MORE_OR_LESS, "a", value=5),
        deed(2, Did.MORE_OR_LESS, "a", value=-5),
        deed(2, Did.MORE_OR_LESS, "b", value=-1),
        deed(1, Did.MOVED, "c", before="silver", word="gold"),
        deed(2, Did.MOVED, "c", before="gold", word="silver"),
        deed(3, Did.MOVED, "d", before="gold", word="silver"),
        deed(3, Did.MOVED, "e", before="tin", word="gold"),
        deed(3, Did.REFERRED, "e"),
        deed(4, Did.REFERRED, ""),
    ]
    found = assets_of(Ledger(deeds, (), ("silver", "gold")), WEEKS[0], (), DAY)
    assert (found.more, found.less, found.up, found.down) == (1, 2, 0, 1)
    assert (found.referred, found.nameless) == (1, 1)


def test_marbles() -> None:
    """A marble stands for 1, 2, 5, 10... people, so that no row is longer than sixteen."""
    assert [marble_of([count]) for count in (0, 16, 17, 1318, 99_999)] == [1, 1, 2, 100, 10_000]
    assert all(count // marble_of([count]) <= 16 for count in range(1, 3000, 7))


def test_an_old_customer_is_no_newcomer() -> None:
    """Who asked long ago and again this week joined then, not now."""
    deeds = [deed(1, Did.JOINED), deed(60, Did.JOINED)]
    found = assets_of(Ledger(deeds, steps_of(deeds, {}, END)), WEEKS[8], (), DAY)
    assert found.joined.people == 0


def test_a_fact_without_a_customer_counts_once() -> None:
    """One event that says two things is one fact that names nobody."""
    twice = [deed(1, Did.JOINED, ""), deed(1, Did.ACTIVE, "")]
    assert assets_of(Ledger(twice, ()), WEEKS[0], (), DAY).nameless == 1
