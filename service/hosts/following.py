"""Reading what is decided, once, before a role begins."""

import asyncio

from service.engine.plan import Plan
from service.errors import UnreachableError
from service.log.decided import Decided
from service.log.identity import need_topics
from service.log.kafka import CONTROL, LOG, Controls
from service.log.reach import reach, told
from service.logs import logger
from service.transport import Transport

PLAN_S = 2.0
NO_PLAN = "no plan is in force; put one there: erosion reload"


async def wait_for_plan(transport: Transport) -> tuple[Plan, Decided]:
    """Return the plan in force, once there is one, and all that is decided; brokers may be away."""
    while True:
        try:
            found = await read_decided(transport)
            if found.plan is not None:
                return found.plan.plan, found
            trouble = NO_PLAN
        except UnreachableError as error:
            trouble = str(error)
        logger().warning("this process waits", detail=trouble)
        await asyncio.sleep(PLAN_S)


async def read_decided(transport: Transport) -> Decided:
    """Return what is decided so far."""
    controls, decided = Controls(transport), Decided()
    with told():
        await reach(transport)
        await need_topics(transport, (LOG, CONTROL))
        await controls.start()
        try:
            decided.take_all(await controls.news())
        finally:
            await controls.stop()
    return decided
