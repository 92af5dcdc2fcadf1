"""Bytes in, an Event or a Rejected out; this function never raises.

One decoder serves HTTP, files, standard input and, on the other host, topics.  It is written by
hand over a fast JSON reader instead of a model class: the model was half as fast, and a reason
from a closed list is what an operator needs, not a validation report.

Only fields that the plan names are kept, and customers are pseudonymised here, since the log
keeps what it gets.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import NamedTuple

from pydantic_core import to_json

from service.engine.plan import Plan, Source
from service.engine.values import Event
from service.intake.document import read, read_array, without_mark
from service.intake.mapped import Row, at, mapper, plain
from service.intake.media import is_json
from service.intake.pieces import pieces
from service.intake.pseudonym import pseudonym
from service.intake.times import reading
from service.rejected import (
    EVENT_BYTES_MAX,
    Reason,
    Refusal,
    Rejected,
    rejected,
    shown,
)

EVENTS_MAX = 100_000


class _Type(NamedTuple):
    """Say what the plan wants of an event type: its fields, and where a start finds its case."""

    fields: tuple[str, ...]
    starts: tuple[str, ...]


_UNWANTED = _Type((), ())


class _Known(NamedTuple):
    """Hold what is looked up for every event; one value, so that a new plan comes at one instant."""

    names: Mapping[str, str]
    sources: Mapping[str, Source]
    times: Mapping[str, Callable[[object, str], int]]
    delivers: Mapping[str, frozenset[str]]
    types: Mapping[str, _Type]
    mappers: Mapping[str, Callable[[Row], Row]]


def _known(plan: Plan) -> _Known:
    starts: dict[str, list[str]] = {}
    for touchpoint in plan.touchpoints.values():
        for pattern in touchpoint.start:
            starts.setdefault(pattern.type, []).append(touchpoint.case)
    return _Known(
        {alias: name for name, s in plan.sources.items() for alias in (name, *s.names)},
        plan.sources,
        {name: reading(s, plan.zones) for name, s in plan.sources.items()},
        {name: frozenset(types) for name, types in plan.delivers.items()},
        {
            name: _Type(tuple(plan.fields.get(name, ())), tuple(starts.get(name, ())))
            for name in {*starts, *plan.fields}
        },
        {name: mapper(name, source) for name, source in plan.sources.items()},
    )


class Decoder:
    """Turn bytes into events as one plan understands them."""

    def __init__(self, plan: Plan, customer_key: bytes) -> None:
        """Prepare what is looked up for every event; the key pseudonymises customers."""
        self._key = customer_key
        self.adopt(plan)

    def adopt(self, plan: Plan) -> None:
        """Understand events as another plan does, from one event to the next."""
        self._known = _known(plan)

    def decode(self, raw: bytes, source: str = "", line: int = 0) -> list[Event | Rejected]:
        """Return what one document holds: an event, or a batch of them.

        `source` names the source whose `map:` describes plain rows; without it the document is
        CloudEvents JSON.
        """
        if raw[:1] != b"{" and raw.lstrip()[:1] == b"[":
            return self._batch(raw, source, line)
        return [self.single(raw, source, line)]

    def knows(self, source: str) -> bool:
        """Tell whether a source of that name is configured."""
        return source in self._known.sources

    def delivers(self, source: str, kind: str) -> bool:
        """Tell whether a source may bring events of a type."""
        return kind in self._known.delivers.get(source, ())

    def format(self, source: str) -> str:
        """Return how a source writes its events; without a source it is CloudEvents."""
        known = self._known.sources.get(source)
        return known.format if known else "cloudevents"

    def lines(self, lines: Iterable[bytes], source: str = "") -> Iterator[Event | Rejected]:
        """Decode NDJSON: blank lines and a leading byte order mark are skipped."""
        for number, line in enumerate(lines, 1):
            text = without_mark(line) if number == 1 else line
            if text.strip():
                yield from self.decode(text, source, number)

    def value(
        self, value: object, source: str = "", raw: bytes = b"", line: int = 0
    ) -> Event | Rejected:
        """Decode what was parsed already; `raw` is what a quarantine keeps of it."""
        if not isinstance(value, dict):
            detail = f"an event is a JSON object, this is: {shown(value)}"
            return rejected(Reason.JSON, detail, raw or _bytes(value), source, line)
        try:
            return self._event(self._mapped(value, source) if source else value)
        except Refusal as bad:
            return rejected(bad.reason, bad.detail, raw or _bytes(value), source, line)

    def single(self, raw: bytes, source: str = "", line: int = 0) -> Event | Rejected:
        """Decode one document that is one event; an array is none."""
        try:
            value = read(raw)
        except Refusal as bad:
            return rejected(bad.reason, bad.detail, raw, source, line)
        return self.value(value, source, raw, line)

    def _batch(self, raw: bytes, source: str, line: int) -> list[Event | Rejected]:
        """Read an array at once if nothing in it is wrong, else piece by piece."""
        if len(raw) <= EVENT_BYTES_MAX:
            try:
                return [self.value(item, source, b"", line) for item in read_array(raw)]
            except Refusal:
                pass
        found: list[Event | Rejected] = []
        for piece in pieces(raw):
            if len(found) == EVENTS_MAX:
                detail = f"more than {EVENTS_MAX} events in one array; send it in parts"
                return [*found, rejected(Reason.SIZE, detail, piece, source, line)]
            found.append(self.single(piece, source, line))
        return found

    def _event(self, value: Mapping[str, object]) -> Event:
        if value.get("specversion", "1.0") != "1.0":
            raise Refusal(Reason.VERSION, "specversion is not 1.0")
        plan = self._known
        source = plan.names.get(_text(value, "source", Reason.SOURCE))
        if source is None:
            raise Refusal(Reason.SOURCE, f"no source {shown(value['source'])} is configured")
        name = _text(value, "id", Reason.ID)
        kind = _text(value, "type", Reason.TYPE)
        if kind not in plan.delivers[source]:
            raise Refusal(Reason.TYPE, f"source {source} does not deliver {shown(kind)}")
        data = value.get("data")
        if not isinstance(data, dict):
            _refuse_foreign(value)
            data = {}
        wanted = plan.types.get(kind, _UNWANTED)
        kept = _kept(wanted.fields, data) if wanted.fields else {}
        case = plain(value.get("subject"))
        if wanted.starts and not case:
            _need_case(wanted.starts, kept)
        ask, inside = value.get, data.get
        recorded = ask("recordedtime") or inside("recordedtime")
        instant, unit = plan.times[source], plain(ask("unit") or inside("unit"))
        time = instant(value.get("time"), "time")
        told = None if recorded is None else instant(recorded, "recordedtime")
        who = self._pseudonym(plain(ask("customer") or inside("customer")))
        via = plain(ask("via") or inside("via"))
        origin = plain(ask("provenance") or inside("provenance")) or plan.sources[source].provenance
        digest = _hash(repr((kind, time, case, unit, who, via, origin, kept)))
        about = (source, name, kind, time, told, case, unit, who, via, origin, kept)
        return Event(_hash(f"{source}\0{name}"), digest, *about)

    def _pseudonym(self, customer: str) -> str:
        return pseudonym(self._key, customer) if customer else ""

    def _mapped(self, row: Row, name: str) -> Row:
        known = self._known.mappers.get(name)
        if known is None:
            raise Refusal(Reason.SOURCE, f"no source {shown(name)} is configured")
        return known(row)


def _kept(fields: tuple[str, ...], data: Mapping[str, object]) -> dict[str, object]:
    return {path: found for path in fields if (found := at(data, path)) is not None}


def _need_case(paths: tuple[str, ...], data: Mapping[str, object]) -> None:
    if not any(path.startswith("data.") and plain(data.get(path[5:])) for path in paths):
        raise Refusal(Reason.CASE, "a start needs a case: `subject` is missing")


def _refuse_foreign(value: Mapping[str, object]) -> None:
    """Refuse data that is not JSON: its fields could not be read, and would look missing."""
    kind = value.get("datacontenttype")
    if value.get("data_base64") is not None:
        raise Refusal(Reason.CONTENT, "data_base64 is not read; send `data` as JSON")
    if value.get("data") is not None and isinstance(kind, str) and not is_json(kind):
        raise Refusal(Reason.CONTENT, f"data of type {shown(kind)} is not read; send JSON")


def _text(value: Mapping[str, object], field: str, reason: Reason) -> str:
    found = value.get(field)
    if not isinstance(found, str) or not found:
        raise Refusal(reason, f"{field} is missing or not text")
    return found


def _bytes(value: object) -> bytes:
    return to_json(value, inf_nan_mode="constants")


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest())
