"""A language to speak: sentences from a catalogue, numbers, times and lists as its readers write them.

A tongue is a value that is handed to whoever finds words, so one company could speak two of them.
The English sentence is the name under which a translation is looked up, so English needs no
catalogue and code reads like the message.  Symbolic names were rejected: one would have to look
up what a line says.  Catalogues are read elsewhere (alerts/tongues.py); what Babel knows of a
language it reads by itself, as `zoneinfo` does with time zones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from gettext import NullTranslations

from babel.dates import format_datetime
from babel.lists import format_list
from babel.numbers import format_compact_currency, format_compact_decimal, format_decimal

# International English does without the comma that American English puts before "and".
_LISTS: Mapping[str, str] = {"en": "en_001"}
_SPANISH = "es"
COMPACT_FROM = 1000
_LIKE_Y = ("i", "hi", "í", "hí")
_UNLIKE_Y = ("hia", "hie")


@dataclass(frozen=True, slots=True)
class Tongue:
    """Speak one language, named as Babel names it: `es`, or `es_MX` where numbers differ.

    Two tongues of one name are equal.
    """

    locale: str
    catalogue: NullTranslations = field(default_factory=NullTranslations, compare=False, repr=False)

    @property
    def language(self) -> str:
        """Return the language without its country."""
        return self.locale.partition("_")[0]

    @property
    def tag(self) -> str:
        """Return the name that pages and mails give to their language."""
        return self.locale.replace("_", "-")

    def say(self, english: str, **facts: object) -> str:
        """Return a sentence with its facts; a whole number is written as readers write it."""
        return self.catalogue.gettext(english).format(**self._written(facts))

    def count(self, one: str, many: str, n: int, **facts: object) -> str:
        """Return the sentence for so many, which stand in it as {n}."""
        return self.catalogue.ngettext(one, many, n).format(**self._written(facts | {"n": n}))

    def number(self, number: int) -> str:
        """Return a whole number with its thousands apart."""
        return str(format_decimal(number, locale=self.locale))

    def money(self, amount: int, currency: str) -> str:
        """Return a sum in two or three digits: "€2.5M", or the plain number without a currency."""
        digits = int(amount >= COMPACT_FROM)
        if currency:
            locale = self.locale
            return format_compact_currency(amount, currency, locale=locale, fraction_digits=digits)
        return format_compact_decimal(amount, locale=self.locale, fraction_digits=digits)

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list in a sentence: "a, b and c"."""
        if len(names) < 2:  # noqa: PLR2004 - one name needs no "and"
            return "".join(names)
        whole = str(format_list(list(names), locale=_LISTS.get(self.locale, self.locale)))
        return _with_e(whole, names[-1]) if self.language == _SPANISH else whole

    def clock(self, instant: datetime, pattern: str) -> str:
        """Return a wall time by a pattern, whose order a translation may change."""
        wanted = self.catalogue.gettext(pattern)
        return str(format_datetime(instant, wanted, locale=self.locale))

    def _written(self, facts: Mapping[str, object]) -> dict[str, object]:
        return {name: self._fact(value) for name, value in facts.items()}

    def _fact(self, value: object) -> object:
        return self.number(value) if isinstance(value, int) else value


ENGLISH = Tongue("en")


def noted(english: str) -> str:
    """Return a sentence that is said later, so that whoever looks for sentences finds it."""
    return english


def _with_e(whole: str, last: str) -> str:
    """Write "e" for "y" before a name that begins with the same sound."""
    begins = last.lower()
    if not begins.startswith(_LIKE_Y) or begins.startswith(_UNLIKE_Y):
        return whole
    return f"{whole.removesuffix(f' y {last}')} e {last}"
