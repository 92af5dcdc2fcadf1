"""From what was found in a history to lines of configuration, each with its reason.

Every line is proposed on its own, and only where it differs clearly from what is written.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from service.backtest.cost import Cost
from service.backtest.own import Band
from service.backtest.patch import Change, written
from service.backtest.turning import Turning
from service.backtest.usual import Usual
from service.backtest.variant import AS_IT_IS, Variant, allowed_data, varied_rule
from service.engine.plan import Span
from service.settings import Settings
from service.settings.length import HUNDREDTHS, UNIT_MS, share_text, span_text
from service.settings.pace import PaceRule
from service.settings.promise import SpanPromise
from service.settings.rule import Rule, WaitingRule

MINUTE_MS, HOUR_MS, DAY_MS = UNIT_MS["m"], UNIT_MS["h"], UNIT_MS["d"]
ROUND_MS = tuple(hours * HOUR_MS for hours in (24, 12, 4, 2, 1)) + tuple(
    minutes * MINUTE_MS for minutes in (30, 15, 10, 5, 1)
)


class Fall(NamedTuple):
    """Say what was held against the wait, and where it falls."""

    what: str
    turning: Turning


class Advice(NamedTuple):
    """Hold what was found at one touchpoint; `promise` is a better one where there is one."""

    touchpoint: str
    falls: tuple[Fall, ...]
    promise: Span | None
    usual: Usual
    bands: tuple[Band, ...] = ()


def better_promise(settings: Settings, name: str, falls: tuple[Fall, ...]) -> Span | None:
    """Return a promise near the first wait found, None where the present one may be right."""
    promise = settings.configuration.touchpoints[name].promise
    found = next((fall.turning for fall in falls if fall.turning.is_found), None)
    if found is None or not isinstance(promise, SpanPromise):
        return None
    now = promise.span
    if now.kind == "open_days" or found.low <= now.amount <= found.high:
        return None
    return Span(now.kind, round_wait(found))


def round_wait(found: Turning) -> int:
    """Return the roundest length that lies within the interval of a wait, in milliseconds."""
    for step in ROUND_MS:
        near = round(found.wait / step) * step
        if near and found.low <= near <= found.high:
            return near
    return max(round(found.wait / MINUTE_MS), 1) * MINUTE_MS


def changes_of(
    settings: Settings, advice: Advice, cost: Cost, now: Cost, variant: Variant
) -> Iterator[Change]:
    """Yield the lines to change at one touchpoint."""
    path = ("touchpoints", advice.touchpoint)
    touchpoint = settings.configuration.touchpoints[advice.touchpoint]
    if advice.promise is not None:
        fall = next(fall for fall in advice.falls if fall.turning.is_found)
        present = touchpoint.promise.text()
        why = (f"{fall_text(fall)}", f"that does not hold the present {present}")
        yield Change((*path, "promise"), span_text(advice.promise), why)
    percent = advice.usual.objective
    share, over = touchpoint.objective or (0, Span("elapsed", 28 * DAY_MS))
    if percent is not None and percent * HUNDREDTHS != share:
        kept = f"kept in the better half of {advice.usual.weeks} weeks: {advice.usual.kept:.1%}"
        before = f"; now {share_text(share)}" if share else ""
        text = f"{percent}% over {span_text(over)}"
        yield Change((*path, "objective"), text, (f"{kept}{before}",))
    if variant is not AS_IT_IS:
        rules = _rules(settings, advice.touchpoint, variant)
        if rules is not None:
            yield Change((*path, "rules"), rules, _prices(variant, cost, now))


def value_changes(settings: Settings, advice: Advice, kind: str) -> Iterator[Change]:
    """Yield own outcomes in place of the published ones, once there are enough of them."""
    value = settings.configuration.value
    if value is None or not advice.bands or any(band.missing for band in advice.bands):
        return
    if value.touchpoints and advice.touchpoint not in value.touchpoints:
        return
    good, late = advice.bands
    source = f"own history of {advice.touchpoint}: {kind} after {good.done} of {good.cases} in time"
    why = tuple(band_text(band) for band in advice.bands)
    yield Change(("value", "base"), {"share": round(good.share, 3), "source": source}, why)
    waits = [band.wait_ms for band in advice.bands]
    early, later = (span_text(Span("elapsed", _minutes(wait))) for wait in waits)
    if late.share < good.share and _minutes(waits[0]) < _minutes(waits[1]) < DAY_MS * 365:
        rest = round(late.share / good.share, 3)
        source = f"own history: {kind} after {late.done} of {late.cases} who were late"
        points = [[early, 1.0], [later, rest]]
        reason = ("the middle waits of those in time and of the late",)
        yield Change(("value", "keep"), {"points": points, "source": source}, reason)


def fall_text(fall: Fall) -> str:
    """Return a finding as a sentence."""
    found = fall.turning
    if not found.is_found:
        return f"{fall.what}: {found.why_not}; {found.cases} cases"
    return (
        f"{fall.what} falls from {found.before:.2f} to {found.after:.2f} after "
        f"{wait_text(found.wait)} [{wait_text(found.low)} to {wait_text(found.high)}], "
        f"{found.cases} cases, p = {found.chance:.3f}"
    )


def band_text(band: Band) -> str:
    """Return what became of a band of customers."""
    public = "" if band.public is None else f"; the published figures say {band.public:.1%}"
    missing = f"; {band.missing} more cases are needed" if band.missing else ""
    return (
        f"{band.name}: {band.done} of {band.cases} went on, {band.share:.1%} "
        f"[{band.low:.1%} to {band.high:.1%}]{public}{missing}"
    )


def wait_text(wait: float) -> str:
    """Return a wait as people say it."""
    if wait >= DAY_MS * 365:
        return "no answer"
    if wait < 2 * HOUR_MS:
        return f"{wait / MINUTE_MS:.1f}m"
    return f"{wait / HOUR_MS:.1f}h"


def _minutes(wait: float | None) -> int:
    minutes = 0 if wait is None else min(wait, float(DAY_MS * 365)) / MINUTE_MS
    return max(round(minutes), 1) * MINUTE_MS


def _prices(variant: Variant, cost: Cost, now: Cost) -> tuple[str, ...]:
    who = next(iter(now.receivers), "nobody")
    return (
        f"{variant.name}: at most {cost.busiest:.1f} messages a week to one receiver,",
        f"where it is {now.busiest:.1f} now (to {who})",
    )


def _rules(settings: Settings, name: str, variant: Variant) -> list[Any] | None:
    """Return all rules of a touchpoint as a variant has them; None where nothing changes."""
    touchpoint = settings.configuration.touchpoints[name]
    typed: Mapping[str, Any] = written(settings)["touchpoints"][name]
    rules = {rule["id"]: dict(rule) for rule in typed.get("rules", ())}
    is_changed = False
    for rule in touchpoint.in_force():
        other = varied_rule(rule, variant)
        if other != rule:
            mine = rules.setdefault(rule.id, {"id": rule.id, "kind": rule.kind})
            mine.update(_data(other, mine))
            is_changed = True
    return list(rules.values()) if is_changed else None


def _data(rule: Rule, typed: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(rule, WaitingRule):
        return {"at_least": rule.at_least}
    if not isinstance(rule, PaceRule):
        return {}
    found: dict[str, Any] = {"false_warnings": allowed_data(rule.false_warnings, rule.per)}
    if rule.region is not None and rule.per == "unit":
        allowed = allowed_data(rule.region.false_warnings, "region")
        found["region"] = {**typed.get("region", {}), "false_warnings": allowed}
    return found
