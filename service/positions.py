"""How far each shard is, as engineers see it: log, frames, plan, checkpoints, and what it holds.

One process may run several shards, and a shard may move to another process.  So what is of a shard has
it as a label, and is forgotten with it: a figure that stands still because its owner left looks like
trouble that is not there, and a sum over shards hides the one that lags.
"""

from collections.abc import Mapping

from prometheus_client import Gauge

from service.engine.plan import Plan
from service.metrics import REGISTRY

_SHARD = ["shard"]
FRAME = Gauge(
    "erosion_frame", "Number of the last frame that the engine put out.", _SHARD, registry=REGISTRY
)
PLAN = Gauge("erosion_plan_number", "Which plan is in force.", _SHARD, registry=REGISTRY)
SHARDS = Gauge(
    "erosion_plan_shards", "How many shards the plan in force has.", _SHARD, registry=REGISTRY
)
PLAN_INFO = Gauge(
    "erosion_plan_info",
    "A hash of all that a shard judges by, whatever its number; always 1.",
    ["shard", "hash"],
    registry=REGISTRY,
)
HELD = Gauge(
    "erosion_limit_used",
    "How much is held of what has a limit, at the touchpoint that holds most.",
    ["shard", "what"],
    registry=REGISTRY,
)
LOG_END = Gauge(
    "erosion_log_end_seq", "The newest chunk that is durable in the log.", _SHARD, registry=REGISTRY
)
LOG_FOLDED = Gauge(
    "erosion_log_folded_seq", "The last chunk that is judged.", _SHARD, registry=REGISTRY
)
CHECKPOINT = Gauge(
    "erosion_checkpoint_seq",
    "The chunk that the newest checkpoint covers.",
    _SHARD,
    registry=REGISTRY,
)
CHECKPOINT_AT = Gauge(
    "erosion_checkpoint_timestamp_seconds",
    "When the newest checkpoint was written; 0 while there is none.",
    _SHARD,
    registry=REGISTRY,
)
CHECKPOINT_SECONDS = Gauge(
    "erosion_checkpoint_duration_seconds", "How long it took to write.", _SHARD, registry=REGISTRY
)
BASELINE = Gauge(
    "erosion_baseline_timestamp_seconds",
    "Since when a touchpoint is judged by the usual figures that it learned last.",
    ["touchpoint"],
    registry=REGISTRY,
)
RAW_BEHIND = Gauge(
    "erosion_raw_records_behind",
    "Records of an operational topic that are not in the log yet.",
    ["topic", "partition"],
    registry=REGISTRY,
)
_OF_A_SHARD = (
    *(FRAME, PLAN, SHARDS, PLAN_INFO, HELD, LOG_END, LOG_FOLDED),
    *(CHECKPOINT, CHECKPOINT_AT, CHECKPOINT_SECONDS),
)


class Behind:
    """Show how far a reader is behind, in each partition that is its own and in no other."""

    def __init__(self) -> None:
        """Begin with no partition."""
        self._shown: set[tuple[str, int]] = set()

    def show(self, counts: Mapping[tuple[str, int], int]) -> None:
        """Take how many records each partition still has; of one that left nothing is shown."""
        for place in self._shown - counts.keys():
            RAW_BEHIND.remove(*place)
        self._shown = {*counts}
        for place, count in counts.items():
            RAW_BEHIND.labels(*place).set(max(count, 0))


def folded(shard: str, seq: int, end: int) -> None:
    """Show how far the log is folded, and where it ends."""
    LOG_FOLDED.labels(shard).set(seq)
    LOG_END.labels(shard).set(max(seq, end))


def checkpointed(shard: str, seq: int, at_s: int) -> None:
    """Show the newest checkpoint."""
    CHECKPOINT.labels(shard).set(seq)
    CHECKPOINT_AT.labels(shard).set(at_s)


def judged_by(shard: str, plan: Plan, content: str) -> None:
    """Show the plan in force instead of the one before."""
    PLAN.labels(shard).set(plan.number)
    SHARDS.labels(shard).set(len(plan.shards))
    PLAN_INFO.remove_by_labels({"shard": shard})
    PLAN_INFO.labels(shard, content).set(1)


def forget(shard: str) -> None:
    """Show nothing more of a shard that runs elsewhere now."""
    for gauge in _OF_A_SHARD:
        gauge.remove_by_labels({"shard": shard})
