"""What will be sent next, to whom, when and by what way: said without sending anything."""

from collections.abc import Container, Iterator
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.route import plain_reaches
from service.weekly.schedule import Due, due_for, last_due, next_due
from service.weekly.sending import World, receivers_of, schedule_of


class Coming(NamedTuple):
    """Say of a week's page when it is due, to whom it goes and how; `is_late`: it was due before."""

    week: str
    at: int
    is_late: bool
    ways: tuple[tuple[str, str, str], ...]


def coming(world: World, now: int, sent: Container[tuple[str, str]]) -> list[Coming]:
    """Return what is due and was not sent, and what falls due next; nothing without receivers."""
    schedule, receivers = schedule_of(world.settings), receivers_of(world.settings)
    if schedule is None:
        return []
    late = [who for who in receivers if due_for(who, now, schedule, sent)]
    found = [_coming(last_due(now, schedule), late, world, is_late=True)] if late else []
    return [*found, _coming(next_due(now, schedule), receivers, world, is_late=False)]


def lines_of(found: Coming, zone: str) -> Iterator[str]:
    """Yield what people read of it."""
    at = datetime.fromtimestamp(found.at / 1000, ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")
    if found.is_late:
        yield f"{found.week} has been due since {at} {zone} and goes as soon as its data are there"
    else:
        yield f"{found.week} goes on {at} {zone}"
    for receiver, channel, address in found.ways:
        yield f"  {receiver}: {channel} {address}".rstrip()


def _coming(
    due: Due, receivers: "list[str] | tuple[str, ...]", world: World, *, is_late: bool
) -> Coming:
    directory = world.compiled.directory
    ways = tuple(
        (who, reach.channel, " ".join(map(str, reach.settings.values())))
        for who in receivers
        for reach in plain_reaches(who, directory)
    )
    return Coming(due.week.name, due.at, is_late, ways)
