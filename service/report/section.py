"""One part of a week's page: a title, and lines in whole sentences."""

from typing import NamedTuple


class Line(NamedTuple):
    """Hold one line; `about` names the definition of what it counts, `marbles` shows the count."""

    text: str
    about: str = ""
    marbles: str = ""


class Section(NamedTuple):
    """Hold one part of a page; `key` says which it is, whatever language its title speaks."""

    title: str
    lines: tuple[Line, ...]
    key: str = ""
