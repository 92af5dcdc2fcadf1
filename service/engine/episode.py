"""The life of one finding inside the engine: its id, its transition numbers, its level.

An id is a hash of the rule, the scope, the instant of occurrence and a re-opening number: never
random, never the clock, never the threshold, so that every replay names the same finding alike.
"""

from collections.abc import Mapping
from hashlib import blake2b

from alerts.signal import Level, Signal, Transition


class Episode:
    """Number the transitions of one rule's findings in one scope."""

    __slots__ = (
        "id",
        "instant",
        "level",
        "number",
        "per",
        "reopened",
        "rule",
        "scope",
        "touchpoint",
    )

    def __init__(self, touchpoint: str, rule: str, per: str, scope: str) -> None:
        """Begin closed."""
        self.touchpoint = touchpoint
        self.rule = rule
        self.per = per
        self.scope = scope
        self.id = ""
        self.number = 0
        self.instant = -1
        self.reopened = 0
        self.level = Level.WARNING

    @property
    def is_open(self) -> bool:
        """Tell whether a finding stands."""
        return self.number > 0

    def open(self, instant: int, level: Level) -> None:
        """Begin a finding at its instant of occurrence."""
        self.reopened = self.reopened + 1 if instant == self.instant else 0
        self.instant = instant
        self.level = level
        parts = (self.touchpoint, self.rule, self.per, self.scope, str(instant), str(self.reopened))
        self.id = blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()

    def signal(
        self,
        transition: Transition,
        kind: str,
        instant: int,
        counts: tuple[int, int],
        reason: str,
        evidence: Mapping[str, object],
    ) -> Signal:
        """Return the next transition as a signal; a closing one ends the finding."""
        self.number += 1
        made = Signal(
            id=self.id,
            number=self.number,
            transition=transition,
            level=self.level,
            touchpoint=self.touchpoint,
            rule=self.rule,
            kind=kind,
            per=self.per,
            scope=self.scope,
            instant=instant,
            cases=counts[0],
            customers=counts[1],
            reason=reason,
            evidence=evidence,
        )
        if made.closes:
            self.number = 0
        return made

    def state(self) -> tuple[object, ...]:
        """Return what a snapshot must know."""
        return (self.id, self.number, self.instant, self.reopened, str(self.level))
