"""The row of the audit that says from when something else is usual at a touchpoint."""

from datetime import UTC, datetime

from service.engine.values import Taught


def learned_row(at: int, taught: Taught) -> tuple[int, str, str, str, str, str]:
    """Return the row of the audit that says from when something else is usual."""
    since = datetime.fromtimestamp(taught.since / 1000, UTC).isoformat(timespec="minutes")
    what = f"{taught.streams} streams, from {since}"
    return at, "erosion", "engine", "baseline", taught.touchpoint, what
