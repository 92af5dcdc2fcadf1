"""When a source could not be heard: the spans in which an absence proves nothing.

A gap is (from, to) in UTC milliseconds, `to` None while the source is still silent.  Asking the
sources themselves at every judgement was rejected: a judgement is made a million times on a Monday
morning, and almost always there is no gap at all.
"""

Gap = tuple[int, int | None]


def covering(gaps: list[Gap], at: int) -> Gap | None:
    """Return the gap in which an instant lies; its first instant was still heard."""
    for gap in gaps:
        if gap[0] < at and (gap[1] is None or at <= gap[1]):
            return gap
    return None


def holds(gap: Gap, at: int | None) -> bool:
    """Tell whether something that happened lies in a gap, and so was told in spite of it."""
    return at is not None and gap[0] <= at and (gap[1] is None or at <= gap[1])
