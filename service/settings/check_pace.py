"""Whether the rules of a touchpoint that are told as several can stand beside the others."""

from collections.abc import Iterator

from service.settings.measure import Ratio
from service.settings.pace import PERCENT, PaceRule
from service.settings.settings import Settings
from service.settings.spread import SpreadRule
from service.settings.touchpoint import Touchpoint


def pace_problems(settings: Settings, name: str, touchpoint: Touchpoint) -> Iterator[str]:
    """Yield what is wrong with the checkpoints and names of one touchpoint's rules."""
    ids = [rule.id for rule in touchpoint.rules]
    yield from _spread_problems(settings, name, touchpoint, ids)
    looks: dict[tuple[int, ...], str] = {}
    for rule in touchpoint.in_force():
        if not isinstance(rule, PaceRule):
            continue
        at = settings.at(
            "touchpoints", name, *(("rules", ids.index(rule.id)) if rule.id in ids else ())
        )
        if rule.regional and f"{rule.id}-region" in ids:
            yield f'{at}: "{rule.id}-region" is what the rule "{rule.id}" says of regions; take another id'
        if not rule.levels() and rule.false_warnings.watch is None:
            yield f'{at}: the rule "{rule.id}" cannot fire: no rate of false warnings'
        if rule.checkpoints == (PERCENT,):
            continue
        if isinstance(touchpoint.measure, Ratio):
            yield f"{at}: a ratio is good or not at once; write `checkpoints: [1]`"
        looks.setdefault(rule.checkpoints, rule.id)
    if len(looks) > 1:
        at = settings.key("touchpoints", name, "rules")
        yield f"{at}: {' and '.join(looks.values())} look at different times; give them the same checkpoints"


def _spread_problems(
    settings: Settings, name: str, touchpoint: Touchpoint, ids: list[str]
) -> Iterator[str]:
    for rule in touchpoint.rules:
        if isinstance(rule, SpreadRule):
            for made in rule.ids():
                if made != rule.id and made in ids:
                    at = settings.at("touchpoints", name, "rules", ids.index(rule.id))
                    yield f'{at}: "{made}" is what the rule "{rule.id}" tells; take another id'
