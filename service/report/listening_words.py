"""What customers told us in sentences: volunteered words first, surveys last and with their age."""

from collections.abc import Iterator

from alerts.spans import DAY_MS, clock
from alerts.tongue import Tongue
from service.report.listening import Agreement, Listening, Survey
from service.report.section import Line, Section
from service.report.story_words import story_line

ALL_SOURCES = 3


def listening_section(listening: Listening, now: int, zone: str, tongue: Tongue) -> Section:
    """Return what was said in a week."""
    lines = [Line(_messages(listening, tongue), "messages")]
    lines += [Line(text, "surveys") for text in _surveys(listening, now, zone, tongue)]
    if listening.agreement:
        lines.append(Line(_agreement(listening.agreement, tongue), "agreement"))
    if listening.story:
        lines.append(Line(story_line(listening.story, tongue), "story"))
    return Section(tongue.say("What they told us"), tuple(lines), "voices")


def _messages(listening: Listening, tongue: Tongue) -> str:
    kinds = listening.kinds
    if not sum(kinds.values()):
        return tongue.say("No message came this week.")
    text = tongue.say(
        "Messages: {unaided} by themselves, {aided} because we asked, {experiential} lived with them.",
        **kinds,
    )
    parts = [f"{tongue.number(count)} {title}" for title, count in listening.categories]
    if listening.others:
        parts.append(tongue.say("{n} of other categories", n=listening.others))
    if listening.strange:
        parts.append(tongue.say("{n} of no category of the list", n=listening.strange))
    return f"{text} {', '.join(parts)}." if parts else text


def _surveys(listening: Listening, now: int, zone: str, tongue: Tongue) -> Iterator[str]:
    for survey in listening.surveys:
        name = f"{survey.event}: " if len(listening.surveys) > 1 else ""
        yield name + _about(survey, now, zone, tongue)
        if survey.came:
            yield name + _came(survey, tongue)


def _about(survey: Survey, now: int, zone: str, tongue: Tongue) -> str:
    text = tongue.count(
        "Surveys about this week: {n} answer so far, {low} of them low.",
        "Surveys about this week: {n} answers so far, {low} of them low.",
        survey.about,
        low=survey.about_low,
    )
    if survey.settled_at is None:
        return text
    until = clock(survey.settled_at, now, zone, tongue)
    return f"{text} " + tongue.say("Provisional until {clock}.", clock=until)


def _came(survey: Survey, tongue: Tongue) -> str:
    return tongue.count(
        "{n} answer came in this week, {low} of them low, {days} days after the experience.",
        "{n} answers came in this week, {low} of them low, {days} days after the experience "
        "in the median.",
        survey.came,
        low=survey.came_low,
        days=(survey.age_ms or 0) // DAY_MS,
    )


def _agreement(found: Agreement, tongue: Tongue) -> str:
    head = (
        tongue.say("Three sources point to the same place:")
        if found.sources == ALL_SOURCES
        else tongue.say("Two sources point to the same place:")
    )
    return f"{head} " + tongue.say(
        "{title} ({n} let down, {messages} messages, {low} low answers).",
        title=found.title,
        n=found.let_down,
        messages=found.messages,
        low=found.low,
    )
