"""Plain text out of foreign text: what is shown is what is there.

Names of units and regions come from files that many people edit.  Control characters, direction
marks and zero-width characters can hide, reorder or forge what a reader sees, so they are removed
once where words are made and again at every channel.  The rejected alternative, a list of
forbidden characters, would be behind the next version of Unicode; the categories are not.
"""

import unicodedata

_SPACES = frozenset({"Cc", "Zl", "Zp", "Zs"})
_REMOVED = frozenset({"Cf", "Cn", "Co", "Cs"})
ELLIPSIS = "…"


def clean(text: str, characters_max: int = 200) -> str:
    """Return one line of visible text, cut to a length with an ellipsis."""
    spaced = "".join(map(_visible, text))
    line = " ".join(spaced.split())
    if len(line) <= characters_max:
        return line
    return line[: characters_max - 1].rstrip() + ELLIPSIS


def clean_indented(text: str, characters_max: int = 200) -> str:
    """Return the same behind the blanks with which the text begins, where layout is meant."""
    indent = " " * (len(text) - len(text.lstrip(" ")))
    return indent + clean(text, characters_max - len(indent)) if text.strip() else ""


def clip_words(text: str, words_max: int) -> str:
    """Keep the first words of a text and mark the cut."""
    words = text.split()
    if len(words) <= words_max:
        return " ".join(words)
    return " ".join(words[:words_max]).rstrip(",.;:") + ELLIPSIS


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in _SPACES:
        return " "
    return "" if category in _REMOVED else character
