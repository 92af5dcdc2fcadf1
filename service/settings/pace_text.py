"""What a rule of kind `pace` takes to fire, and how often it will speak for nothing.

Nobody's history is known when a configuration is checked, so the sentence is about an example: ten
late of a hundred, a unit with twelve cases a week.
"""

from service.detection.limit import limit_for
from service.detection.run_length import arl_paths
from service.detection.scores import checkpoint_scores, worse
from service.engine.baseline import PPM, WEEKS_A_YEAR
from service.engine.plan import Plan, Rule, Touchpoint
from service.engine.promise import FULL

USUAL = 0.1
# Of those still open at a checkpoint: a spread of answers as is common (03, section 2).
OPEN_AT_HALF = 0.23
CASES_A_WEEK = {"unit": 12, "region": 100, "company": 1000}
MONTHS, WEEK_DAYS, PARTS = 12, 7, 1000


def pace_text(rule: Rule, touchpoint: Touchpoint, plan: Plan) -> str:
    """Return when the rule speaks at a usual place, after how long, and how often for nothing."""
    odds = rule.odds / PARTS
    late = round(worse(USUAL, odds) * 100)
    rate = (rule.warnings_a_year or rule.watches_a_year) / PPM
    places = _places(rule, touchpoint, plan)
    weekly = CASES_A_WEEK[rule.per]
    days = _days(rule, odds, weekly, rate)
    name = touchpoint.unit_kind if rule.per == "unit" else rule.per
    return (
        f"{'warning' if rule.warnings_a_year else 'watch'}: {late} of 100 late where 10 are usual, "
        f"heard after about {days} days at a {name} with {weekly} a week; "
        f"about {places * rate / MONTHS:.2g} a month for nothing"
    )


def _places(rule: Rule, touchpoint: Touchpoint, plan: Plan) -> int:
    units = plan.units[touchpoint.unit_kind].values()
    if rule.per == "unit":
        return len(units)
    return len({unit.region for unit in units}) if rule.per == "region" else 1


def _days(rule: Rule, odds: float, weekly: int, rate: float) -> int:
    """Return the mean days from a change as large as is worth it to the first word."""
    stay = _stay(rule.checkpoints)
    promised = sum(checkpoint <= FULL for checkpoint in rule.checkpoints)
    between = weekly * WEEKS_A_YEAR / rate
    limit = limit_for(stay, promised, odds, between, rule.is_guaranteed)
    scores = checkpoint_scores(stay, promised, odds)
    changed = [share**scores.theta for share in stay]
    return max(round(arl_paths(changed, scores, limit) / weekly * WEEK_DAYS), 1)


def _stay(checkpoints: tuple[int, ...]) -> tuple[float, ...]:
    """Return the share of open cases that stays open to each checkpoint, in the example."""
    early = [checkpoint for checkpoint in checkpoints if checkpoint < FULL]
    before = OPEN_AT_HALF ** (1 / len(early)) if early else 1.0
    first = [before] * len(early)
    at_promise = USUAL / (OPEN_AT_HALF if early else 1.0)
    return (*first, at_promise, *[0.4] * (len(checkpoints) - len(early) - 1))
