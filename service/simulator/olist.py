"""Turn the Olist tables into the event stream of the marketplace, and the truth beside it.

The stream ends where the world stood: at 2018-03-01T00:00-03:00.  An absence is never an event;
that nobody scanned a parcel by its deadline is what the service has to find out by itself, so the
truth about it goes to a file that the service never reads.

How the truth is compared: a hand-over is late when the carrier scanned it *strictly after* the
latest `handover_due_at` of its items, or when it has no scan and that deadline lies before the
cut; a promise is missed when the parcel came after 00:00 of the day that follows the promised
one, or has not come and that instant lies before the cut.  Exactly at the deadline is kept; that
alone decides 44 hand-overs without the canceled (2,602 against 2,646).  No open order falls due
exactly at the cut, so `<` and `<=` give the same numbers there.
Canceled orders stand in the lists, and again in `canceled`, because no cancellation has a time.

A random sample was rejected for the extract: a hash of the order's id draws the same orders
everywhere and cannot be tuned.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from service.simulator.olist_tables import Order, Survey, instant, read_orders, read_surveys

CUT = datetime(2018, 3, 1, 3, tzinfo=UTC)
SOURCE = "marketplace"
Event = dict[str, Any]


def convert(tables: Path, events: Path, truth: Path) -> int:
    """Write all events, sorted by time and id, and the truth; return the number of events."""
    return _write(read_orders(tables), read_surveys(tables), events, truth)


def extract(tables: Path, events: Path, truth: Path) -> int:
    """Write the events and the truth of the shipped sample, two orders in fifteen."""
    orders = [order for order in read_orders(tables) if in_sample(order.order_id)]
    surveys = [survey for survey in read_surveys(tables) if in_sample(survey.order_id)]
    return _write(orders, surveys, events, truth)


def in_sample(order_id: str) -> bool:
    """Tell whether the shipped sample holds the order."""
    return int.from_bytes(hashlib.sha256(order_id.encode()).digest()[:8]) % 15 < 2  # noqa: PLR2004


def known_truth(orders: Iterable[Order]) -> dict[str, list[str]]:
    """Return the orders that were handed over late, that came late, and that were canceled."""
    orders = list(orders)
    return {
        "late_handover": [order.order_id for order in orders if _handed_over_late(order)],
        "missed_promise": [order.order_id for order in orders if _promise_missed(order)],
        "canceled": [order.order_id for order in orders if order.canceled],
    }


def _handed_over_late(order: Order) -> bool:
    """Tell whether the parcel missed the latest deadline of its items."""
    due = order.handover_due_at
    return due is not None and _late(due, order.handed_over_at)


def _promise_missed(order: Order) -> bool:
    """Tell whether the parcel missed the whole of its promised day."""
    next_day = order.promised_date + timedelta(days=1)
    return _late(instant(datetime.combine(next_day, time())), order.delivered_at)


def _late(due: datetime, done: datetime | None) -> bool:
    """Tell whether a deadline passed first; exactly at the deadline is kept."""
    return due < (done or CUT)


def _write(orders: list[Order], surveys: list[Survey], events: Path, truth: Path) -> int:
    """Write both files; the same tables always give the same bytes."""
    stream = [event for order in orders for event in _order_events(order)]
    stream += [event for survey in surveys for event in _survey_events(survey)]
    stream.sort(key=lambda event: (event["time"], event["id"]))
    with events.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(event, separators=(",", ":")) + "\n" for event in stream)
    truth.write_text(json.dumps(known_truth(orders), indent=1) + "\n", encoding="utf-8")
    return len(stream)


def _order_events(order: Order) -> Iterator[Event]:
    """Yield what happened to one order."""
    yield _event("order.requested", order.order_id, order.purchased_at) | {
        "customer": order.customer,
        "data": _request(order),
    }
    steps = {
        "order.approved": order.approved_at,
        "order.handed_over": order.handed_over_at,
        "order.delivered": order.delivered_at,
    }
    for kind, when in steps.items():
        if when is not None:
            yield _event(kind, order.order_id, when)


def _request(order: Order) -> dict[str, Any]:
    """Return what is known when an order comes in; what is unknown is left out."""
    known = {
        "order_id": order.order_id,
        "customer_state": order.state,
        "promised_date": order.promised_date.isoformat(),
        "value": order.value,
        "seller_id": order.seller_id,
        "handover_due_at": order.handover_due_at and _text(order.handover_due_at),
    }
    return {name: value for name, value in known.items() if value is not None}


def _survey_events(survey: Survey) -> Iterator[Event]:
    """Yield the mailing of one survey and its answer."""
    answered = _text(survey.answered_at)
    data = {"score": survey.score}
    if survey.comment_chars is not None:
        data["comment_chars"] = survey.comment_chars
    yield _event("survey.sent", survey.order_id, survey.sent_at, f"/{answered}")
    reply = _event("survey.answered", survey.order_id, survey.answered_at, f"/{answered}")
    yield reply | {"data": data}


def _event(kind: str, order_id: str, when: datetime, suffix: str = "") -> Event:
    """Return the envelope that all events share."""
    return {
        "specversion": "1.0",
        "source": SOURCE,
        "id": f"{order_id}/{kind}{suffix}",
        "type": kind,
        "time": _text(when),
        "subject": order_id,
    }


def _text(when: datetime) -> str:
    """Write an instant in UTC, so that texts sort as instants do."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
