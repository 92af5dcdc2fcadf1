"""Whether every finding has somebody to hear it, and every route something to hear."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import product

from service.settings.delivery import Root, Route
from service.settings.explanation import did_you_mean
from service.settings.rule import LOUD
from service.settings.settings import Settings

Facts = dict[str, str]
Path = tuple[str | int, ...]
_HOLE = re.compile(r"\{([a-z_.]*)\}")
_COLUMN = re.compile(r"\{(unit|region)\.(\w+)\}")


def route_problems(settings: Settings) -> Iterator[str]:
    """Yield undefined receivers, addresses nobody fills, and routes that cannot match."""
    yield from _named_receivers(settings)
    yield from _address_problems(settings)
    yield from _branch_problems(settings, settings.configuration.routes, ("routes",), {})


def receivers_of(settings: Settings, template: str) -> list[str]:
    """Return every receiver's name that a template can become."""
    values = {
        "owner": sorted({item.owner for item in settings.configuration.touchpoints.values()}),
        "region": list(settings.tables.regions),
        "unit": [row.id for rows in settings.tables.units.values() for row in rows],
    }
    holes = list(dict.fromkeys(_HOLE.findall(template)))
    if any(hole not in values for hole in holes):
        return [template]
    names = []
    for chosen in product(*(values[hole] for hole in holes)):
        name = template
        for hole, value in zip(holes, chosen, strict=True):
            name = name.replace(f"{{{hole}}}", value)
        names.append(name)
    return names


def receiver_key(settings: Settings, name: str) -> str | None:
    """Return the key under `receivers:` that a name finds: exact, or the longest pattern."""
    receivers = settings.configuration.receivers
    if name in receivers:
        return name
    patterns = sorted(receivers, key=len, reverse=True)
    return next((pattern for pattern in patterns if fnmatchcase(name, pattern)), None)


def _named_receivers(settings: Settings) -> Iterator[str]:
    for name, touchpoint in settings.configuration.touchpoints.items():
        at = settings.at("touchpoints", name, "owner")
        yield from receiver_problems(settings, [touchpoint.owner], at)
    for name, journey in settings.configuration.journeys.items():
        if journey.executive_owner:
            at = settings.at("journeys", name, "executive_owner")
            yield from receiver_problems(settings, [journey.executive_owner], at)


def receiver_problems(settings: Settings, names: Iterable[str], at: str) -> Iterator[str]:
    """Yield the first of these names that leads to no receiver."""
    for name in names:
        if receiver_key(settings, name) is None:
            hint = did_you_mean(name, settings.configuration.receivers)
            yield f'{at}: no receiver "{name}"; {hint}'
            return


def _address_problems(settings: Settings) -> Iterator[str]:
    tables = settings.tables
    columns = {
        "unit": {name for rows in tables.units.values() for row in rows for name in row.addresses},
        "region": {name for row in tables.regions.values() for name in row.addresses},
    }
    for name, reaches in settings.configuration.receivers.items():
        for position, reach in enumerate(reaches):
            at = settings.at("receivers", name, position, "email", "to")
            for address in reach.email.to if reach.email else ():
                yield from _address_problem(address, columns, at)
            at = settings.at("receivers", name, position, "slack", "channel")
            if reach.slack and reach.slack.channel:
                yield from _column_problems(reach.slack.channel, columns, at)


def _address_problem(address: str, columns: dict[str, set[str]], at: str) -> Iterator[str]:
    if "@" not in address and not _COLUMN.search(address):
        yield f'{at}: "{address}" is no address; write NAME@DOMAIN or {{unit.COLUMN}}'
    yield from _column_problems(address, columns, at)


def _column_problems(template: str, columns: dict[str, set[str]], at: str) -> Iterator[str]:
    for table, column in _COLUMN.findall(template):
        if column not in columns[table]:
            hint = did_you_mean(column, columns[table])
            yield f'{at}: the {table}s have no column "{column}"; {hint}'


def _branch_problems(
    settings: Settings, route: Root | Route, path: Path, above: Facts
) -> Iterator[str]:
    if route.receiver:
        names = receivers_of(settings, route.receiver)
        yield from receiver_problems(settings, names, settings.at(*path, "receiver"))
    for position, child in enumerate(route.routes):
        below = (*path, "routes", position)
        wanted = {str(name): value for name, value in child.match.items()}
        earlier = [other.match.items() for other in route.routes[:position]]
        if any(match <= child.match.items() for match in earlier):
            yield f"{settings.at(*below)}: this route can never match: an earlier one takes it all"
        elif clash := _clash(settings, wanted, above):
            yield f"{settings.at(*below)}: this route can never match: {clash}"
        else:
            yield from _branch_problems(settings, child, below, above | wanted)


def _clash(settings: Settings, wanted: Facts, above: Facts) -> str:
    """Say why no finding has these facts; empty if one can."""
    both = above.keys() & wanted.keys()
    other = next((name for name in sorted(both) if above[name] != wanted[name]), "")
    if other:
        return f"the route above it takes {other} {above[other]} only"
    facts = list(_possible(settings))
    for name, value in wanted.items():
        values = {value for fact in facts for value in fact[name].split("\n")}
        if value not in values:
            return f'no alert has the {name} "{value}"; {did_you_mean(value, values)}'
    joined = above | wanted
    if any(_agrees(fact, joined) for fact in facts):
        return ""
    return "no alert has all of this together"


def _agrees(fact: Facts, wanted: Facts) -> bool:
    return all(value in fact[name].split("\n") for name, value in wanted.items())


def _possible(settings: Settings) -> Iterator[Facts]:
    """Yield the facts of everything that can fire; places are lists joined by line ends."""
    for name, touchpoint in settings.configuration.touchpoints.items():
        rows = settings.tables.units.get(touchpoint.unit.kind, ())
        regions = "\n".join(sorted({row.region for row in rows}))
        units = "\n".join(row.id for row in rows)
        for rule, level in product(touchpoint.in_force(), LOUD):
            if level in rule.levels():
                yield {
                    "level": level,
                    "touchpoint": name,
                    "stage": touchpoint.stage,
                    "journey": touchpoint.journey,
                    "rule": rule.id,
                    "kind": "waiting" if rule.kind == "waiting" else "share",
                    "region": regions if rule.per != "company" else "",
                    "unit": units if rule.per == "unit" else "",
                }
