"""Which notices travel together.

Notices of one decision to the same receiver, over the same reach, with the same kind of change and
the same group key become one message that lists them: the number of messages follows the owners,
not the customers.  Level and kind of finding are part of the key, because "act now" must not hide
behind "look today" and people who wait are not people who were let down.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.directory import Reach, Route
from alerts.notice import Notice
from alerts.story import Story

GROUP_BY = ("touchpoint", "region")


@dataclass(frozen=True, slots=True)
class Letter:
    """Join one notice with its story, the reach it takes and the group it belongs to."""

    notice: Notice
    story: Story
    receiver: str
    reach: Reach
    group: tuple[str, ...]


def group_key(route: Route, facts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values by which this route groups its alerts."""
    return tuple(facts.get(name, "") for name in route.group_by or GROUP_BY)


def together(letters: Iterable[Letter]) -> tuple[tuple[Letter, ...], ...]:
    """Put letters that share everything but their alert into one group, in order of arrival.

    A letter never joins a group that stands before one with earlier news of the same alert: the
    end of an alert stays behind its beginning.
    """
    groups: list[list[Letter]] = []
    newest: dict[tuple[object, ...], int] = {}
    spoken: dict[tuple[object, ...], int] = {}
    for letter in letters:
        line = (letter.notice.alert, *_reader(letter))
        key = (*_reader(letter), *_change(letter))
        at = newest.get(key, -1)
        if at <= spoken.get(line, -1):
            at = len(groups)
            groups.append([])
        groups[at].append(letter)
        newest[key] = spoken[line] = at
    return tuple(map(tuple, groups))


def _reader(letter: Letter) -> tuple[object, ...]:
    settings = tuple(sorted((name, repr(value)) for name, value in letter.reach.settings.items()))
    return (letter.receiver, letter.reach.channel, settings)


def _change(letter: Letter) -> tuple[object, ...]:
    story = letter.story
    return (story.why, story.level, story.kind, letter.group)
