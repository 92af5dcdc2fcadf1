"""The cars that dealers have to show: counted at opening and after lunch, now and then not at all.

Most of the time a car of each model is there.  A model that is gone stays away for a while, and on
some days a dealer's feed says nothing, so that "unknown" and "none" can be told apart.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from random import Random

from service.simulator.dealers import Dealer
from service.simulator.story import MODELS

WALLS = (time(8, 20), time(14, 0))
SATURDAY, SUNDAY = 5, 6
STAYS = 0.9
GONE = 0.02
SILENT_DAY = 0.02
CARS_MAX = 3


def fleet_lines(
    network: list[Dealer], first: date, weeks: int, seed: int, delay_s: float
) -> Iterator[tuple[str, str]]:
    """Yield (recorded, line) of every reading; each dealer draws from a stream of its own."""
    days = [first + timedelta(days=i) for i in range(weeks * 7)]
    for dealer in network:
        draw = Random(f"{seed}/{dealer.id}/fleet")
        held = {model: draw.randint(1, CARS_MAX) for model in MODELS}
        for day in days:
            yield from _day(dealer, day, held, draw, delay_s)


def _day(
    dealer: Dealer, day: date, held: dict[str, int], draw: Random, delay_s: float
) -> Iterator[tuple[str, str]]:
    """Yield one day's readings; on a silent day cars come and go unseen."""
    silent = draw.random() < SILENT_DAY
    for wall, model in product(_walls(day), MODELS):
        held[model] = _next(held[model], draw)
        if not silent:
            at = datetime.combine(day, wall, dealer.zone)
            yield _line(dealer, model, held[model], at, delay_s)


def _walls(day: date) -> tuple[time, ...]:
    if day.weekday() == SUNDAY:
        return ()
    return WALLS[:1] if day.weekday() == SATURDAY else WALLS


def _next(held: int, draw: Random) -> int:
    if draw.random() < STAYS:
        return held
    return 0 if draw.random() < GONE else draw.randint(1, CARS_MAX)


def _line(dealer: Dealer, model: str, held: int, at: datetime, delay_s: float) -> tuple[str, str]:
    """Return one reading as it stands on the wire; the feed tells of it a little later."""
    recorded = (at.astimezone(UTC) + timedelta(seconds=delay_s)).isoformat(timespec="milliseconds")
    event = {
        "specversion": "1.0",
        "source": "loaner-fleet",
        "id": f"{dealer.id}/{model}/{at:%Y%m%dT%H%M}",
        "type": "fleet.counted",
        "time": at.isoformat(),
        "unit": dealer.id,
        "data": {"model": model, "available": held},
        "recordedtime": recorded.replace("+00:00", "Z"),
    }
    return str(event["recordedtime"]), json.dumps(event, separators=(",", ":"))
