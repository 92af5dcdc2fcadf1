"""A company's own words: templates as they are checked, and as the desk uses them."""

from collections.abc import Iterator

from alerts.errors import Untold
from alerts.template import Template, Wording
from alerts.tongues import tongue_of
from alerts.wording import template
from service.settings.settings import Settings

PARTS = ("headline", "body")


def wordings(settings: Settings) -> dict[str, Wording]:
    """Return the templates by kind of news."""
    found: dict[str, dict[str, Template]] = {}
    for kind, part, text in written(settings):
        found.setdefault(kind, {})[part] = checked(settings, text)
    return {kind: Wording(mine.get("headline"), mine.get("body")) for kind, mine in found.items()}


def written(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield kind, part and text of every template."""
    for kind, mine in settings.configuration.templates.items():
        for part in PARTS:
            if text := getattr(mine, part):
                yield kind, part, text


def checked(settings: Settings, text: str) -> Template:
    """Return a template; raise Untold."""
    return template(text, tongue_of(settings.configuration.defaults.locale))


def where(settings: Settings, kind: str, part: str, problem: Untold) -> str:
    """Return the line of the file at which a template goes wrong."""
    place = settings.places.value(("templates", kind, part))
    if not problem.line or "\n" not in settings.places.typed.get(("templates", kind, part), ""):
        return str(place)
    # A text of several lines begins on the line under its key.
    return f"{place.file}:{place.line + problem.line}:1"
