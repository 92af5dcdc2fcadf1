"""Opening hours: which spans of which days a unit is open.

A calendar names hours only.  Zone, country and subdivision come from the unit's row, so that one
calendar serves a network across borders; calendars per country were rejected as copies that
drift apart.
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Tag

from service.settings.block import Block, Text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
Minutes = tuple[int, int]


def parse_hours(text: object) -> Minutes:
    """Return a span such as "08:30-12:30" in minutes of the day."""
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f'cannot read {text!r} as opening hours; write "08:30-12:30" in quotes')
    begins, ends = (int(found[i]) * 60 + int(found[i + 1]) for i in (1, 3))
    if ends > DAY_MINUTES:
        raise ValueError(f"a day ends at 24:00, not {text!r}")
    return begins, ends


def parse_days(text: str) -> range | tuple[int, ...]:
    """Return the days of the week, Monday 0, that a key such as `mon-fri` or `sat` means."""
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise ValueError(f"{text!r} is no day; write mon, tue, wed, thu, fri, sat, sun or mon-fri")
    begins, ends = DAYS.index(first), DAYS.index(last or first)
    if ends < begins:
        return (*range(begins, 7), *range(ends + 1))
    return range(begins, ends + 1)


def _days(value: dict[str, Any]) -> dict[str, Any]:
    for days in value:
        parse_days(days)
    return value


def _form(value: Any) -> str | None:
    if value == "always":
        return "all the time"
    return "by day" if isinstance(value, dict) else None


Hours = Annotated[Minutes, BeforeValidator(parse_hours, json_schema_input_type=str)]
ByDay = Annotated[dict[str, tuple[Hours, ...]], AfterValidator(_days)]
Open = Annotated[
    Annotated[Literal["always"], Tag("all the time")] | Annotated[ByDay, Tag("by day")],
    Discriminator(
        _form,
        custom_error_type="open_form",
        custom_error_message='expected `always`, or days with hours: {mon-fri: ["08:30-18:00"]}',
    ),
]


def week_spans(by_day: Mapping[str, tuple[Minutes, ...]]) -> tuple[tuple[Minutes, ...], ...]:
    """Return the spans of Monday to Sunday, each day's in order."""
    week: list[list[Minutes]] = [[] for _ in DAYS]
    for days, hours in by_day.items():
        for day in parse_days(days):
            week[day] += hours
    return tuple(tuple(sorted(day)) for day in week)


class Calendar(Block):
    """State opening hours by day, whether public holidays close, and a file of closed days."""

    open: Open
    holidays: Literal["public", "none"] = "none"
    closed: Text | None = None

    @property
    def always(self) -> bool:
        """Tell whether this calendar never closes."""
        return self.open == "always"

    def spans(self) -> tuple[tuple[Minutes, ...], ...]:
        """Return the spans of Monday to Sunday, each day's in order."""
        return week_spans({} if isinstance(self.open, str) else self.open)

    def overlaps(self) -> bool:
        """Tell whether two spans of the week share a minute, also over midnight."""
        spans = sorted(
            (day * DAY_MINUTES + begins, day * DAY_MINUTES + _end(begins, ends))
            for day, hours in enumerate(self.spans())
            for begins, ends in hours
        )
        if spans:
            spans.append((spans[0][0] + WEEK_MINUTES, spans[0][1] + WEEK_MINUTES))
        return any(before[1] > after[0] for before, after in pairwise(spans))


def _end(begins: int, ends: int) -> int:
    return ends if ends > begins else ends + DAY_MINUTES
