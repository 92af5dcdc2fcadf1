"""Who hears, and at which address: data plus one short walk.

The tree is walked depth first; the deepest first matching child wins and inherits what it leaves
empty.  A name that leads nowhere falls back to `operations`, and where even that is missing to
the console, because an alert that reaches nobody is the one failure nobody would notice.  The
rejected alternative, `continue` flags between siblings, makes it impossible to say from the file
who hears.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from alerts.directory import Directory, Place, Reach, Route
from alerts.scene import Scene

OPERATIONS = "operations"
CONSOLE = (Reach("console"),)
_NAME = re.compile(r"\{(owner|region|unit)\}")
_FIELD = re.compile(r"\{([a-z]+)(?:\.(\w+))?\}")


class Found(StrEnum):
    """Say how a receiver was found."""

    ROUTED = "routed"
    NO_OWNER = "the route names no owner, region or unit that this alert has"
    NO_SUCH_RECEIVER = "no receiver has this name"


class Missing(StrEnum):
    """Say why an address cannot be filled."""

    NO_UNIT = "the alert is about no single unit"
    NO_REGION = "the alert is about no single region"
    NO_ADDRESS = "the place has no such address"
    NO_SUCH_PLACEHOLDER = "the address holds a placeholder that nobody fills"


@dataclass(frozen=True, slots=True)
class Receiver:
    """Name who hears, how they are reached, and how we came to them."""

    name: str
    reaches: tuple[Reach, ...]
    found: Found = Found.ROUTED


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Record an address that could not be filled, so that it is listed instead of lost."""

    alert: str
    number: int
    receiver: str
    channel: str
    template: str
    reason: Missing


def find(route: Route, facts: Mapping[str, str]) -> Route:
    """Return the deepest first matching route below this one, with inherited fields."""
    for child in route.routes:
        if all(facts.get(name) == value for name, value in child.match.items()):
            return find(_inherit(child, route), facts)
    return route


def receiver_of(
    route: Route, scene: Scene, facts: Mapping[str, str], within: Directory
) -> Receiver:
    """Fill a route's receiver template and look the receiver up."""
    template = route.receiver or "{owner}"
    holes = _NAME.findall(template)
    if not all(facts.get(hole) for hole in holes):
        return replace(look_up(OPERATIONS, within), found=Found.NO_OWNER)
    return look_up(_NAME.sub(lambda hole: facts[hole.group(1)], template), within)


def look_up(name: str, within: Directory) -> Receiver:
    """Return the receiver of that name: exact, then by the longest pattern, then operations."""
    patterns = sorted(within.receivers, key=len, reverse=True)
    for key in [name, *(pattern for pattern in patterns if fnmatchcase(name, pattern))]:
        if within.receivers.get(key):
            return Receiver(name, within.receivers[key])
    fallback = within.receivers.get(OPERATIONS) or CONSOLE
    found = Found.ROUTED if name == OPERATIONS else Found.NO_SUCH_RECEIVER
    return Receiver(OPERATIONS, fallback, found)


def fill(reach: Reach, scene: Scene) -> tuple[tuple[Reach, ...], tuple[tuple[str, Missing], ...]]:
    """Fill a reach's templates; a list of addresses becomes one reach for each of them.

    The second part lists the templates that could not be filled, each with its reason.
    """
    filled: list[Reach] = []
    missing: list[tuple[str, Missing]] = []
    for settings in singles(reach.settings):
        values, gaps = _filled(settings, scene)
        missing.extend(gaps)
        if not gaps:
            filled.append(Reach(reach.channel, values))
    return tuple(filled), tuple(missing)


def _inherit(child: Route, parent: Route) -> Route:
    return replace(
        child,
        receiver=child.receiver or parent.receiver,
        group_by=child.group_by or parent.group_by,
        wait_ms=parent.wait_ms if child.wait_ms is None else child.wait_ms,
        interval_ms=parent.interval_ms if child.interval_ms is None else child.interval_ms,
        repeat=child.repeat or parent.repeat,
        deliver=child.deliver or parent.deliver,
        escalation=parent.escalation if child.escalation is None else child.escalation,
    )


def singles(settings: Mapping[str, object]) -> list[dict[str, object]]:
    """Split settings whose `to` is a list, so that every address has its own receipt."""
    addresses = settings.get("to")
    if not isinstance(addresses, list | tuple):
        return [dict(settings)]
    return [dict(settings) | {"to": address} for address in addresses]


def plain_reaches(name: str, within: Directory) -> tuple[Reach, ...]:
    """Return the ways of reaching a receiver that need no place to be filled in, one address each."""
    reaches = look_up(name, within).reaches
    ways = [Reach(reach.channel, one) for reach in reaches for one in singles(reach.settings)]
    return tuple(w for w in ways if not any("{" in str(value) for value in w.settings.values()))


def _filled(
    settings: Mapping[str, object], scene: Scene
) -> tuple[dict[str, object], list[tuple[str, Missing]]]:
    values: dict[str, object] = {}
    gaps: list[tuple[str, Missing]] = []
    for name, value in settings.items():
        text = _text(value, scene) if isinstance(value, str) else value
        if isinstance(text, Missing):
            gaps.append((str(value), text))
        else:
            values[name] = text
    return values, gaps


def _text(template: str, scene: Scene) -> str | Missing:
    parts: list[str] = []
    position = 0
    for hole in _FIELD.finditer(template):
        value = _value(hole.group(1), hole.group(2), scene)
        if isinstance(value, Missing):
            return value
        parts += [template[position : hole.start()], value]
        position = hole.end()
    return "".join([*parts, template[position:]])


def _value(root: str, column: str | None, scene: Scene) -> str | Missing:
    if root == "owner" and column is None:
        return scene.topic.owner or Missing.NO_ADDRESS
    if root == "unit":
        return _of_place(scene.unit, column, Missing.NO_UNIT)
    if root == "region":
        return _of_place(scene.region, column, Missing.NO_REGION)
    return Missing.NO_SUCH_PLACEHOLDER


def _of_place(place: Place | None, column: str | None, absent: Missing) -> str | Missing:
    if place is None:
        return absent
    if column is None:
        return place.id
    return place.addresses.get(column, "").strip() or Missing.NO_ADDRESS
