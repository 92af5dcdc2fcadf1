"""From a folder of files to one checked configuration, or to a list of all that is wrong.

Three steps, each complete before the next: what YAML cannot read, what has the wrong shape, what
makes no sense together.  People mend a file once per step, not once per mistake; mixing the
steps was rejected because a misspelt key would then drag a dozen follow-up complaints behind it.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from service.errors import ConfigurationError
from service.settings.advice import warnings
from service.settings.configuration import Configuration
from service.settings.document import Document
from service.settings.explanation import explain
from service.settings.leak import HINT, leaks
from service.settings.lint import refusals
from service.settings.place import Place, Places
from service.settings.settings import Settings
from service.settings.tables import read_tables

SUFFIXES = (".yaml", ".yml")


def load(path: File | str) -> Settings:
    """Return the settings that a folder or a file describes; raise ConfigurationError."""
    root = File(path)
    files = _files(root)
    tree, places = _merged([Document(file) for file in files])
    configuration = _shaped(tree, places)
    folder = root if root.is_dir() else root.parent
    tables, problems = read_tables(configuration, folder, places)
    settings = Settings(configuration, places, tables, (), folder, (*files, *tables.files))
    problems = problems or list(dict.fromkeys(refusals(settings)))
    if problems:
        raise ConfigurationError(problems)
    return replace(settings, warnings=tuple(warnings(settings)))


def _files(root: File) -> list[File]:
    if root.is_file():
        return [root]
    if not root.is_dir():
        raise ConfigurationError([f"{root}: there is no such file or folder"])
    files = sorted(file for file in root.iterdir() if file.suffix in SUFFIXES and file.is_file())
    if not files:
        raise ConfigurationError([f"{root}: the folder holds no .yaml file"])
    return files


def _merged(documents: Iterable[Document]) -> tuple[dict[str, Any], Places]:
    """Join the files: a top-level key may stand in several, an id in one only."""
    tree: dict[str, Any] = {}
    places = Places()
    problems: list[str] = []
    for document in documents:
        problems += document.problems
        places.values.setdefault((), Place(document.file, 1, 1))
        for key, value in document.tree.items():
            problems += _join(tree, places, document, key, value)
    if problems:
        raise ConfigurationError(problems)
    return tree, places


def _join(
    tree: dict[str, Any], places: Places, document: Document, key: str, value: Any
) -> list[str]:
    mine = tree.get(key)
    if key not in tree:
        tree[key] = dict(value) if isinstance(value, dict) else value
        places.take_in(document.places, (key,))
        return []
    if not isinstance(mine, dict) or not isinstance(value, dict):
        return [_twice(key, (key,), places, document)]
    problems = [_twice(name, (key, name), places, document) for name in value if name in mine]
    for name in (name for name in tuple(value) if name not in mine):
        mine[name] = value[name]
        places.take_in(document.places, (key, name))
    return problems


def _twice(name: str, path: tuple[str, ...], places: Places, document: Document) -> str:
    return f'{document.places.key(path)}: "{name}" stands twice, first at {places.key(path)}'


def _shaped(tree: dict[str, Any], places: Places) -> Configuration:
    """Return the configuration if its shape is right and it holds no secret."""
    secret = tuple(leaks(tree))
    told = [f"{places.key(path)}: this looks like a secret; {HINT}" for path in secret]
    try:
        configuration = Configuration.model_validate(tree)
    except ValidationError as error:
        raise ConfigurationError([*told, *explain(error, places, secret)]) from None
    if told:
        raise ConfigurationError(told)
    return configuration
