"""What an alert says, as small functions over facts, each in the language that it is handed.

The English stands here and names its translations in `alerts/locale`; plurals and the order of
words are the catalogue's.  Whole messages as templates in files were rejected: which sentence is
said depends on facts, and a type checker reads this module but not a template.
"""

from collections.abc import Mapping, Sequence

from alerts.clean import clip_words
from alerts.signal import Level
from alerts.tongue import Tongue, noted

FIRST_LINE_WORDS_MAX = 12
PEOPLE, RUNBOOK, DASHBOARD = LINKS = (noted("People"), noted("Runbook"), noted("Dashboard"))
ANSWERS: Mapping[str, str] = {"take": noted("I have it"), "refuse": noted("Not real")}
KEEP_GOING = noted("Keep going: it is over when the next promises are kept.")
SORRY = noted("We are sorry. Please disregard the earlier alert.")
STALE = noted("A feed is silent, so nobody knows how it stands now.")
NOBODY_HAS_IT = noted("Nobody has it any more: please take it.")
CALLED_IN = noted("Nobody has taken it; you are called in.")
PASSED = noted("It came and went before it could be told.")
NOT_REAL = noted("Somebody says that this is not real; it is counted.")
HEARD_AGAIN = noted("OVER - heard again")
GONE_ON = noted("OVER - going on without")
AGAIN, STILL = noted("{loud} again"), noted("{loud} still")
_FIRST_WORDS = {
    Level.WATCH: noted("WATCH"),
    Level.WARNING: noted("LOOK TODAY"),
    Level.CRITICAL: noted("ACT NOW"),
}
# What is read in thirty seconds; other languages run longer than English.
_BODY_WORDS_MAX = {"en": 90}
_LONGER_WORDS_MAX = 100
_PLACE_WORDS_MAX = 3
_TITLE_WORDS_MIN = 2
_ARTICLES = noted("a an the")
_DANGLING = noted("and at by for from in of on to with")


def body_words_max(tongue: Tongue) -> int:
    """Return how many words may stand under the first line."""
    return _BODY_WORDS_MAX.get(tongue.language, _LONGER_WORDS_MAX)


def first_words(tongue: Tongue, level: Level) -> str:
    """Say how loud it is."""
    return tongue.say(_FIRST_WORDS[level])


def answers(tongue: Tongue, actions: Sequence[str]) -> list[tuple[str, str]]:
    """Return those answers that a reader may give, each with its label."""
    return [(name, tongue.say(label)) for name, label in ANSWERS.items() if name in actions]


def alarm(tongue: Tongue, level: Level, standing: str, mark: str = "") -> str:
    """Say how loud it is, then who; the mark says that it is not new."""
    loud = first_words(tongue, level)
    marked = tongue.say(mark, loud=loud) if mark else loud
    return f"{marked} - {standing}" if standing else marked


def opening(tongue: Tongue, count: int) -> str:
    """Begin the list of the morning."""
    if not count:
        return tongue.say("SINCE CLOSING - look at these first")
    return tongue.count(
        "SINCE CLOSING - {n} person, call these first",
        "SINCE CLOSING - {n} people, call these first",
        count,
    )


def answered(tongue: Tongue, standing: str, *, is_real: bool) -> str:
    """Say that somebody has it, or that somebody called it not real."""
    answer = tongue.say("TAKEN") if is_real else tongue.say("NOT REAL?")
    return f"{answer} - {standing}" if standing else answer


def has_it(tongue: Tongue, clock: str) -> str:
    """Say since when a colleague has it; never who."""
    return tongue.say("A colleague has it since {clock}.", clock=clock)


def findings(tongue: Tongue, count: int) -> str:
    """Say how many alerts stand behind one message."""
    return tongue.say("{n} alerts in one message; all of them: erosion alerts", n=count)


def standing(tongue: Tongue, count: int, *, waits: bool) -> str:
    """Say how many people, and what happens to them; nothing where nobody was counted."""
    if not count:
        return ""
    if waits:
        return tongue.count("{n} person waiting", "{n} people waiting", count)
    return tongue.count("{n} person let down", "{n} people let down", count)


def over(tongue: Tongue, count: int, *, waits: bool) -> str:
    """Say that it ended, and who is left."""
    if waits and not count:
        return tongue.say("OVER - nobody waiting")
    if waits:
        return tongue.count(
            "OVER - {n} person still waiting", "OVER - {n} people still waiting", count
        )
    if not count:
        return tongue.say("OVER - nobody let down")
    return tongue.count("OVER - {n} person let down", "OVER - {n} people let down", count)


def better(tongue: Tongue, count: int, *, waits: bool) -> str:
    """Say that it improves, and who is left."""
    if waits and not count:
        return tongue.say("BETTER - nobody waiting")
    if waits:
        return tongue.count(
            "BETTER - {n} person still waiting", "BETTER - {n} people still waiting", count
        )
    return tongue.count("BETTER - {n} person let down", "BETTER - {n} people let down", count)


def withdrawn(tongue: Tongue, count: int) -> str:
    """Say that we were wrong, and about how many."""
    return tongue.count(
        "WITHDRAWN - alert about {n} person", "WITHDRAWN - alert about {n} people", count
    )


def first_line(tongue: Tongue, opening: str, titles: Sequence[str], place: str, places: int) -> str:
    """Join opening, title and place in at most twelve words; the title gives way first."""
    left = FIRST_LINE_WORDS_MAX - len(opening.split())
    where = _where(tongue, place, places, left)
    title = titles[0] if len(titles) == 1 else tongue.say("{n} promises", n=len(titles))
    short = shortened(tongue, title, max(left - len(where.split()), _TITLE_WORDS_MIN))
    return f"{opening}: {short}, {where}" if where else f"{opening}: {short}"


def shortened(tongue: Tongue, title: str, words_max: int) -> str:
    """Shorten a title: without its articles first, then without its end, and no "of…" at it."""
    if len(title.split()) <= words_max:
        return title
    articles, dangling = tongue.say(_ARTICLES).split(), tongue.say(_DANGLING).split()
    told = " ".join(word for word in title.split() if word.lower() not in articles)
    told = told[:1].upper() + told[1:]
    while len(told.split()) > words_max > 1 and told.split()[words_max - 1].lower() in dangling:
        words_max -= 1
    return clip_words(told, words_max)


def gone(tongue: Tongue, what: str) -> str:
    """Name what is not at hand."""
    return tongue.say("no {what}", what=what)


def asked(tongue: Tongue, count: int) -> str:
    """Say how many asked for it in vain."""
    if not count:
        return tongue.say("nobody asked yet")
    return tongue.count("{n} person asked", "{n} people asked", count)


def there_again(tongue: Tongue, count: int) -> str:
    """Say that it is at hand again, and how many had asked."""
    if not count:
        return tongue.say("OVER - nobody asked")
    return tongue.count("OVER - {n} person asked", "OVER - {n} people asked", count)


def not_counted(tongue: Tongue, count: int) -> str:
    """Say that nobody knows any more whether it is at hand, and how many had asked."""
    if not count:
        return tongue.say("UNKNOWN - nobody asked")
    return tongue.count("UNKNOWN - {n} person asked", "UNKNOWN - {n} people asked", count)


def _where(tongue: Tongue, place: str, places: int, left: int) -> str:
    if places > 1 and not place:
        return tongue.say("{n} places", n=places)
    return clip_words(place, min(_PLACE_WORDS_MAX, left - _TITLE_WORDS_MIN))
