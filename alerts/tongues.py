"""The languages that there are, read from the catalogues beside this file.

The sources are read as they are: a compiled catalogue in the repository is a second copy that goes
stale, and one that the build makes is missing in a plain checkout.  A hundred sentences cost some
milliseconds, once.  Whoever decides what to say is handed a tongue and never comes here.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO

from babel.localedata import exists
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from alerts.tongue import ENGLISH, Tongue

_FOLDER = files("alerts") / "locale"
_FILE = ("LC_MESSAGES", "alerts.po")


@cache
def known() -> tuple[str, ...]:
    """Return the languages that have a catalogue."""
    return tuple(sorted(folder.name for folder in _FOLDER.iterdir() if _source(folder).is_file()))


@cache
def is_known(locale: str) -> bool:
    """Tell whether there is a catalogue for a language, and such a country where one is named."""
    language, _, country = locale.partition("_")
    return language in known() and (not country or exists(locale))


@cache
def tongue_of(locale: str) -> Tongue:
    """Return a language by its name; one that we do not have is English."""
    if not is_known(locale):
        return ENGLISH
    tongue = Tongue(locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue(tongue.language))
    compiled.seek(0)
    spoken: NullTranslations = GNUTranslations(compiled)
    return Tongue(locale, spoken)


def catalogue(locale: str) -> Catalog:
    """Return the catalogue of a language as it is written."""
    with _source(_FOLDER / locale).open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def _source(folder: Traversable) -> Traversable:
    return folder.joinpath(*_FILE)
