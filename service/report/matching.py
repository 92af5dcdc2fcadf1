"""How a warning and a fall of a survey result relate: the same place or one around it, the same time."""

from enum import StrEnum
from typing import NamedTuple

from service.report.drop import Drop, Window

LOUD = ("warning", "critical")
LEVELS = ("unit", "region", "company")


class Episode(NamedTuple):
    """State one run of an alert; `closed` is None while it stands, `is_acted` where nobody knows."""

    touchpoint: str
    per: str
    scope: str
    region: str
    opened: int
    closed: int | None
    level: str
    is_acted: bool | None = None


class Tie(StrEnum):
    """Say how the place of an episode relates to the place of a drop."""

    SAME = "same"
    PARENT = "parent"
    MEMBER = "member"


def tie(episode: Episode, drop: Drop) -> Tie | None:
    """Return how an episode's place relates to a drop's; None where it does not."""
    if episode.touchpoint != drop.touchpoint:
        return None
    if (episode.per, episode.scope) == (drop.per, drop.scope):
        return Tie.SAME
    if LEVELS.index(episode.per) == LEVELS.index(drop.per):
        return None
    is_above = LEVELS.index(episode.per) > LEVELS.index(drop.per)
    wide = episode if is_above else drop
    if wide.per == "region" and episode.region != drop.region:
        return None
    return Tie.PARENT if is_above else Tie.MEMBER


def overlaps(episode: Episode, drop: Drop | Window) -> bool:
    """Tell whether an episode stood during a window of experience."""
    is_over = episode.closed is not None and episode.closed <= drop.begin
    return episode.opened < drop.end and not is_over
