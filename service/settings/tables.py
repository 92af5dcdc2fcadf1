"""The CSV files that the configuration names, read and given meaning.

What a unit's row leaves empty is filled from the defaults here, once, so that nobody downstream
asks for a default again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path as File
from typing import Final

from service.engine.plan import Span
from service.settings.configuration import Configuration, Defaults
from service.settings.length import parse_span
from service.settings.place import Places
from service.settings.promise import UnitPromise
from service.settings.table import Row, Table, doubles, read_table

EVERY: Final = "*"
ALWAYS: Final = "always"
_UNIT = ("id", "name", "region", "country", "subdivision", "timezone", "calendar")


@dataclass(frozen=True, slots=True)
class UnitRow:
    """Describe one unit; `place` says in which file and line it stands."""

    id: str
    name: str
    region: str
    country: str
    subdivision: str
    timezone: str
    calendar: str
    addresses: Mapping[str, str]
    place: str


@dataclass(frozen=True, slots=True)
class RegionRow:
    """Describe one region."""

    id: str
    name: str
    addresses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tables:
    """Hold the tables: units by kind, regions, closed days and promises.

    `closed` maps a calendar to the days of each unit id, or of `*`; `promises` maps a touchpoint
    to the length of each unit id.  `named` are (place, unit id) of those rows, `files` what was read.
    """

    units: Mapping[str, tuple[UnitRow, ...]]
    regions: Mapping[str, RegionRow]
    closed: Mapping[str, Mapping[str, tuple[str, ...]]]
    promises: Mapping[str, Mapping[str, Span]]
    named: tuple[tuple[str, str], ...]
    files: tuple[File, ...] = ()


def read_tables(
    configuration: Configuration, folder: File, places: Places
) -> tuple[Tables, list[str]]:
    """Read every CSV file that the configuration names, and collect what is wrong in them."""
    reader = _Reader(folder, places)
    units = {
        kind: reader.units(kind, entry.file, configuration.defaults)
        for kind, entry in configuration.units.items()
    }
    tables = Tables(
        units=units,
        regions=reader.regions(configuration, units),
        closed={
            name: reader.closed(name, calendar.closed)
            for name, calendar in configuration.calendars.items()
            if calendar.closed
        },
        promises={
            name: reader.promises(name, touchpoint.promise.by_unit)
            for name, touchpoint in configuration.touchpoints.items()
            if isinstance(touchpoint.promise, UnitPromise)
        },
        named=tuple(reader.named),
        files=tuple(reader.files),
    )
    return tables, reader.problems


class _Reader:
    """Read tables relative to one folder and collect their problems."""

    def __init__(self, folder: File, places: Places) -> None:
        self._folder = folder
        self._places = places
        self.problems: list[str] = []
        self.named: list[tuple[str, str]] = []
        self.files: list[File] = []

    def units(self, kind: str, file: str, defaults: Defaults) -> tuple[UnitRow, ...]:
        """Return the rows of one kind of unit."""
        table = self._table(file, ("id", "region"), ("id",), ("units", kind, "file"))
        return tuple(_unit(row, defaults) for row in table.rows)

    def regions(
        self, configuration: Configuration, units: Mapping[str, tuple[UnitRow, ...]]
    ) -> dict[str, RegionRow]:
        """Return the regions, named by their file or else by the units."""
        if configuration.regions is None:
            names = sorted({row.region for rows in units.values() for row in rows if row.region})
            return {name: RegionRow(name, name, {}) for name in names}
        path = ("regions", "file")
        table = self._table(configuration.regions.file, ("id",), ("id",), path)
        return {
            row["id"]: RegionRow(row["id"], row["name"] or row["id"], _rest(row, ("id", "name")))
            for row in table.rows
        }

    def closed(self, calendar: str, file: str) -> dict[str, tuple[str, ...]]:
        """Return the closed days of a calendar by unit."""
        columns = ("unit", "date")
        table = self._table(file, columns, columns, ("calendars", calendar, "closed"))
        days: dict[str, list[str]] = {}
        for row in table.rows:
            if not _is_date(row["date"]):
                self._complain(row, f'"{row["date"]}" is no date; write it as 2026-12-24')
            self._name(row)
            days.setdefault(row["unit"], []).append(row["date"])
        return {unit: tuple(sorted(dates)) for unit, dates in days.items()}

    def promises(self, touchpoint: str, file: str) -> dict[str, Span]:
        """Return the length of each unit's promise."""
        path = ("touchpoints", touchpoint, "promise", "by_unit")
        table = self._table(file, ("unit", "promise"), ("unit",), path)
        spans = {}
        for row in table.rows:
            self._name(row)
            try:
                spans[row["unit"]] = parse_span(row["promise"])
            except ValueError as error:
                self._complain(row, str(error))
        return spans

    def _table(
        self, file: str, required: tuple[str, ...], key: tuple[str, ...], path: tuple[str, ...]
    ) -> Table:
        self.files.append(self._folder / file)
        table = read_table(self._folder / file, required)
        unread = not table.columns
        prefix = f"{self._places.value(path)}: " if unread else ""
        self.problems += [prefix + problem for problem in (*table.problems, *doubles(table, key))]
        return table

    def _name(self, row: Row) -> None:
        if row["unit"] != EVERY:
            self.named.append((row.place, row["unit"]))

    def _complain(self, row: Row, message: str) -> None:
        self.problems.append(f"{row.place}: {message}")


def _unit(row: Row, defaults: Defaults) -> UnitRow:
    country = row["country"] or defaults.country
    return UnitRow(
        id=row["id"],
        name=row["name"] or row["id"],
        region=row["region"],
        country=country,
        subdivision=row["subdivision"],
        timezone=row["timezone"] or defaults.timezone,
        calendar=row["calendar"] or ALWAYS,
        addresses=_rest(row, _UNIT),
        place=row.place,
    )


def _rest(row: Row, known: tuple[str, ...]) -> dict[str, str]:
    return {name: cell for name, cell in row.cells.items() if name not in known}


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
