"""The configuration in a few other settings, each one knob away from what is in force.

Only what costs messages is turned: how often `pace` may speak for nothing, and how many customers
must wait before `waiting` speaks.  A grid of all knobs was rejected: each point is a run through the
whole history, and nobody reads fifty lines of prices.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import gcd
from typing import NamedTuple

from service.settings import Settings
from service.settings.pace import PPM, FalseWarnings, PaceRule, parse_rate
from service.settings.rule import Rule, WaitingRule

PLACES = 1000
COUNT_MAX, PLACES_MAX = 9999, 999_999
YEARS_OF = {"unit": "unit-years", "region": "region-years", "company": "company-years"}


class Variant(NamedTuple):
    """Name a setting: a factor on the allowed false warnings, and a step on `at_least`."""

    name: str
    factor: float = 1.0
    step: int = 0


AS_IT_IS = Variant("as configured")
VARIANTS = (
    AS_IT_IS,
    Variant("half the false warnings", 0.5),
    Variant("twice the false warnings", 2.0),
    Variant("waiting: one customer fewer", step=-1),
    Variant("waiting: one customer more", step=1),
)


def varied(settings: Settings, variant: Variant, names: frozenset[str]) -> Settings:
    """Return the settings as a variant has them at some touchpoints; the files stay as they are."""
    configuration = settings.configuration
    touchpoints = {
        name: one.model_copy(
            update={"rules": tuple(varied_rule(rule, variant) for rule in one.in_force())}
        )
        if name in names
        else one
        for name, one in configuration.touchpoints.items()
    }
    changed = configuration.model_copy(update={"touchpoints": touchpoints})
    return replace(settings, configuration=changed)


def variants(settings: Settings, names: frozenset[str]) -> Iterator[Variant]:
    """Yield what is in force, and every variant that differs from it."""
    touchpoints = settings.configuration.touchpoints
    rules = [rule for name in sorted(names) for rule in touchpoints[name].in_force()]
    for variant in VARIANTS:
        if variant is AS_IT_IS or any(varied_rule(rule, variant) != rule for rule in rules):
            yield variant


def varied_rule(rule: Rule, variant: Variant) -> Rule:
    """Return a rule as a variant has it."""
    if isinstance(rule, WaitingRule) and variant.step:
        return rule.model_copy(update={"at_least": max(rule.at_least + variant.step, 1)})
    if not isinstance(rule, PaceRule) or variant.factor == 1:
        return rule
    update: dict[str, object] = {
        "false_warnings": _scaled(rule.false_warnings, variant.factor, rule.per)
    }
    if rule.region is not None:
        allowed = _scaled(rule.region.false_warnings, variant.factor, "region")
        update["region"] = rule.region.model_copy(update={"false_warnings": allowed})
    return rule.model_copy(update=update)


def allowed_data(allowed: FalseWarnings, per: str) -> dict[str, str]:
    """Return allowed false warnings as people write them."""
    pairs = (("watch", allowed.watch), ("warning", allowed.warning))
    return {name: rate_text(rate, per) for name, rate in pairs if rate is not None}


def rate_text(rate: int, per: str) -> str:
    """Return a rate of millionths a year as people write it, to three digits or so."""
    places = PLACES if rate < COUNT_MAX * PPM // PLACES else 1
    count = max(round(rate * places / PPM), 1)
    if rate * PLACES < PPM:
        count, places = 1, min(round(PPM / rate), PLACES_MAX)
    shared = gcd(count, places)
    return f"{count // shared} per {places // shared} {YEARS_OF[per]}"


def _scaled(allowed: FalseWarnings, factor: float, per: str) -> FalseWarnings:
    """Return rates so much higher, as they will read when they are written down."""
    pairs = (("watch", allowed.watch), ("warning", allowed.warning))
    wanted = {name: max(round(rate * factor), 1) for name, rate in pairs if rate is not None}
    read = {name: parse_rate(rate_text(rate, per)) for name, rate in wanted.items()}
    return allowed.model_copy(update=read)
