"""What `check` says of each source: when its quiet is silence, and what would be told till then.

If a source that starts and answers cases dies, the cases that were open then look unanswered until
the silence is noticed: those that started less than a promise ago, and fall due before that.  Their
number needs the usual volume, which only a service that has run can know.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from service.engine.plan import Plan, Source, Span, Touchpoint
from service.settings.length import span_text

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Quiet:
    """State in words what the quiet of one source means."""

    source: str
    text: str


def quiets(plan: Plan, per_open_hour: Mapping[str, float]) -> Iterator[Quiet]:
    """Yield a line for every source whose silence could look like nobody answering.

    `per_open_hour` is how many cases of a touchpoint start in an open hour, where that is known.
    """
    for name, source in plan.sources.items():
        about = [t for t in plan.touchpoints.values() if name in t.answering]
        if about:
            told = [_told(source, t, per_open_hour.get(t.id)) for t in about]
            yield Quiet(name, "; ".join([_silence(source), *filter(None, told)]))


def believed_ms(source: Source) -> int | None:
    """Return for how long the quiet of a source is believed; None where it is learned."""
    if source.believe_quiet_ms is not None:
        return source.believe_quiet_ms
    return source.silent_after_ms


def unnoticed(source: Source, touchpoint: Touchpoint, per_open_hour: float) -> int | None:
    """Return at most how many promises would be called late before a dead source is noticed."""
    believed = believed_ms(source)
    span = touchpoint.promise.span
    if believed is None or span is None or span.kind == "open_days":
        return None
    return round(per_open_hour * min(believed, span.amount) / HOUR_MS)


def _silence(source: Source) -> str:
    if source.silent_after_ms is None:
        return (
            "silence is learned from its own quiet, after 1,000 open hours; until then a dead feed "
            "looks like neglected customers; write `silent: {after: 2h}`, or give it a heartbeat"
        )
    after = span_text(Span("elapsed", source.silent_after_ms))
    if source.heartbeat_ms:
        return f"silent after {after} without a heartbeat"
    return f"silent after {after} of open time; a heartbeat would tell within minutes"


def _told(source: Source, touchpoint: Touchpoint, per_open_hour: float | None) -> str:
    count = None if per_open_hour is None else unnoticed(source, touchpoint, per_open_hour)
    if count is None:
        return ""
    return (
        f"if it dies, up to {count} promises of {touchpoint.id} would be called late before that "
        "is noticed, and taken back then"
    )
