"""A plain row in the shape of an event, as the `map:` of its source says."""

from collections.abc import Mapping

from service.engine.plan import Source

_ENVELOPE = {"case": "subject", "recorded": "recordedtime"}


def mapped(row: Mapping[str, object], name: str, source: Source) -> Mapping[str, object]:
    """Return the event that a row means; a source without a map sends events already."""
    if not source.map and not source.constants:
        return row if "source" in row else {"source": name, **row}
    event: dict[str, object] = {"source": name}
    data: dict[str, object] = {}
    found = {target: at(row, path) for target, path in source.map.items()} | dict(source.constants)
    for target, item in found.items():
        if item is None or item == "":
            continue
        if target.startswith("data."):
            data[target[5:]] = item
        else:
            event[_ENVELOPE.get(target, target)] = plain(item) if target == "id" else item
    return {**event, "data": data}


def plain(value: object) -> str:
    """Return text, or a whole number as text; anything else counts as missing."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def at(data: Mapping[str, object], path: str) -> object:
    """Return what stands at a name, or at a dotted path; only plain values count."""
    found: object = data.get(path)
    if found is None and "." in path:
        found = data
        for part in path.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    return found if isinstance(found, str | int | float) else None
