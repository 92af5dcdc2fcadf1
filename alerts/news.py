"""Whether there is news for one receiver: what is true now against what they were last told.

Comparing states instead of passing on events means that a night, a silence or an outage leaves one
true sentence to say, not four of which three are stale.  Whoever was told of a beginning is told of
the end exactly once, and of nothing that they were never told began.
"""

from alerts.alert import Alert, State
from alerts.handling import Handling, Told
from alerts.hours import Delay, Hours
from alerts.notice import ENDINGS, Why
from alerts.signal import Level


def news_for(
    alert: Alert, receiver: str, now: int, hours: Hours, repeat: Delay | None = None
) -> Why | None:
    """Return why this receiver should be told now; None where nothing is new to them."""
    told = alert.handling.told.get(receiver)
    if told is None:
        return _first(alert, receiver)
    if told.why in ENDINGS:
        taken_back = alert.state is State.WITHDRAWN and told.why is not Why.WITHDRAWN
        return Why.WITHDRAWN if taken_back else None
    if alert.number > told.number and (why := _moved(alert, told)) is not None:
        return why
    return _in_time(alert, told, now, hours, repeat) if alert.state is State.FIRING else None


def next_look(
    alert: Alert, receiver: str, now: int, hours: Hours, repeat: Delay | None = None
) -> int | None:
    """Return when time alone could make news for this receiver."""
    told = alert.handling.told.get(receiver)
    if told is None or alert.state is not State.FIRING or told.why in ENDINGS:
        return None
    if _answered(alert.handling, now):
        return alert.handling.taken.until if alert.handling.taken else None
    return repeat.after(told.at, hours) if repeat is not None else None


def _first(alert: Alert, receiver: str) -> Why | None:
    handling = alert.handling
    if alert.is_open:
        if alert.state is State.IMPROVING and receiver in handling.escalated:
            return None
        return Why.ESCALATED if receiver in handling.escalated else Why.FIRST
    # Only who would have been told of the beginning hears that it has passed.
    return None if receiver in handling.escalated else Why.PASSED


def _moved(alert: Alert, told: Told) -> Why | None:
    match alert.state:
        case State.RESOLVED:
            return Why.RESOLVED
        case State.WITHDRAWN:
            return Why.WITHDRAWN
        case State.IMPROVING:
            return Why.IMPROVING if told.why is not Why.IMPROVING else None
        case State.FIRING:
            if told.why is Why.IMPROVING:
                return Why.RELAPSED
            grew = alert.level.rank > told.level.rank or alert.customers >= told.customers
            return Why.WORSE if grew else None


def _in_time(alert: Alert, told: Told, now: int, hours: Hours, repeat: Delay | None) -> Why | None:
    """Return the news that time makes: nobody has it any more, or it still stands."""
    handling = alert.handling
    if _answered(handling, now):
        return None
    taken = handling.taken
    if taken is not None and taken.until is not None and taken.until <= now:
        # Who let go in the very instant in which somebody was told is news as well.
        said_since = told.at > taken.until or (told.at == taken.until and told.why is Why.UNTAKEN)
        if not said_since:
            return Why.UNTAKEN
    if repeat is not None and now >= repeat.after(told.at, hours):
        return Why.REPEATED
    return None


def _answered(handling: Handling, now: int) -> bool:
    return handling.refused is not None or handling.has_it(now)


def is_loud(alert: Alert) -> bool:
    """Tell whether an alert is worth a message at all."""
    return alert.level is not Level.WATCH
