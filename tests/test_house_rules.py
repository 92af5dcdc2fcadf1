"""The house's rules, read from the source: size, depth, words, and who may read the clock.

A linter knows most of our rules; these are the ones it does not know.  Ceilings are servants: a
file that is one idea may stand over one, with its reason, in the lists below.  A list that names
something which has become small again fails too, so that the lists stay true.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
FILE_LINES_MAX = 250
FUNCTION_LINES_MAX = 40
DEPTH_MAX = 4
MEDIAN_LINES_MAX = 10

LONG_FILES = {
    "tests/alerts/test_channels.py": "one battery that every channel passes",
    "tests/settings/test_shape.py": "one table of mistakes and what is said of each",
}
LONG_FUNCTIONS: dict[str, str] = {}
WITHOUT_STORY = {"service/__init__.py": "an empty file that marks the package"}
CLOCK_READERS = {
    "service/hosts/clock.py": "the one reader",
    "service/cli/demonstration.py": "waits for a process of its own; no result depends on it",
}

BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith, ast.Match)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
Function = ast.FunctionDef | ast.AsyncFunctionDef
CLOCKS = {
    "time": {
        "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns",
        "localtime", "gmtime",
    },
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}  # fmt: skip
# Written apart, so that this file may be searched as well.
UNFINISHED = re.compile("|".join((r"\bTO" + "DO", r"\bFIX" + "ME", r"\bX" + "XX")))


def files(*packages: str) -> list[Path]:
    """Return the source files of some folders."""
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def named(path: Path) -> str:
    """Return a file's name as the lists above write it."""
    return path.relative_to(ROOT).as_posix()


def parsed(path: Path) -> ast.Module:
    """Return a file as a tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(*packages: str) -> Iterator[tuple[str, Function]]:
    """Yield every function with `path:name`."""
    for path in files(*packages):
        for node in ast.walk(parsed(path)):
            if isinstance(node, Function):
                yield f"{named(path)}:{node.name}", node


def lines_of(function: Function) -> int:
    """Return a function's lines without its docstring and decorators."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        story = function.body[0]
        lines -= (story.end_lineno or story.lineno) - story.lineno + 1
    return lines


def depth_of(node: ast.AST, depth: int = 0) -> int:
    """Return how many blocks stand inside each other; an `elif` goes no deeper than its `if`."""
    deepest = depth
    for child in ast.iter_child_nodes(node):
        if isinstance(child, SCOPES):
            continue
        is_elif = isinstance(child, ast.If) and isinstance(node, ast.If) and node.orelse == [child]
        inside = depth + (isinstance(child, BLOCKS) and not is_elif)
        deepest = max(deepest, depth_of(child, inside))
    return deepest


def silent(tree: ast.Module | ast.ClassDef, path: str) -> Iterator[str]:
    """Yield the public classes and functions that say nothing of themselves."""
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | Function):
            continue
        if node.name.startswith("_") and not node.name.startswith("__"):
            continue
        if ast.get_docstring(node) is None:
            yield f"{path}:{node.name}"
        if isinstance(node, ast.ClassDef):
            yield from silent(node, path)


def clock_reads(tree: ast.Module) -> set[str]:
    """Return the ways in which a file reads a clock, also under names it imported."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else ""
            owner = node.value.id if isinstance(node.value, ast.Name) else owner
            if node.attr in CLOCKS.get(owner, ()):
                found.add(f"{owner}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            found |= {f"time.{alias.name}" for alias in node.names} & {
                f"time.{name}" for name in CLOCKS["time"]
            }
    return found


def test_files_stay_small() -> None:
    """A file has at most 250 lines, or stands in the list with its reason."""
    everywhere = files("service", "alerts", "tests")
    sizes = {named(path): len(path.read_text("utf-8").splitlines()) for path in everywhere}
    assert {name for name, size in sizes.items() if size > FILE_LINES_MAX} == set(LONG_FILES)


def test_functions_stay_short() -> None:
    """A function has at most 40 lines without its docstring, or stands in the list."""
    over = {
        name
        for name, function in functions("service", "alerts", "tests")
        if lines_of(function) > FUNCTION_LINES_MAX
    }
    assert over == set(LONG_FUNCTIONS)


def test_code_stays_flat() -> None:
    """At most four blocks stand inside each other."""
    deep = [
        name
        for name, function in functions("service", "alerts", "tests")
        if depth_of(function) > DEPTH_MAX
    ]
    assert not deep


@pytest.mark.parametrize("package", ["service", "alerts", "tests"])
def test_half_of_all_functions_are_tiny(package: str) -> None:
    """The median function of each folder has at most ten lines."""
    assert median(lines_of(node) for _, node in functions(package)) <= MEDIAN_LINES_MAX


def test_modules_tell_their_story() -> None:
    """Every file begins with a docstring."""
    without = {
        named(path)
        for path in files("service", "alerts", "tests")
        if ast.get_docstring(parsed(path)) is None
    }
    assert without == set(WITHOUT_STORY)


def test_what_is_public_is_described() -> None:
    """Every public class and function of the two packages has a docstring."""
    without = [name for p in files("service", "alerts") for name in silent(parsed(p), named(p))]
    assert not without


def test_tests_make_claims() -> None:
    """Every test function has a docstring, and the claim is a sentence."""
    for name, function in functions("tests"):
        if function.name.startswith("test_"):
            claim = (ast.get_docstring(function) or "").partition("\n\n")[0]
            assert claim.endswith((".", "?", ":", "!")), name


def test_nothing_unfinished() -> None:
    """No note about work to come stands in the source; such notes belong in issues."""
    found = [
        f"{named(path)}:{number}"
        for path in files("service", "alerts", "tests")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found


def test_one_reader_of_the_clock() -> None:
    """Only service/hosts/clock.py reads a clock; everybody else is given the time."""
    readers = {named(p) for p in files("service", "alerts") if clock_reads(parsed(p))}
    assert readers == set(CLOCK_READERS)


@pytest.mark.parametrize(
    "text",
    ["import time\ntime.time()", "from time import monotonic", "datetime.datetime.now()"],
)
def test_a_clock_reader_is_found(text: str) -> None:
    """The search knows a read of the clock in each way of writing it."""
    assert clock_reads(ast.parse(text))


def test_packages_in_the_wheel() -> None:
    """What is installed is the two packages and nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel == {"packages": ["service", "alerts"]}
