"""A company's own words for a message, filled in a sandbox that can do little and not for long.

A template may show facts, choose by them and go through a list of them; calls, loops over anything
else, arithmetic that makes much of little, macros and other files are refused when it is read, by a
list of what is allowed.  So its work is bounded by its length, and no clock has to watch it.  A
list of what is forbidden was rejected, as the next version of the language would be ahead of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.environment import Template as Compiled
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.errors import Untold

TEXT_CHARACTERS_MAX = 8_000
OUTPUT_BYTES_MAX = 64 * 1024
DEPTH_MAX = 40
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr,
    nodes.Getitem, nodes.Slice, nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not,
    nodes.Neg, nodes.Compare, nodes.Operand, nodes.Concat, nodes.Add, nodes.Sub, nodes.Filter, nodes.For,
)  # fmt: skip
_LOOP = "loop"
_ATTRIBUTES = frozenset({"name", "count", "index", "first", "last", "length"})

Fact = str | int | None
Facts = Mapping[str, Fact | Sequence[str | Mapping[str, Fact]]]


@dataclass(frozen=True, slots=True)
class Known:
    """Name what a template may speak of: facts, and which of them are lists."""

    facts: frozenset[str]
    lists: frozenset[str]


def _joined(value: object, between: str = ", ") -> str:
    if not isinstance(value, list | tuple):
        raise TypeError("only a list is joined")
    return between.join(str(item) for item in value)


def _length(value: object) -> int:
    return len(value) if isinstance(value, str | list | tuple) else 0


_FILTERS: Mapping[str, Callable[..., object]] = {
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "capitalize": lambda value: str(value)[:1].upper() + str(value)[1:],
    "default": lambda value, otherwise="": otherwise if value in (None, "") else value,
    "join": _joined,
    "length": _length,
}


@dataclass(frozen=True, slots=True)
class Template:
    """Hold one checked text; `fill` gives what it says of some facts.

    `number` writes the whole numbers that it shows.
    """

    text: str
    known: Known
    number: Callable[[int], str] = field(default=str, compare=False, repr=False)
    _compiled: Compiled = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check and compile the text; raise Untold with the line and what to do about it."""
        if len(self.text) > TEXT_CHARACTERS_MAX:
            raise Untold(f"longer than {TEXT_CHARACTERS_MAX} characters; shorten it")
        object.__setattr__(self, "_compiled", _compile(self))

    def fill(self, facts: Facts) -> str:
        """Return the text with its facts; raise Untold where that cannot be done."""
        try:
            return "".join(_bounded(self._compiled.generate(facts)))
        except Untold:
            raise
        # Whatever goes wrong in a template, the message is still told, in our words.
        except Exception as error:  # noqa: BLE001
            raise Untold(f"cannot be filled: {type(error).__name__}: {error}") from None


@dataclass(frozen=True, slots=True)
class Wording:
    """Hold the templates of one kind of news; what has none is said in our words."""

    headline: Template | None = None
    body: Template | None = None


def _bounded(pieces: Iterable[str]) -> Iterator[str]:
    room = OUTPUT_BYTES_MAX
    for piece in pieces:
        room -= len(piece.encode("utf-8", "replace"))
        if room < 0:
            raise Untold(f"says more than {OUTPUT_BYTES_MAX // 1024} KB")
        yield piece


def _compile(template: Template) -> Compiled:
    environment = _environment(template.number)
    try:
        tree = environment.parse(template.text)
        _check(tree, template.known)
        return environment.from_string(tree)
    except Untold:
        raise
    except TemplateError as error:
        line = getattr(error, "lineno", None) or 1
        raise Untold(str(error.message or "is not a template"), line) from None
    # The parser of a hostile text may end in almost any error.
    except Exception as error:  # noqa: BLE001
        raise Untold(f"is not a template: {type(error).__name__}") from None


def _environment(number: Callable[[int], str]) -> ImmutableSandboxedEnvironment:
    # Channels escape what they say, each in its own way.
    made = ImmutableSandboxedEnvironment(
        autoescape=False,
        undefined=StrictUndefined,
        finalize=partial(_plain, number),
        cache_size=0,
        keep_trailing_newline=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.clear()
    made.tests.clear()
    made.filters.clear()
    made.filters.update(_FILTERS)
    return made


def _plain(number: Callable[[int], str], value: object) -> str:
    """Let only text and whole numbers be shown; a fact that is not there is nothing."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return number(value)
    raise TypeError("only texts and whole numbers can be shown")


def _check(tree: nodes.Template, known: Known) -> None:
    for node, above in _walk(tree, ()):
        if not isinstance(node, _ALLOWED):
            raise Untold(f"{type(node).__name__} is not allowed in a template", node.lineno)
        if len(above) > DEPTH_MAX:
            raise Untold("is nested too deeply", node.lineno)
        loops = [outer for outer in above if isinstance(outer, nodes.For)]
        if isinstance(node, nodes.For):
            _check_loop(node, loops, known)
        elif isinstance(node, nodes.Filter):
            _check_filter(node)
        elif isinstance(node, nodes.Name):
            _check_name(node, loops, known)
        elif isinstance(node, nodes.Getattr) and node.attr not in _ATTRIBUTES:
            raise Untold(
                f'nothing has "{node.attr}"; there are {_either(_ATTRIBUTES)}', node.lineno
            )


def _check_loop(node: nodes.For, loops: Sequence[nodes.For], known: Known) -> None:
    if loops or node.recursive:
        raise Untold("a loop inside a loop is not allowed", node.lineno)
    over, target = node.iter, node.target
    if not isinstance(over, nodes.Name) or over.name not in known.lists:
        raise Untold(f"a loop goes over {_either(known.lists)} only", node.lineno)
    if not isinstance(target, nodes.Name) or target.name in known.facts | {_LOOP}:
        raise Untold("a loop needs one name of its own, as in: for dealer in units", node.lineno)


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in _FILTERS:
        raise Untold(f'no filter "{node.name}"; there are {_either(_FILTERS)}', node.lineno)
    constant = all(isinstance(given, nodes.Const) for given in node.args)
    if node.node is None or node.kwargs or node.dyn_args or node.dyn_kwargs or not constant:
        raise Untold(f"what {node.name} is given must be written out", node.lineno)


def _check_name(node: nodes.Name, loops: Sequence[nodes.For], known: Known) -> None:
    own = {loop.target.name for loop in loops if isinstance(loop.target, nodes.Name)}
    if node.name not in known.facts | own | ({_LOOP} if loops else set()):
        raise Untold(f'no fact "{node.name}"; there are {_either(known.facts)}', node.lineno)


def _walk(
    node: nodes.Node, above: tuple[nodes.Node, ...]
) -> Iterator[tuple[nodes.Node, tuple[nodes.Node, ...]]]:
    waiting = [(node, above)]
    while waiting:
        found, outer = waiting.pop()
        yield found, outer
        waiting += [(child, (*outer, found)) for child in found.iter_child_nodes()]


def _either(names: object) -> str:
    return ", ".join(sorted(names))  # type: ignore[call-overload]
