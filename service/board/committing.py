"""What leaders promise together, as people reach it: opened, looked at again, closed.

The counts are the service's own, taken from stored cases at that moment: nobody types them.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.clean import clean
from alerts.directory import Directory
from service.board.commitment_shapes import CommitmentIn
from service.board.office import Office
from service.errors import ErosionError, NotFoundError
from service.report.commitment import Change, Commitment, Counts, Reason, Review, State
from service.store.commitments import (
    close_commitment,
    commitment,
    commitments,
    open_commitment,
    review_commitment,
)
from service.store.requests import By
from service.weekly.commitments import count_now

_LIST = "list them with: erosion commit list"
_REFUSED: Mapping[Reason, tuple[str, str]] = {
    Reason.FULL: (
        "three commitments are open; close one first: erosion commit close ID",
        _LIST,
    ),
    Reason.ALREADY: ("this commitment is open already", "look at it again: erosion commit review"),
    Reason.SAME: (
        "a commitment for this touchpoint and place is open already",
        "look at it again: erosion commit review; or close it: erosion commit close ID",
    ),
    Reason.OVER: ("this commitment is closed, and a closed one stays closed", "open a new one"),
    Reason.PAST: ("its day is over already", "name a later day with --by, as 2026-10-04"),
    Reason.NOT_OPEN: ("this commitment is only proposed", "open it first: erosion commit open ID"),
}


class Committing:
    """Open, review and close commitments at the desk."""

    def __init__(self, office: Office) -> None:
        """Take the desk's office, which knows the world and the clock, and writes."""
        self._office = office

    def listed(self, state: str, limit: int) -> list[Commitment]:
        """Return commitments, the open ones first."""
        return commitments(self._office.lookup.reads, state, limit)

    def open(self, wanted: CommitmentIn, who: str, via: str) -> Commitment:
        """Open a commitment durably; raise an error that says why it may not be."""
        by = By(clean(who), clean(via), self._office.now())
        draft = self._drafted(wanted, by)
        return _done(self._office.write(lambda work: open_commitment(work, by, draft)))

    def review(self, beginning: str, note: str, who: str, via: str) -> Commitment:
        """Look at a commitment again, with its count as it is now."""
        one, by = self._found(beginning), By(clean(who), clean(via), self._office.now())
        review = Review(by.at, self._count(one, by.at), clean(note))
        return _done(self._office.write(lambda work: review_commitment(work, by, one.id, review)))

    def close(self, beginning: str, why: str, who: str, via: str) -> Commitment:
        """Close a commitment, with its count as it is now, or turn a proposal down."""
        one, by = self._found(beginning), By(clean(who), clean(via), self._office.now())
        count, said = self._count(one, by.at), clean(why)
        return _done(
            self._office.write(lambda work: close_commitment(work, by, one.id, count, said))
        )

    def _drafted(self, wanted: CommitmentIn, by: By) -> Commitment:
        """Return the commitment that is wanted, with the count as it is now."""
        directory = self._directory()
        if "@" in wanted.leader or not clean(wanted.leader):
            raise ErosionError("a role leads, not a person", "as in: --leader 'Head of Retail'")
        base = self._proposed(wanted) if wanted.proposal else _placed(directory, wanted, by)
        topic = directory.topics.get(base.touchpoint)
        what = clean(wanted.what) or (topic.title if topic else base.touchpoint)
        draft = replace(
            base,
            began_at=by.at,
            what=what,
            leader=clean(wanted.leader),
            functions=tuple(name for one in wanted.functions if (name := clean(one))),
            by=wanted.by.isoformat(),
            by_at=_end_of(wanted, directory.zone),
            counts=Counts(wanted.counts),
            aim=wanted.aim,
        )
        return replace(draft, count_before=self._count(draft, by.at))

    def _proposed(self, wanted: CommitmentIn) -> Commitment:
        if wanted.touchpoint or wanted.at != "company":
            hint = "leave out the touchpoint and the place"
            raise ErosionError("a proposal has its own touchpoint and place", hint)
        return self._found(wanted.proposal)

    def _found(self, beginning: str) -> Commitment:
        found = commitment(self._office.lookup.reads, beginning)
        if found is None:
            raise NotFoundError("no such commitment", _LIST)
        return found

    def _count(self, one: Commitment, now: int) -> int:
        return count_now(self._office.lookup.reads, self._directory(), one, now)

    def _directory(self) -> Directory:
        if self._office.directory is None:
            raise ErosionError("no configuration is in force yet", "try again in a moment")
        return self._office.directory


def _placed(directory: Directory, wanted: CommitmentIn, by: By) -> Commitment:
    """Return a commitment at a touchpoint and a place that are known; raise NotFoundError."""
    topic = directory.topics.get(wanted.touchpoint)
    if topic is None:
        known = ", ".join(sorted(directory.topics))
        raise NotFoundError(f"no touchpoint {clean(wanted.touchpoint)!r}", f"choose from: {known}")
    per, _, scope = wanted.at.partition(":")
    is_known = {
        "company": not scope,
        "region": scope in directory.regions,
        "unit": (topic.unit_kind, scope) in directory.units,
    }
    if not is_known.get(per, False):
        hint = "write it as region:ID or unit:ID; without a place it is the whole company"
        raise NotFoundError(f"no place {clean(wanted.at)!r}", hint)
    said = json.dumps([wanted.model_dump(mode="json"), *by])
    name = hashlib.sha256(said.encode()).hexdigest()[:12]
    return Commitment(name, State.PROPOSED, topic.id, per, scope, by.at)


def _end_of(wanted: CommitmentIn, zone: str) -> int:
    """Return the first instant after the day by which it should be so."""
    try:
        midnight = datetime.combine(wanted.by + timedelta(days=1), time(), ZoneInfo(zone))
        return round(midnight.timestamp() * 1000)
    except (OverflowError, ValueError):
        raise ErosionError(f"no calendar of ours has {wanted.by}", "name a nearer day") from None


def _done(change: Change | None) -> Commitment:
    """Return the commitment as it stands now; raise an error that says why nothing was done."""
    if change is None:
        raise NotFoundError("no such commitment", _LIST)
    if not change.is_done:
        raise ErosionError(*_REFUSED[change.reason])
    return change.commitment
