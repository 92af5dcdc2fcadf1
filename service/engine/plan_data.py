"""A plan as JSON-ready values, for its trip through the log, and back.

What an older log leaves out has the default of that time: a plan without stocks has none.
"""

from dataclasses import asdict
from typing import Any

from service.engine.plan import (
    PATTERNS,
    Exclusion,
    Good,
    Pattern,
    Plan,
    Promise,
    Rule,
    Source,
    Span,
    Stock,
    Touchpoint,
    Unit,
    Week,
)

Json = dict[str, Any]


def to_data(plan: Plan) -> Json:
    """Return the plan as values that any JSON writer takes."""
    return asdict(plan)


def from_data(data: Json) -> Plan:
    """Rebuild a plan from what `to_data` returned, also after a trip through JSON."""
    return Plan(
        number=data["number"],
        sources={
            name: Source(**{**value, "names": tuple(value["names"])})
            for name, value in data["sources"].items()
        },
        delivers={name: tuple(types) for name, types in data["delivers"].items()},
        fields={name: tuple(paths) for name, paths in data["fields"].items()},
        zones={name: tuple((a, b) for a, b in rows) for name, rows in data["zones"].items()},
        calendars={name: week_from(value) for name, value in data["calendars"].items()},
        units={
            kind: {name: Unit(**value) for name, value in rows.items()}
            for kind, rows in data["units"].items()
        },
        touchpoints={name: _touchpoint(value) for name, value in data["touchpoints"].items()},
        zone=data["zone"],
        stocks={
            name: Stock(**{**value, "per": tuple(value["per"])})
            for name, value in data.get("stocks", {}).items()
        },
        exclusions=tuple(_exclusion(row) for row in data.get("exclusions", ())),
        shards=tuple(data.get("shards", ("main",))),
        told=tuple(data.get("told", ())),
        answers=tuple(data.get("answers", ())),
    )


def _exclusion(data: Json) -> Exclusion:
    lists = {name: tuple(data[name]) for name in ("touchpoints", "regions", "units")}
    return Exclusion(**{**data, **lists})


def week_from(data: Json) -> Week:
    """Rebuild opening hours."""
    spans = tuple(tuple((a, b) for a, b in day) for day in data["spans"])
    return Week(data["zone"], data["always"], spans, tuple(data["closed"]))


def span_from(data: Json | None) -> Span | None:
    """Rebuild a length."""
    return None if data is None else Span(**data)


def promise_from(data: Json) -> Promise:
    """Rebuild a promise."""
    choices = {name: Span(**value) for name, value in data["choices"].items()}
    spans = {"span": span_from(data["span"]), "fallback": span_from(data["fallback"])}
    return Promise(**{**data, **spans, "choices": choices})


def _patterns(rows: list[Json]) -> tuple[Pattern, ...]:
    return tuple(Pattern(row["type"], row["where"], tuple(row["match"])) for row in rows)


def _good(data: Json) -> Good:
    return Good(**{**data, "events": _patterns(data["events"]), "key": tuple(data["key"])})


def _rule(data: Json) -> Rule:
    marks = tuple((percent, level) for percent, level in data["marks"])
    checkpoints = tuple(data.get("checkpoints", ()))
    span = span_from(data["over"])
    return Rule(**{**data, "marks": marks, "over": span, "checkpoints": checkpoints})


def _touchpoint(data: Json) -> Touchpoint:
    changed: Json = {name: _patterns(data[name]) for name in PATTERNS}
    changed["promise"] = promise_from(data["promise"])
    changed["rules"] = tuple(_rule(row) for row in data["rules"])
    changed["opening"] = tuple(data["opening"])
    changed["answering"] = tuple(data["answering"])
    changed["reading"] = tuple(data.get("reading", ()))
    good = data.get("good")
    changed["good"] = None if good is None else _good(good)
    return Touchpoint(**{**data, **changed})
