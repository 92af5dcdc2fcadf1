"""Rules for the plan: what was written and what is there by default, in whole numbers."""

from service.engine.plan import Rule, Span
from service.engine.promise import FULL
from service.settings.length import WHOLE
from service.settings.pace import FalseWarnings, PaceRule
from service.settings.rule import FloorRule, ObjectiveRule, Per, ShareRule, WaitingRule
from service.settings.spread import SpreadRule
from service.settings.touchpoint import Touchpoint


def compile_rules(written: Touchpoint) -> tuple[Rule, ...]:
    """Return every rule that judges a touchpoint; `pace` is one per unit and one per region."""
    found: list[Rule] = []
    for rule in written.in_force():
        if isinstance(rule, PaceRule):
            found += _pace(rule)
        elif isinstance(rule, SpreadRule):
            found += _spread(rule, written.objective)
        else:
            found.append(_rule(rule, written.objective))
    return tuple(found)


def _spread(rule: SpreadRule, objective: tuple[int, Span] | None) -> list[Rule]:
    """Return one rule for each thing that is compared; what misses the objective others tell of."""
    return [
        Rule(
            name,
            "spread",
            rule.per,
            kept_below=objective[0] if objective else 0,
            over=rule.over,
            minimum_late=rule.minimum.late,
            level=rule.level,
            across=what,
        )
        for name, what in rule.ids().items()
    ]


def _pace(rule: PaceRule) -> list[Rule]:
    mine = _paced(
        rule, rule.id, rule.per, rule.checkpoints, rule.worth_a_warning, rule.false_warnings
    )
    region = rule.regional
    if region is None:
        return [mine]
    parts = (region.worth_a_warning, region.false_warnings)
    return [mine, _paced(rule, f"{rule.id}-region", "region", (FULL,), *parts)]


def _paced(
    rule: PaceRule,
    name: str,
    per: Per,
    checkpoints: tuple[int, ...],
    odds: int,
    allowed: FalseWarnings,
) -> Rule:
    return Rule(
        name,
        "pace",
        per,
        minimum_late=rule.minimum.late,
        checkpoints=checkpoints,
        odds=odds,
        watches_a_year=allowed.watch or 0,
        warnings_a_year=allowed.warning or 0,
        is_guaranteed=rule.mode == "guaranteed",
    )


def _rule(
    rule: WaitingRule | ObjectiveRule | ShareRule | FloorRule, objective: tuple[int, Span] | None
) -> Rule:
    if isinstance(rule, WaitingRule):
        return Rule(
            rule.id,
            "waiting",
            rule.per,
            marks=rule.at,
            at_least=rule.at_least,
            recover_kept=rule.recover,
        )
    if isinstance(rule, FloorRule):
        return Rule(
            rule.id,
            "floor",
            over=rule.lasting,
            level=rule.level,
            stock=rule.stock,
            below=rule.below,
        )
    if isinstance(rule, ShareRule):
        return _share(rule, rule.kept_below, rule.over)
    # The lint refuses an objective rule without an objective, so the stand-in is never judged.
    return _share(rule, *(objective or (WHOLE, Span("elapsed", 0))))


def _share(rule: ObjectiveRule | ShareRule, kept_below: int, over: Span) -> Rule:
    return Rule(
        rule.id,
        "share",
        rule.per,
        kept_below=kept_below,
        recover_above=kept_below if rule.recover_above is None else rule.recover_above,
        over=over,
        minimum_cases=rule.minimum.cases,
        minimum_late=rule.minimum.late,
        level=rule.level,
    )
