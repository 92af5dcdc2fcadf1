"""Bytes in, an Event or a Rejected out; this function never raises.

One decoder serves HTTP, files, standard input and, on the other host, topics.  It is written by
hand over a fast JSON reader instead of a model class: the model was half as fast, and a reason
from a closed list is what an operator needs, not a validation report.

Only fields that the plan names are kept, and customers are pseudonymised here, since the log
keeps what it gets.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple

from pydantic_core import from_json

from service.engine.instant import YEARS
from service.engine.plan import Plan
from service.engine.values import Event
from service.intake.pseudonym import pseudonym
from service.intake.rejected import Reason, Rejected, rejected

EVENT_BYTES_MAX = 1024 * 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ASKED_IN_DATA = ("unit", "customer", "via", "provenance", "recordedtime")


class _Bad(Exception):  # noqa: N818 - it never leaves this module
    """Carry a reason up to the one place that makes a Rejected of it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class _Type(NamedTuple):
    """Say what the plan wants of an event type: its fields, and where a start finds its case."""

    fields: tuple[str, ...]
    starts: tuple[str, ...]


_UNWANTED = _Type((), ())


class Decoder:
    """Turn bytes into events as one plan understands them."""

    def __init__(self, plan: Plan, customer_key: bytes) -> None:
        """Prepare what is looked up for every event; the key pseudonymises customers."""
        self._key = customer_key
        self._names = {
            alias: name for name, s in plan.sources.items() for alias in (name, *s.names)
        }
        self._sources = plan.sources
        self._delivers = {name: frozenset(types) for name, types in plan.delivers.items()}
        starts: dict[str, list[str]] = {}
        for touchpoint in plan.touchpoints.values():
            for pattern in touchpoint.start:
                starts.setdefault(pattern.type, []).append(touchpoint.case)
        types = {*starts, *plan.fields}
        self._types = {
            name: _Type(tuple(plan.fields.get(name, ())), tuple(starts.get(name, ())))
            for name in types
        }

    def decode(self, raw: bytes, source: str = "") -> list[Event | Rejected]:
        """Return what one document holds: an event, or a batch of them.

        `source` names the source whose `map:` describes plain rows; without it the document is
        CloudEvents JSON.
        """
        if len(raw) > EVENT_BYTES_MAX and raw.lstrip()[:1] != b"[":
            return [
                rejected(Reason.SIZE, f"{len(raw)} bytes, at most {EVENT_BYTES_MAX}", raw, source)
            ]
        try:
            value = from_json(raw, allow_inf_nan=False)
        except ValueError as error:
            return [rejected(Reason.JSON, str(error), raw, source)]
        if isinstance(value, list):
            return [self._item(item, source, b"") for item in value]
        return [self._item(value, source, raw)]

    def knows(self, source: str) -> bool:
        """Tell whether a source of that name is configured."""
        return source in self._sources

    def lines(self, lines: Iterator[bytes], source: str = "") -> Iterator[Event | Rejected]:
        """Decode NDJSON: blank lines and a leading byte order mark are skipped."""
        for number, line in enumerate(lines):
            text = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
            if text.strip():
                yield from self.decode(text, source)

    def row(self, value: Mapping[str, object], source: str) -> Event | Rejected:
        """Decode one row of a file whose columns the source's `map:` names."""
        return self._item(value, source, b"")

    def _item(self, value: object, source: str, raw: bytes) -> Event | Rejected:
        if not isinstance(value, Mapping):
            head = raw or repr(value).encode(errors="replace")
            return rejected(Reason.JSON, "an event is a JSON object", head, source)
        try:
            return self._event(self._mapped(value, source) if source else value)
        except _Bad as bad:
            return rejected(
                bad.reason, bad.detail, raw or repr(value).encode(errors="replace"), source
            )

    def _event(self, value: Mapping[str, object]) -> Event:
        if value.get("specversion", "1.0") != "1.0":
            raise _Bad(Reason.VERSION, "specversion is not 1.0")
        source = self._names.get(_text(value, "source", Reason.SOURCE))
        if source is None:
            raise _Bad(Reason.SOURCE, f"no source {value['source']!r} is configured")
        name = _text(value, "id", Reason.ID)
        kind = _text(value, "type", Reason.TYPE)
        if kind not in self._delivers[source]:
            raise _Bad(Reason.TYPE, f"source {source} does not deliver {kind!r}")
        data = value.get("data")
        data = data if isinstance(data, Mapping) else {}
        wanted = self._types.get(kind, _UNWANTED)
        kept = {path: found for path in wanted.fields if (found := _at(data, path)) is not None}
        case = _plain(value.get("subject"))
        if wanted.starts and not case:
            self._need_case(wanted.starts, kept)
        unit, customer, via, provenance, recorded = (
            value.get(field) or data.get(field) for field in _ASKED_IN_DATA
        )
        person = _plain(customer)
        rest = (
            kind,
            _instant(value.get("time"), "time"),
            None if recorded is None else _instant(recorded, "recordedtime"),
            case,
            _plain(unit),
            self._pseudonym(person) if person else "",
            _plain(via),
            _plain(provenance) or self._sources[source].provenance,
            kept,
        )
        digest = _hash(repr((*rest[:2], *rest[3:])))
        return Event(_hash(f"{source}\0{name}"), digest, source, name, *rest)

    def _need_case(self, paths: tuple[str, ...], data: Mapping[str, object]) -> None:
        if not any(path.startswith("data.") and _plain(data.get(path[5:])) for path in paths):
            raise _Bad(Reason.CASE, "a start needs a case: `subject` is missing")

    def _pseudonym(self, customer: str) -> str:
        return pseudonym(self._key, customer)

    def _mapped(self, row: Mapping[str, object], source: str) -> Mapping[str, object]:
        """Turn a plain row into the shape of an event, as the source's `map:` says."""
        known = self._sources.get(source)
        if known is None:
            raise _Bad(Reason.SOURCE, f"no source {source!r} is configured")
        if not known.map and not known.constants:
            return {"source": source, **row} if "source" not in row else row
        event: dict[str, object] = {"source": source}
        data: dict[str, object] = {}
        found = {target: _at(row, path) for target, path in known.map.items()} | dict(
            known.constants
        )
        for target, item in found.items():
            if item is None or item == "":
                continue
            if target.startswith("data."):
                data[target[5:]] = item
            else:
                event[_ENVELOPE.get(target, target)] = str(item) if target == "id" else item
        return {**event, "data": data}


_ENVELOPE = {"case": "subject", "recorded": "recordedtime"}


def _text(value: Mapping[str, object], field: str, reason: Reason) -> str:
    found = value.get(field)
    if not isinstance(found, str) or not found:
        raise _Bad(reason, f"{field} is missing or not text")
    return found


def _plain(value: object) -> str:
    """Return text, or a whole number as text; anything else counts as missing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _at(data: Mapping[str, object], path: str) -> object:
    """Return what stands at a name, or at a dotted path; only plain values count."""
    found: object = data.get(path)
    if found is None and "." in path:
        found = data
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    return found if isinstance(found, str | int | float) else None


def _instant(value: object, field: str) -> int:
    try:
        moment = _PARSE(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise _Bad(
            Reason.TIME, f"{field} is missing or not a time as 2026-09-14T09:12:00+02:00"
        ) from None
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise _Bad(Reason.TIME, f"{field} is of the year {moment.year}")
    if moment.tzinfo is None:
        raise _Bad(Reason.TIME, f"{field} has no offset: write +02:00 or Z behind it")
    return (moment - _EPOCH) // _MILLISECOND


_PARSE: Callable[[str], datetime] = datetime.fromisoformat


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(errors="replace"), digest_size=8).digest())
