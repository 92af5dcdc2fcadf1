"""What a stream of the rule `pace` has seen, and what counts as usual for it: two frozen values.

The fold counts and judges in whole numbers; what those numbers should be is statistics, done
outside of it in floating point (service.detection).  `Learned` goes out with a frame, `Baseline`
comes back in a control chunk, so that every fold of the log uses the very same integers (01,
section 8).  Computing baselines inside the fold was rejected: the last digit of a logarithm is
not the same on every machine.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

PPM = 1_000_000
WEEKS_A_YEAR = 52.18


class Learned(NamedTuple):
    """State what one stream saw in the weeks that count as its history.

    For each checkpoint: how many cases were `looked` at, having been open at the one before, and
    how many of them `stayed` open.  `days` are (cases due, late ones) for each local day on which
    any was due.  `region` is the region of a unit, or the scope itself.  `weeks` is over how many
    weeks this was counted.
    """

    scope: str
    region: str
    weeks: int
    looked: tuple[int, ...]
    stayed: tuple[int, ...]
    days: tuple[tuple[int, int], ...]


class Baseline(NamedTuple):
    """State how one stream is scored and when it speaks.

    Scores and limits are in thousandths of a nat: `survive` is added for a case still open at a
    checkpoint, `answer` (negative) for one answered since the one before.  A limit of 0 is none.
    `usual` is the late share taken as usual, `stay` the share that stays open at each checkpoint,
    both in millionths; `dispersion` in thousandths is what the scores were divided by;
    `cases_a_year` is the volume that the limits rest on.
    """

    survive: tuple[int, ...]
    answer: tuple[int, ...]
    watch: int
    warning: int
    usual: int
    stay: tuple[int, ...]
    dispersion: int
    cases_a_year: int


def baseline_from(row: Sequence[Any]) -> Baseline:
    """Rebuild a baseline from plain values."""
    survive, answer, watch, warning, usual, stay, dispersion, cases = row
    return Baseline(
        tuple(survive), tuple(answer), watch, warning, usual, tuple(stay), dispersion, cases
    )


def learned_from(row: Sequence[Any]) -> Learned:
    """Rebuild what a stream saw from plain values."""
    scope, region, weeks, looked, stayed, days = row
    pairs = tuple((due, late) for due, late in days)
    return Learned(scope, region, weeks, tuple(looked), tuple(stayed), pairs)
