"""The customers of a company as a week's page tells of them: this week, and the weeks before."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from service.report.assets import Assets, Ledger, Lived, assets_of, people_of
from service.report.week import Week


class Agreed(NamedTuple):
    """State what the company has agreed on: which version, by whom, and what a value is.

    `value_is` is "a year" or "one purchase"; `within_ms` is how long before somebody left a broken
    promise is joined to them.  Where nothing `tells_leaving`, that nobody left is no news.
    """

    version: int
    owners: tuple[str, ...]
    currency: str
    value_is: str
    within_ms: int
    tells_leaving: bool = True


class Weekly(NamedTuple):
    """Count who joined and left in one week."""

    week: str
    joined: int
    left: int


class Clientele(NamedTuple):
    """Hold the customer math of a week, and of the weeks up to it, the oldest first.

    `titles` are the titles of touchpoints at which promises were broken.
    """

    agreed: Agreed
    assets: Assets
    weeks: tuple[Weekly, ...]
    titles: Mapping[str, str]


def clientele_of(
    agreed: Agreed,
    ledger: Ledger,
    weeks: Sequence[Week],
    lived: Sequence[Lived],
    titles: Mapping[str, str],
) -> Clientele:
    """Return the customers of the last of some weeks."""
    assets = assets_of(ledger, weeks[-1], lived, agreed.within_ms)
    named = {one.touchpoint: titles.get(one.touchpoint, one.touchpoint) for one in assets.lived}
    return Clientele(agreed, assets, tuple(_weekly(ledger, week) for week in weeks), named)


def _weekly(ledger: Ledger, week: Week) -> Weekly:
    joined, left = people_of(ledger.steps, week)
    return Weekly(week.name, len(joined), len(left))
