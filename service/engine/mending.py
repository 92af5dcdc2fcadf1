"""Correcting the past: a fact dated before the watermark changes what was already judged.

The case goes back to its first item and takes its course again up to the watermark; what its
streams counted is compared with what they should have counted.  A fact that found its case by
fields may have taken the place of another, so such facts are given out again, in the order in
which they happened.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from service.engine.case import Case
from service.engine.counts import Counts
from service.engine.course import happen
from service.engine.facts import Known
from service.engine.item import FORGET, next_item
from service.engine.place import Place
from service.engine.scored import Scored, What
from service.engine.seeking import Key
from service.engine.track import Track
from service.engine.values import Cleared, Waiting

if TYPE_CHECKING:
    from service.engine.timeline import Timeline

Facts = tuple[Known, ...]


class Mended(NamedTuple):
    """State what a correction changed: where, what was counted before, what is counted now."""

    place: Place
    before: tuple[Scored, ...]
    after: tuple[Scored, ...]
    was_listed: bool


def mend(
    case: Case,
    track: Track,
    counts: Counts,
    watermark: int,
    correct_for_ms: int,
    change: Callable[[], None],
) -> Mended:
    """Change a case's facts and let it take its course again up to the watermark."""
    begun = bool(case.counted)
    if begun:
        counts.uncount(track.plan.id, case)
    place = case.place if begun else None
    before, was_listed = case.told, case.listed
    change()
    case.rewind()
    while True:
        instant, _, checkpoint = next_item(case, correct_for_ms)
        if instant > watermark or checkpoint == FORGET:
            break
        happen(case, instant, checkpoint, track.around)
    if case.counted:
        counts.touch(case)
    return Mended(place or case.place, before, case.told, was_listed)


def choose_again(track: Track, keys: Iterable[Key], since: int) -> Iterator[tuple[Case, Facts]]:
    """Yield the cases that should have other facts, when facts that look for a case choose anew.

    Groups of cases may touch, so every group that a change reaches is looked at, once.
    """
    left, done = list(keys), set[Key]()
    while left:
        key = left.pop()
        if key in done:
            continue
        done.add(key)
        for case, facts in _choose(track, key, since):
            left += [other for other in case.wanted if other not in done]
            yield case, facts


def _choose(track: Track, key: Key, since: int) -> list[tuple[Case, Facts]]:
    given = [entry for entry in track.given.get(key, ()) if entry.fact.time >= since]
    cases = track.index.get(key, [])
    if not given:
        return []
    loose = {entry.fact for entry in given}
    facts = {case.id: tuple(f for f in case.facts if f not in loose) for case in cases}
    for entry in given:
        at = entry.fact.time
        fitting = [case for case in cases if case.answers_to(at, facts[case.id])]
        if fitting:
            oldest = min(fitting, key=lambda found: (found.started, found.id))
            facts[oldest.id] = (*facts[oldest.id], entry.fact)
    return [(case, facts[case.id]) for case in cases if set(facts[case.id]) != set(case.facts)]


class Mender:
    """Correct the cases of one timeline."""

    def __init__(self, line: "Timeline") -> None:
        """Take the timeline whose past is corrected."""
        self._line = line

    def change(self, case: Case, track: Track, at: int, how: Callable[[], None]) -> None:
        """Change a case by a fact of an instant; what was judged after that is judged again."""
        if at > self._line.watermark and not (track.around.gaps and case.counted):
            how()
            self._line.file(case)
            return
        self.correct(case, track, how)
        if track.matches:
            self.give_again(track, case.wanted, at)

    def correct(self, case: Case, track: Track, how: Callable[[], None]) -> None:
        """Change a case and let all that it was counted in follow."""
        done = mend(
            case, track, self._line.counts, self._line.watermark, self._line.correct_for_ms, how
        )
        if done.place is case.place:
            before, after = set(done.before), set(done.after)
            gone, new = before - after, after - before
            self._turn(track, case.place, gone, new)
        else:
            self._turn(track, done.place, done.before, ())
            self._turn(track, case.place, (), done.after)
        if case.listed:
            self._line.listed.append(waiting_row(case, track))
        elif done.was_listed:
            self._line.listed.append(Cleared(track.plan.id, case.id, self._line.watermark))
        self._line.file(case)

    def drop(self, case: Case, track: Track) -> None:
        """Take a case out of all that it was counted in."""
        self._turn(track, case.place, case.told, ())
        case.told = ()

    def give_again(self, track: Track, keys: Iterable[Key], since: int) -> None:
        """Give facts that look for their case out anew, and correct the cases that this changes."""
        for case, facts in choose_again(track, keys, since):
            self.correct(case, track, lambda case=case, facts=facts: case.replace(facts))  # type: ignore[misc]

    def _turn(
        self, track: Track, place: Place, gone: Collection[Scored], new: Collection[Scored]
    ) -> None:
        if not gone and not new:
            return
        for what, streams in zip(What, track.judges.at(place), strict=True):
            out = [item for item in gone if item.what is what]
            into = [item for item in new if item.what is what]
            for stream in streams if out or into else ():
                stream.change(out, into)
                if stream.is_dirty:
                    self._line.note(stream)


def waiting_row(case: Case, track: Track) -> Waiting:
    """Return the row of the call-back list for the last mark that a case has passed."""
    mark = next(item for item in reversed(case.told) if item.what is What.MARK)
    who = (track.plan.id, case.id, case.customer, case.place.id, case.started, case.due)
    return Waiting(*who, mark.checkpoint, mark.instant)
