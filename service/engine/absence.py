"""When an absence may be judged, and what becomes of judgements that rested on a dead feed.

The hardest question of the product stands in one file (01, section 6): how far a watermark may go,
which cases are judged again when a source turns out to have stopped, and which when it is back.
"""

from collections.abc import Collection

from service.engine.adoption import Adopted
from service.engine.circumstances import LeftOut
from service.engine.hearing import SILENT, Hearing
from service.engine.plan import Exclusion
from service.engine.timeline import Timeline
from service.engine.track import Track

EXCLUDED = "excluded"


class Absence:
    """Join what is heard with what is judged."""

    def __init__(self, hearing: Hearing) -> None:
        """Take the sources; `adopt` must follow."""
        self._hearing = hearing
        self._at_work: Adopted

    def adopt(self, at_work: Adopted) -> None:
        """Judge the touchpoints of a plan from now on."""
        self._at_work = at_work
        self._mark_gaps(at_work.sources)

    def forget(self, before: int) -> None:
        """Let go of gaps that no case can lie in any more, wherever they are known.

        Who still waits, or may still be corrected, keeps the gaps since its start.
        """
        cases = (case for track in self._at_work.tracks for case in track.cases.values())
        self._hearing.forget(min(before, min((case.started for case in cases), default=before)))
        self._mark_gaps(self._at_work.sources)

    def doubt(self, names: Collection[str]) -> None:
        """Judge again what rests on the silence of sources that turn out to have stopped."""
        for track in self._mark_gaps(names):
            since = min(begin for begin, end in track.around.gaps if end is None)
            line = self._at_work.lines[track.position]
            for case in track.judged_after(since):
                line.mender.correct(case, track, nothing)
            line.refold(line.watermark, SILENT)

    def believe(self, name: str) -> None:
        """Judge what was held for a source that is back; one that vouches is believed again."""
        for track in self._mark_gaps((name,)):
            if self._hearing.listeners[name].judges_on_return:
                line = self._at_work.lines[track.position]
                for case in track.doubted():
                    line.mender.correct(case, track, nothing)

    def leave_out(self, before: tuple[Exclusion, ...]) -> None:
        """Judge again the cases that an exclusion takes out of the measure or puts back."""
        changed = set(before) ^ set(self._at_work.plan.exclusions)
        for track, line in zip(self._at_work.tracks, self._at_work.lines, strict=True):
            about = [e for e in changed if not e.touchpoints or track.plan.id in e.touchpoints]
            touched = [LeftOut(exclusion) for exclusion in about]
            for case in [c for c in track.cases.values() if any(t.covers(c) for t in touched)]:
                line.mender.correct(case, track, nothing)
            line.refold(line.watermark, EXCLUDED)

    def _mark_gaps(self, names: Collection[str]) -> list[Track]:
        """Tell the touchpoints that some sources answer to about their gaps; return those."""
        found = [t for t in self._at_work.tracks if not set(names).isdisjoint(t.plan.answering)]
        for track in found:
            track.around.gaps = self._hearing.merged(track.plan.answering)
        return found

    def goal(self, line: Timeline) -> int:
        """Return how far the sources allow a watermark to go."""
        listeners = self._hearing.listeners
        heard = min(listeners[name].heard - lag for name, lag in line.lags.items())
        return min(heard, self.believed_until(line))

    def believed_until(self, line: Timeline) -> int:
        """Return up to when the quiet of all answering sources is believed."""
        listeners = self._hearing.listeners
        return min((listeners[name].believed_until() for name in line.answering), default=2**62)

    def held(self, now: int, name: str) -> int:
        """Count the promises that have passed and that nobody judges while a source is silent."""
        return sum(
            track.held(line.watermark, now - line.lags[name])
            for track, line in zip(self._at_work.tracks, self._at_work.lines, strict=True)
            if name in track.plan.answering
        )


def nothing() -> None:
    """Change nothing: the case is judged again as it is."""
