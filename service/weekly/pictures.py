"""The pictures of a page, where people would rather look: plain lines and bars, without judgement.

They need the extra `digest`; without it the page is text and tables, and says the same.  No colour
means good or bad: lines differ by their stroke and stand beside their names.
"""

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from alerts.enclosure import Picture
from service.report.trend_words import Chart

WIDTH_IN, HEIGHT_IN, DPI = 6.0, 2.3, 160
INK, SOFT = "#1c1c1c", "#8a93a3"
STROKES = ("solid", "dashed", "dotted", "dashdot", (0, (5, 1, 1, 1, 1, 1)))


def pictures_of(charts: Sequence[Chart]) -> tuple[Picture, ...]:
    """Return a picture of each chart; none where nothing is installed that draws."""
    if not can_draw():
        return ()
    return tuple(
        Picture(chart.cid, f"{chart.title}. {chart.finding}", b64encode(png_of(chart)).decode())
        for chart in charts
    )


@cache
def can_draw() -> bool:
    """Tell whether the extra is installed."""
    return find_spec("matplotlib") is not None


def png_of(chart: Chart) -> bytes:
    """Draw a chart; the same chart gives the same bytes."""
    # Loaded only by who draws: it takes longer than everything else.
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    for place, row in enumerate(chart.rows):
        style: dict[str, Any] = {"linestyle": STROKES[place % len(STROKES)], "linewidth": 1.8}
        colour = INK if place % 2 == 0 else SOFT
        axes.plot(chart.weeks, row.counts, color=colour, label=row.name, **style)
    axes.set_title(chart.title, loc="left", fontsize=9, color=INK)
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.tick_params(labelsize=7.5, colors=INK, length=2)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=7.5, frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    out = BytesIO()
    figure.savefig(out, format="png", metadata={"Software": ""})
    return out.getvalue()
