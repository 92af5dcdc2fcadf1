"""A message in the words of the company, where it has written some, else in ours.

A template speaks of the story that our own words tell, in plain texts and numbers: no name of a
person and no id of a case is among them.  Links and buttons stay.  Whatever goes wrong, our words
are said, because an alert in the wrong style is better than none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from alerts.clean import clean
from alerts.errors import Untold
from alerts.message import Message
from alerts.notice import ALARMS, EDITS, Why
from alerts.spans import clock, span
from alerts.story import Story
from alerts.template import Fact, Facts, Known, Template, Wording
from alerts.tongue import Tongue

ALL = "all"
_KINDS: Mapping[Why, str] = {
    Why.IMPROVING: "better",
    Why.RESOLVED: "over",
    Why.PASSED: "over",
    Why.WITHDRAWN: "withdrawn",
    Why.OPENING: "alarm",
    **dict.fromkeys(ALARMS, "alarm"),
    **dict.fromkeys(EDITS, "answered"),
}
KINDS = (ALL, *dict.fromkeys(_KINDS.values()))
LISTED_MAX = 100
HEADLINE_CHARACTERS_MAX = 200
LINE_CHARACTERS_MAX = 700
LINES_MAX = 100
_LISTS = frozenset({"units", "titles"})
_NAMES = frozenset(
    {
        "headline", "body", "company", "kind", "why", "level", "title", "stage", "intention",
        "promise", "owner", "place", "unit", "region", "customers", "cases", "at_worst", "findings",
        "kept", "late", "usual", "since", "lasted", "longest_own", "longest_open", "reason",
    }
)  # fmt: skip
KNOWN = Known(_NAMES | _LISTS, _LISTS)


@dataclass(frozen=True, slots=True)
class Worded:
    """Hold a message; `fell_back` names why the company's words could not be used."""

    message: Message
    fell_back: str = ""


def template(text: str, tongue: Tongue) -> Template:
    """Return a checked template, which writes numbers as a language does; raise Untold."""
    return Template(text, KNOWN, tongue.number)


def worded(
    message: Message, story: Story, company: str, wordings: Mapping[str, Wording], now: int
) -> Worded:
    """Return a message as the company words it, or as it is and why."""
    mine = wordings.get(_KINDS.get(story.why, ALL)) or wordings.get(ALL)
    if mine is None:
        return Worded(message)
    try:
        return Worded(told(message, mine, facts_of(message, story, company, now)))
    except Untold as problem:
        return Worded(message, clean(str(problem)))


def told(message: Message, mine: Wording, facts: Facts) -> Message:
    """Return a message in the words of templates; raise Untold."""
    headline, lines = message.headline, message.lines
    if mine.headline is not None:
        headline = clean(mine.headline.fill(facts), HEADLINE_CHARACTERS_MAX)
        if not headline:
            raise Untold("the first line is empty")
    if mine.body is not None:
        filled = mine.body.fill(facts).splitlines()[:LINES_MAX]
        lines = tuple(line for found in filled if (line := clean(found, LINE_CHARACTERS_MAX)))
    return replace(message, headline=headline, lines=lines)


def facts_of(message: Message, story: Story, company: str, now: int) -> Facts:
    """Return what a template may say: texts, whole numbers, and lists of them."""
    topic, tongue = story.topic, story.tongue
    ended = now if story.ended is None else story.ended
    units: list[Mapping[str, Fact]] = [
        {"name": name, "count": count} for name, count in story.units[:LISTED_MAX]
    ]
    return {
        "headline": message.headline,
        "body": "\n".join(message.lines),
        "company": clean(company),
        "kind": _KINDS.get(story.why, ALL),
        "why": story.why.value,
        "level": story.level.value,
        "title": story.titles[0],
        "titles": list(story.titles[:LISTED_MAX]),
        "stage": clean(topic.stage_title),
        "intention": clean(topic.intention),
        "promise": clean(topic.promise),
        "owner": clean(topic.owner),
        "place": story.place,
        "unit": story.unit,
        "region": story.region,
        "customers": story.customers,
        "cases": story.cases,
        "at_worst": max(story.peak_customers, story.customers),
        "findings": story.findings,
        "kept": story.kept,
        "late": story.late,
        "usual": story.usual,
        "since": clock(story.since, now, story.zone, tongue),
        "lasted": span(ended - story.since, tongue),
        "longest_own": _length(story.longest_own_ms, story),
        "longest_open": _length(story.longest_open_ms, story),
        "reason": story.reason,
        "units": units,
    }


def _length(length_ms: int | None, story: Story) -> str:
    return span(length_ms, story.tongue) if length_ms else ""
