"""How far a week's figures can be trusted, in sentences: what is missing, who reported, which habits."""

from alerts.spans import clock
from alerts.tongue import Tongue, noted
from service.report.clientele_words import agreed_line
from service.report.trust import AT_ONCE_MIN, Blind, Trust
from service.report.walk import Page

COUNTED_ONCE = noted("A customer counts once in each line, by the worst that happened there.")


def trust_lines(page: Page, tongue: Tongue) -> list[str]:
    """Return what is not the whole, until when it reaches, and who reported it."""
    until = clock(page.now, page.week.begin, page.zone, tongue)
    return [
        *(_blind(blind, page, tongue) for blind in page.blind),
        tongue.say("What began in the week, as it stood on {clock}.", clock=until),
        tongue.say(COUNTED_ONCE),
        *_reported(page.trust, tongue),
        *([agreed_line(page.clientele.agreed, tongue).text] if page.clientele else []),
    ]


def _reported(trust: Trust, tongue: Tongue) -> list[str]:
    return [
        *_by_whom(trust, tongue),
        tongue.say(
            "Answered in the last minute before the promise ran out: {n} of {total} answers.",
            n=trust.last_minute,
            total=trust.answers,
        ),
        tongue.say(
            "Answered {least} or more in one minute at one place: {n} of {total} answers.",
            least=AT_ONCE_MIN,
            n=trust.at_once,
            total=trust.answers,
        ),
        tongue.say(
            "Entered more than an hour after it was given: {n} of {total} answers.",
            n=trust.entered_late,
            total=trust.answers,
        ),
    ]


def _by_whom(trust: Trust, tongue: Tongue) -> list[str]:
    if trust.unsaid == trust.cases:
        return [tongue.say("No feed says whether its cases were observed or self-reported.")]
    part, total = trust.self_reported, trust.cases
    lines = [tongue.say("Self-reported: {n} of {total} cases.", n=part, total=total)]
    if trust.unsaid:
        lines.append(tongue.say("The feed does not say who reported {n} of them.", n=trust.unsaid))
    return lines


def _blind(blind: Blind, page: Page, tongue: Tongue) -> str:
    since = clock(blind.since, page.now, page.zone, tongue)
    if not blind.stages:
        return tongue.say(
            "No events from {source} since {clock}.", source=blind.source, clock=since
        )
    return tongue.say(
        "No events from {source} since {clock}; what is said of {stages} is not the whole.",
        source=blind.source,
        clock=since,
        stages=tongue.listed([f'"{stage}"' for stage in blind.stages]),
    )
