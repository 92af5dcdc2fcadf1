"""What people say to an alert: I have it, not real, the customer knows.

Each is a value that is stored before it is answered; the desk takes it up in its next turn.  An
action that the desk's own memory held first would be gone after exactly the crash for which
somebody said "I have it".
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Name what somebody says."""

    TAKE = "take"
    RELEASE = "release"
    REFUSE = "refuse"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Action:
    """Carry one answer of one person; `number` orders them, `who` is shown to no customer."""

    number: int
    at: int
    alert: str
    kind: Kind
    who: str
    via: str = ""
    note: str = ""
