"""One thing to say to one receiver by one way, before it has words.

Letters of one decision that share receiver, way and kind of change become one message that lists
them: the number of messages follows the owners, not the customers.  A way that can edit keeps to
its conversations, so that every first message is brought up to date in its own place.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.directory import Reach, Route
from alerts.notice import EDITS, Notice, Why
from alerts.story import Story

GROUP_BY = ("touchpoint", "region")
# A receiver who gets more than this at one time gets one message about all of it.
MESSAGES_MAX = 3


@dataclass(frozen=True, slots=True)
class Letter:
    """Join one notice with its story, its way, its group, and the conversation it goes on with.

    `was_held` says that it waited for opening time.
    """

    notice: Notice
    story: Story
    receiver: str
    reach: Reach
    group: tuple[str, ...]
    thread: str = ""
    was_held: bool = False


def group_key(route: Route, facts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values by which this route groups its alerts."""
    return tuple(facts.get(name, "") for name in route.group_by or GROUP_BY)


def reach_id(reach: Reach) -> str:
    """Return a short name for one way with its address."""
    settings = {name: repr(value) for name, value in sorted(reach.settings.items())}
    exact = json.dumps([reach.channel, settings], ensure_ascii=True)
    return f"{reach.channel}-{hashlib.sha256(exact.encode()).hexdigest()[:12]}"


def can_edit(reach: Reach) -> bool:
    """Tell whether a way can change what it said: Slack with a bot, not with a webhook."""
    return reach.channel == "slack" and "channel" in reach.settings


@dataclass(frozen=True, slots=True)
class Bundle:
    """Hold the letters of one message; `why` is theirs, or what they have in common."""

    why: Why
    letters: tuple[Letter, ...]


def together(letters: Iterable[Letter]) -> tuple[Bundle, ...]:
    """Put letters into messages, in order of arrival; few for each receiver and way."""
    by_reader: dict[tuple[str, str], list[Letter]] = {}
    for letter in letters:
        by_reader.setdefault((letter.receiver, reach_id(letter.reach)), []).append(letter)
    return tuple(bundle for mine in by_reader.values() for bundle in _of_reader(mine))


def _of_reader(letters: list[Letter]) -> list[Bundle]:
    bound = [letter for letter in letters if _is_bound(letter)]
    free = [letter for letter in letters if not _is_bound(letter)]
    held = [letter for letter in free if letter.was_held]
    bundles = _sorted_out([letter for letter in free if not letter.was_held])
    if len(held) > 1:
        bundles = [Bundle(Why.OPENING, tuple(held)), *bundles]
    else:
        bundles = _sorted_out(held) + bundles
    if len(bundles) > MESSAGES_MAX:
        everything = tuple(letter for bundle in bundles for letter in bundle.letters)
        bundles = [Bundle(Why.STORM, everything)]
    return bundles + _sorted_out(bound)


def _is_bound(letter: Letter) -> bool:
    """Tell whether a letter goes on with a conversation that can be edited."""
    return bool(letter.thread) and can_edit(letter.reach)


def _sorted_out(letters: list[Letter]) -> list[Bundle]:
    """Sort letters by what they are about; an edit comes after the news of its conversation."""
    groups: dict[tuple[object, ...], list[Letter]] = {}
    for letter in sorted(letters, key=lambda letter: letter.notice.why in EDITS):
        groups.setdefault(_subject(letter), []).append(letter)
    return [Bundle(group[0].story.why, tuple(group)) for group in groups.values()]


def _subject(letter: Letter) -> tuple[object, ...]:
    story = letter.story
    thread = letter.thread if can_edit(letter.reach) else ""
    return (story.why, story.level, story.kind, letter.group, thread)
