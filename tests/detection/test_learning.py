"""The weekly assembly: from what streams have seen to the whole numbers that judge them."""

from dataclasses import replace

import numpy as np
import pytest

from service.detection.learning import baselines
from service.detection.prior import beta_prior
from service.engine.attribution import likeliest_unit, region_odds
from service.engine.baseline import Learned
from service.engine.plan import Rule

RULE = Rule(
    "pace",
    "pace",
    checkpoints=(50, 100, 200),
    watches_a_year=1_000_000,
    warnings_a_year=52_000,
)


def seen(
    scope: str, cases: int, share: float = 0.25, region: str = "north", weeks: int = 26
) -> Learned:
    """Return a stream of which a share stays open at the first checkpoint, half at the others."""
    first, second = round(cases * share), round(cases * share / 2)
    stayed = (first, second, second // 2)
    return Learned(scope, region, weeks, (cases, first, second), stayed, ())


def network(regions: int = 3) -> list[Learned]:
    """Return regions of four units, each of other lateness and volume."""
    return [
        seen(f"{region}/{unit}", 100 * (unit + 1), 0.1 + 0.1 * region + 0.02 * unit, f"r{region}")
        for region in range(regions)
        for unit in range(4)
    ]


def test_nothing_is_usual_at_first() -> None:
    """With fewer than 200 cases in the network no stream gets a baseline."""
    assert baselines(RULE, []) == {}
    assert baselines(RULE, [seen("a", 120), seen("b", 79)]) == {}
    assert set(baselines(RULE, [seen("a", 120), seen("b", 80)])) == {"a", "b"}


def test_all_is_whole_and_of_the_right_sign() -> None:
    """Each stream gets whole numbers: open adds, answered takes away, a warning is above a watch."""
    learned = network()
    found = baselines(RULE, learned)
    assert list(found) == [one.scope for one in learned]
    for one in found.values():
        assert all(isinstance(number, int) for number in (*one.survive, *one.answer, *one[2:5]))
        assert min(one.survive) >= 1
        assert max(one.answer) <= -1
        assert 0 < one.watch < one.warning
        assert one.usual == pytest.approx(one.stay[0] * one.stay[1] / 1_000_000, abs=1)


def test_a_new_unit_borrows_from_its_region() -> None:
    """A unit without history is judged by its region's prior, and another region by its own."""
    learned = [*network(), seen("0/new", 0, region="r0"), seen("2/new", 0, region="r2")]
    found = baselines(RULE, learned)
    region = [(one.stayed[0], one.looked[0]) for one in learned if one.region == "r0"]
    assert found["0/new"].stay[0] == round(1_000_000 * beta_prior(region).cautious())
    assert found["2/new"].stay[0] > found["0/new"].stay[0] + 100_000


def test_a_small_region_borrows_from_the_network() -> None:
    """Where fewer than three units of a region have had cases, all others stand in."""
    lonely = [seen("x/1", 0, region="x"), seen("x/2", 9, region="x"), seen("x/3", 0, region="x")]
    found = baselines(RULE, [*network(), *lonely])
    everybody = [(one.stayed[0], one.looked[0]) for one in [*network(), *lonely]]
    assert found["x/1"].stay[0] == round(1_000_000 * beta_prior(everybody).cautious())


def test_a_long_history_speaks_for_itself() -> None:
    """A unit of 4000 cases is taken as it is, a unit of 4 almost as the others are."""
    others = [seen(str(number), 300, 0.15 + 0.01 * number) for number in range(10)]
    big = baselines(RULE, [*others, seen("big", 4000, 0.5)])["big"]
    small = baselines(RULE, [*others, seen("small", 4, 0.5)])["small"]
    assert big.stay[0] == pytest.approx(500_000, rel=0.03)
    assert 200_000 < small.stay[0] < 250_000


def test_regions_do_not_need_regions() -> None:
    """A rule for regions lets three of them borrow from each other and leaves two alone."""
    rule = replace(RULE, per="region", checkpoints=(100,))
    regions = [
        seen(name, 1000, share, name) for name, share in (("n", 0.1), ("s", 0.1), ("w", 0.3))
    ]
    one_sided = [one._replace(looked=one.looked[:1], stayed=one.stayed[:1]) for one in regions]
    two, three = (baselines(rule, one_sided[-2:]), baselines(rule, one_sided))
    assert set(three) == {"n", "s", "w"}
    assert two["w"].usual == pytest.approx(305_000, rel=0.02)
    assert two["s"].usual == pytest.approx(105_000, rel=0.02)


def test_zero_asks_for_no_limit() -> None:
    """Who accepts no false warning gets no warning, and the guarantee takes the logarithm."""
    units = network(1)
    none = baselines(replace(RULE, warnings_a_year=0), units)["0/0"]
    assert none.warning == 0
    assert none.watch > 0
    sure = baselines(replace(RULE, is_guaranteed=True), units)["0/0"]
    assert sure.watch == pytest.approx(1000 * np.log(sure.cases_a_year), abs=50)
    assert sure.watch > none.watch


def test_volume_is_counted_by_the_year() -> None:
    """Four cases a week are 209 a year, and a unit that slept is taken to have one a month."""
    found = baselines(RULE, [*network(), seen("a", 104, region="r0"), seen("b", 0, region="r1")])
    assert found["a"].cases_a_year == pytest.approx(209, abs=8)
    slept = [*network(), *(seen(f"s{one}", 0, region="r1", weeks=2600) for one in range(2))]
    assert baselines(RULE, slept)["s0"].cases_a_year == 12


def test_bad_days_divide_the_scores_and_not_the_limit() -> None:
    """Clumped days lower the scores by the dispersion, and leave the limits as they were."""
    plain = [seen(str(number), 300) for number in range(8)]
    clumped = ((6, 0),) * 40 + ((6, 5),) * 5
    bad = [one._replace(days=clumped) for one in plain]
    before, after = baselines(RULE, plain)["0"], baselines(RULE, bad)["0"]
    assert before.dispersion == 1000
    even = ((8, 1),) * 60
    assert baselines(RULE, [one._replace(days=even) for one in plain])["0"].dispersion == 1000
    assert after.dispersion > 1500
    assert after.survive[0] == pytest.approx(before.survive[0] * 1000 / after.dispersion, abs=1)
    assert (after.watch, after.warning) == (before.watch, before.warning)


def test_extremes_stay_finite() -> None:
    """Units that never or always answer at once get finite scores."""
    always = [seen(str(number), 5000, 0.0) for number in range(3)]
    never = [
        Learned(f"n{number}", "south", 26, (5000,) * 3, (5000,) * 3, ((9, 9),))
        for number in range(3)
    ]
    found = baselines(RULE, [*always, *never])
    assert found["0"].stay[0] >= 1000
    assert found["n0"].stay == (995_000,) * 3
    assert min(found["n0"].survive) >= 1


def test_a_shift_of_all_is_the_regions() -> None:
    """When every unit is late three times as often, the region is named, whoever warned."""
    counts = [(4, 14, 0.1)] * 12
    assert region_odds(counts) > 3
    assert region_odds(counts, 5) > 3


def test_each_unit_has_its_own_usual_share() -> None:
    """The same lateness is a change where little is usual, and none where much is."""
    counts = [(6, 20, 0.3), (6, 20, 0.05), (0, 20, 0.05)]
    assert likeliest_unit(counts) == 1
    assert region_odds(counts, 1) < 0 < region_odds(counts, 0)
