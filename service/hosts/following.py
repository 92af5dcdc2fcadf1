"""Reading what is decided, once, before a role begins."""

import asyncio

from service.engine.plan import Plan
from service.errors import UnreachableError
from service.log.decided import Decided
from service.log.identity import need_topics
from service.log.kafka import CONTROL, Controls
from service.log.passed import DOOR
from service.log.reach import reach, told
from service.logs import logger
from service.transport import Transport

PLAN_S = 2.0
NO_PLAN = "no plan is in force; put one there: erosion reload"


async def wait_for_plan(transport: Transport) -> tuple[Plan, Decided]:
    """Return the plan in force, for a door, and all that is decided; brokers may be away."""
    while True:
        try:
            found = await read_decided(transport, transport.topic(DOOR))
            if found.plan is not None:
                return found.plan.plan, found
            trouble = NO_PLAN
        except UnreachableError as error:
            trouble = str(error)
        logger().warning("this process waits", detail=trouble)
        await asyncio.sleep(PLAN_S)


async def read_decided(transport: Transport, *topics: str) -> Decided:
    """Return what is decided so far; raise NotFoundError where a topic of the role is missing.

    A role asks for no other topic than its own: the brokers hide what it has no right to.
    """
    controls, decided = Controls(transport), Decided()
    with told():
        await reach(transport)
        await need_topics(transport, (transport.topic(CONTROL), *topics))
        await controls.start()
        try:
            decided.take_all(await controls.news())
        finally:
            await controls.stop()
    return decided
