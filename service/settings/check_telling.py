"""Whether escalation, delivery hours and mutes name what exists, and upstream runs in no circle."""

from collections.abc import Iterator

from alerts.route import singles
from alerts.silence import FIELDS
from service.settings.check_routes import receiver_key, receiver_problems
from service.settings.delivery import Root, Route
from service.settings.explanation import did_you_mean
from service.settings.settings import Settings

Path = tuple[str | int, ...]


def telling_problems(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with how people are told."""
    yield from _branch_problems(settings, settings.configuration.routes, ("routes",))
    for position, step in enumerate(settings.configuration.escalation):
        at = settings.at("escalation", position, "notify")
        yield from receiver_problems(settings, [step.notify], at)
    if settings.configuration.heartbeat is not None:
        to = settings.configuration.heartbeat.to
        yield from receiver_problems(settings, [to], settings.at("heartbeat", "to"))
    yield from _digest_problems(settings)
    yield from _mute_problems(settings)
    yield from _circles(settings)


def _digest_problems(settings: Settings) -> Iterator[str]:
    """Yield receivers that do not exist, stand twice, or whose every way needs a place."""
    digest = settings.configuration.digest
    if digest is None:
        return
    for position, name in enumerate(digest.to):
        at = settings.at("digest", "to", position)
        yield from receiver_problems(settings, [name], at)
        if digest.to.index(name) < position:
            yield f'{at}: "{name}" stands twice'
        key = receiver_key(settings, name)
        reaches = settings.configuration.receivers[key] if key else ()
        ways = [one.values() for reach in reaches for one in singles(reach.settings())]
        if ways and all("{" in str([*way]) for way in ways):
            yield f'{at}: "{name}" is reached through a place only; the page is about no place'


def _branch_problems(settings: Settings, route: Root | Route, path: Path) -> Iterator[str]:
    calendars = settings.configuration.calendars
    known = {"unit", "always", *calendars}
    if route.hours and route.hours not in known:
        hint = did_you_mean(route.hours, known)
        yield f'{settings.at(*path, "deliver", "hours")}: no calendar "{route.hours}"; {hint}'
    for position, step in enumerate(route.escalation or ()):
        at = settings.at(*path, "escalation", position, "notify")
        yield from receiver_problems(settings, [step.notify], at)
    for position, child in enumerate(route.routes):
        yield from _branch_problems(settings, child, (*path, "routes", position))


def _mute_problems(settings: Settings) -> Iterator[str]:
    names = [mute.name for mute in settings.configuration.mutes]
    for position, mute in enumerate(settings.configuration.mutes):
        if names.index(mute.name) < position:
            yield f'{settings.at("mutes", position, "name")}: "{mute.name}" stands twice'
        for field in sorted(set(mute.match) - set(FIELDS)):
            at = settings.key("mutes", position, "match", field)
            yield f'{at}: no field "{field}"; {did_you_mean(field, FIELDS)}'


def _circles(settings: Settings) -> Iterator[str]:
    """Refuse touchpoints that would mute each other."""
    touchpoints = settings.configuration.touchpoints
    for name in touchpoints:
        seen, left = set[str](), [name]
        while left:
            for above in touchpoints[left.pop()].upstream:
                if above == name:
                    at = settings.at("touchpoints", name, "upstream")
                    yield f'{at}: "{name}" would be upstream of itself; take one of the two out'
                    left, seen = [], seen | {above}
                    break
                if above in touchpoints and above not in seen:
                    seen.add(above)
                    left.append(above)
