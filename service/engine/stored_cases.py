"""Cases as plain values, so that a snapshot can be read by a later version, and back.

What many cases share is written once and named by its number: what is pinned at the start, and
places that are no longer as the plan has them.  Pickles were rejected: they hold the layout of
classes, and a snapshot must outlive that.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from service.engine.business_time import Calendar
from service.engine.case import Case
from service.engine.facts import End, Fact, Known, Pinned
from service.engine.place import Place
from service.engine.plan_data import promise_from, span_from, week_from
from service.engine.promise import Terms
from service.engine.ratio import Asked
from service.engine.scored import Scored, What
from service.engine.seeking import Key
from service.engine.track import Track
from service.engine.zone import Zone

Row = list[Any]
# The fields of a case's row; one of a ratio has another.
PLAIN = 16
STAND = 6
# Looked up in a table, because making a member of an enumeration costs as much as making a case.
_ENDS, _KINDS = tuple(End), tuple(Fact)


class Shared:
    """Number what cases share: pinned parts, and places of plans that are gone."""

    def __init__(self, track: Track) -> None:
        """Begin with what the touchpoint has now."""
        self.track = track
        self.pinned: list[Pinned] = []
        self.places: list[Place] = []
        # Equal things have one number, so that a state has one form; each is compared once.
        self._numbers: dict[int, int] = {}
        self._texts: dict[str, int] = {}
        self._terms: dict[tuple[str, int], Terms] = {}
        self._rows: dict[int, Row] = {}

    def terms_row(self, terms: Terms) -> Row:
        """Return what was promised as plain values, made once for each object."""
        found = self._rows.get(id(terms))
        if found is None:
            found = _terms(terms)
            # A date is a case's own, and no other shares it.
            if terms.date is None:
                self._rows[id(terms)] = found
        return found

    def pinned_number(self, pinned: Pinned) -> int:
        """Return the number of a pinned part."""
        found = self._numbers.get(id(pinned))
        return self._number(pinned, self.pinned, _pinned_row) if found is None else found

    def place_ref(self, place: Place) -> str | int:
        """Return a unit's id, or the number of a place that the plan no longer has so."""
        if self.track.units.get(place.id) is place:
            return place.id
        return self._number(place, self.places, _place_row)

    def place(self, ref: str | int) -> Place:
        """Return the place that a reference names."""
        return self.places[ref] if isinstance(ref, int) else self.track.units[ref]

    def terms(self, row: Row) -> Terms:
        """Return what was promised; cases with the same span and no date share one object."""
        span, date, take = row
        if span is None or date is not None or take:
            return _terms_from(row)
        key = (span[0], span[1])
        found = self._terms.get(key)
        if found is None:
            found = self._terms[key] = _terms_from(row)
        return found

    def rows(self) -> Row:
        """Return both lists as plain values."""
        return [list(map(_pinned_row, self.pinned)), list(map(_place_row, self.places))]

    def restore(self, rows: Row) -> None:
        """Take over what `rows` gave."""
        self.pinned = [
            Pinned(
                plan, tuple(marks), ends, promise_from(promise), zone and Zone(*zone), _looks(more)
            )
            for plan, marks, ends, promise, zone, *more in rows[0]
        ]
        self.places = [
            Place(
                kind,
                name,
                region,
                Calendar([(Zone(*z), week_from(week)) for z, week in members]),
                Zone(*zone),
            )
            for kind, name, region, zone, members in rows[1]
        ]

    def _number(self, thing: Any, known: list[Any], row: Callable[[Any], Row]) -> int:
        found = self._numbers.get(id(thing))
        if found is None:
            text = repr(row(thing))
            found = self._texts.get(text)
            if found is None:
                found = self._texts[text] = len(known)
                known.append(thing)
            self._numbers[id(thing)] = found
        return found


def _pinned_row(pinned: Pinned) -> Row:
    zone = pinned.zone and _zone_row(pinned.zone)
    marks = list(pinned.marks)
    row = [pinned.plan, marks, pinned.pause_has_end, asdict(pinned.promise), zone]
    return [*row, list(pinned.looks)] if pinned.looks else row


def _looks(more: Row) -> tuple[int, ...]:
    """Return the looks; a state from before there were any has none."""
    return tuple(more[0]) if more else ()


def _place_row(place: Place) -> Row:
    members = [_member(*member) for member in place.calendar.members]
    return [place.kind, place.id, place.region, _zone_row(place.zone), members]


def _zone_row(zone: Zone) -> Row:
    return [zone.name, [list(row) for row in zone.transitions]]


def _member(zone: Zone, week: Any) -> Row:
    return [_zone_row(zone), asdict(week)]


def case_row(case: Case, shared: Shared) -> Row:
    """Return one case as plain values."""
    row = [
        case.id,
        case.customer,
        case.via,
        case.provenance,
        shared.place_ref(case.place),
        case.started,
        case.start_key,
        case.facts,
        shared.terms_row(case.first_terms),
        shared.pinned_number(case.pinned),
        None if _is_same(case) else _terms(case.terms),
        [case.base, case.due, case.end, case.ended],
        _stand(case),
        [item_row(item) for item in case.told] if case.told else (),
        case.wanted,
        case.filed,
    ]
    if isinstance(case, Asked):
        row.append([case.stock_key, case.fixed])
    return row


def _stand(case: Case) -> Row:
    """Return how far the timeline has come; who was never looked at says nothing of looks."""
    stand = [case.scored, case.counted, case.next_mark, case.listed, case.seen_end, case.shown]
    return [*stand, case.next_look] if case.next_look else stand


def _is_same(case: Case) -> bool:
    return case.terms is case.first_terms or case.terms == case.first_terms


def case_from(row: Row, shared: Shared) -> Case:
    """Rebuild a case, without filing it; field by field, because a start makes a million of them."""
    case = Case.__new__(Case) if len(row) == PLAIN else _asked(row, shared.track)
    case.track = shared.track.position
    case.id, case.customer, case.via, case.provenance, place, case.started, case.start_key = row[:7]
    case.place = shared.place(place)
    facts, first, pinned, terms, course, stand, told, wanted, filed = row[7:PLAIN]
    case.facts = _facts(facts) if facts else ()
    case.first_terms = shared.terms(first)
    case.terms = case.first_terms if terms is None else shared.terms(terms)
    case.pinned = shared.pinned[pinned]
    base, case.due, end, case.ended = course
    # Equal numbers are one object, as they were before they were written.
    case.base = case.started if base == case.started else base
    case.filed = case.due if case.due is not None and filed == case.due else filed
    case.end = _ENDS[end]
    case.scored, case.counted, case.next_mark, case.listed, case.seen_end, case.shown = stand[:6]
    case.next_look = stand[6] if len(stand) > STAND else 0
    case.told = tuple([item_from(item, case) for item in told]) if told else ()
    case.wanted = _wanted(wanted) if wanted else ()
    case.mark_known = None
    return case


def _asked(row: Row, track: Track) -> Asked:
    """Begin a case of a ratio, which has one field more."""
    case = Asked(row[0], track.position)
    key, case.fixed = row[PLAIN]
    case.stock_key = None if key is None else tuple(key)
    case.good = track.plan.good
    case.book = track.shelves.books.get(track.plan.good.stock) if track.plan.good else None
    return case


def _facts(rows: Row) -> tuple[Known, ...]:
    return tuple([Known(at, _KINDS[kind], key, text) for at, kind, key, text in rows])


def _wanted(rows: Row) -> tuple[Key, ...]:
    return tuple([(tuple(names), tuple(values)) for names, values in rows])


def item_row(item: Scored) -> Row:
    """Return one counted thing as plain values, without its case."""
    return [*item[:6], item.late]


def item_from(row: Sequence[Any], case: Case) -> Scored:
    """Rebuild one counted thing of a case."""
    instant, rank, started, name, checkpoint, what, late = row
    return Scored(instant, rank, started, name, checkpoint, What(what), late, case)


def _terms(terms: Terms) -> Row:
    span = terms.span
    return [span and [span.kind, span.amount], terms.date, terms.take]


def _terms_from(row: Row) -> Terms:
    span = None if row[0] is None else span_from({"kind": row[0][0], "amount": row[0][1]})
    return Terms(span, row[1], row[2])
