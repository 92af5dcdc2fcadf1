"""What engineers see at /metrics; labels come from the configuration and closed lists only.

Every metric is declared here and nowhere else, so that the table in the documentation can be
compared with this file.  The writer calls `Watcher` after each turn.
"""

from collections.abc import Sequence
from dataclasses import asdict

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from alerts.courier import Attempt
from service.engine.fold import Engine
from service.engine.values import Frame

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
STORAGE_FULL = Gauge(
    "erosion_storage_full", "1 while commits find no room on the disk.", registry=REGISTRY
)
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
FRAME = Gauge(
    "erosion_frame", "Number of the last frame that the engine put out.", registry=REGISTRY
)
BUILD = Gauge("erosion_build_info", "Which version runs.", ["version"], registry=REGISTRY)


def exposition() -> bytes:
    """Return all metrics as text."""
    return generate_latest(REGISTRY)


def attempted(attempt: Attempt) -> None:
    """Count one attempt of the courier."""
    DELIVERIES.labels(attempt.channel, attempt.receipt.result.value).inc()


def retired(table: str, count: int) -> None:
    """Count rows that were deleted for their age."""
    RETIRED.labels(table).inc(count)


class Watcher:
    """Bring counters up to what the engine has counted."""

    def __init__(self, engine: Engine) -> None:
        """Begin at the engine's present counts: a restart folds the whole log again."""
        self._engine = engine
        self._told = asdict(engine.tally)

    def after_turn(self, applied: Sequence[Frame]) -> None:
        """Take over what one turn changed."""
        for frame in applied:
            for outcome in frame.outcomes:
                OUTCOMES.labels(outcome.touchpoint, outcome.outcome).inc()
            for signal in frame.signals:
                SIGNALS.labels(signal.touchpoint, signal.rule, signal.transition.value).inc()
        tally = asdict(self._engine.tally)
        for name, count in tally.items():
            EVENTS.labels(name).inc(count - self._told[name])
        self._told = tally
        self._look()

    def _look(self) -> None:
        engine = self._engine
        FRAME.set(engine.frame)
        for track, watermark in engine.standings():
            CASES.labels(track.plan.id).set(len(track.cases))
            WATERMARK.labels(track.plan.id).set(max(watermark, 0) / 1000)
            for reason, count in track.not_opened.items():
                NOT_OPENED.labels(track.plan.id, reason).set(count)
