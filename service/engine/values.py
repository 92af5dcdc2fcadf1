"""The frozen values that cross the engine's wall, in either direction.

Named tuples, not dataclasses: a frozen dataclass costs four times as much to make, and these
are made for every event and every scored case.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from alerts.signal import Signal

NOBODY: Mapping[str, int] = MappingProxyType({})


class Event(NamedTuple):
    """State one fact of daily operations, already checked at the door.

    `key` is the 64-bit hash of source and id, `digest` the one of everything else: two events
    with the same key are the same fact, and differ if their digests do.  Times are UTC
    milliseconds; `recorded` is None where the source does not say.  `data` holds only the fields
    that the plan names.  Missing texts are empty.
    """

    key: int
    digest: int
    source: str
    id: str
    type: str
    time: int
    recorded: int | None
    case: str
    unit: str
    customer: str
    via: str
    provenance: str
    data: Mapping[str, object]


class Outcome(NamedTuple):
    """State how one case stands against one promise; the latest row per case and touchpoint holds.

    `answered` says that `ended` is an answer, not a cancellation or what broke the promise.
    """

    touchpoint: str
    case: str
    customer: str
    unit: str
    via: str
    started: int
    due: int | None
    ended: int | None
    outcome: str
    open_ms: int | None
    own_ms: int | None
    early: bool
    provenance: str
    plan: int
    answered: bool = False


class Reading(NamedTuple):
    """Add to the counts of one local day of starts, one touchpoint, one unit and one way in.

    The five counts are changes, so that the sum of all readings equals the sum of all outcomes
    and the engine need not remember old days.
    """

    day: str
    touchpoint: str
    unit: str
    via: str
    kept: int
    late: int
    gave_up: int
    unknown: int
    open: int


class Waiting(NamedTuple):
    """Put one case on the call-back list: its customer has passed a mark and still waits."""

    touchpoint: str
    case: str
    customer: str
    unit: str
    since: int
    due: int | None
    mark: int
    mark_at: int


class Cleared(NamedTuple):
    """Take one case off the call-back list."""

    touchpoint: str
    case: str
    at: int


class Taught(NamedTuple):
    """State that a touchpoint was told what is usual: in force from when, for how many streams."""

    touchpoint: str
    since: int
    streams: int


class Chunk(NamedTuple):
    """Hold one step of the log: a stamp, and events, or a control; neither makes it a tick.

    `control` is ready for JSON: a plan that takes effect here, or the news that a service begins
    to listen.  `heard` says for sources that are asked, not waited for, up to when they were
    heard when the chunk was made; `spoke` when they last said anything, here or elsewhere.
    """

    stamp: int
    events: Sequence[Event] = ()
    control: Mapping[str, Any] | None = None
    heard: Mapping[str, int] = NOBODY
    spoke: Mapping[str, int] = NOBODY


class Frame(NamedTuple):
    """Hold what one bounded step of folding put out; its number is part of the engine's state.

    `too_late` are facts older than `correct_for`: kept and counted, they change nothing.
    `standing`, after a new plan, are the ids of all findings that stand.
    `future` are events from ahead of the log's time: set aside, to be tried again by people.
    `taught` is what touchpoints learned of what is usual.
    `told` are facts that only reports read, as they came.
    """

    number: int
    stamp: int
    outcomes: tuple[Outcome, ...]
    readings: tuple[Reading, ...]
    waiting: tuple[Waiting | Cleared, ...]
    signals: tuple[Signal, ...]
    too_late: tuple[Event, ...]
    future: tuple[Event, ...] = ()
    standing: tuple[str, ...] | None = None
    taught: tuple[Taught, ...] = ()
    told: tuple[Event, ...] = ()
