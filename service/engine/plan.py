"""The compiled configuration as the fold sees it: plain data, nothing left to look up.

A plan travels through the log as a control chunk, so it holds everything the fold needs: holidays
are expanded, zones are lists of transitions, expressions are trees.  Two machines with different
holiday packages can therefore not disagree.  The rejected alternative, shipping the YAML text and
compiling it on each worker, would make the fold depend on what is installed there.

service.engine.plan_data turns a plan into JSON-ready values and back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default_field
from typing import Any, Literal

PATTERNS = ("start", "stop", "cancel", "pause", "resume", "restart", "broken_by")


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
    `zone` is empty where the unit's own zone counts.  `at_once`: there is nothing to wait for.
    """

    kind: Literal["span", "until", "by_level", "by_unit", "at_once"]
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
class Good:
    """Say when what a ratio counts is good: by `events`, by a `stock` or by the value at a path.

    `key` are the paths of the event that name the stock; limits that are None do not limit.
    """

    events: tuple[Pattern, ...] = ()
    stock: str = ""
    key: tuple[str, ...] = ()
    value: str = ""
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """Say which event reads a stock: the path of its value, the paths of its key, its trust."""

    event: str
    value: str
    per: tuple[str, ...]
    trust_ms: int


@dataclass(frozen=True, slots=True)
class Rule:
    """State one rule of one touchpoint; fields of other kinds stay at their defaults.

    `marks` (kind `waiting`) are (percent of the promise, level), ascending.  Shares (kind
    `share`) are in hundredths of a percent: 90 % is 9000.  A `floor` speaks when `stock` is below
    `below` for the time `over`.  `level` belongs to `share` and `floor`.  `pace` looks at a case
    at its `checkpoints` (percent of the promise); a rise of the late odds by `odds` (thousandths)
    is worth a warning, and false watches and warnings may come so often a year (millionths; 0
    means never).  `is_guaranteed` takes the limit that holds without any assumption.  A `spread`
    compares units or ways in (`across`) over the time `over`, while the share is above `kept_below`.
    """

    id: str
    kind: Literal["waiting", "share", "floor", "pace", "spread"]
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
    stock: str = ""
    below: float = 0
    checkpoints: tuple[int, ...] = ()
    odds: int = 3000
    watches_a_year: int = 0
    warnings_a_year: int = 0
    is_guaranteed: bool = False
    across: str = ""


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """State one reliability threshold: what starts a case, what stops it, what was promised.

    `unit` and `case` are paths: `unit`, `case`, or `data.x`.  `pause_until` is the field that
    ends a pause which `pause` began; `resume` are the events that end one otherwise.
    `opening` and `answering` name the sources whose silence would mean something (01, section 6),
    `reading` those that read its stocks.  `good` makes it a ratio of what `start` counts.
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
    reading: tuple[str, ...] = ()
    good: Good | None = None
    shard: str = "main"


@dataclass(frozen=True, slots=True)
class Source:
    """State how one source speaks, how late its facts may be and how long they still correct.

    `names` are further values of CloudEvents `source` that mean this one.  `map` says where the
    fields of a plain row come from: target -> path or column, `constants` target -> value.
    `heartbeat` is the type of its proof of life, due every `heartbeat_ms`; the other lengths say
    when quiet is silence and how far it is believed (01, section 6), None where it is learned.
    `zone` is the zone of wall times, `epoch` the unit of times that are numbers; both may be empty.
    `topic` is where a Kafka host reads it; there `is_pull`: it is heard as far as ticks vouch.  Of
    several shards only one tells that it is silent.
    """

    wait_ms: int
    correct_for_ms: int
    format: Literal["cloudevents", "json", "csv", "avro"] = "cloudevents"
    names: tuple[str, ...] = ()
    map: Mapping[str, str] = default_field(default_factory=dict)
    constants: Mapping[str, object] = default_field(default_factory=dict)
    provenance: str = ""
    heartbeat: str = ""
    heartbeat_ms: int = 0
    silent_after_ms: int | None = None
    believe_quiet_ms: int | None = None
    after_silence: Literal["", "judge", "unknown"] = ""
    catch_up_ms: int = 300_000
    zone: str = ""
    epoch: Literal["", "s", "ms"] = ""
    topic: str = ""
    is_told: bool = True
    is_pull: bool = False


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
class Exclusion:
    """Leave the cases that start on some local days out of every rule; empty lists mean all."""

    name: str
    first_day: str
    last_day: str
    why: str
    touchpoints: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold everything the engine knows about the company.

    `fields` says for each event type which paths of `data` an event must carry inside.
    `zones` maps a zone's name to its transitions: (from UTC ms, offset ms), ascending.
    `shards` are the partitions of a Kafka log, in their order; a log on one machine has one.
    `told` are the types of event that reports read: they are put out as they came, beside all rules;
    `answers` those of which only what was recorded long after it happened is put out.
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
    stocks: Mapping[str, Stock] = default_field(default_factory=dict)
    exclusions: tuple[Exclusion, ...] = ()
    shards: tuple[str, ...] = ("main",)
    told: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
