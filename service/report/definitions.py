"""What each number of a page counts, in one sentence, with the raw counts behind it.

A number that nobody can look up is argued about instead of acted on.  The sentences stand once, here,
and are the same on every page; what differs between companies are the events that they name.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from alerts.tongue import Tongue, noted
from service.report.page_text import plain
from service.report.walk import Page

# The key of each definition, and the sentence; a line of a page names its key.
ASKED = {
    "asked": noted(
        "People whose case began in the week, each once, by the worst that happened: let down, gave "
        "up, unknown, still open, kept. A case is late at its deadline, answered or not."
    ),
    "waiting": noted(
        "People on the call-back list who are past the promise now; the lengths are those of who has "
        "waited longest, on their own watch and in opening hours."
    ),
    "reached": noted(
        "People named by a warning of the week; somebody spoke to them within two hours of it, or "
        "they were served at another step of the journey after it."
    ),
    "buyers": noted(
        "Each person let down counts with the published share of buyers lost by a wait so long. An "
        "association, not a loss; the range is what chance alone would give."
    ),
}
CUSTOMERS = {
    "joined": noted(
        "People who were no customers when the week began, or stopped being one, and became one in "
        "it: each once, across all products."
    ),
    "left": noted(
        "People who were customers and stopped being one in the week: by an event that says so, or "
        "by going quiet for the agreed time."
    ),
    "changed": noted(
        "People with such an event in the week, each once in each count; a tier is compared with the "
        "one before the week."
    ),
    "segments": noted("The same people by the segment that was last heard of them."),
    "reasons": noted("The reason in the event that says somebody left; without one it is unknown."),
    "lived": noted(
        "People who left in the week and to whom a promise was broken in the time before; each "
        "counts once at every such touchpoint."
    ),
}
VOICES = {
    "messages": noted(
        "Messages of the week by how they came about, and by the one list of categories."
    ),
    "surveys": noted(
        "Answers filed under the day of the experience, not of the answer; low is the lowest third "
        "of the scale. They never open or close an alert."
    ),
    "agreement": noted(
        "Operations point to where most people were let down, messages to what most are about, "
        "surveys to where most low answers follow a broken promise; at least two say the same."
    ),
    "story": noted(
        "One life put together from events; told only where five people or more of a region lived "
        "the same."
    ),
}
EARLY = {
    "drops": noted(
        "A window of experience with at least the configured number of answers whose mean fell below "
        "what the same place lived before, beyond chance of one in a thousand; visible once enough "
        "answers had come."
    ),
    "precision": noted(
        "A warning is confirmed if it stood during a drop at the same place or above, and opened "
        "before the drop could be seen; acted on is within 48 hours."
    ),
    "warnings": noted("Alerts that were a warning or worse in the last ninety days."),
    "idle": noted("Rules with three warnings or more in four weeks, none of them acted on."),
}
TOGETHER = {
    "commitments": noted(
        "People let down at the touchpoint and place, of those who asked in the week; or people past "
        "the promise without an answer at its end. Before is the count when the commitment began; the "
        "days are those from then to the aim, or what a line through the last weeks would still take."
    ),
}


class Definition(NamedTuple):
    """Hold one definition: its key, its sentence, the raw counts as "name number"."""

    key: str
    text: str
    raw: tuple[str, ...]


def definitions_of(page: Page, tongue: Tongue) -> tuple[Definition, ...]:
    """Return the definitions of what stands on a page, in its order."""
    return tuple(
        Definition(key, tongue.say(text), tuple(_flat(plain(raw.get(key)))))
        for texts, raw in _parts(page)
        for key, text in texts.items()
    )


def _parts(page: Page) -> Iterator[tuple[Mapping[str, str], Mapping[str, Any]]]:
    yield ASKED, {"asked": page.people, "waiting": page.waits, "reached": page.reached}
    if page.clientele:
        assets = page.clientele.assets
        yield (
            CUSTOMERS,
            {
                "joined": {"joined": assets.joined, "back": assets.back},
                "left": {"left": assets.left, "quiet": assets.quiet},
                "changed": {
                    name: getattr(assets, name)
                    for name in ("more", "less", "up", "down", "referred")
                },
                "reasons": {"reasons": dict(assets.reasons), "unknown": assets.unknown},
                "lived": {one.touchpoint: one.people for one in assets.lived},
            },
        )
    if page.listening:
        yield VOICES, {"messages": page.listening.kinds, "surveys": page.listening.surveys}
    if page.early:
        results = {one.event: one.card.results() for one in page.early.surveys}
        drops = {one.event: one.card.drops for one in page.early.surveys}
        yield EARLY, {"drops": drops, "precision": results, "warnings": page.early.warnings}
    if page.commitments:
        before = {one.commitment.id: one.commitment.count_before for one in page.commitments}
        now = {one.commitment.id: one.now for one in page.commitments}
        yield TOGETHER, {"commitments": {"before": before, "now": now}}


def _flat(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _flat(item, f"{name}.{place}" if name else str(place))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield f"{name} {value}".strip()
