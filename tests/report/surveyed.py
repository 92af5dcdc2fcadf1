"""Hand-made survey answers: two scores around a level, regularly, known some days later."""

from service.report.answer import Answer

DAY_MS = 86_400_000
OVER_MS = 28 * DAY_MS


def answers(
    unit: str,
    *,
    days: int,
    score: int,
    first: int = 0,
    every: int = 1,
    region: str = "north",
    lag: int = 7,
) -> list[Answer]:
    """Return an answer every so many days, two on each; scores are `score` and one more."""
    return [
        Answer("t", unit, region, at, at + lag * DAY_MS, float(score + place))
        for day in range(first, first + days, every)
        for place, at in enumerate((day * DAY_MS, day * DAY_MS + DAY_MS // 2))
    ]
