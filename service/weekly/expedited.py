"""Cases that somebody pushed forward by hand, counted apart: that helps one person and no process."""

from collections.abc import Mapping

from service.engine.where import compile_tree
from service.report.week import Week
from service.settings.touchpoint import Touchpoint
from service.store.reads import Reads


def expedited_in(reads: Reads, touchpoints: Mapping[str, Touchpoint], week: Week) -> dict[str, int]:
    """Return by touchpoint how many cases were pushed forward in a week."""
    return {
        name: len(found)
        for name, touchpoint in touchpoints.items()
        if touchpoint.expedited and (found := _cases(reads, touchpoint, week))
    }


def _cases(reads: Reads, touchpoint: Touchpoint, week: Week) -> set[str]:
    found: set[str] = set()
    for pattern in touchpoint.expedited:
        counts = compile_tree(pattern.where) if pattern.where is not None else None
        for row in reads.told([pattern.event], week.begin):
            if row.time < week.end and (counts is None or counts(row.data)):
                found.add(row.case or row.id)
    return found
