"""Which findings stand, so that the desk can end those that a new plan no longer knows."""

from collections.abc import Iterable

from service.engine.hearing import Hearing
from service.engine.track import Track


def standing_ids(tracks: Iterable[Track], hearing: Hearing) -> tuple[str, ...]:
    """Return the ids of all findings that stand, in order."""
    told = [
        *(s.episodes for t in tracks for s in t.judges.streams.values()),
        *(f.episodes for t in tracks for f in t.shelves.floors.values()),
        *hearing.episodes(),
    ]
    standing = (episodes.standing() for episodes in told)
    return tuple(sorted(found.id for found in standing if found is not None))
