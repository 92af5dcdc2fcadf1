"""Small stand-ins: a directory, signals, an outbox in memory, channels that answer to order."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from alerts.courier import EVERYTHING, Receipt
from alerts.desk import Book, Desk
from alerts.directory import Directory, Place, Reach, Route, Topic
from alerts.outbox import OutboxRow, Pending, next_in_line
from alerts.pace import Turn
from alerts.retry import Result, Verdict
from alerts.signal import Level, Signal, Transition

HOUR = 3_600_000
MINUTE = 60_000
# Monday 14 September 2026, 12:00 in Berlin.
NOON = 1_789_380_000_000

TOPIC = Topic(
    id="answer-request",
    title="A person answers a test-drive request",
    stage="ask",
    stage_title="I'm curious",
    journey="test-drive",
    promise="1h open",
    objective=9000,
    owner="sales-desk",
    unit_kind="dealer",
    do_now=("call the {past.400%} who wait longest", "put cover on {worst_units}"),
    runbook="https://wiki.example/answer-request",
    case_url="https://crm.example/requests/{case}",
)
ORPHAN = replace(TOPIC, id="near-enough", title="A dealer that is near enough", owner="")
UNITS = {
    ("dealer", "leeds"): Place(
        "leeds", "Leeds", "north", "Europe/London", {"desk_email": "desk@leeds.example"}
    ),
    ("dealer", "york"): Place(
        "york", "York", "north", "Europe/London", {"desk_email": "desk@york.example"}
    ),
    ("dealer", "kent"): Place("kent", "Kent", "south", "Europe/London"),
}
REGIONS = {
    "north": Place(
        "north", "North", "north", "Europe/London", {"manager_email": "north@aurora.example"}
    ),
    "south": Place("south", "South", "south", "Europe/London"),
}
RECEIVERS: Mapping[str, tuple[Reach, ...]] = {
    "*-desk": (
        Reach("slack", {"webhook": "desks"}),
        Reach("email", {"to": ["{unit.desk_email}"]}),
    ),
    "operations": (Reach("console"),),
    "north-managers": (Reach("email", {"to": ["{region.manager_email}", "two@aurora.example"]}),),
}
DIRECTORY = Directory(
    company="Aurora Motors",
    currency="EUR",
    zone="Europe/Berlin",
    topics={TOPIC.id: TOPIC, ORPHAN.id: ORPHAN},
    units=UNITS,
    regions=REGIONS,
    receivers=RECEIVERS,
    root=Route(receiver="{owner}", group_by=("touchpoint", "region")),
)
WAITING: Mapping[str, object] = {
    "since": NOON - 3 * HOUR,
    "past": {"100": 19, "400": 11},
    "oldest_started": NOON - 5 * HOUR,
    "longest_open_ms": 3 * HOUR,
    "longest_own_ms": 5 * HOUR + 10 * MINUTE,
    "cases": ["TD-1"],
}
SHARE: Mapping[str, object] = {
    "since": NOON - 26 * HOUR,
    "kept": 15,
    "late": 37,
    "window": "28d",
    "kept_below": 9000,
    "recover_above": 9000,
    "units": [["leeds", 19], ["york", 12], ["hull", 6]],
}


def signal(**changes: object) -> Signal:
    """Return a waiting warning at Leeds, with changes."""
    base = Signal(
        id="s1",
        number=1,
        transition=Transition.OPENED,
        level=Level.WARNING,
        touchpoint="answer-request",
        rule="waiting",
        kind="waiting",
        per="unit",
        scope="leeds",
        instant=NOON - HOUR,
        cases=19,
        customers=19,
        reason="past the mark",
        evidence=WAITING,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def regional(**changes: object) -> Signal:
    """Return a critical share finding in the North, with changes."""
    base = {
        "id": "r1",
        "level": Level.CRITICAL,
        "rule": "broken",
        "kind": "share",
        "per": "region",
        "scope": "north",
        "cases": 37,
        "customers": 37,
        "evidence": SHARE,
    }
    return signal(**(base | changes))


def rows_for(signals: Iterable[Signal], directory: Directory = DIRECTORY) -> tuple[OutboxRow, ...]:
    """Return the rows of one decision over an empty book."""
    return Desk(directory).decide(Book(), signals, NOON).rows


def row(channel: str = "console", **changes: object) -> OutboxRow:
    """Return one row for a channel, with changes."""
    settings: dict[str, dict[str, object]] = {
        "slack": {"webhook": "desks"},
        "email": {"to": "desk@leeds.example"},
        "jsonl": {"path": "/nowhere/alerts.jsonl"},
    }
    directory = replace(
        DIRECTORY, receivers={"sales-desk": (Reach(channel, settings.get(channel, {})),)}
    )
    alone: dict[str, object] = {"thread": "", "standing": None, "actions": ()}
    return replace(rows_for([signal()], directory)[0], **(alone | changes))  # type: ignore[arg-type]


class FakeOutbox:
    """Keep rows in memory as a store would keep them on disk."""

    def __init__(self, rows: Iterable[OutboxRow] = ()) -> None:
        """Begin with rows in the order of their writing."""
        self.pending: dict[str, Pending] = {}
        self.receipts: list[Receipt] = []
        self.add(*rows)

    def add(self, *rows: OutboxRow) -> None:
        """Write rows; a key that is known already is not written twice."""
        for new in rows:
            self.pending.setdefault(new.key, Pending(new))

    def claim(
        self, channel: str, now: int, limit: int, lease_ms: int, turn: Turn = EVERYTHING
    ) -> Sequence[Pending]:
        """Lease what is next in line."""
        mine = [item for item in self.pending.values() if item.row.channel == channel]
        chosen = next_in_line(mine, now, limit, turn.may, turn.recovered)
        for item in chosen:
            self.pending[item.row.key] = replace(item, leased_until=now + lease_ms)
        return chosen

    def channels(self) -> Sequence[str]:
        """Name the channels of unfinished rows."""
        return sorted({item.row.channel for item in self.pending.values()})

    def mark(self, receipt: Receipt) -> None:
        """File the row again or finish it."""
        self.receipts.append(receipt)
        if receipt.next_at is None:
            del self.pending[receipt.key]
        else:
            old = self.pending[receipt.key]
            self.pending[receipt.key] = Pending(old.row, receipt.attempt, receipt.next_at)


class FakeChannel:
    """Answer attempts with given verdicts, then with success; remember what came through."""

    def __init__(self, name: str, *verdicts: Verdict, hangs: bool = False) -> None:
        """Take the verdicts in the order in which to give them."""
        self.name = name
        self.verdicts = list(verdicts)
        self.hangs = hangs
        self.sent: list[OutboxRow] = []
        self.in_flight: list[str] = []
        self.most_in_flight = 0

    def payload(self, row: OutboxRow) -> str:
        """Return the text."""
        return row.text

    async def send(self, row: OutboxRow, now: int) -> Verdict:
        """Hang, or wait one turn and answer."""
        self.in_flight += [alert for alert, _ in row.alerts]
        same = max(self.in_flight.count(alert) for alert in self.in_flight)
        self.most_in_flight = max(self.most_in_flight, same)
        if self.hangs:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        for alert, _ in row.alerts:
            self.in_flight.remove(alert)
        verdict = self.verdicts.pop(0) if self.verdicts else Verdict(Result.DELIVERED, "ok")
        if verdict.result is Result.DELIVERED:
            self.sent.append(row)
        return verdict


class FakeClock:
    """Stand still until told to move."""

    def __init__(self, now: int = NOON) -> None:
        """Begin at an instant."""
        self.now = now

    def __call__(self) -> int:
        """Return the instant."""
        return self.now
