"""Messages written by hand, for golden payloads and for looking at: a conversation and its kinds."""

from dataclasses import replace

from alerts.notice import Why
from alerts.outbox import OutboxRow, Sheet
from alerts.signal import Level
from tests.alerts.fakes import HOUR, NOON

LINKS = (
    ("People", "https://crm.example/requests?dealer=leeds&late=1"),
    ("Runbook", "https://wiki.example/answer-request"),
    ("Dashboard", "https://grafana.example/d/promises"),
)
OPENING_LINES = (
    "Promise: 1h open. Since 09:00. Longest: 5h 10m of the customer's time, 3h open.",
    "Where: Leeds 19, York 12, Hull 6: 37 of 52 in 28 days.",
    "Do now: call the 11 who wait longest; put cover on Leeds and York.",
    "Owner: sales-desk.",
)
STAND = Sheet(
    Level.CRITICAL,
    Why.FIRST,
    "ACT NOW - 37 people waiting: a person answers, North",
    OPENING_LINES,
    LINKS,
)
OPENED = OutboxRow(
    key="0f" * 16,
    alerts=(("r1", 1),),
    receiver="north-desk",
    channel="",
    settings={},
    level=STAND.level,
    why=STAND.why,
    subject=STAND.subject,
    lines=STAND.lines,
    links=STAND.links,
    text="\n".join([STAND.subject, *STAND.lines, *(f"{name}: {at}" for name, at in LINKS)]),
    created_at=NOON,
    thread="north-desk/r1",
    standing=STAND,
    actions=("take", "refuse"),
)
OVER_LINES = ("It lasted 5h 10m, since 09:00. At worst 37 people waited.", "Owner: sales-desk.")
RESOLVED = replace(
    OPENED,
    key="1e" * 16,
    alerts=(("r1", 2),),
    why=Why.RESOLVED,
    subject="OVER - nobody waiting: a person answers, North",
    lines=OVER_LINES,
    links=(),
    text="\n".join(["OVER - nobody waiting: a person answers, North", *OVER_LINES]),
    created_at=NOON + 5 * HOUR,
    actions=(),
    standing=Sheet(
        Level.CRITICAL,
        Why.RESOLVED,
        "OVER - nobody waiting: a person answers, North",
        (*OVER_LINES, "Taken by Ann at 09:12."),
    ),
)
LONG = replace(
    OPENED,
    key="2d" * 16,
    level=Level.WARNING,
    subject="LOOK TODAY - 1,204 people waiting: " + "Donaudampfschifffahrtsgesellschaft " * 3,
    lines=(*OPENING_LINES, "Where: " + ", ".join(f"Dealer{n}-" + "x" * 60 for n in range(6))),
    actions=(),
)
"""Names that do not break: a narrow screen must not scroll sideways."""


def for_channel(row: OutboxRow, channel: str, parent: str = "") -> OutboxRow:
    """Return a sample addressed to a channel, in a conversation that has begun or not."""
    settings: dict[str, dict[str, object]] = {
        "slack": {"webhook": "desks"},
        "slack-bot": {"channel": "#td-north"},
        "email": {"to": "desk@leeds.example"},
        "jsonl": {"path": "/nowhere/alerts.jsonl"},
        "webhook": {"url": "crm"},
        "webhook-alertmanager": {"url": "crm", "shape": "alertmanager"},
        "kafka": {"topic": "alerts"},
        "apprise": {"url": "phones"},
    }
    return replace(
        row,
        channel=channel.partition("-")[0],
        settings=settings.get(channel, {}),
        parent=parent,
    )


def about(alert: str, number: int, **changes: object) -> OutboxRow:
    """Return one message about an alert."""
    base = replace(
        for_channel(OPENED, "slack-bot"),
        key=f"{alert}-{number}",
        alerts=((alert, number),),
        thread=f"talk-{alert}",
        created_at=NOON + number,
        level=Level.WARNING,
        why=Why.FIRST if number == 1 else Why.WORSE,
        subject=f"LOOK TODAY - {alert}",
    )
    return replace(base, **changes)  # type: ignore[arg-type]
