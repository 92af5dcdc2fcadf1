"""A plain row in the shape of an event, as the `map:` of its source says."""

from collections.abc import Callable, Mapping, Sequence

from service.engine.plan import Source

Row = Mapping[str, object]
_PLAIN = (str, int, float)
_ENVELOPE = {"case": "subject", "recorded": "recordedtime"}


def mapper(name: str, source: Source) -> Callable[[Row], Row]:
    """Return what makes an event of a row; a source without a map sends events already.

    What stands where is looked up once for a plan: asking again for every row took as long as the
    parser does.
    """
    if not source.map and not source.constants:
        return lambda row: row if "source" in row else {"source": name, **row}
    asked = [
        (path, path.split("."), *_place(target))
        for target, path in source.map.items()
        if target not in source.constants
    ]
    fixed = [(item, *_place(target)) for target, item in source.constants.items()]

    def event(row: Row) -> Row:
        places: tuple[dict[str, object], dict[str, object]] = ({"source": name}, {})
        for path, parts, inside, field in asked:
            item = row.get(path)
            if item.__class__ is not str and item.__class__ is not int:
                item = _inside(row, item, parts)
            if item is not None and item != "":
                places[inside][field] = plain(item) if field == "id" and not inside else item
        for item, inside, field in fixed:
            if item is not None and item != "":
                places[inside][field] = plain(item) if field == "id" and not inside else item
        places[0]["data"] = places[1]
        return places[0]

    return event


def plain(value: object) -> str:
    """Return text, or a whole number as text; anything else counts as missing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def at(data: Mapping[str, object], path: str) -> object:
    """Return what stands at a name, or at a dotted path; only plain values count."""
    return _inside(data, data.get(path), path.split("."))


def _inside(data: Mapping[str, object], found: object, parts: Sequence[str]) -> object:
    """Return what was found at the whole path, or else at its parts one inside another."""
    if found is None and len(parts) > 1:
        found = data
        for part in parts:
            # A dict in nearly every case, which is quicker to tell than any mapping.
            is_nested = found.__class__ is dict or isinstance(found, Mapping)
            found = found.get(part) if is_nested else None  # type: ignore[attr-defined]
    return found if isinstance(found, _PLAIN) else None


def _place(target: str) -> tuple[bool, str]:
    """Return whether a target lies inside the data, and its name there."""
    if target.startswith("data."):
        return True, target[5:]
    return False, _ENVELOPE.get(target, target)
