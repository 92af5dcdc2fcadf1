"""One YAML file as a tree of plain values with the place of each.

YAML 1.2 only: `NO` is a word and 13:30 is not 810.  The parser's nodes are walked here instead of
letting it build objects, because nodes know their line and column, still show both of two equal
keys, and keep `0123` as it was typed.  Anchors, aliases and tags are refused: a reader of the
file should see every value where it counts.  Lists become tuples, since nothing may change them.
"""

from pathlib import Path as File
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from service.settings.place import Path, Place, Places

BYTES_MAX = 1024 * 1024
DEPTH_MAX = 20
_TAG = "tag:yaml.org,2002:"
_NUMBERS = ("int", "float")


class Document:
    """Hold the tree of one file, its places, and what is wrong with it."""

    def __init__(self, file: File) -> None:
        """Read the file; a file that cannot be read is a problem, not an exception."""
        self.file = str(file)
        self.tree: Any = {}
        self.places = Places({}, {(): Place(self.file, 1, 1)}, {})
        self.problems: list[str] = []
        text = self._text(file)
        if text is not None and self._plain(text):
            self._build(text)

    def _text(self, file: File) -> str | None:
        try:
            content = file.read_bytes()
            if len(content) > BYTES_MAX:
                self._complain("the file is larger than 1 MiB; split it or use a CSV file")
                return None
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self._complain("the file is not UTF-8 text; save it as UTF-8")
        except OSError as error:
            self._complain(f"cannot read the file: {error.strerror}")
        return None

    def _plain(self, text: str) -> bool:
        """Tell whether the text parses, is shallow enough and holds no anchor or alias."""
        depth = 0
        try:
            for event in YAML(typ="rt", pure=True).parse(text):
                depth += isinstance(event, CollectionStartEvent)
                depth -= isinstance(event, CollectionEndEvent)
                if depth > DEPTH_MAX:
                    self._complain(f"more than {DEPTH_MAX} levels deep; flatten this", event)
                    return False
                if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
                    self._complain("anchors and aliases are not read; write the value out", event)
                    return False
        except YAMLError as error:
            self._complain(*_reason(error))
            return False
        return True

    def _build(self, text: str) -> None:
        try:
            node = YAML(typ="rt", pure=True).compose(text)
        except YAMLError as error:
            self._complain(*_reason(error))
            return
        if isinstance(node, MappingNode):
            self.tree = self._value(node, ())
        elif node is not None:
            self._complain("expected a mapping of keys, such as `company: NAME`", node)

    def _value(self, node: Node, path: Path) -> Any:
        self.places.values[path] = self._place(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return tuple(self._value(item, (*path, i)) for i, item in enumerate(node.value))
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                self._complain("a key must be a word, not a list or a mapping", key)
                continue
            below = (*path, key.value)
            if key.value in tree:
                first = self.places.keys[below]
                self._complain(f'"{key.value}" stands twice, first at {first}', key)
                continue
            self.places.keys[below] = self._place(key)
            tree[key.value] = self._value(value, below)
        return tree

    def _scalar(self, node: Node, path: Path) -> Any:
        self.places.typed[path] = node.value
        kind = str(node.tag).removeprefix(_TAG)
        if kind == "null":
            return None
        if kind == "bool":
            return node.value.lower() == "true"
        if kind in _NUMBERS:
            return self._number(node, kind)
        if kind not in ("str", "timestamp"):
            self._complain("tags are not read; write the value without `!`", node)
        return node.value

    def _number(self, node: Node, kind: str) -> Any:
        """Return the number; one that only looks like a number stays text."""
        try:
            if kind == "float":
                return float(node.value)
            return int(node.value) if node.value.isdigit() else int(node.value, 0)
        except ValueError:
            return node.value

    def _place(self, marked: Any) -> Place:
        mark = marked.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _complain(self, message: str, marked: Any = None) -> None:
        place = Place(self.file, 1, 1) if marked is None else self._place(marked)
        self.problems.append(f"{place}: {message}")


class _At:
    """Stand in for a node where the parser only knows a mark."""

    def __init__(self, mark: Any) -> None:
        self.start_mark = mark


def _reason(error: YAMLError) -> tuple[str, Any]:
    if not isinstance(error, MarkedYAMLError):
        return "the file holds characters that YAML does not allow", None
    mark = error.problem_mark or error.context_mark
    words = " ".join(str(error.problem or error.context).split())
    return f"cannot read this as YAML: {words}", _At(mark) if mark else None
