"""Answering what touchpoints ask: what is usual there, as a control for the log.

A week's question comes on Monday and its answer is in force on Tuesday, so there is time; but the
watermark waits for it, so every question gets an answer.  Where the statistics fail, that answer
says nothing and everything stays as it was: an early warning that is a week behind is better than
a service that stands still.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from threading import Thread
from typing import Any

from service.engine.learning import Ask
from service.engine.plan import Plan
from service.log.decided import Record, baseline_record
from service.logs import logger

TELL_S = 60.0
Tell = Callable[[Mapping[str, Any]], None]


def answer(ask: Ask, plan: Plan) -> Mapping[str, Any]:
    """Return the control that tells a touchpoint what is usual."""
    from service.detection.learning import baselines  # noqa: PLC0415 - half a second, once a week

    touchpoint = plan.touchpoints.get(ask.touchpoint)
    rules = {rule.id: rule for rule in touchpoint.rules} if touchpoint else {}
    try:
        found = {
            name: {scope: list(base) for scope, base in baselines(rules[name], rows).items()}
            for name, rows in ask.rows
            if name in rules
        }
    except Exception as error:  # noqa: BLE001 - the watermark waits; see above
        logger().error("what is usual was not learned", touchpoint=ask.id, detail=repr(error))
        found = {}
    return {
        "kind": "baseline",
        "id": ask.id,
        "touchpoint": ask.touchpoint,
        "since": ask.since,
        "rules": found,
    }


def beside(work: Callable[[], None]) -> None:
    """Start work in a thread of its own."""
    Thread(target=work, name="teaching", daemon=True).start()


def by_topic(note: Callable[[Record], Coroutine[Any, Any, None]]) -> Tell:
    """Return what tells by the control topic, so that every log holds it; called in a thread."""
    loop = asyncio.get_running_loop()

    def tell(control: Mapping[str, Any]) -> None:
        asyncio.run_coroutine_threadsafe(note(baseline_record(control)), loop).result(TELL_S)

    return tell


class Teaching:
    """Answer what an engine asks, each question once at a time, and beside its work."""

    def __init__(
        self,
        plan: Callable[[], Plan],
        tell: Tell,
        start: Callable[[Callable[[], None]], None] = beside,
    ) -> None:
        """Take the plan in force, what brings a control into the log, and what starts work."""
        self._plan = plan
        self._tell = tell
        self._start = start
        self._in_hand: set[str] = set()

    def look(self, asks: Sequence[Ask]) -> None:
        """Begin to answer what nobody is answering yet; what failed is begun again."""
        self._in_hand &= {ask.id for ask in asks}
        for ask in asks:
            if ask.id not in self._in_hand:
                self._in_hand.add(ask.id)
                self._start(partial(self._answer, ask))

    def _answer(self, ask: Ask) -> None:
        try:
            self._tell(answer(ask, self._plan()))
        except Exception as error:  # noqa: BLE001 - it stays asked, and is tried again
            logger().error("an answer was not written", touchpoint=ask.id, detail=repr(error))
            self._in_hand.discard(ask.id)
