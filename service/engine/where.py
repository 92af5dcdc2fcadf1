"""Conditions on an event's data: parsed once, never `eval`.

The language is the one people write in `where:`: names are fields of `data`, compared with
`== != < <= > >= in`, joined by `and`, `or`, `not` and parentheses; strings, numbers, true and
false.  `parse` borrows Python's own expression grammar and accepts only these nodes, so that
precedence and quoting are nobody's invention; the tree it returns is plain data and travels in
the plan.  `compile_tree` turns the tree into a closure.  A missing field makes its comparison
false, and so does a comparison of unlike kinds.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any

Data = Mapping[str, object]
Test = Callable[[Data], bool]
Tree = list[Any]

_MISSING = object()
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
_WORDS = {"true": True, "false": False, "True": True, "False": False}


class WhereError(ValueError):
    """Say what cannot be understood in a condition, and what could stand there."""


def parse(text: str) -> Tree:
    """Return the tree of a condition; raise WhereError if it uses anything else."""
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise WhereError(f"cannot read the condition {text!r}: {_reason(error)}") from None
    return _tree(body)


def fields(tree: Tree | None) -> set[str]:
    """Return the names of `data` that a tree asks for."""
    if tree is None:
        return set()
    if tree[0] == "field":
        return {tree[1]}
    return {name for part in tree if isinstance(part, list) for name in fields(part)}


def compile_tree(tree: Tree) -> Test:
    """Return the test that a tree describes."""
    kind = tree[0]
    if kind in ("and", "or"):
        return _joined(kind, [compile_tree(part) for part in tree[1:]])
    if kind == "not":
        inner = compile_tree(tree[1])
        return lambda data: not inner(data)
    if kind == "field":
        name = tree[1]
        return lambda data: data.get(name) is True
    return _comparison(kind, _operand(tree[1]), _operand(tree[2]))


def _reason(error: Exception) -> str:
    return error.msg if isinstance(error, SyntaxError) else "too deep or not text"


def _tree(node: ast.expr) -> Tree:
    if isinstance(node, ast.BoolOp):
        word = "and" if isinstance(node.op, ast.And) else "or"
        return [word, *(_tree(part) for part in node.values)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return ["not", _tree(node.operand)]
    if isinstance(node, ast.Compare):
        return _chain(node)
    if isinstance(node, ast.Name | ast.Attribute) and (tree := _value(node))[0] == "field":
        return tree
    raise WhereError(
        f"a condition compares fields with == != < <= > >= in, not {ast.unparse(node)!r}"
    )


def _chain(node: ast.Compare) -> Tree:
    """Unfold `1 <= x < 5` into two comparisons."""
    sides = [node.left, *node.comparators]
    parts: list[Tree] = []
    for operator, left, right in zip(node.ops, sides, sides[1:], strict=False):
        if type(operator) not in _OPERATORS:
            raise WhereError(f"a condition has no operator {ast.unparse(node)!r}; use == or !=")
        parts.append([_OPERATORS[type(operator)], _value(left), _value(right)])
    return parts[0] if len(parts) == 1 else ["and", *parts]


def _value(node: ast.expr) -> Tree:
    if isinstance(node, ast.Name):
        return ["value", _WORDS[node.id]] if node.id in _WORDS else ["field", node.id]
    if isinstance(node, ast.Attribute):
        inner = _value(node.value)
        if inner[0] == "field":
            return ["field", f"{inner[1]}.{node.attr}"]
    if isinstance(node, ast.List | ast.Tuple):
        return ["list", *(_value(item) for item in node.elts)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _value(node.operand)
        if inner[0] == "value" and isinstance(inner[1], int | float):
            return ["value", -inner[1]]
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | bool):
        return ["value", node.value]
    raise WhereError(
        f"a condition takes fields, strings, numbers, true, false, not {ast.unparse(node)!r}"
    )


def _operand(tree: Tree) -> Callable[[Data], object]:
    kind, first = tree[0], tree[1] if len(tree) > 1 else None
    if kind == "field":
        return lambda data: _MISSING if (found := data.get(first)) is None else found  # type: ignore[arg-type]
    if kind == "value":
        return lambda data: first
    items = [_operand(part) for part in tree[1:]]
    return lambda data: [item(data) for item in items]


def _joined(kind: str, parts: list[Test]) -> Test:
    if kind == "and":
        return lambda data: all(part(data) for part in parts)
    return lambda data: any(part(data) for part in parts)


def _comparison(kind: str, left: Callable[[Data], object], right: Callable[[Data], object]) -> Test:
    compare = _COMPARE[kind]

    def test(data: Data) -> bool:
        a, b = left(data), right(data)
        if a is _MISSING or b is _MISSING:
            return False
        return compare(a, b)

    return test


def _alike(a: object, b: object) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return False
    numbers = isinstance(a, int | float) and isinstance(b, int | float)
    return numbers or (isinstance(a, str) and isinstance(b, str))


def _same(a: object, b: object) -> bool:
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def _within(a: object, b: object) -> bool:
    if isinstance(b, list):
        return any(_same(a, item) for item in b)
    return isinstance(a, str) and isinstance(b, str) and a in b


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": _same,
    "!=": lambda a, b: not _same(a, b),
    "<": lambda a, b: _alike(a, b) and a < b,
    "<=": lambda a, b: _alike(a, b) and a <= b,
    ">": lambda a, b: _alike(a, b) and a > b,
    ">=": lambda a, b: _alike(a, b) and a >= b,
    "in": _within,
    "not in": lambda a, b: not _within(a, b),
}
