"""What became of the events that reached the fold, in whole numbers."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Count what became of the events that reached the fold."""

    accepted: int = 0
    duplicates: int = 0
    differing: int = 0
    too_late: int = 0
    unheard: int = 0
    future: int = 0
    set_aside: int = 0
    over_limit: int = 0
    let_go: int = 0
