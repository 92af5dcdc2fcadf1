"""Whether touchpoints name what exists, and whether their rules can ever fire."""

from collections.abc import Iterator

from service.settings.check_pace import pace_problems
from service.settings.explanation import did_you_mean
from service.settings.measure import Ratio, StockGood
from service.settings.rule import FloorRule, ObjectiveRule, Rule, ShareRule, WaitingRule
from service.settings.settings import Settings
from service.settings.touchpoint import Touchpoint

DEFAULT_RULES = ("waiting", "pace", "objective")


def touchpoint_problems(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with journeys, touchpoints and rules."""
    yield from _shard_doubles(settings)
    yield from _stage_doubles(settings)
    for name, touchpoint in settings.configuration.touchpoints.items():
        yield from _reference_problems(settings, name, touchpoint)
        yield from _measure_problems(settings, name, touchpoint)
        yield from _clock_problems(settings, name, touchpoint)
        yield from _rule_doubles(settings, name, touchpoint)
        yield from pace_problems(settings, name, touchpoint)
        for rule in touchpoint.in_force():
            yield from _rule_problems(settings, name, touchpoint, rule)


def _stage_doubles(settings: Settings) -> Iterator[str]:
    for name, journey in settings.configuration.journeys.items():
        ids = [stage.id for stage in journey.stages]
        yield from _doubles(settings, ("journeys", name, "stages"), ids)


def _shard_doubles(settings: Settings) -> Iterator[str]:
    names = settings.configuration.shards
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f'{settings.key("shards")}: "{name}" stands twice; a shard is named once'


def _reference_problems(settings: Settings, name: str, touchpoint: Touchpoint) -> Iterator[str]:
    journeys = settings.configuration.journeys
    kinds = settings.configuration.units
    kind = touchpoint.unit.kind
    if kind not in kinds:
        at = settings.at("touchpoints", name, "unit", "kind")
        yield f'{at}: no kind of unit "{kind}"; {did_you_mean(kind, kinds)}'
    shards = settings.configuration.shards
    if touchpoint.shard is not None and touchpoint.shard not in shards:
        at = settings.at("touchpoints", name, "shard")
        yield f'{at}: no shard "{touchpoint.shard}"; {did_you_mean(touchpoint.shard, shards)}'
    if touchpoint.journey not in journeys:
        at = settings.at("touchpoints", name, "journey")
        yield f'{at}: no journey "{touchpoint.journey}"; {did_you_mean(touchpoint.journey, journeys)}'
        return
    stages = [stage.id for stage in journeys[touchpoint.journey].stages]
    if touchpoint.stage not in stages:
        at = settings.at("touchpoints", name, "stage")
        yield f'{at}: no stage "{touchpoint.stage}"; {did_you_mean(touchpoint.stage, stages)}'


def _measure_problems(settings: Settings, name: str, touchpoint: Touchpoint) -> Iterator[str]:
    measure = touchpoint.measure
    if isinstance(measure, Ratio):
        if touchpoint.written is not None:
            at = settings.key("touchpoints", name, "promise")
            yield f"{at}: a ratio is good or not at once; take `promise` out"
        if measure.stock:
            at = settings.at("touchpoints", name, "measure", "good", "stock")
            yield from _stock_problem(settings, at, measure.stock.stock)
            yield from _key_problem(settings, name, measure.stock)
    elif touchpoint.written is None:
        yield f'{settings.key("touchpoints", name)}: "promise" is missing'


def _stock_problem(settings: Settings, at: str, stock: str) -> Iterator[str]:
    known = settings.configuration.stocks
    if stock not in known:
        yield f'{at}: no stock "{stock}"; {did_you_mean(stock, known)}'


def _key_problem(settings: Settings, name: str, good: StockGood) -> Iterator[str]:
    stock = settings.configuration.stocks.get(good.stock)
    if stock is not None and len(stock.per) != len(good.key):
        at = settings.at("touchpoints", name, "measure", "good", "key")
        yield f"{at}: the stock is counted per {', '.join(stock.per)}; name as many fields here"


def _clock_problems(settings: Settings, name: str, touchpoint: Touchpoint) -> Iterator[str]:
    spans = [*touchpoint.promise.spans(), *settings.tables.promises.get(name, {}).values()]
    if touchpoint.measure.clock == "unit" and any(span.kind == "elapsed" for span in spans):
        yield (
            f"{settings.at('touchpoints', name, 'promise')}: `clock: unit` counts opening hours, "
            "but this promise is in plain time; write `open` behind it, such as 1h open"
        )


def _rule_doubles(settings: Settings, name: str, touchpoint: Touchpoint) -> Iterator[str]:
    ids = [rule.id for rule in touchpoint.rules]
    yield from _doubles(settings, ("touchpoints", name, "rules"), ids)
    for position, rule in enumerate(touchpoint.rules_off):
        if rule not in (*DEFAULT_RULES, *ids):
            at = settings.at("touchpoints", name, "rules_off", position)
            yield f'{at}: no rule "{rule}" to switch off; {did_you_mean(rule, DEFAULT_RULES)}'


def _doubles(settings: Settings, path: tuple[str | int, ...], ids: list[str]) -> Iterator[str]:
    for position, name in enumerate(ids):
        first = ids.index(name)
        if first < position:
            here, there = (settings.at(*path, i, "id") for i in (position, first))
            yield f'{here}: "{name}" stands twice, first at {there}'


def _rule_problems(
    settings: Settings, name: str, touchpoint: Touchpoint, rule: Rule
) -> Iterator[str]:
    ids = [written.id for written in touchpoint.rules]
    path = ("touchpoints", name, *(("rules", ids.index(rule.id)) if rule.id in ids else ()))
    if isinstance(rule, WaitingRule) and not rule.levels():
        yield f'{settings.at(*path)}: the rule "{rule.id}" cannot fire: no mark of level warning or critical'
    if isinstance(rule, ShareRule) and rule.kept_below == 0:
        yield f'{settings.at(*path)}: the rule "{rule.id}" cannot fire: no share lies below 0%'
    if isinstance(rule, WaitingRule) and isinstance(touchpoint.measure, Ratio):
        yield f'{settings.at(*path)}: nobody waits in a ratio; the rule "{rule.id}" cannot fire'
    if isinstance(rule, FloorRule):
        yield from _stock_problem(settings, settings.at(*path, "stock"), rule.stock)
    if isinstance(rule, ObjectiveRule):
        yield from _objective_problems(settings, path, touchpoint, rule)


def _objective_problems(
    settings: Settings, path: tuple[str | int, ...], touchpoint: Touchpoint, rule: ObjectiveRule
) -> Iterator[str]:
    if touchpoint.objective is None:
        yield f'{settings.at(*path)}: the rule "{rule.id}" needs an objective, such as 90% over 28d'
    elif touchpoint.objective[0] == 0:
        yield f'{settings.at(*path)}: the rule "{rule.id}" cannot fire: no share lies below 0%'
    elif rule.recover_above is not None and rule.recover_above < touchpoint.objective[0]:
        yield f"{settings.at(*path)}: `recover_above` lies below the objective: it would never settle"
