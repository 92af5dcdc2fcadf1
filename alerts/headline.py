"""The first line of a message: how loud, how many people, what, where, in at most twelve words."""

from alerts import words
from alerts.clean import clip_words
from alerts.notice import Why
from alerts.scene import GAP
from alerts.story import Story

NAME_WORDS_MAX = 5
# The reason that the engine gives where nobody counts any more.
UNCOUNTED = "no reading"
_MARKS = {
    Why.RELAPSED: words.AGAIN,
    Why.REPEATED: words.STILL,
    Why.UNTAKEN: words.STILL,
}


def headline_of(story: Story) -> str:
    """Say the people and the place, in at most twelve words."""
    titles = story.titles
    if story.is_stock and len(titles) == 1 and story.about:
        titles = (words.gone(story.tongue, clip_words(story.about, NAME_WORDS_MAX)),)
    return words.first_line(story.tongue, _opening(story), titles, story.place, story.places)


def _opening(story: Story) -> str:
    tongue = story.tongue
    match story.why:
        case Why.RESOLVED | Why.PASSED:
            return _ending(story)
        case Why.WITHDRAWN:
            return words.withdrawn(tongue, story.peak_customers)
        case Why.IMPROVING:
            return words.better(tongue, story.customers, waits=story.waits)
        case Why.OPENING:
            return words.opening(tongue, story.customers or story.peak_customers)
        case Why.TAKEN | Why.REFUSED:
            return words.answered(tongue, _standing(story), is_real=story.why is Why.TAKEN)
        case _:
            return words.alarm(tongue, story.level, _standing(story), _MARKS.get(story.why, ""))


def _standing(story: Story) -> str:
    if story.is_stock:
        return words.asked(story.tongue, story.customers)
    return words.standing(story.tongue, story.customers, waits=story.waits)


def _ending(story: Story) -> str:
    tongue = story.tongue
    if story.is_feed:
        return tongue.say(words.HEARD_AGAIN if story.kind != GAP else words.GONE_ON)
    if story.is_stock:
        unknown = story.reason == UNCOUNTED
        told = words.not_counted if unknown else words.there_again
        return told(tongue, story.customers)
    return words.over(tongue, story.customers, waits=story.waits)
