"""The dealers of the made-up world: ids and regions of the shipped network, sizes of our own.

The first dealers of the file are taken, so that a small world holds whole regions: spreading a
few dealers over all regions was rejected, because no region could then be judged.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from service.errors import NotFoundError

SIZE_SPREAD = 0.45
REQUESTS_A_WEEK = 12.0


@dataclass(frozen=True, slots=True)
class Dealer:
    """Hold one dealer and how many requests it expects in a week."""

    id: str
    region: str
    zone: ZoneInfo
    requests_a_week: float


def read_dealers(config: Path, number: int, seed: int) -> list[Dealer]:
    """Return the first dealers of the configuration; a size belongs to the id and the seed."""
    path = config / "dealers.csv"
    if not path.is_file():
        raise NotFoundError(f"no file {path}", "name the folder of the test-drive configuration")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not 0 < number <= len(rows):
        raise NotFoundError(
            f"{path} has {len(rows)} dealers, not {number}", f"ask for 1 to {len(rows)} dealers"
        )
    return [_dealer(row, seed) for row in rows[:number]]


def _dealer(row: dict[str, str], seed: int) -> Dealer:
    """Return one dealer with a size drawn around the usual one; the mean size is 1."""
    draw = Random(f"{seed}/{row['id']}/size")
    size = draw.lognormvariate(-(SIZE_SPREAD**2) / 2, SIZE_SPREAD)
    return Dealer(row["id"], row["region"], ZoneInfo(row["timezone"]), REQUESTS_A_WEEK * size)
