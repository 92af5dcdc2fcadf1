"""The role of an intake: records of the operational topics become entries of the log."""

import asyncio

from service.engine.plan import Plan
from service.hosts import collector
from service.hosts.couriers import stopping
from service.hosts.intake import Intake
from service.intake.cutting import Cutter
from service.intake.records import Records
from service.intake.registry import Registry
from service.log.passed import DOOR
from service.roles.keys import shared_key
from service.roles.pages import Ready, pages
from service.settings import ProcessSettings, Secrets, read_registry, read_transport


def run(process: ProcessSettings, ready: Ready, *, clock_events: bool = False) -> None:
    """Take records into the log until a signal comes."""
    collector.calm()
    secrets = Secrets.read(process.secrets)
    transport = read_transport(process, secrets)
    key = shared_key(secrets)
    registry = Registry(read_registry(process)) if process.schema_registry else None

    def cutter(plan: Plan) -> tuple[Cutter, Records]:
        records = Records(plan, key, registry, transport.topic(DOOR))
        return Cutter(plan, records.decode), records

    intake = Intake(transport, cutter, process.worker, clock_events=clock_events)

    async def until_told() -> None:
        await intake.run(stopping())

    with pages(process, lambda: intake.trouble, None, ready, still=intake.pulse.still):
        asyncio.run(until_told())
