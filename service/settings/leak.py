"""Secrets that stand where everybody can read them.

A configuration file is shared, printed and kept in version control, so a password in it is
refused.  The message never repeats the value.
"""

import re
from collections.abc import Iterator
from typing import Any

from service.settings.place import Path

HINT = "put it into a file of its own in the folder EROSION_SECRETS"
_WORDS = frozenset(("password", "passwd", "passphrase", "secret", "token", "apikey", "credential"))
_VALUE = re.compile(
    r"hooks\.slack\.com/|^xox[a-z]-|-----BEGIN [A-Z ]*PRIVATE KEY|^https?://[^/@\s]+:[^/@\s]+@"
)


def leaks(tree: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value that looks like a secret."""
    if path[:1] == ("sources",) and path[2:3] == ("map",):
        return  # A map names columns of a row, and a column may well be called `token`.
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaks(value, (*path, key))
    elif isinstance(tree, tuple):
        for position, value in enumerate(tree):
            yield from leaks(value, (*path, position))
    elif tree is not None and (_names_a_secret(path) or _VALUE.search(str(tree))):
        yield path


def _names_a_secret(path: Path) -> bool:
    words = re.split(r"[_.\-]", str(path[-1]).lower()) if path else []
    return bool(_WORDS.intersection(words)) or "api_key" in str(path[-1:])
