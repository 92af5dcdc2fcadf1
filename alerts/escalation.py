"""Who is called in when nobody acts.

The steps stand in the configuration and their instants follow from when the alert became loud, so
there is no timer to lose: a desk that comes back after a crash computes the same instants.  "I have
it" stops the steps that say so until it runs out; a step that was passed over meanwhile is due at
once then.  Steps that say `unless: resolved` go on.
"""

from collections.abc import Iterator

from alerts.alert import Alert, State
from alerts.directory import Call
from alerts.hours import Hours
from alerts.news import is_loud


def called_in(alert: Alert, steps: tuple[Call, ...], now: int, hours: Hours) -> tuple[str, ...]:
    """Return the receivers who are called in by now, those of earlier steps first.

    Who was called in and not told yet, for the night say, is let off when somebody acts meanwhile.
    """
    due = (call.receiver for call, at in _instants(alert, steps, hours, now) if at <= now)
    told = (name for name in alert.handling.escalated if name in alert.handling.told)
    return tuple(dict.fromkeys((*told, *due)))


def next_call(
    alert: Alert, steps: tuple[Call, ...], now: int, hours: Hours
) -> tuple[int, str] | None:
    """Return when somebody is called in next, and whom; None if nobody will be."""
    coming = [
        (at, call.receiver)
        for call, at in _instants(alert, steps, hours, now)
        if at > now and call.receiver not in alert.handling.escalated
    ]
    return min(coming, default=None)


def _instants(
    alert: Alert, steps: tuple[Call, ...], hours: Hours, now: int
) -> Iterator[tuple[Call, int]]:
    handling = alert.handling
    since = handling.loud_since
    if since is None or alert.state is not State.FIRING or not is_loud(alert) or handling.refused:
        return
    taken = handling.taken
    for call in steps:
        at = call.after.after(since, hours)
        if call.unless_taken and taken is not None and taken.holds(now):
            if taken.until is None:
                continue
            at = max(at, taken.until)
        yield call, at
