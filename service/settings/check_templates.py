"""Whether a company's own words can be said: each template is filled with invented stories.

What a template may hold is known by reading it; whether it adds a text to a number is known only by
trying.  The stories differ in what is known, because a fact that is missing is the usual mistake.
"""

from collections.abc import Iterator
from dataclasses import replace

from alerts.directory import Topic
from alerts.errors import Untold
from alerts.message import compose
from alerts.notice import Why
from alerts.signal import Level
from alerts.story import Story
from alerts.template import Wording
from alerts.tongues import tongue_of
from alerts.wording import facts_of, told
from service.settings.compile_words import checked, where, written
from service.settings.settings import Settings

_HOUR_MS = 3_600_000
_NOW = 20_000 * 24 * _HOUR_MS


def template_problems(settings: Settings) -> Iterator[str]:
    """Yield what is wrong with templates."""
    for kind, part, text in written(settings):
        try:
            filled = checked(settings, text)
            for story in invented(settings):
                facts = facts_of(compose(story, _NOW), story, settings.configuration.company, _NOW)
                told(compose(story, _NOW), Wording(**{part: filled}), facts)
        except Untold as problem:
            yield f"{where(settings, kind, part, problem)}: {kind}.{part}: {problem}"


def invented(settings: Settings) -> Iterator[Story]:
    """Yield stories in which everything is known, much is not, and it is over."""
    tongue = tongue_of(settings.configuration.defaults.locale)
    topic = Topic("t", "Title", "s", "Stage", "j", "1h open", 9_000, "desk", "unit")
    poor = Story(
        why=Why.FIRST,
        level=Level.WARNING,
        kind="waiting",
        topic=topic,
        titles=(topic.title,),
        place="Leeds",
        places=1,
        unit="",
        region="",
        zone=settings.configuration.defaults.timezone,
        customers=0,
        cases=0,
        peak_customers=0,
        since=_NOW - 30 * _HOUR_MS,
        ended=None,
        reason="",
        tongue=tongue,
    )
    rich = replace(
        poor,
        level=Level.CRITICAL,
        unit="Leeds",
        region="North",
        customers=1_204,
        cases=1_300,
        peak_customers=1_310,
        units=(("Leeds", 800), ("York", 404)),
        kept=15,
        late=37,
        usual=47,
        longest_own_ms=5 * _HOUR_MS,
        longest_open_ms=3 * _HOUR_MS,
    )
    yield from (poor, rich, replace(rich, why=Why.RESOLVED, ended=_NOW, customers=0))
