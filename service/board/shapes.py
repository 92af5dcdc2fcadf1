"""The shapes in which alerts, silences, deliveries and people who wait are told over HTTP."""

from typing import Any, Literal, Self

from pydantic import Field

from alerts.alert import Alert
from alerts.handling import Said
from alerts.silence import DAYS_MAX, VALUE_CHARACTERS_MAX, WHY_CHARACTERS_MAX, Silence
from service.board.operation import Shape

MINUTES_MAX = DAYS_MAX * 24 * 60


class SaidOut(Shape):
    """Say who said something, when, and until when it counts."""

    who: str
    at: int
    until: int | None

    @classmethod
    def of(cls, said: Said | None) -> Self | None:
        """Return it, where somebody said something."""
        return None if said is None else cls(who=said.who, at=said.at, until=said.until)


class WaitsOut(Shape):
    """Say who is not told yet, why, and until when."""

    receiver: str
    why: str
    until: int | None


class AlertOut(Shape):
    """Tell of one alert; times are UTC milliseconds."""

    id: str
    state: str
    level: str
    touchpoint: str
    rule: str
    kind: str
    per: str
    scope: str
    opened_at: int
    changed_at: int
    closed_at: int | None
    number: int
    reason: str
    cases: int
    customers: int
    peak_customers: int
    evidence: dict[str, Any]
    told: list[str]
    waits: list[WaitsOut]
    escalated: list[str]
    taken: SaidOut | None
    refused: SaidOut | None
    informed: SaidOut | None
    stale: bool
    next_at: int | None

    @classmethod
    def of(cls, alert: Alert, *, stale: bool = False) -> Self:
        """Return an alert with all that was done about it; `stale`: a feed that it hears is silent."""
        handling = alert.handling
        names = set(cls.model_fields) & set(Alert.__slots__) - {"told"}
        waits = handling.waits.items()
        return cls(
            **{name: getattr(alert, name) for name in names},
            told=list(handling.told),
            waits=[WaitsOut(receiver=n, why=w.muted.value, until=w.until) for n, w in waits],
            escalated=list(handling.escalated),
            taken=SaidOut.of(handling.taken),
            refused=SaidOut.of(handling.refused),
            informed=SaidOut.of(handling.informed),
            stale=stale,
            next_at=handling.next_at,
        )


class WholeAlertOut(AlertOut):
    """Tell of one alert with its transitions, its messages and why some were not sent."""

    signals: list[dict[str, Any]]
    deliveries: list[dict[str, Any]]
    notices: list[dict[str, Any]]


class AlertQuery(Shape):
    """Ask for open alerts, or for all."""

    all: bool = False


class AnswerIn(Shape):
    """Say something to an alert."""

    kind: Literal["take", "release", "refuse", "told"]
    note: str = Field(default="", max_length=200)


class AnswerOut(Shape):
    """Say under which number the answer is kept; the desk takes it up within a second or two."""

    number: int


class SilenceIn(Shape):
    """Ask for a silence; with `preview` only say what it would mute."""

    match: dict[str, str] = Field(max_length=10)
    why: str = Field(min_length=1, max_length=WHY_CHARACTERS_MAX)
    minutes: int = Field(ge=1, le=MINUTES_MAX)
    preview: bool = False


class SilenceOut(Shape):
    """Tell of one silence."""

    id: str
    match: dict[str, str]
    why: str
    who: str
    begins: int
    ends: int

    @classmethod
    def of(cls, silence: Silence) -> Self:
        """Return a silence."""
        return cls(**silence.to_row())  # type: ignore[arg-type]


class SilencedOut(Shape):
    """Say what a silence mutes now, and the silence itself unless this was a preview."""

    silence: SilenceOut | None
    mutes: list[AlertOut]


class DeliveryQuery(Shape):
    """Choose messages: of an alert, in a state, the newest first."""

    alert: str = Field(default="", max_length=VALUE_CHARACTERS_MAX)
    state: Literal["", "pending", "sent", "dead", "folded"] = ""
    limit: int = Field(default=100, ge=1, le=1000)


class DeliveryOut(Shape):
    """Tell of one message: to whom, why, what came of its last attempt."""

    key: str
    at: int
    receiver: str
    channel: str
    why: str
    state: str
    attempts: int
    next_at: int
    subject: str
    alerts: list[str]
    detail: str | None


class WaitingQuery(Shape):
    """Choose a unit."""

    unit: str = Field(default="", max_length=200)


class WaitingOut(Shape):
    """Tell of one person who waits: since when, on both clocks, and whether somebody told them."""

    touchpoint: str
    case: str
    unit: str
    since: int
    due: int | None
    mark: int
    own_ms: int
    open_ms: int
    informed: bool
    url: str


class AuditOut(Shape):
    """Tell who did what, when, and by which way."""

    number: int
    at: int
    who: str
    via: str
    what: str
    about: str
    detail: str


class DigestOut(Shape):
    """Tell of a weekly page: which week, to whom, and when it was sent."""

    week: str
    receiver: str
    at: int


class WholeDigestOut(DigestOut):
    """Tell a weekly page as it was sent first: its words, its data, and of which definitions."""

    made_of: str
    subject: str
    language: str
    text: str
    page: dict[str, Any]
