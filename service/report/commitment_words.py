"""What we will do together, in sentences: who leads, what changes for how many people, by when.

Nothing is called done or on its way here.  A commitment that was closed comes back once, with the
counts before and after and no word about them, because only a falling count helped anybody.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.tongue import Tongue, noted
from service.report.commitment import Commitment, Counts, State, Together
from service.report.descent import Course, Way
from service.report.section import Line, Section

ABOUT = "commitments"
DAY, DAY_OF_YEAR = noted("d MMM"), noted("d MMM y")


def together_section(shown: Sequence[Together], zone: str, tongue: Tongue) -> Section:
    """Return the commitments of a page, and the question for the room."""
    lines = [Line(text, ABOUT) for one in shown for text in _said(one, zone, tongue)]
    asked = tongue.say("Would we do this to someone we love? What is our intention here?")
    title = tongue.say("What we will do together (never more than three)")
    return Section(title, (*lines, Line(asked)), "together")


def _said(one: Together, zone: str, tongue: Tongue) -> Iterator[str]:
    if one.commitment.state is State.PROPOSED:
        yield _proposed(one, tongue)
    elif one.commitment.closed_at is not None:
        yield _closed(one, tongue)
    else:
        yield _led(one, tongue)
        yield f"{_counted(one, zone, tongue)} {_course(one.course, tongue)}"


def _led(one: Together, tongue: Tongue) -> str:
    commitment = one.commitment
    facts = {"what": commitment.what, "where": _where(one, tongue), "leader": commitment.leader}
    if not commitment.functions:
        return tongue.say("{what}, {where}: {leader}.", **facts)
    functions = tongue.listed(commitment.functions)
    return tongue.say("{what}, {where}: {leader}, with {functions}.", **facts, functions=functions)


def _counted(one: Together, zone: str, tongue: Tongue) -> str:
    commitment = one.commitment
    facts = {"now": one.now, "aim": commitment.aim, "date": _day(commitment, zone, tongue)}
    if commitment.counts is Counts.WAITING:
        return tongue.count(
            "Then {n} person waiting, at the end of this week {now}; aim: at most {aim} by {date}.",
            "Then {n} people waiting, at the end of this week {now}; aim: at most {aim} by {date}.",
            commitment.count_before,
            **facts,
        )
    return tongue.count(
        "Then {n} person let down in a week, this week {now}; aim: at most {aim} by {date}.",
        "Then {n} people let down in a week, this week {now}; aim: at most {aim} by {date}.",
        commitment.count_before,
        **facts,
    )


def _course(course: Course, tongue: Tongue) -> str:
    if course.way is Way.DOWN:
        return tongue.say("Days to bring the count down: {n}.", n=course.days)
    if course.way is Way.FALLING:
        return tongue.say(
            "Days to bring the count down: about {n} more, at the pace of the last weeks.",
            n=course.days,
        )
    if course.way is Way.BELOW:
        return tongue.say("Days to bring the count down: none, it was never above the aim.")
    if course.way is Way.EARLY:
        return tongue.say("Days to bring the count down: too early to say.")
    return tongue.say("Days to bring the count down: the count is not falling.")


def _closed(one: Together, tongue: Tongue) -> str:
    return tongue.count(
        "Closed this week: {what}, {where}. Before {n} person, now {now}; the aim was at most {aim}.",
        "Closed this week: {what}, {where}. Before {n} people, now {now}; the aim was at most {aim}.",
        one.commitment.count_before,
        what=one.commitment.what,
        where=_where(one, tongue),
        now=one.now,
        aim=one.commitment.aim,
    )


def _proposed(one: Together, tongue: Tongue) -> str:
    return tongue.say(
        "Proposed, {n} times in 28 days: {title}, {where}. Let down this week: {now}.",
        n=one.commitment.episodes,
        title=one.title,
        where=_where(one, tongue),
        now=one.now,
    )


def _where(one: Together, tongue: Tongue) -> str:
    return one.where or tongue.say("the whole company")


def _day(commitment: Commitment, zone: str, tongue: Tongue) -> str:
    began = datetime.fromtimestamp(commitment.began_at / 1000, ZoneInfo(zone))
    by = datetime.fromisoformat(commitment.by)
    return tongue.clock(by, DAY if by.year == began.year else DAY_OF_YEAR)
