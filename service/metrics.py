"""What engineers see at /metrics; labels come from the configuration and closed lists only.

Every metric is declared here and nowhere else, so that the table in the documentation can be
compared with this file.  Gauges about the engine are set by the writer after each turn.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

REGISTRY = CollectorRegistry()

EVENTS = Counter(
    "erosion_events",
    "Events that the fold took, by what became of them.",
    ["result"],
    registry=REGISTRY,
)
REJECTED = Counter(
    "erosion_rejected", "Inputs turned away at the door.", ["reason"], registry=REGISTRY
)
OUTCOMES = Counter(
    "erosion_outcomes",
    "Rows written of cases, by touchpoint and outcome.",
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
OPEN_CASES = Gauge(
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
LOG_SEQUENCE = Gauge(
    "erosion_log_sequence", "Number of the last chunk of the log.", registry=REGISTRY
)
FRAME = Gauge(
    "erosion_frame", "Number of the last frame that the engine put out.", registry=REGISTRY
)
QUEUED = Gauge(
    "erosion_intake_queued_events", "Events taken in and not yet durable.", registry=REGISTRY
)
BUILD = Gauge("erosion_build_info", "Which version runs.", ["version"], registry=REGISTRY)


def exposition() -> bytes:
    """Return all metrics as text."""
    return generate_latest(REGISTRY)
