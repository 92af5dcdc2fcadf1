"""The words of one message: who was let down, how many, since when, what next.

Seven things in a fixed order, and a line only where its fact exists.  A body has at most ninety
words, a hundred where the language runs longer, because a person with a customer in front of them
has thirty seconds: lists give way, the numbers never.  Names of customers and employees and ids of cases do not occur, because a message
leaves the house.
"""

from collections.abc import Callable
from dataclasses import dataclass

from alerts import body_words, words
from alerts.clean import clean, clip_words
from alerts.headline import NAME_WORDS_MAX, headline_of
from alerts.notice import Why
from alerts.orders import links_of, orders_of
from alerts.spans import clock, span
from alerts.story import Story

UNITS_MAX = 4
PLACES_MAX = 8
_TEXT_WORDS_MAX = 10
_REASON_WORDS_MAX = 20
_PROMISES_MAX = 4
_OPENING_MARK = 100


@dataclass(frozen=True, slots=True)
class Message:
    """Hold a first line, the lines under it, and links with their labels."""

    headline: str
    lines: tuple[str, ...]
    links: tuple[tuple[str, str], ...] = ()

    @property
    def body(self) -> str:
        """Return everything under the first line as plain text."""
        return "\n".join([*self.lines, *(f"{label}: {address}" for label, address in self.links)])

    @property
    def text(self) -> str:
        """Return the whole message as plain text."""
        return f"{self.headline}\n{self.body}" if self.body else self.headline

    @property
    def body_words(self) -> int:
        """Count the words under the first line."""
        return len(self.body.split())


def compose(story: Story, now: int) -> Message:
    """Find the words for a story, cutting its lists until the body is short enough."""
    headline = headline_of(story)
    links = links_of(story)
    orders = orders_of(story)
    most = PLACES_MAX if story.places > 1 else UNITS_MAX
    drafts = [(count, len(orders)) for count in range(most, 0, -1)]
    drafts += [(1, count) for count in range(len(orders) - 1, -1, -1)]
    for units_max, orders_max in drafts:
        lines = _LINES.get(story.why, _alarm_lines)(story, now, units_max, orders[:orders_max])
        message = Message(headline, tuple(line for line in lines if line), links)
        if message.body_words <= words.body_words_max(story.tongue):
            return message
    return message


def _alarm_lines(story: Story, now: int, units_max: int, orders: tuple[str, ...]) -> list[str]:
    return [
        _promise_line(story, now),
        "" if story.customers else _reason_line(story),
        _where_line(story, units_max),
        _inside_line(story),
        body_words.at_stake(story.tongue, story.stake, waits=story.waits) if story.stake else "",
        body_words.do_now(story.tongue, orders) if orders else "",
        _owner_line(story, now),
        _last_line(story),
    ]


def _last_line(story: Story) -> str:
    said = words.STALE if story.is_stale else _LAST_LINES.get(story.why)
    return story.tongue.say(said) if said else ""


_LAST_LINES = {Why.UNTAKEN: words.NOBODY_HAS_IT, Why.ESCALATED: words.CALLED_IN}


def _many_lines(story: Story, now: int, units_max: int, orders: tuple[str, ...]) -> list[str]:
    return [
        _promise_line(story, now),
        _where_line(story, units_max),
        body_words.do_now(story.tongue, orders) if orders else "",
        _owner_line(story, now),
        words.findings(story.tongue, story.findings) if story.findings > 1 else "",
    ]


def _taken_lines(story: Story, now: int, units_max: int, orders: tuple[str, ...]) -> list[str]:
    return [_where_line(story, units_max), _owner_line(story, now)]


def _passed_lines(story: Story, now: int, units_max: int, orders: tuple[str, ...]) -> list[str]:
    return [*_resolved_lines(story, now, units_max, orders), story.tongue.say(words.PASSED)]


def _improving_lines(story: Story, now: int, units_max: int, orders: tuple[str, ...]) -> list[str]:
    return [_where_line(story, units_max), story.tongue.say(words.KEEP_GOING)]


def _resolved_lines(story: Story, now: int, units_max: int, orders: tuple[str, ...]) -> list[str]:
    ended = now if story.ended is None else story.ended
    span_and_start = _span(story, ended - story.since), _clock(story, story.since, now)
    length = body_words.lasted(story.tongue, *span_and_start)
    worst = max(story.peak_customers, story.customers if story.is_stock else 0)
    told = body_words.at_worst(story.tongue, worst, waits=story.waits)
    more = told if worst > story.customers else ""
    return [
        _where_line(story, units_max),
        f"{length} {more}".rstrip(),
        # The usual reason, that promises are kept again, goes without saying.
        _reason_line(story) if story.reason in body_words.REASONS else "",
        _owner_line(story, now),
    ]


def _withdrawn_lines(story: Story, now: int, units_max: int, orders: tuple[str, ...]) -> list[str]:
    return [
        _reason_line(story),
        _where_line(story, units_max),
        story.tongue.say(words.SORRY),
    ]


_LINES: dict[Why, Callable[[Story, int, int, tuple[str, ...]], list[str]]] = {
    Why.FIRST: _alarm_lines,
    Why.WORSE: _alarm_lines,
    Why.RELAPSED: _alarm_lines,
    Why.REPEATED: _alarm_lines,
    Why.ESCALATED: _alarm_lines,
    Why.UNTAKEN: _alarm_lines,
    Why.TAKEN: _taken_lines,
    Why.REFUSED: _taken_lines,
    Why.PASSED: _passed_lines,
    Why.OPENING: _many_lines,
    Why.STORM: _many_lines,
    Why.IMPROVING: _improving_lines,
    Why.RESOLVED: _resolved_lines,
    Why.WITHDRAWN: _withdrawn_lines,
}


def _promise_line(story: Story, now: int) -> str:
    parts = [*_promise_parts(story), *_wait_parts(story, now)]
    return " ".join(part for part in parts if part)


def _promise_parts(story: Story) -> list[str]:
    text = clean(story.topic.promise)
    parts: list[str] = []
    if len(story.titles) > 1:
        named = [_name(title) for title in story.titles[:_PROMISES_MAX]]
        parts.append(body_words.promises(story.tongue, named, len(story.titles) - len(named)))
    elif text:
        short = clip_words(text, _TEXT_WORDS_MAX)
        parts.append(body_words.promise(story.tongue, short, _lost_title(story)))
    if story.kept is not None and story.late is not None and story.kept + story.late:
        asked = story.kept + story.late
        parts.append(body_words.kept(story.tongue, story.kept, asked, story.window))
        parts += [body_words.usual(story.tongue, story.usual)] if story.usual is not None else []
    return parts


def _wait_parts(story: Story, now: int) -> list[str]:
    parts = [body_words.since(story.tongue, _clock(story, story.since, now))]
    own, opening = story.longest_own_ms, story.longest_open_ms
    if own or opening:
        both = (_span(story, length) if length else "" for length in (own, opening))
        parts.append(body_words.longest(story.tongue, *both))
    mark, count = max(story.past, default=(0, 0))
    whole = mark > _OPENING_MARK and mark % _OPENING_MARK == 0
    if whole and story.topic.promise and len(story.titles) == 1 and 0 < count < story.customers:
        parts.append(body_words.beyond(story.tongue, count, mark // _OPENING_MARK))
    if story.cases > story.customers:
        parts.append(body_words.cases(story.tongue, story.cases))
    return parts


def _inside_line(story: Story) -> str:
    """Say whether it is one place, everyone, or what it depends on."""
    if story.spread is not None and story.late:
        return body_words.depends(story.tongue, *story.spread, story.late)
    return body_words.verdict(story.tongue, story.verdict, story.region)


def _reason_line(story: Story) -> str:
    reason = clip_words(story.reason, _REASON_WORDS_MAX)
    return body_words.because(story.tongue, reason) if reason else ""


def _lost_title(story: Story) -> str:
    """Return the title where the first line had to cut it, so that the body has it whole."""
    title = story.titles[0]
    return clip_words(title, _TEXT_WORDS_MAX) if "…" in headline_of(story) else ""


def _where_line(story: Story, units_max: int) -> str:
    if story.unit and story.region:
        return body_words.where_unit(story.tongue, _name(story.unit), _name(story.region))
    if not story.units:
        return ""
    shown = [(_name(name), count) for name, count in story.units[:units_max]]
    total = story.customers if story.waits or story.places > 1 else story.cases
    return body_words.where(story.tongue, shown, len(story.units) - len(shown), total)


def _owner_line(story: Story, now: int) -> str:
    """Say whose it is, who has it, and what happens if nobody does."""
    owner = clip_words(clean(story.topic.owner), NAME_WORDS_MAX)
    parts = [body_words.owner(story.tongue, owner)] if owner and len(story.titles) == 1 else []
    if story.ended is not None:
        return " ".join(parts)
    if story.is_refused:
        parts.append(story.tongue.say(words.NOT_REAL))
    elif story.taken_at is not None:
        parts.append(words.has_it(story.tongue, _clock(story, story.taken_at, now)))
    elif story.call is not None:
        at, receiver = story.call
        called = _clock(story, at, now), _name(clean(receiver))
        parts.append(body_words.calls(story.tongue, *called))
    return " ".join(parts)


def _clock(story: Story, at: int, now: int) -> str:
    return clock(at, now, story.zone, story.tongue)


def _span(story: Story, length_ms: int) -> str:
    return span(length_ms, story.tongue)


def _name(name: str) -> str:
    return clip_words(name, NAME_WORDS_MAX)
