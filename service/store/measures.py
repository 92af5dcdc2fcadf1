"""Counts over what is stored, for metrics: each is one cheap question."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.alert import Alert
from service.store.reads import Reads

HOUR_MS = 3_600_000
# Upper ends of the bands of waiting, on the customer's own watch.
BANDS = {
    "below 1 h": HOUR_MS,
    "1 to 4 h": 4 * HOUR_MS,
    "4 to 24 h": 24 * HOUR_MS,
    "1 to 7 d": 7 * 24 * HOUR_MS,
    "above 7 d": 2**62,
}
COUNTED_DAYS = 7
_PERSON = "CASE WHEN customer = '' THEN case_id ELSE customer END"
_BAND = "CASE " + " ".join(f"WHEN ? - since < {end} THEN '{name}'" for name, end in BANDS.items())
# Who waits twice at a touchpoint stands once, by the longest wait.
_WAITING = (
    f"SELECT touchpoint, {_BAND} END AS band, count(*) FROM "  # noqa: S608 - words of our own
    f"(SELECT touchpoint, {_PERSON} AS person, min(since) AS since FROM waiting "
    "WHERE mark >= 100 GROUP BY touchpoint, person) w GROUP BY touchpoint, band"
)
_COLUMNS = ("kept", "late", "gave_up", "unknown", "open")
_SUMS = ", ".join(f'sum("{name}")' for name in _COLUMNS)
_COUNTED = f"SELECT touchpoint, {_SUMS} FROM reading WHERE day >= ? GROUP BY touchpoint"  # noqa: S608
_COMMITMENTS = "SELECT count(*) FROM commitment WHERE state = 'open'"
_UNITS_WAITING = (
    f"SELECT touchpoint, unit, count(DISTINCT {_PERSON}) FROM waiting "  # noqa: S608
    "WHERE mark >= 100 GROUP BY touchpoint, unit"
)
_UNITS_COUNTED = (
    "SELECT touchpoint, unit, sum(kept), sum(late) FROM reading WHERE day >= ? "
    "GROUP BY touchpoint, unit"
)
Place = tuple[str, str]  # touchpoint, unit


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold the counts; `open_alerts` are whole, because who has one depends on the time."""

    waiting: dict[tuple[str, str], int]
    counted: dict[tuple[str, str], int]
    commitments: int
    open_alerts: tuple[Alert, ...]

    def alerts(self, now: int) -> Counter[tuple[str, str, bool]]:
        """Count open alerts by touchpoint, level and whether somebody has them."""
        return Counter(
            (alert.touchpoint, alert.level.value, alert.handling.has_it(now))
            for alert in self.open_alerts
        )


def measured(reads: Reads, now: int) -> Measured:
    """Return the counts as the store has them."""
    bands = (now,) * len(BANDS)
    counted = reads.tuples(_COUNTED, (_first_day(now),))
    return Measured(
        {(str(r[0]), str(r[1])): int(str(r[2])) for r in reads.tuples(_WAITING, bands)},
        {
            (str(row[0]), name): int(str(count))
            for row in counted
            for name, count in zip(_COLUMNS, row[1:], strict=True)
        },
        int(str(reads.tuples(_COMMITMENTS)[0][0])),
        tuple(Alert.from_row(row) for row in reads.alerts()),
    )


def waiting_by_unit(reads: Reads) -> dict[Place, int]:
    """Return how many people wait past the promise at each unit."""
    return {(str(r[0]), str(r[1])): int(str(r[2])) for r in reads.tuples(_UNITS_WAITING)}


def counted_by_unit(reads: Reads, now: int) -> dict[Place, tuple[int, int]]:
    """Return how many cases of the last seven days were kept, and late, at each unit."""
    rows = reads.tuples(_UNITS_COUNTED, (_first_day(now),))
    return {(str(r[0]), str(r[1])): (int(str(r[2])), int(str(r[3]))) for r in rows}


def _first_day(now: int) -> str:
    day = datetime.fromtimestamp(now / 1000, UTC) - timedelta(days=COUNTED_DAYS - 1)
    return day.date().isoformat()
