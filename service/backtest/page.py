"""The figures as one page: a file that loads nothing and needs no script, to be sent by mail."""

from collections.abc import Sequence

from service.backtest import chart, strip
from service.backtest.comparison import Row
from service.backtest.plain import instant, row_cells
from service.backtest.score import Score
from service.backtest.sentence import sections
from service.backtest.terminal import HEADS
from service.report.page_html import templates


def page_of(scores: Sequence[Score], title: str) -> str:
    """Return the page of one configuration or several."""
    return (
        templates("service.backtest")
        .get_template("page.html")
        .render(
            title=title,
            headline=[_headline(score) for score in scores],
            heads=HEADS,
            side=[row_cells(row) for row in side_by_side(scores)] if len(scores) > 1 else [],
            parts=[_part(score) for score in scores],
        )
    )


def side_by_side(scores: Sequence[Score]) -> list[Row]:
    """Return our own line of each configuration under the configuration's name."""
    return [score.rows[0]._replace(name=score.trial.name) for score in scores]


def _headline(score: Score) -> str:
    """Return the one sentence that a reader should keep."""
    warned = score.warnings.per_unit_year.each
    often = "-" if warned is None else f"{warned:.2f}"
    if not score.is_labelled:
        return f"{score.trial.name}: {often} alarms per unit-year; nobody said which were false."
    return f"{score.trial.name}: {chart.delays_say(score)}; {often} false warnings per unit-year."


def _part(score: Score) -> dict[str, object]:
    drawn, left_out = strip.strips(score)
    return {
        "name": score.trial.name,
        "begin": instant(score.world.begin)[:10],
        "end": instant(score.world.end)[:10],
        "sections": sections(score),
        "strips": drawn,
        "left_out": left_out,
        "has_means": any(line.means for line in drawn),
        "months": strip.months(score),
        "delays": chart.delays(score) if score.delay.found.whole else [],
        "delays_say": chart.delays_say(score),
        "marks": chart.marks(score.asked),
        "rows": [row_cells(row) for row in score.rows],
        "weeks": chart.weeks(score),
    }
