"""A shard that runs in this process, with all that belongs to it, and what it tells of itself."""

from dataclasses import dataclass, field

from service import metrics, positions
from service.engine.fold import SEMANTICS
from service.engine.values import Frame
from service.errors import ErosionError
from service.hosts.checkpointing import Checkpointing
from service.hosts.clock import now_ms
from service.hosts.load import Load
from service.hosts.shard import OtherRulesError, Shard
from service.hosts.sought import Sought
from service.hosts.teaching import Teaching
from service.store.database import Database
from service.store.reports import ShardReport
from service.store.shelf import put_unfolded
from service.watching import Watcher


@dataclass(slots=True)
class Running:
    """Hold a shard that runs here, and when it was last settled and told of.

    `over` says that it stands before newer rules; `rules` are those that go on with it; `end` is the
    newest entry of its log that we heard of.
    """

    partition: int
    shard: Shard
    checkpoints: Checkpointing
    watcher: Watcher
    load: Load
    teaching: Teaching
    rules: int = SEMANTICS
    over: OtherRulesError | None = None
    end: int = -1
    settled_s: float = 0.0
    told_s: float = 0.0
    sought: Sought = field(default_factory=Sought)

    def commit(self, store: Database, member: str) -> list[Frame]:
        """Make durable what waits, with word of how it is; return the frames that are new."""
        shard = self.shard
        with store.transaction() as transaction:
            applied = shard.settle(transaction)
            sums = transaction.quarantine(now_ms(), shard.rejected)
            if shard.unfolded:
                sums = put_unfolded(transaction, shard.unfolded, shard.origins)
            transaction.report(self.report(member))
        metrics.shelved(sums)
        return applied

    def show(self) -> None:
        """Show how far it is."""
        positions.folded(self.shard.name, self.shard.offset, self.end)

    def report(self, member: str) -> ShardReport:
        """Return what people ask of it."""
        shard = self.shard
        number = 0 if shard.plan is None else shard.plan.number
        here = {"partition": self.partition, "load": self.load.told()}
        body = {**here, **shard.told(self.checkpoints.offset)}
        at = (now_ms(), shard.offset, shard.stamp, self.rules, number)
        return ShardReport(shard.name, member, *at, body)


class ComeBackError(ErosionError):
    """End a process to which a shard comes back that another moved on meanwhile.

    The rows of its checkpoints were let go of, and Faust brings only those that are new to it.
    """

    exit_code = 75

    def __init__(self, partition: int) -> None:
        """Name the partition."""
        super().__init__(f"partition {partition} came back to this worker", "it is started again")


class SilentError(ErosionError):
    """End a worker whose log goes on without it: a join can fail in silence."""

    exit_code = 75

    def __init__(self, quiet_s: float) -> None:
        """Say for how long nothing came."""
        hint = "it is started again; if this repeats, look at the brokers"
        super().__init__(f"the log goes on and nothing was brought for {quiet_s:.0f} s", hint)
