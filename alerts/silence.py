"""Silences: who wants not to be told of what, why, and until when.

A silence mutes messages and nothing else: the finding lives on, its people stay on the call-back
list, and whoever was told of a beginning is told of its end.  It is an overlay that is looked at
again on every decision, never a state to come back from, because states of that kind get stuck.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Self

from alerts.hours import Hours
from alerts.spans import DAY_MS

DAYS_MAX = 7
VALUE_CHARACTERS_MAX = 100
WHY_CHARACTERS_MAX = 200
FIELDS = ("level", "touchpoint", "stage", "journey", "rule", "kind", "region", "unit")


def matches(match: Mapping[str, str], facts: Mapping[str, str]) -> bool:
    """Tell whether all fields agree; a value may hold stars."""
    return all(fnmatchcase(facts.get(name, ""), value) for name, value in match.items())


@dataclass(frozen=True, slots=True)
class Silence:
    """Hold one silence; instants are UTC milliseconds, `ends` is the first one that is loud again."""

    id: str
    match: Mapping[str, str]
    why: str
    who: str
    begins: int
    ends: int

    def holds(self, now: int) -> bool:
        """Tell whether it mutes at an instant."""
        return self.begins <= now < self.ends

    def to_row(self) -> dict[str, object]:
        """Return the fields as a mapping that is ready for JSON."""
        row: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        return row | {"match": dict(self.match)}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Rebuild the silence that `to_row` described."""
        return cls(**{name: row[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Window:
    """Mute what matches at the same hours of every week, as the configuration says."""

    name: str
    match: Mapping[str, str]
    why: str
    hours: Hours


def problem_of(silence: Silence) -> str:
    """Say what is wrong with a silence that somebody wants; empty if nothing is."""
    unknown = sorted(set(silence.match) - set(FIELDS))
    if unknown:
        return f"no field {unknown[0]}: a silence may name {', '.join(FIELDS)}"
    if any(not _is_plain(value) for value in silence.match.values()):
        return f"a value has 1 to {VALUE_CHARACTERS_MAX} characters and no brackets"
    if not silence.why.strip() or len(silence.why) > WHY_CHARACTERS_MAX:
        return f"say why, in at most {WHY_CHARACTERS_MAX} characters"
    if silence.ends <= silence.begins:
        return "a silence ends after it begins"
    if silence.ends - silence.begins > DAYS_MAX * DAY_MS:
        return f"a silence lasts at most {DAYS_MAX} days; what is longer belongs into the configuration"
    return ""


def _is_plain(value: str) -> bool:
    return 0 < len(value) <= VALUE_CHARACTERS_MAX and not set(value) & set("[]?")
