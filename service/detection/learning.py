"""From what all streams of one rule have seen to how each of them is scored: the weekly assembly.

For each checkpoint, every stream borrows from its region, and where fewer than three streams of a
region have had cases, from the network.  Streams of a whole region have no region above them: they borrow from each other, and
when there are fewer than three, from nobody.  Everything that leaves here is a whole number, since
the fold computes in whole numbers only.

Until the network has seen 200 cases nothing is usual yet and no stream gets a baseline.  Starting
from a guess instead was rejected: the guess would decide who is warned in the first weeks.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from service.detection.dispersion import Clumps, clumps_of, dispersion, volume_class
from service.detection.limit import limit_for
from service.detection.prior import UNITS_MIN, Beta, Gamma, beta_prior, gamma_prior
from service.detection.scores import checkpoint_scores, late_share
from service.engine.baseline import PPM, WEEKS_A_YEAR, Baseline, Learned
from service.engine.plan import Rule

CASES_MIN = 200
_PROMISE = 100
_MILLI = 1000
# Open shares stay this far from 0 and 1, where a single look would be an infinite surprise.
_STAY_MIN, _STAY_MAX = 0.001, 0.995
# A stream is taken to see at least one case a month: one that has slept gets a limit that its first
# late case does not reach.
_CASES_A_WEEK_MIN = 12 / WEEKS_A_YEAR


class _Usual(NamedTuple):
    """Hold what is usual for one stream: the open share at each checkpoint and the weekly volume.

    `late` is the late share as it was, without the caution that the open shares contain.
    """

    stay: tuple[float, ...]
    late: float
    cases_a_week: float


class _Priors(NamedTuple):
    """Hold what streams of one group have in common."""

    stay: tuple[Beta, ...]
    volume: Gamma


def baselines(rule: Rule, learned: Sequence[Learned]) -> dict[str, Baseline]:
    """Return how each stream of a rule is scored from now on, by its scope.

    Return nothing while the network has seen fewer than 200 cases.
    """
    if sum(one.looked[0] for one in learned) < CASES_MIN:
        return {}
    promised = sum(checkpoint <= _PROMISE for checkpoint in rule.checkpoints)
    groups = _grouped(rule, learned)
    network = _priors(learned)
    usual: dict[str, _Usual] = {}
    for group in groups.values():
        heard = sum(one.looked[0] > 0 for one in group)
        priors = _priors(group) if heard >= UNITS_MIN else network
        usual |= {one.scope: _usual(one, priors, promised) for one in group}
    divisors = _divisors(groups, usual)
    return {scope: _baseline(rule, one, promised, divisors[scope]) for scope, one in usual.items()}


def _grouped(rule: Rule, learned: Iterable[Learned]) -> Mapping[str, list[Learned]]:
    """Return the streams that borrow from each other."""
    groups = defaultdict(list)
    for one in learned:
        groups[one.region if rule.per == "unit" else ""].append(one)
    return groups


def _priors(group: Sequence[Learned]) -> _Priors:
    """Return what the streams of a group have in common."""
    checkpoints = range(len(group[0].looked))
    return _Priors(
        tuple(
            beta_prior([(one.stayed[at], one.looked[at]) for one in group]) for at in checkpoints
        ),
        gamma_prior([(one.looked[0], one.weeks) for one in group]),
    )


def _usual(one: Learned, priors: _Priors, promised: int) -> _Usual:
    """Return what is usual for one stream, seen together with its group."""
    shares = [
        prior.seen(stayed, looked)
        for prior, stayed, looked in zip(priors.stay, one.stayed, one.looked, strict=True)
    ]
    return _Usual(
        tuple(_within(share.cautious()) for share in shares),
        late_share([_within(share.mean()) for share in shares], promised),
        max(priors.volume.seen(one.looked[0], one.weeks).mean(), _CASES_A_WEEK_MIN),
    )


def _within(share: float) -> float:
    """Return an open share, kept away from 0 and 1."""
    return min(max(share, _STAY_MIN), _STAY_MAX)


def _divisors(
    groups: Mapping[str, Sequence[Learned]], usual: Mapping[str, _Usual]
) -> dict[str, float]:
    """Return by what the scores of each stream are divided, because of its bad days."""
    pools: dict[tuple[str | None, int | None], Clumps] = defaultdict(Clumps)
    keys: dict[str, list[tuple[str | None, int | None]]] = {}
    for name, group in groups.items():
        for one in group:
            stream = usual[one.scope]
            size = volume_class(stream.cases_a_week)
            clumps = clumps_of(one.days, stream.late)
            # From the nearest relatives to everybody.
            keys[one.scope] = [(name, size), (None, size), (name, None), (None, None)]
            for key in keys[one.scope]:
                pools[key] = pools[key].joined(clumps)
    return {scope: dispersion(pools[key] for key in near) for scope, near in keys.items()}


def _baseline(rule: Rule, usual: _Usual, promised: int, divisor: float) -> Baseline:
    """Return the whole numbers of one stream."""
    odds = rule.odds / 1000
    scores = checkpoint_scores(usual.stay, promised, odds)
    cases = usual.cases_a_week * WEEKS_A_YEAR
    return Baseline(
        survive=tuple(max(1, round(score / divisor * _MILLI)) for score in scores.survive),
        answer=tuple(min(-1, round(score / divisor * _MILLI)) for score in scores.answer),
        watch=_limit(rule, usual.stay, promised, cases, rule.watches_a_year),
        warning=_limit(rule, usual.stay, promised, cases, rule.warnings_a_year),
        usual=round(late_share(usual.stay, promised) * PPM),
        stay=tuple(round(share * PPM) for share in usual.stay),
        dispersion=round(divisor * _MILLI),
        cases_a_year=round(cases),
    )


def _limit(
    rule: Rule, stay: Sequence[float], promised: int, cases_a_year: float, false_a_year: int
) -> int:
    """Return a limit in thousandths of a nat; 0, which is none, where no false one is accepted."""
    if not false_a_year:
        return 0
    between = cases_a_year * PPM / false_a_year
    limit = limit_for(stay, promised, rule.odds / 1000, between, rule.is_guaranteed)
    return max(1, round(limit * _MILLI))
