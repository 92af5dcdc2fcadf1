"""A proposed change of the configuration as YAML, with the reason above each line.

A patch holds only what would change.  Put together with what people wrote, a mapping is gone into
and everything else is replaced.  Writing into people's own files was rejected: their comments and
their order are theirs, and a proposal is read before it holds.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import ValidationError

from service.settings import Settings
from service.settings.configuration import Configuration
from service.settings.document import Document
from service.settings.explanation import explain
from service.settings.lint import refusals
from service.settings.loading import SUFFIXES

_PLAIN = re.compile(r"[A-Za-z0-9][\w .%/-]*[\w%]|[A-Za-z]")
_NUMBER = re.compile(r"[0-9][0-9_.eExXoO]*")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


class Change(NamedTuple):
    """State one line of a patch: where it stands, what it says, and why."""

    path: tuple[str, ...]
    value: Any
    why: tuple[str, ...]


def tree_of(changes: Sequence[Change]) -> dict[str, Any]:
    """Return a patch as a tree of plain values."""
    tree: dict[str, Any] = {}
    for change in changes:
        here = tree
        for key in change.path[:-1]:
            here = here.setdefault(key, {})
        here[change.path[-1]] = change.value
    return tree


def text_of(head: Sequence[str], changes: Sequence[Change]) -> str:
    """Return a patch as YAML."""
    if not changes:
        return "\n".join([*(f"# {line}" for line in head), "{}", ""])
    reasons = {change.path: change.why for change in changes}
    lines = [*(f"# {line}" for line in head), *_lines((), tree_of(changes), reasons)]
    return "\n".join([*lines, ""])


def written(settings: Settings) -> dict[str, Any]:
    """Return what people wrote, as one tree of plain values."""
    tree: dict[str, Any] = {}
    for file in settings.files:
        if file.suffix in SUFFIXES:
            tree = merged(tree, Document(file).tree)
    return tree


def merged(tree: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tree with a patch in it."""
    found = dict(tree)
    for key, value in patch.items():
        before = found.get(key)
        is_below = isinstance(before, dict) and isinstance(value, dict)
        found[key] = merged(before or {}, value) if is_below else value
    return found


def problems(settings: Settings, changes: Sequence[Change]) -> list[str]:
    """Return what a check would say against the configuration with a patch in it."""
    try:
        tree = _fixed(merged(written(settings), tree_of(changes)))
        configuration = Configuration.model_validate(tree)
    except ValidationError as error:
        return explain(error, settings.places)
    return list(refusals(replace(settings, configuration=configuration)))


def _fixed(value: Any) -> Any:
    """Return a value with its lists as tuples, as a file is read."""
    if isinstance(value, dict):
        return {key: _fixed(item) for key, item in value.items()}
    return tuple(map(_fixed, value)) if isinstance(value, list | tuple) else value


def _lines(
    path: tuple[str, ...], tree: Mapping[str, Any], reasons: Mapping[tuple[str, ...], Sequence[str]]
) -> Iterator[str]:
    margin = "  " * len(path)
    for key, value in tree.items():
        here = (*path, key)
        if here not in reasons:
            yield f"{margin}{flow(key)}:"
            yield from _lines(here, value, reasons)
            continue
        yield from (f"{margin}# {line}" for line in reasons[here])
        if isinstance(value, list):
            yield f"{margin}{flow(key)}:"
            yield from (f"{margin}  - {flow(item)}" for item in value)
        else:
            yield f"{margin}{flow(key)}: {flow(value)}"


def flow(value: object) -> str:
    """Return a value on one line, without quotes where it needs none."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if not isinstance(value, str):
        return json.dumps(value)
    is_plain = _PLAIN.fullmatch(value) and not _NUMBER.fullmatch(value)
    return value if is_plain and value.lower() not in _WORDS else json.dumps(value)
