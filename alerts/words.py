"""Every English word that an alert says.

One module holds them all, as small functions over facts, so that another language is another
module with the same names.  Templates in files were rejected: plural and word order need code, and
a type checker reads this module but not a template.
"""

from collections.abc import Sequence

from alerts.clean import clip_words
from alerts.signal import Level

FIRST_WORDS = {Level.WATCH: "WATCH", Level.WARNING: "LOOK TODAY", Level.CRITICAL: "ACT NOW"}
FIRST_LINE_WORDS_MAX = 12
BODY_WORDS_MAX = 90
RUNBOOK = "Runbook"
PEOPLE = "People"
DASHBOARD = "Dashboard"
KEEP_GOING = "Keep going: it is over when the next promises are kept."
SORRY = "We are sorry. Please disregard the earlier alert."
_PLACE_WORDS_MAX = 3
_TITLE_WORDS_MIN = 2
_ARTICLES = frozenset({"a", "an", "the"})
REASONS = {
    "configuration": "the rule or touchpoint was removed from the configuration",
    "correction": "facts that arrived late show that the promise was kept",
    "late facts": "facts that arrived late show that this was not so",
    "source silent": "the feed had stopped, so nobody can say that it was so",
    "excluded": "this place or time no longer counts",
    "limit": "more cases were open than can be held, so the oldest are unknown",
    "set aside": "records could not be judged and stand in the quarantine",
    "no news": "nothing was heard, so promises are not judged",
    "never heard": "nothing was ever heard from it",
    "an open day of hold": "the feed has been silent for an open day",
    "it is there again": "it is there again",
    "no reading": "nobody has counted it lately, so it is unknown",
    "heard again": "the feed is heard again",
    "input gap": "records are gone before they were read, so promises are not judged",
    "accepted": "somebody decided to go on without the lost records",
}
AGAIN = "again"
STILL = "still"
NOBODY_HAS_IT = "Nobody has it any more: please take it."
CALLED_IN = "Nobody has taken it; you are called in."
PASSED = "It came and went before it could be told."
NOT_REAL = "Somebody says that this is not real; it is counted."
HEARD_AGAIN = "OVER - heard again"
GONE_ON = "OVER - going on without"


def people(count: int) -> str:
    """Say a whole number of people."""
    return "1 person" if count == 1 else f"{count:,} people"


def alarm(level: Level, standing: str, mark: str = "") -> str:
    """Say how loud it is, then who; the mark says that it is not new."""
    loud = f"{FIRST_WORDS[level]}{mark and ' ' + mark}"
    return f"{loud} - {standing}" if standing else loud


def opening(count: int) -> str:
    """Begin the list of the morning."""
    return f"SINCE CLOSING - {people(count)}, call these first"


def answered(standing: str, *, is_real: bool) -> str:
    """Say that somebody has it, or that somebody called it not real."""
    answer = "TAKEN" if is_real else "NOT REAL?"
    return f"{answer} - {standing}" if standing else answer


def has_it(clock: str) -> str:
    """Say since when a colleague has it; never who."""
    return f"A colleague has it since {clock}."


def findings(count: int) -> str:
    """Say how many alerts stand behind one message."""
    return f"{count:,} alerts in one message; all of them: erosion alerts"


def standing(count: int, *, waits: bool) -> str:
    """Say how many people, and what happens to them; nothing where nobody was counted."""
    if not count:
        return ""
    return f"{people(count)} {'waiting' if waits else 'let down'}"


def over(count: int, *, waits: bool) -> str:
    """Say that it ended, and who is left."""
    if waits:
        return f"OVER - {people(count)} still waiting" if count else "OVER - nobody waiting"
    return f"OVER - {people(count)} let down" if count else "OVER - nobody let down"


def better(count: int, *, waits: bool) -> str:
    """Say that it improves, and who is left."""
    if waits:
        return f"BETTER - {people(count)} still waiting" if count else "BETTER - nobody waiting"
    return f"BETTER - {people(count)} let down"


def withdrawn(count: int) -> str:
    """Say that we were wrong, and about how many."""
    return f"WITHDRAWN - alert about {people(count)}"


def first_line(opening: str, titles: Sequence[str], place: str, places: int) -> str:
    """Join opening, title and place in at most twelve words; the title gives way first."""
    left = FIRST_LINE_WORDS_MAX - len(opening.split())
    where = _where(place, places, left)
    title = titles[0] if len(titles) == 1 else f"{len(titles)} promises"
    short = shortened(title, max(left - len(where.split()), _TITLE_WORDS_MIN))
    return f"{opening}: {short}, {where}" if where else f"{opening}: {short}"


def shortened(title: str, words_max: int) -> str:
    """Shorten a title: without its articles first, then without its end."""
    if len(title.split()) <= words_max:
        return title
    told = " ".join(word for word in title.split() if word.lower() not in _ARTICLES)
    return clip_words(told[:1].upper() + told[1:], words_max)


def promise(text: str, title: str) -> str:
    """Say the promise as it was written, naming the touchpoint where the first line could not."""
    about = f" ({title})" if title else ""
    return f"Promise{about}: {text}."


def promises(titles: Sequence[str], more: int) -> str:
    """Name several promises that are told together."""
    rest = f"; {more:,} more" if more else ""
    return f"Promises: {_joined(titles)}{rest}.".replace("….", "…")


def kept(count: int, asked: int, window: str) -> str:
    """Say how many promises were kept, of how many."""
    within = f" in the last {window}" if window else ""
    return f"Kept for {count:,} of {asked:,}{within}."


def usual(count: int) -> str:
    """Say what is usual here."""
    return f"Usual: {count:,}."


def gone(what: str) -> str:
    """Name what is not at hand."""
    return f"no {what}"


def asked(count: int) -> str:
    """Say how many asked for it in vain."""
    return f"{people(count)} asked" if count else "nobody asked yet"


def there_again(count: int, reason: str) -> str:
    """Say that it is at hand again, or that nobody knows any more, and how many had asked."""
    ending = "UNKNOWN" if reason == "no reading" else "OVER"
    return f"{ending} - {asked(count).removesuffix(' yet')}"


def since(clock: str) -> str:
    """Say since when."""
    return f"Since {clock}."


def longest(own: str, opening: str) -> str:
    """Say the longest wait on both clocks, or on the one that is known."""
    if own and opening:
        return f"Longest wait: {own} on the customer's watch, {opening} of opening hours."
    if own:
        return f"Longest wait: {own} on the customer's watch."
    return f"Longest wait: {opening} of opening hours."


def beyond(count: int, times: int) -> str:
    """Say how many wait a multiple of the promise."""
    return f"{count:,} past {times} times that."


def cases(count: int) -> str:
    """Say how many cases stand behind the people."""
    return f"{count:,} cases."


def where_unit(unit: str, region: str) -> str:
    """Name a unit and its region."""
    return f"Where: {unit}, {region}."


def where(units: Sequence[tuple[str, int]], more: int, total: int) -> str:
    """List the worst units, and how much of the whole they hold."""
    named = _joined([f"{name} ({count:,})" for name, count in units])
    listed = sum(count for _, count in units)
    share = f"{listed:,} of {total:,} at " if more and listed < total else ""
    rest = f"; {more:,} more {'place' if more == 1 else 'places'}" if more else ""
    return f"Where: {share}{named}{rest}."


def worst(units: Sequence[str]) -> str:
    """Name the worst units inside an instruction."""
    return _joined(units)


def do_now(items: Sequence[str]) -> str:
    """Number what is to be done."""
    if len(items) == 1:
        return f"Do now: {items[0]}."
    numbered = "; ".join(f"{number}) {item}" for number, item in enumerate(items, 1))
    return f"Do now: {numbered}."


def owner(name: str) -> str:
    """Say whose it is."""
    return f"Owner: {name}."


def calls(clock: str, receiver: str) -> str:
    """Say what happens if nobody acts."""
    return f"If nobody takes it by {clock}: {receiver}."


def lasted(length: str, began: str) -> str:
    """Say how long it lasted."""
    return f"It lasted {length}, since {began}."


def at_worst(count: int, *, waits: bool) -> str:
    """Say how many it were at the peak."""
    return f"At its worst: {standing(count, waits=waits)}."


def because(reason: str) -> str:
    """Give the reason in words, or as the engine gave it."""
    return f"Reason: {REASONS.get(reason, reason)}."


def _where(place: str, places: int, left: int) -> str:
    if places > 1 and not place:
        return f"{places} places"
    return clip_words(place, min(_PLACE_WORDS_MAX, left - _TITLE_WORDS_MIN))


def _joined(names: Sequence[str]) -> str:
    if len(names) < 2:  # noqa: PLR2004 - one name needs no "and"
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
