"""Everything that a history advises, found from its runs, and how it is told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from service.backtest.cost import Cost, chosen, cost_of
from service.backtest.lived import Completed, Passed, completed, passed, scored
from service.backtest.own import Band, bands_of
from service.backtest.patch import Change, problems, text_of, tree_of
from service.backtest.proposal import (
    Advice,
    Fall,
    band_text,
    better_promise,
    changes_of,
    fall_text,
    value_changes,
)
from service.backtest.terminal import table
from service.backtest.trial import Trial
from service.backtest.turning import turning_point
from service.backtest.usual import Usual, usual
from service.backtest.variant import AS_IT_IS, Variant
from service.engine.values import Event
from service.errors import ErosionError
from service.settings import Settings

HEADS = ("setting", "messages", "a week per 1000 units", "busiest, a week", "listed", "weeks")
HEAD = (
    "A proposal: nothing is changed by itself.  Each key goes in the place of the same key;",
    "run `erosion check` and a back-test with it before it holds.",
)


class Findings(NamedTuple):
    """Hold the advice for each touchpoint, the price of each setting, and the lines to change."""

    summary: str
    advice: tuple[Advice, ...]
    costs: tuple[Cost, ...]
    changes: tuple[Change, ...]
    completed: str
    messages: float


def find(
    settings: Settings,
    names: frozenset[str],
    trials: Mapping[Variant, Trial],
    heard: Sequence[Event],
    kind: str,
    messages: float,
    seed: int,
) -> Findings:
    """Return what the runs of a history advise; the first run is of what is in force."""
    trial = trials[AS_IT_IS]
    advice = tuple(_advice(settings, name, trial, heard, kind, seed) for name in sorted(names))
    if not any(row.touchpoint in names for row in trial.outcomes.values()):
        raise ErosionError("nothing was judged in this history", "do events and configuration fit?")
    costs = [cost_of(variant.name, one) for variant, one in trials.items()]
    best = chosen(costs, messages)
    variant = next(one for one in trials if one.name == best.name)
    changes: list[Change] = []
    for one in advice:
        changes += changes_of(settings, one, best, costs[0], variant)
        if not any(change.path[0] == "value" for change in changes):
            changes += value_changes(settings, one, kind)
    if wrong := problems(settings, changes):
        raise ErosionError(f"the proposal would not pass a check: {wrong[0]}", "report this")
    return Findings(trial.summary, advice, tuple(costs), tuple(changes), kind, messages)


def yaml_of(found: Findings) -> str:
    """Return the proposal as YAML."""
    return text_of(HEAD, found.changes)


def report_of(found: Findings) -> str:
    """Return everything that was found, for a terminal."""
    return "\n".join(_report(found))


def plain(found: Findings) -> dict[str, Any]:
    """Return everything that was found, for machines."""
    return {
        "events": found.summary,
        "touchpoints": {one.touchpoint: _plain_advice(one) for one in found.advice},
        "settings": [{**cost._asdict(), "loud": cost.loud._asdict()} for cost in found.costs],
        "completed": found.completed or None,
        "messages": found.messages,
        "patch": tree_of(found.changes),
    }


def _advice(
    settings: Settings, name: str, trial: Trial, heard: Sequence[Event], kind: str, seed: int
) -> Advice:
    touchpoint = trial.plan.touchpoints[name]
    rows = [row for row in trial.outcomes.values() if row.touchpoint == name]
    cases = passed(rows, touchpoint)
    went_on = completed(cases, heard, kind, trial.end) if kind else None
    waits = touchpoint.good is None
    falls = tuple(_falls(settings, name, cases, heard, went_on, seed)) if waits else ()
    promise = better_promise(settings, name, falls)
    return Advice(
        name, falls, promise, _usual(cases.values(), promise), _bands(settings, name, went_on)
    )


def _falls(
    settings: Settings,
    name: str,
    cases: Mapping[str, Passed],
    heard: Sequence[Event],
    went_on: Completed | None,
    seed: int,
) -> Iterator[Fall]:
    for survey in settings.configuration.surveys:
        if name in survey.touchpoints:
            found = turning_point(*scored(cases, heard, survey), seed)
            yield Fall(f"satisfaction ({survey.event})", found)
    if went_on is not None:
        yield Fall("completion", turning_point(*went_on.turned(), seed))


def _usual(cases: Iterable[Passed], promise: Any) -> Usual:
    """Return what was kept, of the promise that is proposed where there is one."""
    if promise is None:
        return usual((one.started, not one.is_late) for one in cases)
    return usual((one.started, one.wait <= promise.amount) for one in cases)


def _bands(settings: Settings, name: str, went_on: Completed | None) -> tuple[Band, ...]:
    if went_on is None:
        return ()
    value = settings.configuration.value
    is_valued = value is not None and (not value.touchpoints or name in value.touchpoints)
    return bands_of(went_on, value.worth() if value is not None and is_valued else None)


def _report(found: Findings) -> Iterator[str]:
    yield found.summary
    for one in found.advice:
        yield from ("", one.touchpoint)
        yield from (f"  {fall_text(fall)}" for fall in one.falls)
        if one.usual.kept is None:
            yield f"  objective: too few weeks with 20 cases or more ({one.usual.weeks})"
        else:
            weeks = f"the better half of {one.usual.weeks} weeks"
            yield f"  objective: {one.usual.kept:.1%} were kept in {weeks}"
        yield from (f"  {band_text(band)}" for band in one.bands)
    yield from ("", "What a setting costs (messages are those of the whole desk)")
    yield from table(HEADS, [_cells(cost) for cost in found.costs])
    yield from ("", "Messages a week by receiver")
    names = list(dict.fromkeys(name for cost in found.costs for name in cost.receivers))
    heads = ("receiver", *(str(number) for number in range(1, len(found.costs) + 1)))
    rows = [[n, *(f"{cost.receivers.get(n, 0):.1f}" for cost in found.costs)] for n in names]
    yield from table(heads, rows)
    if min(cost.busiest for cost in found.costs) > found.messages:
        yield f"  No setting keeps to {found.messages:g} messages a week for every receiver."
    yield ""


def _cells(cost: Cost) -> list[str]:
    each = "-" if cost.per_1000_units is None else f"{cost.per_1000_units:.0f}"
    loud = f"{cost.loud.part} of {cost.loud.whole}"
    return [cost.name, f"{cost.messages}", each, f"{cost.busiest:.1f}", f"{cost.watches}", loud]


def _plain_advice(one: Advice) -> dict[str, Any]:
    falls = {
        fall.what: {
            key: None if value == float("inf") else value
            for key, value in fall.turning._asdict().items()
        }
        for fall in one.falls
    }
    bands = [
        {**b._asdict(), "wait_ms": None if b.wait_ms == float("inf") else b.wait_ms}
        for b in one.bands
    ]
    return {"falls": falls, "usual": one.usual._asdict(), "own": bands}
