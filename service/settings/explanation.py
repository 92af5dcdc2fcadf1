"""What is wrong with the shape of the configuration, in a person's words.

The validators report paths and codes.  Here each becomes one line: `file:line:column: message`
with a hint.  Codes without a sentence of ours keep the library's own message, which is plain
enough and better than none.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import ValidationError

from service.settings.configuration import Configuration
from service.settings.place import Path, Places

Error = Mapping[str, Any]
_KEY = "[key]"  # The validators end a path so where the key itself is wrong.


def explain(error: ValidationError, places: Places, secret: Collection[Path] = ()) -> list[str]:
    """Return a line for every mistake of shape, in the order of the files.

    A line that could repeat the value at a `secret` path is left out; its place is told anyway.
    """
    errors = error.errors(include_url=False)
    found = [
        _line(item, places)
        for item in errors
        if not _follows(item, errors) and not _repeats(places.follow(item["loc"]), item, secret)
    ]
    return [line for _, line in sorted(dict.fromkeys(found))]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the hint that names the closest known word, else the known words."""
    words = sorted(set(known))
    folded = {_folded(name): name for name in reversed(words)}
    close = get_close_matches(_folded(word), folded, n=1)
    if close:
        return f'did you mean "{folded[close[0]]}"?'
    return f"known here: {', '.join(words)}" if words else "nothing is known here"


def _folded(word: str) -> str:
    """Return a word without what people get wrong first: capitals, hyphens, blanks."""
    return word.strip().lower().replace("-", "_").replace(" ", "_")


def _follows(error: Error, errors: Iterable[Error]) -> bool:
    """Tell whether a list is only short because one of its entries is wrong."""
    path = error["loc"]
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(path) and other["loc"][: len(path)] == path for other in errors
    )


def _repeats(path: Path, error: Error, secret: Collection[Path]) -> bool:
    return error["type"] != "missing" and any(found[: len(path)] == path for found in secret)


def _line(error: Error, places: Places) -> tuple[tuple[str, int, int], str]:
    path: Path = error["loc"]
    place = places.value(path)
    if error["type"] == "extra_forbidden" or path[-1:] == (_KEY,):
        place = places.key(path)
    elif error["type"] in ("missing", "union_tag_not_found"):
        place = places.key(path[:-1] if error["type"] == "missing" else path)
    message = _message(error, places.typed.get(places.follow(path), ""))
    return (place.file, place.line, place.column), f"{place}: {message}"


def _message(error: Error, typed: str) -> str:
    sentence = _SENTENCES.get(error["type"])
    if sentence is None:
        words = str(error["msg"])
        return words[:1].lower() + words[1:]
    return sentence(error, typed)


def _unknown(error: Error, _: str) -> str:
    path = error["loc"]
    return f'unknown key "{path[-1]}"; {did_you_mean(str(path[-1]), _keys(tuple(path[:-1])))}'


def _missing(error: Error, _: str) -> str:
    return f'"{error["loc"][-1]}" is missing'


def _text(error: Error, typed: str) -> str:
    if isinstance(error["input"], bool | int | float):
        return f"expected text; put quotes around {typed}"
    return f"expected text, found {_name(error['input'])}"


def _choice(error: Error, typed: str) -> str:
    allowed = [
        word.strip("' ") for word in error["ctx"]["expected"].replace(" or ", ",").split(",")
    ]
    given = str(error["input"]) if isinstance(error["input"], str) else typed
    return f'"{given}" cannot stand here; {did_you_mean(given, allowed)}'


def _kind(error: Error, _: str) -> str:
    allowed = [word.strip("' ") for word in error["ctx"]["expected_tags"].split(",")]
    tag = str(error["ctx"]["tag"])
    return f'kind "{tag}" is not built; {did_you_mean(tag, allowed)}'


def _pattern(error: Error, _: str) -> str:
    hints = {"^data": "write it as data.NAME", "^(unit": "write unit, case, customer or data.NAME"}
    pattern = error["ctx"]["pattern"]
    hint = next((hint for start, hint in hints.items() if pattern.startswith(start)), "")
    return f'"{error["input"]}" cannot stand here; {hint or "use letters, digits, - _ . only"}'


def _expected(what: str) -> Callable[[Error, str], str]:
    return lambda error, typed: f"expected {what}, found {_name(error['input'])}"


def _own(error: Error, _: str) -> str:
    return str(error["ctx"]["error"])


_SENTENCES: dict[str, Callable[[Error, str], str]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "string_type": _text,
    "literal_error": _choice,
    "union_tag_invalid": _kind,
    "union_tag_not_found": lambda error, typed: '"kind" is missing',
    "string_pattern_mismatch": _pattern,
    "string_too_short": lambda error, typed: "expected text, found nothing",
    "too_short": lambda error, typed: "expected at least one entry here",
    "int_type": _expected("a whole number"),
    "bool_type": _expected("true or false"),
    "tuple_type": _expected("a list, such as [a, b]"),
    "dict_type": _expected("a mapping of keys"),
    "model_type": _expected("a mapping of keys"),
    "model_attributes_type": _expected("a mapping of keys"),
    "value_error": _own,
}


def _name(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, tuple) else f"{value!r}"


@cache
def _schema() -> dict[str, Any]:
    return Configuration.model_json_schema(mode="serialization")


def _keys(path: Sequence[str | int]) -> list[str]:
    """Return the keys that a block at this path may have."""
    nodes: list[Any] = [_schema()]
    for step in path:
        nodes = [below for node in nodes for below in _below(node, step)] or nodes
    blocks = (block for node in nodes for block in _branches(node))
    return [key for block in blocks for key in block.get("properties", ())]


def _below(node: dict[str, Any], step: str | int) -> Iterator[dict[str, Any]]:
    for branch in _branches(node):
        if step in branch.get("properties", ()):
            yield branch["properties"][step]
        elif isinstance(step, int) and isinstance(branch.get("items"), dict):
            yield branch["items"]
        elif isinstance(branch.get("additionalProperties"), dict):
            yield branch["additionalProperties"]
        elif "patternProperties" in branch:
            yield from branch["patternProperties"].values()
        elif branch.get("properties", {}).get("kind", {}).get("const") == step:
            yield branch


def _branches(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    block = _resolve(node)
    yield block
    for branch in (*block.get("anyOf", ()), *block.get("oneOf", ())):
        yield from _branches(branch)


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        found: dict[str, Any] = _schema()["$defs"][node["$ref"].rpartition("/")[2]]
        return found
    return node
