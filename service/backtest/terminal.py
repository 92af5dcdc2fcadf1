"""The figures for a terminal: plain, aligned, readable without colour."""

from collections.abc import Iterator, Sequence

from service.backtest.plain import row_cells
from service.backtest.score import Score
from service.backtest.sentence import sections

HEADS = (
    "detector",
    "alarms",
    "a unit-year",
    "precision",
    "found",
    "in 28 days",
    "median days",
    "let down",
    "drops warned",
)
COMPARISON = "The same data, other detectors"
LABEL_WIDTH = 36


def text_of(score: Score) -> str:
    """Return everything that is said of one configuration."""
    return "\n".join(_lines(score)) + "\n"


def _lines(score: Score) -> Iterator[str]:
    yield f"{score.trial.name}"
    for section in sections(score):
        yield from ("", f"{section.title}")
        if section.note:
            yield f"  {section.note}"
        for label, said in section.rows:
            yield f"  {label:<{LABEL_WIDTH}}{said}"
    yield from ("", COMPARISON)
    yield from table(HEADS, [row_cells(row) for row in score.rows])
    yield from ("", "Messages by receiver")
    for receiver, weeks in score.weekly.items():
        most = max(weeks.values())
        yield f"  {receiver:<{LABEL_WIDTH}}{sum(weeks.values())}; at most {most} in one week"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield an aligned table; the first column is text, the others are numbers."""
    widths = [max(len(row[n]) for row in (heads, *rows)) for n in range(len(heads))]
    for row in (heads, *rows):
        cells = [
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  " + "  ".join(cells).rstrip()
