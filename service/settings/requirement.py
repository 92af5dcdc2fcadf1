"""What each rule takes to fire, in whole cases, so that people can judge it before it speaks."""

from collections.abc import Iterator
from dataclasses import dataclass

from service.engine.bound import late_share_exceeds
from service.engine.plan import Plan, Promise, Rule, Span, Touchpoint
from service.settings.length import WHOLE, span_text
from service.settings.length import share_text as kept_text
from service.settings.pace_text import pace_text

FULL = 100
# A second point, at three and a half times the minimum, shows how more cases need a lower share.
_MORE = (7, 2)


@dataclass(frozen=True, slots=True)
class Requirement:
    """State in words what one rule of one touchpoint takes to fire."""

    touchpoint: str
    rule: str
    text: str


def requirements(plan: Plan) -> Iterator[Requirement]:
    """Yield what every rule of a plan takes to fire."""
    for name, touchpoint in plan.touchpoints.items():
        for rule in touchpoint.rules:
            yield Requirement(name, rule.id, _text(rule, touchpoint, plan))


def _text(rule: Rule, touchpoint: Touchpoint, plan: Plan) -> str:
    if rule.kind == "share":
        return share_text(rule)
    if rule.kind == "spread":
        return (
            f"{rule.level}: a quarter of the cases holds half of {rule.minimum_late} late or more, "
            f"beyond chance, while {kept_text(rule.kept_below)} are kept"
        )
    if rule.kind == "pace":
        return pace_text(rule, touchpoint, plan)
    if rule.kind == "floor" and rule.over is not None:
        return f"{rule.level}: {rule.stock} below {rule.below:g} for {span_text(rule.over)}"
    return waiting_text(rule, touchpoint.promise)


def least_late(cases: int, allowance: int, minimum: int = 1) -> int | None:
    """Return the smallest number of late cases that exceeds the allowance; None if none does."""
    low, high = minimum, cases + 1
    while low < high:
        middle = (low + high) // 2
        if late_share_exceeds(middle, cases, allowance):
            high = middle
        else:
            low = middle + 1
    return low if low <= cases else None


def share_text(rule: Rule) -> str:
    """Return the points at which a share rule fires: "13 of 15 late, or 35 of 52"."""
    allowance = WHOLE - rule.kept_below
    first = _first(rule, allowance)
    if first is None:
        return "cannot fire"
    more = first * _MORE[0] // _MORE[1]
    late, late_of_more = (least_late(n, allowance, rule.minimum_late) for n in (first, more))
    return f"{late} of {first} late, or {late_of_more} of {more}"


def waiting_text(rule: Rule, promise: Promise) -> str:
    """Return the points at which a waiting rule speaks: "3 customers past 1h open"."""
    loud = [(percent, level) for percent, level in rule.marks if level != "watch"]
    return ", ".join(
        f"{level}: {rule.at_least} customers past {_mark(percent, promise)}"
        for percent, level in loud
    )


def _first(rule: Rule, allowance: int) -> int | None:
    """Return the smallest window that can fire; a strict share may need more than the minimum."""
    if allowance >= WHOLE:
        return None
    cases = max(rule.minimum_cases, rule.minimum_late)
    while least_late(cases, allowance, rule.minimum_late) is None:
        cases += 1
    return cases


def _mark(percent: int, promise: Promise) -> str:
    span = promise.span if promise.kind == "span" else None
    if span is None or span.kind == "open_days":
        return "the promise" if percent == FULL else f"{percent}% of the promise"
    amount = span.amount * percent // FULL
    return span_text(Span(span.kind, amount)) if amount % 1000 == 0 else f"{percent}%"
