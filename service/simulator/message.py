"""What people write without being asked: in the words of one list, for the whole company.

Most who are let down write nothing; that is why a company that only reads its mail learns late.
"""

from random import Random
from typing import Any

from service.simulator.planting import DAY_S
from service.simulator.story import HOUR_S

WRITES = 0.12
NAMES_THE_CASE = 0.7
WAITING = "waiting-for-an-answer"
USUALLY = {WAITING: 8, "car-not-there": 22, "hand-over": 20, "price": 25, "praise": 25}
EXPERIENTIAL = 0.15
TOUCHPOINTS = {WAITING: "answer-request", "car-not-there": "desired-vehicle"}


def usual_message(draw: Random) -> dict[str, Any]:
    """Return what one of the many writes, or what somebody heard who went and looked."""
    category = draw.choices(list(USUALLY), list(USUALLY.values()))[0]
    kind = "experiential" if draw.random() < EXPERIENTIAL else "unaided"
    place = {"touchpoint": TOUCHPOINTS[category]} if category in TOUCHPOINTS else {}
    return {"category": category, "kind": kind} | place


def complaint(due: int, case: str, draw: Random) -> tuple[int, dict[str, Any]] | None:
    """Return when and what somebody writes whom nobody answered by the due instant, or None."""
    if draw.random() >= WRITES:
        return None
    time = due + draw.randint(HOUR_S, 3 * DAY_S)
    data: dict[str, Any] = {"category": WAITING, "kind": "unaided"}
    if draw.random() < NAMES_THE_CASE:
        data |= {"touchpoint": TOUCHPOINTS[WAITING], "case": case}
    return time, data
