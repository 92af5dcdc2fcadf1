"""What customers told us: messages and surveys beside what operations already knew.

Surveys stand last and never alone.  A message or an answer decides nothing; where both point to the
touchpoint at which operations let most people down, the debate about scores is over.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from service.report.answer import Answer as Filed
from service.report.answer import lag_of, quantile
from service.report.story import Story
from service.report.week import Week

KINDS = ("unaided", "aided", "experiential")
CATEGORIES_MAX = 4
# Fewer than so many point nowhere: with three messages, two of a kind are chance.
MESSAGES_MIN, LATE_MIN, LOW_MIN = 10, 10, 5


class Message(NamedTuple):
    """State one message: whose, of which kind and category, and the touchpoint it is about, if any."""

    customer: str
    kind: str
    category: str
    touchpoint: str


class Said(NamedTuple):
    """State one survey answer where it is filed; `is_low` is in the lowest third of the scale.

    `was_late` says that the promise of its touchpoint had been broken to this customer.
    """

    id: str
    answer: Filed
    is_low: bool
    was_late: bool


class Survey(NamedTuple):
    """State what one survey says, in counts.

    `about` are answers about the week so far, of them `about_low` low; they are provisional until
    `settled_at`, None where nobody knows how long answers take.  `came` are the answers that came in
    the week, `age_ms` after the experience in the median.
    """

    event: str
    about: int
    about_low: int
    settled_at: int | None
    came: int
    came_low: int
    age_ms: int | None


class Agreement(NamedTuple):
    """Say that sources point to the same touchpoint: so many messages, low answers, let down."""

    touchpoint: str
    title: str
    messages: int
    low: int
    let_down: int
    sources: int


class Voices(NamedTuple):
    """Count what points to one touchpoint: messages about it, low answers after a broken promise."""

    messages: int
    low: int


class Listening(NamedTuple):
    """Hold what customers told us in a week; `categories` are the most frequent, with `others`.

    `kinds` counts messages by how they came about; `strange` are of no category of the list.
    `voices` stand beside what operations know, by touchpoint.
    """

    kinds: Mapping[str, int]
    categories: tuple[tuple[str, int], ...]
    others: int
    strange: int
    surveys: tuple[Survey, ...]
    agreement: Agreement | None
    voices: Mapping[str, Voices]
    story: Story | None = None


def listening_of(
    messages: Sequence[Message],
    titles: Mapping[str, str],
    surveys: Iterable[Survey],
    agreement: Agreement | None,
    voices: Mapping[str, Voices],
) -> Listening:
    """Return what was said; `titles` are the categories of the company's one list, if any."""
    counts = Counter(message.category for message in messages)
    known = [(titles[name], count) for name, count in counts.items() if name in titles]
    known.sort(key=lambda item: (-item[1], item[0]))
    told, rest = known[:CATEGORIES_MAX], known[CATEGORIES_MAX:]
    kinds = Counter(message.kind for message in messages)
    return Listening(
        {kind: kinds[kind] for kind in KINDS},
        tuple(told),
        sum(count for _, count in rest),
        sum(count for name, count in counts.items() if name not in titles) if titles else 0,
        tuple(surveys),
        agreement,
        voices,
    )


def survey_of(event: str, said: Sequence[Said], week: Week, now: int) -> Survey:
    """Return the counts of one survey; an answer about several touchpoints counts once."""
    latest_first = sorted(said, key=lambda one: -one.answer.experienced_at)
    # Of one answer about several touchpoints the earliest experience is the last that is put in.
    single = {one.id: one for one in latest_first}
    about = [o for o in single.values() if week.begin <= o.answer.experienced_at < week.end]
    came = [o for o in single.values() if week.begin <= o.answer.known_at < week.end]
    lag = lag_of(one.answer for one in single.values())
    ages = sorted(one.answer.known_at - one.answer.experienced_at for one in came)
    settled = week.end + lag.p90_ms if lag else None
    return Survey(
        event,
        len(about),
        sum(one.is_low for one in about),
        settled if settled is not None and settled > now else None,
        len(came),
        sum(one.is_low for one in came),
        quantile(ages, 50) if ages else None,
    )


def voices_of(messages: Iterable[Message], said: Iterable[Said], week: Week) -> dict[str, Voices]:
    """Return what points to each touchpoint in a week, by when it came."""
    spoken = Counter(message.touchpoint for message in messages if message.touchpoint)
    low = Counter(
        one.answer.touchpoint
        for one in said
        if one.is_low and one.was_late and week.begin <= one.answer.known_at < week.end
    )
    return {name: Voices(spoken[name], low[name]) for name in sorted(spoken | low)}


def agreement_of(
    let_down: Mapping[str, int], voices: Mapping[str, Voices], titles: Mapping[str, str]
) -> Agreement | None:
    """Return the touchpoint to which operations and at least one other source point, if any.

    Each source points to where it counts most: operations people let down, messages what they are
    about, surveys the low answers of people to whom the promise was broken.
    """
    here = _most(let_down, LATE_MIN)
    spoken = _most({name: voice.messages for name, voice in voices.items()}, MESSAGES_MIN)
    low = _most({name: voice.low for name, voice in voices.items()}, LOW_MIN)
    sources = 1 + (spoken == here) + (low == here)
    if not here or sources == 1:
        return None
    voice = voices.get(here, Voices(0, 0))
    return Agreement(here, titles.get(here, here), *voice, let_down[here], sources)


def _most(counts: Mapping[str, int], least: int) -> str:
    """Return the name with the highest count, empty where it is too low or stands twice."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    if not ordered or ordered[0][1] < least:
        return ""
    is_tied = len(ordered) > 1 and ordered[1][1] == ordered[0][1]
    return "" if is_tied else ordered[0][0]
