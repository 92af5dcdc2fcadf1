"""What a message asks people to do, and where it leads them.

An instruction is written in the configuration with holes for facts; one whose fact is missing is
left out, because "call the  who wait longest" is worse than no instruction.
"""

import re
from urllib.parse import quote

from alerts import words
from alerts.clean import clean, clip_words
from alerts.directory import Topic
from alerts.headline import NAME_WORDS_MAX
from alerts.notice import ALARMS, EDITS, Why
from alerts.spans import DAY_MS
from alerts.story import Story

_WORST_UNITS = 2
DASHBOARD_HOLES = ("touchpoint", "unit", "region", "from", "to")
_HOLE = re.compile(r"\{([^{}]*)\}")
_PAST = re.compile(r"past\.(\d{1,6})%")


def links_of(story: Story) -> tuple[tuple[str, str], ...]:
    """List the links of an alarm that hold no case's id."""
    if len(story.titles) > 1 or story.why not in ALARMS | EDITS | {Why.OPENING}:
        return ()
    topic = story.topic
    pairs = (
        (words.PEOPLE, topic.case_url),
        (words.RUNBOOK, topic.runbook),
        (words.DASHBOARD, dashboard_of(story)),
    )
    return tuple((story.tongue.say(label), to) for label, to in pairs if _is_link(to))


def dashboard_of(story: Story) -> str:
    """Return the dashboard's address for a story's place and time."""
    return dashboard_at(story.topic, *story.ids, story.since, story.ended)


def dashboard_at(topic: Topic, unit: str, region: str, since: int, ended: int | None = None) -> str:
    """Return the dashboard's address for a place and time; nothing where a fact is missing.

    `{from}` and `{to}` are milliseconds, as Grafana takes them, from a day before it began.
    """
    facts = {
        "touchpoint": topic.id,
        "unit": unit,
        "region": region,
        "from": str(since - DAY_MS),
        "to": "now" if ended is None else str(ended),
    }
    address = topic.dashboard
    if not all(facts.get(hole) for hole in _HOLE.findall(address)):
        return ""
    found = _HOLE.sub(lambda hole: quote(facts[hole[1]], safe=""), address)
    return found if _is_link(found) else ""


def orders_of(story: Story) -> tuple[str, ...]:
    """Fill the instructions; one that needs a fact we do not have is left out."""
    if len(story.titles) > 1:
        return ()
    filled = (_order(template, story) for template in story.topic.do_now)
    return tuple(order for order in filled if order)


def _order(template: str, story: Story) -> str:
    """Fill one instruction, or return nothing where a placeholder has no fact."""
    facts = [_fact(hole, story) for hole in _HOLE.findall(template)]
    if not all(facts):
        return ""
    values = iter(facts)
    return clean(_HOLE.sub(lambda hole: next(values), template), 300).rstrip(".")


def _fact(hole: str, story: Story) -> str:
    past = _PAST.fullmatch(hole)
    if past:
        count = story.customers_past(int(past.group(1)))
        return story.tongue.number(count) if count else ""
    worst = [_name(name) for name, _ in story.units[:_WORST_UNITS]] or [_name(story.unit)]
    facts = {
        "worst_units": story.tongue.listed(worst),
        "unit": _name(story.unit),
        "region": _name(story.region),
        "waiting": story.tongue.number(story.customers) if story.waits and story.customers else "",
    }
    return facts.get(hole, "")


def _name(name: str) -> str:
    return clip_words(name, NAME_WORDS_MAX)


def _is_link(address: str) -> bool:
    one_word = address == clean(address, 500) and " " not in address
    return address.startswith(("https://", "http://")) and one_word and "{" not in address
