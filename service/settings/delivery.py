"""Who hears: the tree of routes."""

from typing import Annotated, Literal

from pydantic import Field

from service.settings.block import Text
from service.settings.telling import Telling

Match = dict[
    Literal["level", "touchpoint", "stage", "journey", "rule", "kind", "region", "unit"], Text
]
GroupBy = Literal["touchpoint", "stage", "journey", "rule", "level", "region", "unit"]
WAIT_MS, INTERVAL_MS = 30_000, 5 * 60_000


class Route(Telling):
    """State one branch: what it takes, who hears, how alerts are grouped."""

    match: Annotated[Match, Field(min_length=1)]
    receiver: Text | None = None
    group_by: tuple[GroupBy, ...] = ()
    routes: tuple["Route", ...] = ()


class Root(Telling):
    """State who hears of everything that no branch takes."""

    receiver: Text = "{owner}"
    group_by: tuple[GroupBy, ...] = ("touchpoint", "region")
    routes: tuple[Route, ...] = ()
