"""The first line of a message: how loud, how many people, what, where, in at most twelve words."""

from alerts import words
from alerts.clean import clip_words
from alerts.notice import Why
from alerts.scene import GAP
from alerts.story import Story

NAME_WORDS_MAX = 5
_MARKS = {
    Why.RELAPSED: words.AGAIN,
    Why.REPEATED: words.STILL,
    Why.UNTAKEN: words.STILL,
}


def headline_of(story: Story) -> str:
    """Say the people and the place, in at most twelve words."""
    titles = story.titles
    if story.is_stock and len(titles) == 1 and story.about:
        titles = (words.gone(clip_words(story.about, NAME_WORDS_MAX)),)
    return words.first_line(_opening(story), titles, story.place, story.places)


def _opening(story: Story) -> str:
    match story.why:
        case Why.RESOLVED | Why.PASSED:
            return _ending(story)
        case Why.WITHDRAWN:
            return words.withdrawn(story.peak_customers)
        case Why.IMPROVING:
            return words.better(story.customers, waits=story.waits)
        case Why.OPENING:
            return words.opening(story.customers or story.peak_customers)
        case Why.TAKEN | Why.REFUSED:
            return words.answered(_standing(story), is_real=story.why is Why.TAKEN)
        case _:
            return words.alarm(story.level, _standing(story), _MARKS.get(story.why, ""))


def _standing(story: Story) -> str:
    if story.is_stock:
        return words.asked(story.customers)
    return words.standing(story.customers, waits=story.waits)


def _ending(story: Story) -> str:
    if story.is_feed:
        return words.HEARD_AGAIN if story.kind != GAP else words.GONE_ON
    if story.is_stock:
        return words.there_again(story.customers, story.reason)
    return words.over(story.customers, waits=story.waits)
