"""The opening hours that the made-up staff works by, as whole seconds since 1970.

Staff here knows no holidays: it rests on Sundays, and some of it answers when it should be
closed, as people do.  The engine's own calendar was not borrowed on purpose: a world that is
built with the judge's ruler cannot show that the ruler is bent.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

SATURDAY = 5
WEEKDAY_SPANS = ((time(8, 30), time(12, 30)), (time(13, 30), time(18, 30)))
SATURDAY_SPANS = ((time(9), time(14)),)
DAYS_BEFORE = 3
DAYS_AFTER = 120


class Hours:
    """Count and add open seconds in one zone, from a first day on."""

    def __init__(self, zone: ZoneInfo, first: date, days: int) -> None:
        """Lay out all spans once; a little before the first day and well beyond the last."""
        begin = first - timedelta(days=DAYS_BEFORE)
        dates = [begin + timedelta(days=i) for i in range(DAYS_BEFORE + days + DAYS_AFTER)]
        spans = [(day, span) for day in dates for span in _spans(day)]
        self.opens = [_second(day, opening, zone) for day, (opening, _) in spans]
        self.closes = [_second(day, closing, zone) for day, (_, closing) in spans]
        lengths = [close - open_ for open_, close in zip(self.opens, self.closes, strict=True)]
        self.total = list(accumulate(lengths))

    def later(self, instant: int, open_s: float) -> int:
        """Return the instant that lies so many open seconds after another."""
        wanted = self.before(instant) + open_s
        index = min(bisect_left(self.total, wanted), len(self.total) - 1)
        return int(self.closes[index] - (self.total[index] - wanted))

    def before(self, instant: int) -> int:
        """Return the open seconds between the first span and an instant."""
        index = bisect_right(self.opens, instant) - 1
        if index < 0:
            return 0
        return self.total[index] - max(0, self.closes[index] - instant)


def _spans(day: date) -> tuple[tuple[time, time], ...]:
    """Return the hours of one day of the showroom."""
    weekday = day.weekday()
    if weekday < SATURDAY:
        return WEEKDAY_SPANS
    return SATURDAY_SPANS if weekday == SATURDAY else ()


def _second(day: date, wall: time, zone: ZoneInfo) -> int:
    """Return the instant of a wall time."""
    return int(datetime.combine(day, wall, zone).timestamp())
