"""The pictures of a page in words: what each shows, as a sentence, and its numbers as a table."""

from collections.abc import Sequence
from typing import NamedTuple

from alerts.tongue import Tongue
from service.report.trend import Trend


class Row(NamedTuple):
    """Hold one line of a picture or table: its name, and a count for each week."""

    name: str
    counts: tuple[int, ...]


class Chart(NamedTuple):
    """Hold one picture in words: a name for files, a title, the finding, the weeks, the rows."""

    cid: str
    title: str
    finding: str
    weeks: tuple[str, ...]
    rows: tuple[Row, ...]


def charts_of(trend: Trend, tongue: Tongue) -> tuple[Chart, ...]:
    """Return the charts for which there is anything to show."""
    weeks = tuple(name.partition("-")[2] for name in trend.weeks)
    found = [
        _flow(trend, weeks, tongue),
        _stages(trend, weeks, tongue),
        _early(trend, weeks, tongue),
    ]
    return tuple(chart for chart in found if any(any(row.counts) for row in chart.rows))


def _flow(trend: Trend, weeks: tuple[str, ...], tongue: Tongue) -> Chart:
    rows = (Row(tongue.say("joined"), trend.joined), Row(tongue.say("left"), trend.left))
    finding = tongue.say(
        "In {weeks} weeks {joined} people joined and {left} left; in the last one {last_joined} and "
        "{last_left}.",
        weeks=len(weeks),
        joined=sum(trend.joined),
        left=sum(trend.left),
        last_joined=_last(trend.joined),
        last_left=_last(trend.left),
    )
    return Chart("flow", tongue.say("People who joined and left, by week"), finding, weeks, rows)


def _stages(trend: Trend, weeks: tuple[str, ...], tongue: Tongue) -> Chart:
    rows = tuple(Row(title, counts) for title, counts in trend.stages)
    told = [f'"{row.name}" {tongue.number(_last(row.counts))}' for row in rows]
    finding = tongue.say("Let down in the last week: {stages}.", stages=", ".join(told))
    title = tongue.say("People let down at each stage, by the week in which they asked")
    return Chart("stages", title, finding, weeks, rows)


def _early(trend: Trend, weeks: tuple[str, ...], tongue: Tongue) -> Chart:
    rows = (
        Row(tongue.say("warnings"), trend.warnings),
        Row(tongue.say("survey answers"), trend.answers),
        Row(tongue.say("of them low"), trend.low),
    )
    finding = tongue.say(
        "{warnings} warnings in {weeks} weeks; {low} of {answers} answers about them were low.",
        warnings=sum(trend.warnings),
        weeks=len(weeks),
        low=sum(trend.low),
        answers=sum(trend.answers),
    )
    title = tongue.say("Warnings, and what surveys said later of the same weeks")
    return Chart("early", title, finding, weeks, rows)


def _last(counts: Sequence[int]) -> int:
    return counts[-1] if counts else 0
