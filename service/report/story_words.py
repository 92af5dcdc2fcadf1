"""One life of the week in a few sentences."""

from datetime import datetime, timedelta

from alerts.spans import HOUR_MS, span
from alerts.tongue import Tongue, noted
from service.report.story import Story

WEEKDAY = noted("EEEE")
A_MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - only its weekday is told


def story_line(story: Story, tongue: Tongue) -> str:
    """Tell a life: when they asked, what was promised, what came, what they did."""
    day = tongue.clock(A_MONDAY + timedelta(days=story.weekday), WEEKDAY)
    told = [
        tongue.say(
            "A life: on {day} somebody in {region} asked. {title}: that was promised ({promise}).",
            day=day,
            region=story.region,
            title=story.title,
            promise=story.promise,
        )
        if story.promise
        else tongue.say(
            "A life: on {day} somebody in {region} asked. {title}: that was promised.",
            day=day,
            region=story.region,
            title=story.title,
        )
    ]
    if story.answered_after_h is None:
        told.append(tongue.say("It has not happened."))
    else:
        length = span(story.answered_after_h * HOUR_MS, tongue)
        told.append(tongue.say("It happened after {length}.", length=length))
    if story.wrote:
        told.append(tongue.count("They wrote {n} time.", "They wrote {n} times.", story.wrote))
    return " ".join([*told, *_leaving(story, tongue)])


def _leaving(story: Story, tongue: Tongue) -> list[str]:
    days = story.left_after
    if days is None:
        return []
    if not story.reason:
        text = tongue.count(
            "{n} day later they left and told nobody why.",
            "{n} days later they left and told nobody why.",
            days,
        )
    else:
        text = tongue.count(
            "{n} day later they left: {reason}.",
            "{n} days later they left: {reason}.",
            days,
            reason=story.reason,
        )
    return [text]
