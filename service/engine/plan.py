"""The compiled configuration as the fold sees it: plain data, nothing left to look up.

A plan travels through the log as a control chunk, so it holds everything the fold needs: holidays
are expanded, zones are lists of transitions, expressions are trees.  Two machines with different
holiday packages can therefore not disagree.  The rejected alternative, shipping the YAML text and
compiling it on each worker, would make the fold depend on what is installed there.

`to_data` and `from_data` turn a plan into JSON-ready values and back.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as default_field
from typing import Any, Literal

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Measure a length of time: milliseconds elapsed, milliseconds open, or open days."""

    kind: Literal["elapsed", "open", "open_days"]
    amount: int


@dataclass(frozen=True, slots=True)
class Promise:
    """State what was promised for one case (02, "Promises").

    kind `span`: `span` after the start.  `until`: the date in `field`, moved to the end of its
    local day if `end_of_day`, plus `grace_ms`; `fallback` and `take` as written.  `by_level`: the
    span in `choices` named by `field`, else `otherwise`.  `by_unit`: likewise by the unit's id.
    `zone` is empty where the unit's own zone counts.
    """

    kind: Literal["span", "until", "by_level", "by_unit"]
    span: Span | None = None
    field: str = ""
    end_of_day: bool = False
    zone: str = ""
    grace_ms: int = 0
    fallback: Span | None = None
    take: Literal["", "later", "earlier"] = ""
    choices: Mapping[str, Span] = default_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Name the events that mean something: a type, a condition on `data`, fields to match by.

    `where` is a tree as service.engine.where reads it, None for every event of the type.
    `match` is empty where events find their case by its id.
    """

    type: str
    where: Any = None
    match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """State one rule of one touchpoint; fields of other kinds stay at their defaults.

    `marks` (kind `waiting`) are (percent of the promise, level), ascending.  Shares (kind
    `share`) are in hundredths of a percent: 90 % is 9000.  `level` belongs to `share`.
    """

    id: str
    kind: Literal["waiting", "share"]
    per: Literal["unit", "region", "company"] = "unit"
    marks: tuple[tuple[int, str], ...] = ()
    at_least: int = 3
    recover_kept: int = 5
    kept_below: int = 0
    recover_above: int = 0
    over: Span | None = None
    minimum_cases: int = 0
    minimum_late: int = 0
    level: str = "warning"


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """State one reliability threshold: what starts a case, what stops it, what was promised.

    `unit` and `case` are paths: `unit`, `case`, or `data.x`.  `pause_until` is the field that
    ends a pause which `pause` began; `resume` are the events that end one otherwise.
    `opening` and `answering` name the sources whose silence would mean something (01, section 6).
    """

    id: str
    unit_kind: str
    unit: str
    case: str
    clock: Literal["unit", "customer"]
    start: tuple[Pattern, ...]
    stop: tuple[Pattern, ...]
    cancel: tuple[Pattern, ...]
    pause: tuple[Pattern, ...]
    pause_until: str
    resume: tuple[Pattern, ...]
    restart: tuple[Pattern, ...]
    broken_by: tuple[Pattern, ...]
    promise: Promise
    rules: tuple[Rule, ...]
    opening: tuple[str, ...]
    answering: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """State how one source speaks, how late its facts may be and how long they still correct.

    `names` are further values of CloudEvents `source` that mean this one.  `map` says where the
    fields of a plain row come from: target -> path or column, `constants` target -> value.
    `zone` is the zone of wall times, `epoch` the unit of times that are numbers; both may be empty.
    """

    wait_ms: int
    correct_for_ms: int
    format: Literal["cloudevents", "json", "csv"] = "cloudevents"
    names: tuple[str, ...] = ()
    map: Mapping[str, str] = default_field(default_factory=dict)
    constants: Mapping[str, object] = default_field(default_factory=dict)
    provenance: str = ""
    zone: str = ""
    epoch: Literal["", "s", "ms"] = ""


@dataclass(frozen=True, slots=True)
class Week:
    """State opening hours: spans in minutes of a local day for Monday to Sunday, and closed days.

    A span whose end is not after its start runs past midnight and belongs to the day on which it
    begins.  `closed` are local dates as YYYY-MM-DD.  `always` overrides both.
    """

    zone: str
    always: bool = False
    spans: tuple[tuple[tuple[int, int], ...], ...] = ()
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """Place one unit: its region, its calendar (a key of Plan.calendars) and its zone."""

    region: str
    calendar: str
    zone: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold everything the engine knows about the company.

    `fields` says for each event type which paths of `data` an event must carry inside.
    `zones` maps a zone's name to its transitions: (from UTC ms, offset ms), ascending.
    """

    number: int
    sources: Mapping[str, Source]
    delivers: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, tuple[str, ...]]
    zones: Mapping[str, tuple[tuple[int, int], ...]]
    calendars: Mapping[str, Week]
    units: Mapping[str, Mapping[str, Unit]]
    touchpoints: Mapping[str, Touchpoint]
    zone: str


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
        calendars={name: _week(value) for name, value in data["calendars"].items()},
        units={
            kind: {name: Unit(**value) for name, value in rows.items()}
            for kind, rows in data["units"].items()
        },
        touchpoints={name: _touchpoint(value) for name, value in data["touchpoints"].items()},
        zone=data["zone"],
    )


def _week(data: Json) -> Week:
    spans = tuple(tuple((a, b) for a, b in day) for day in data["spans"])
    return Week(data["zone"], data["always"], spans, tuple(data["closed"]))


def _span(data: Json | None) -> Span | None:
    return None if data is None else Span(**data)


def _promise(data: Json) -> Promise:
    choices = {name: Span(**value) for name, value in data["choices"].items()}
    spans = {"span": _span(data["span"]), "fallback": _span(data["fallback"])}
    return Promise(**{**data, **spans, "choices": choices})


def _patterns(rows: list[Json]) -> tuple[Pattern, ...]:
    return tuple(Pattern(row["type"], row["where"], tuple(row["match"])) for row in rows)


def _rule(data: Json) -> Rule:
    marks = tuple((percent, level) for percent, level in data["marks"])
    return Rule(**{**data, "marks": marks, "over": _span(data["over"])})


PATTERNS = ("start", "stop", "cancel", "pause", "resume", "restart", "broken_by")


def _touchpoint(data: Json) -> Touchpoint:
    changed: Json = {name: _patterns(data[name]) for name in PATTERNS}
    changed["promise"] = _promise(data["promise"])
    changed["rules"] = tuple(_rule(row) for row in data["rules"])
    changed["opening"] = tuple(data["opening"])
    changed["answering"] = tuple(data["answering"])
    return Touchpoint(**{**data, **changed})
