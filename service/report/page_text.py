"""A week's page as plain text that fits a terminal, and as data for machines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from textwrap import wrap
from typing import Any

from service.report.page_words import Sheet
from service.report.section import Section
from service.report.walk import Page
from service.report.walk_words import NO_BREAK

COLUMNS = 108


def text_of(sheet: Sheet) -> str:
    """Return the page as lines of at most 108 columns."""
    return "\n".join(_lines(sheet)).replace(NO_BREAK, " ") + "\n"


def data_of(page: Page) -> dict[str, Any]:
    """Return the page as data that is ready for JSON, with the names of all fields."""
    found: dict[str, Any] = plain(page)
    return found


def plain(value: Any) -> Any:
    """Return a value ready for JSON, with the names of all fields."""
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if is_dataclass(value) and not isinstance(value, type):
        return plain({field.name: getattr(value, field.name) for field in fields(value)})
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def section_text(section: Section) -> str:
    """Return one part of a page as lines of at most 108 columns."""
    return "\n".join(_sections((section,))).strip("\n").replace(NO_BREAK, " ") + "\n"


def _lines(sheet: Sheet) -> Iterator[str]:
    yield from _block(sheet.note, 0)
    yield from _block(f"{sheet.company.upper()} - {sheet.title}", 0)
    for line in sheet.headline:
        yield from _block(line, 0)
    yield from _sections(sheet.before)
    for journey in sheet.journeys:
        yield ""
        yield from _block(journey.title.upper(), 0)
        for stage in journey.stages:
            yield ""
            yield from _block(f'"{stage.title}"  {stage.intention}'.rstrip(), 2)
            for touchpoint in stage.touchpoints:
                yield from _block(f"{touchpoint.title}. {touchpoint.promise}".rstrip(), 4)
                for line in touchpoint.lines:
                    yield from _block(line, 6)
    yield from _sections(sheet.after)
    yield ""
    yield from _block(sheet.trust_title.upper(), 0)
    for line in sheet.trust:
        yield from _block(line, 2)


def _sections(sections: Iterable[Section]) -> Iterator[str]:
    for section in sections:
        yield ""
        yield from _block(section.title.upper(), 0)
        for line in section.lines:
            yield from _block(f"{line.text}  {line.marbles}".rstrip(), 2)


def _block(text: str, indent: int) -> list[str]:
    first, rest = " " * indent, " " * (indent + 2)
    one_line = " ".join(text.splitlines())
    return wrap(
        one_line, COLUMNS, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
