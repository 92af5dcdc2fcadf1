"""What engineers see at /metrics; labels come from the configuration and closed lists only.

Every metric of the process is declared here; what customers live has files of its own
(service.judged, service.scored, service.board.measures), and so has what moves with a shard
(service.positions); a test compares them all with the documentation.  `service.watching` brings them up
to date after each turn.
"""

from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    disable_created_metrics,
    generate_latest,
)

from alerts.courier import Attempt
from alerts.folding import Heap
from alerts.retry import Result
from service.rejected import Reason

# When each series of a counter began would be a series more for each; nobody asks for it.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()

EVENTS = Counter(
    "erosion_events",
    "Events that reached the fold, by what became of them.",
    ["result"],
    registry=REGISTRY,
)
REJECTED = Counter(
    "erosion_rejected", "Inputs turned away at the door.", ["reason"], registry=REGISTRY
)
SHELF_BODIES = Gauge(
    "erosion_quarantine_bodies",
    "Inputs in quarantine that are kept whole and can be tried again.",
    registry=REGISTRY,
)
SHELF_BYTES = Gauge(
    "erosion_quarantine_bytes", "Bytes in which they are kept, compressed.", registry=REGISTRY
)
SHELF_EMPTIED = Counter(
    "erosion_quarantine_emptied",
    "Inputs in quarantine of which only the head is left, because there was no more room.",
    registry=REGISTRY,
)
OUTCOMES = Counter(
    "erosion_outcomes",
    "Changes of a case's row, by outcome.",
    ["touchpoint", "outcome"],
    registry=REGISTRY,
)
SIGNALS = Counter(
    "erosion_signals",
    "Transitions of findings.",
    ["touchpoint", "rule", "transition"],
    registry=REGISTRY,
)
DELIVERIES = Counter(
    "erosion_deliveries", "Attempts to deliver a message.", ["channel", "result"], registry=REGISTRY
)
WAITING = Gauge(
    "erosion_messages_waiting", "Messages not yet delivered.", ["channel"], registry=REGISTRY
)
OLDEST = Gauge(
    "erosion_oldest_message_timestamp_seconds",
    "When the oldest message that waits was written; 0 while none does.",
    ["channel"],
    registry=REGISTRY,
)
FALLEN_BACK = Counter(
    "erosion_templates_fell_back",
    "Messages in our words because the company's template failed.",
    ["channel"],
    registry=REGISTRY,
)
FOLDED = Counter(
    "erosion_messages_folded", "Messages told by another.", ["channel", "into"], registry=REGISTRY
)
CASES = Gauge(
    "erosion_cases",
    "Cases in memory: open ones, and finished ones that may still be corrected.",
    ["touchpoint"],
    registry=REGISTRY,
)
NOT_OPENED = Gauge(
    "erosion_starts_not_opened",
    "Starts that opened no case, by what they lacked.",
    ["touchpoint", "reason"],
    registry=REGISTRY,
)
WATERMARK = Gauge(
    "erosion_watermark_timestamp_seconds",
    "How far a touchpoint has been judged.",
    ["touchpoint"],
    registry=REGISTRY,
)
SOURCE_HEARD = Gauge(
    "erosion_source_heard_timestamp_seconds",
    "When a source was last heard; 0 while it never was.",
    ["source"],
    registry=REGISTRY,
)
SOURCE_SILENT = Gauge(
    "erosion_source_silent",
    "1 while a source is silent, or was awaited and never heard.",
    ["source"],
    registry=REGISTRY,
)
STORAGE_FULL = Gauge(
    "erosion_storage_full", "1 while commits find no room on the disk.", registry=REGISTRY
)
STORAGE_FREE = Gauge(
    "erosion_storage_free_bytes", "Room on the disk of the data folder.", registry=REGISTRY
)
STORAGE_FREE.set(float("nan"))  # until somebody shows it: no room would be another thing
REFUSED_TURNS = Counter(
    "erosion_refused_turns", "Turns that were rolled back for want of room.", registry=REGISTRY
)
TIME_HELD = Gauge(
    "erosion_time_held",
    "1 while time stands still until the wall clock is confirmed.",
    registry=REGISTRY,
)
RETIRED = Counter(
    "erosion_retired_rows", "Rows deleted because they were too old.", ["table"], registry=REGISTRY
)
HEARTBEAT = Gauge(
    "erosion_heartbeat_timestamp_seconds",
    "When the writer last finished what was due.",
    registry=REGISTRY,
)
LIMIT = Gauge("erosion_limit", "How much is held at most.", ["what"], registry=REGISTRY)
LIMIT_REACHED = Counter(
    "erosion_limit_reached",
    "What a limit refused or let go: facts and orphans to the late list, cases as unknown.",
    ["what"],
    registry=REGISTRY,
)
SET_ASIDE = Counter(
    "erosion_set_aside", "Events that the engine could not fold.", registry=REGISTRY
)
CHECKPOINTS = Counter(
    "erosion_checkpoints", "Checkpoints, by what became of them.", ["result"], registry=REGISTRY
)
TAKEN = Counter(
    "erosion_raw_records",
    "Records of the operational topics that an intake took.",
    registry=REGISTRY,
)
HOLES = Counter(
    "erosion_log_holes",
    "Times that entries of the log were lost on their way here.",
    registry=REGISTRY,
)
AWAY = Gauge("erosion_store_away", "Whether the database does not answer.", registry=REGISTRY)
LIVES = Counter(
    "erosion_intake_lives", "Times that an intake began anew, by why.", ["why"], registry=REGISTRY
)
CONFIG_GOOD = Gauge(
    "erosion_config_last_reload_successful",
    "Whether the configuration that was read last was in order.",
    registry=REGISTRY,
)
CONFIG_AT = Gauge(
    "erosion_config_last_reload_success_timestamp_seconds",
    "When a configuration was last taken.",
    registry=REGISTRY,
)
AUDIT = Gauge(
    "erosion_audit_findings",
    "What should have happened and has not, by its kind; 0 while all is well.",
    ["kind"],
    registry=REGISTRY,
)
DIGESTS = Counter(
    "erosion_digests", "Weekly pages, by what became of them.", ["result"], registry=REGISTRY
)
# What has not happened yet is shown as 0: a rate sees no first step from nothing.
for _counter, _names in (
    (REJECTED, Reason),
    (CHECKPOINTS, ("written", "failed")),
    (DIGESTS, ("sent", "elsewhere", "failed")),
):
    for _name in _names:
        _counter.labels(str(_name))


def exposition() -> bytes:
    """Return all metrics as text."""
    return generate_latest(REGISTRY)


def attempted(attempt: Attempt) -> None:
    """Count one attempt of the courier."""
    DELIVERIES.labels(attempt.channel, attempt.receipt.result.value).inc()
    if attempt.fell_back and attempt.receipt.attempt == 1:
        FALLEN_BACK.labels(attempt.channel).inc()


def looked(heap: Heap) -> None:
    """Show how much waits in a channel, and count what was folded."""
    # A rate sees no first step from nothing, so what is rare is shown as 0 from the start.
    FALLEN_BACK.labels(heap.channel)
    for result in Result:
        DELIVERIES.labels(heap.channel, result.value)
    WAITING.labels(heap.channel).set(heap.waiting)
    OLDEST.labels(heap.channel).set(heap.oldest_at / 1000)
    FOLDED.labels(heap.channel, "last").inc(heap.middles)
    FOLDED.labels(heap.channel, "digest").inc(heap.digested)


def shelved(sums: "Shelf | None") -> None:
    """Show how full the quarantine is."""
    if sums is not None:
        SHELF_BODIES.set(sums.bodies)
        SHELF_BYTES.set(sums.bytes)
        SHELF_EMPTIED.inc(sums.emptied)


class Shelf(Protocol):
    """Say how full the quarantine is, and how many bodies were just taken off."""

    @property
    def bodies(self) -> int:
        """Return how many inputs are kept whole."""
        ...

    @property
    def bytes(self) -> int:
        """Return in how many bytes."""
        ...

    @property
    def emptied(self) -> int:
        """Return how many lost their body just now."""
        ...


def retired(table: str, count: int) -> None:
    """Count rows that were deleted for their age."""
    RETIRED.labels(table).inc(count)
