"""What each shard says of itself, one row a shard, written inside its own transactions."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class ShardReport(NamedTuple):
    """Say which worker runs a shard, how far it is, and in `body` what else there is to tell."""

    shard: str
    worker: str
    at: int
    log_offset: int
    stamp: int
    semantics: int
    plan_number: int
    body: Mapping[str, Any]
