"""Judgements as engineers see them: counters that only grow, and corrections beside them.

A late fact changes how a case was judged.  Taking one from a counter would look like a restart of the
process, and every rate over it would be wrong.
"""

from collections.abc import Iterable

from prometheus_client import Counter

from service.engine.counts import COLUMNS, Move
from service.metrics import REGISTRY

JUDGED = Counter(
    "erosion_promises_judged",
    "Judgements of cases, by outcome; one that was taken back is judged anew.",
    ["touchpoint", "outcome"],
    registry=REGISTRY,
)
CORRECTED = Counter(
    "erosion_corrections",
    "Judgements that a later fact took back, by what they were and what they became.",
    ["touchpoint", "was", "became"],
    registry=REGISTRY,
)
# Columns in which a case has been judged.
_JUDGED = frozenset(COLUMNS) - {"open"}

_CORRECTIONS = (("late", "kept"), ("kept", "late"), ("unknown", "kept"), ("unknown", "late"))


def begin(touchpoints: Iterable[str]) -> None:
    """Show what has not happened yet as 0: a rate sees no first step from nothing."""
    for name in touchpoints:
        for outcome in sorted(_JUDGED):
            JUDGED.labels(name, outcome)
        for was, became in _CORRECTIONS:
            CORRECTED.labels(name, was, became)


def count(moves: Iterable[tuple[Move, int]]) -> None:
    """Count what was judged, and apart from it what a later fact took back."""
    for (touchpoint, was, became), number in moves:
        if was in _JUDGED:
            CORRECTED.labels(touchpoint, was, became).inc(number)
        elif became in _JUDGED:
            JUDGED.labels(touchpoint, became).inc(number)
