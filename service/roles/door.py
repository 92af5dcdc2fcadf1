"""The role of a door: events over HTTP become records of the doors' topic."""

import asyncio

from service.hosts import collector
from service.hosts.clock import monotonic_s
from service.hosts.couriers import stopping
from service.hosts.door import Door
from service.hosts.following import wait_for_plan
from service.intake.decode import Decoder
from service.intake.http import event_routes
from service.intake.quota import Quota
from service.roles.keys import shared_key
from service.roles.pages import Ready, pages
from service.settings import ProcessSettings, Secrets, read_transport


def run(process: ProcessSettings, ready: Ready) -> None:
    """Take events over HTTP until a signal comes."""
    collector.calm()
    secrets = Secrets.read(process.secrets)
    transport = read_transport(process, secrets)
    key = shared_key(secrets)
    plan, decided = asyncio.run(wait_for_plan(transport))
    decoder = Decoder(plan, key)
    door = Door(transport, decoder, decided)
    quota = Quota(process.rate, monotonic_s) if process.rate else None
    routes = event_routes(decoder, door.take, quota)

    async def until_told() -> None:
        await door.run(stopping())

    with pages(process, lambda: door.trouble, None, ready, routes, door.pulse.still):
        asyncio.run(until_told())
