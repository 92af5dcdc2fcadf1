"""What the desk knows about the world: topics, places, receivers and routes.

Plain frozen data, made from the configuration once.  A *topic* is what findings are about (the
service's touchpoints), a *place* is where they happen (units and regions).  Routing is data plus
one short walk (alerts.route); nothing here decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alerts.hours import ALWAYS, Delay, Hours
from alerts.silence import Window
from alerts.stake import Worth
from alerts.template import Wording
from alerts.tongue import ENGLISH, Tongue


@dataclass(frozen=True, slots=True)
class Topic:
    """Describe one thing that can go wrong, in the words of the configuration.

    `promise` is the promise as written ("1h open"); `objective` the share in hundredths of a
    percent.  `do_now` lines may hold placeholders: {past.N%}, {worst_units}, {unit}, {region},
    {waiting}.  `promise_ms` is its length, 0 where it has no single one.  `upstream` are topics, or free words, that this one depends on; `feeds` the sources
    that it hears.
    """

    id: str
    title: str
    stage: str
    stage_title: str
    journey: str
    promise: str
    objective: int
    owner: str
    unit_kind: str
    do_now: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    runbook: str = ""
    case_url: str = ""
    intention: str = ""
    dashboard: str = ""
    feeds: tuple[str, ...] = ()
    promise_ms: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Name one unit or region; `addresses` are the further columns of its row."""

    id: str
    name: str
    region: str
    zone: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    hours: Hours = field(default=ALWAYS, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reach:
    """State one way of reaching a receiver: a channel and its settings, templates unfilled.

    channel `console`: no settings.  `jsonl`: {"path": FILE}.  `slack`: {"webhook": NAME} where the
    address is the secret `slack_webhook_NAME`.  `email`: {"to": [ADDRESS or "{unit.column}"]}.
    """

    channel: str
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """Call a receiver in when nobody acted for so long; `unless_taken`, or unless it is over."""

    after: Delay
    receiver: str
    unless_taken: bool


@dataclass(frozen=True, slots=True)
class Route:
    """State one branch of the routing tree; empty fields are inherited from the parent.

    `match` compares level, touchpoint, stage, journey, rule, kind, region, unit with a value.
    `receiver` is a name or a template: {owner}, {region}, {unit}.  The first word of a group waits
    `wait_ms` for companions, unless it is critical; the next comes no sooner than `interval_ms`
    after it.  `deliver` is `always`, or whose hours to keep to: `unit`, or a calendar's name.
    """

    match: Mapping[str, str] = field(default_factory=dict)
    receiver: str = ""
    group_by: tuple[str, ...] = ()
    routes: tuple["Route", ...] = ()
    wait_ms: int | None = None
    interval_ms: int | None = None
    repeat: Delay | None = None
    deliver: str = ""
    escalation: tuple[Call, ...] | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Say who gets our proof of life, and how often."""

    receiver: str
    every_ms: int


@dataclass(frozen=True, slots=True)
class Directory:
    """Hold all of it.  `units` is keyed (unit kind, unit id); an exact receiver wins over a pattern.

    `calendars` are hours by name, for delivery; `hours` are those in which any unit is open.  An
    answer "I have it" holds for `taken_for`, on the hours of the alert's place.  `wordings` are the
    company's own words, by kind of news, and `worth` what a waiting customer is worth.
    """

    company: str
    currency: str
    zone: str
    topics: Mapping[str, Topic]
    units: Mapping[tuple[str, str], Place]
    regions: Mapping[str, Place]
    receivers: Mapping[str, tuple[Reach, ...]]
    root: Route
    hours: Hours = field(default=ALWAYS, compare=False, repr=False)
    calendars: Mapping[str, Hours] = field(default_factory=dict, compare=False, repr=False)
    taken_for: Delay | None = None
    heartbeat: Heartbeat | None = None
    windows: tuple[Window, ...] = field(default=(), compare=False, repr=False)
    tongue: Tongue = ENGLISH
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    worth: Worth | None = None
