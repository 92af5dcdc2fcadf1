"""Joining the parts of a service on Kafka: one role a process, any number of each.

    intake   topics -> log            needs the brokers and the key of customers, no database
    door     HTTP -> doors' topic      where events come over HTTP
    engine   log -> database          a Faust worker; shards are dealt out among them
    desk     database -> people       the courier, the lists and the API

What is one process on one machine (service.bootstrap) is cut where frozen values cross already, so no
part below knows in which of the two it runs.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from importlib.metadata import version
from socket import gethostname

from starlette.routing import Route

from alerts.courier import Courier
from alerts.desk import Desk
from service import metrics
from service.board.app import make_app
from service.bootstrap import refuse_public
from service.engine.plan import Plan
from service.errors import ConfigurationError
from service.hosts.clock import Steady, monotonic_s
from service.hosts.couriers import CourierHost, stopping
from service.hosts.door import Door
from service.hosts.engine_host import EngineHost, read_decided, wait_for_plan
from service.hosts.intake import Intake
from service.hosts.pages import Pages
from service.hosts.sweeping import Sweeping
from service.hosts.ways import KEY_FILE, channels
from service.intake.cutting import Cutter
from service.intake.decode import Decoder
from service.intake.http import event_routes
from service.intake.quota import Quota
from service.intake.records import Records
from service.intake.registry import Registry
from service.log.passed import DOOR
from service.settings import ProcessSettings, Secrets, compile_settings, load
from service.settings.registry import read_registry
from service.settings.transport import read_transport
from service.store.database import is_postgres, open_store
from service.store.outbox import SqlOutbox
from service.store.reads import Reads
from service.store.retention import Limits

Ready = Callable[[int], None]


def run_intake(process: ProcessSettings, ready: Ready, *, clock_events: bool = False) -> None:
    """Take records into the log until a signal comes."""
    secrets = Secrets.read(process.secrets)
    transport = read_transport(process, secrets)
    key = _shared_key(secrets)

    registry = Registry(read_registry(process)) if process.schema_registry else None

    def cutter(plan: Plan) -> tuple[Cutter, Records]:
        records = Records(plan, key, registry, transport.topic(DOOR))
        return Cutter(plan, records.decode), records

    intake = Intake(transport, cutter, process.worker, clock_events=clock_events)

    async def run() -> None:
        await intake.run(stopping())

    with _pages(process, lambda: intake.trouble, None, ready, (), intake.pulse.still):
        asyncio.run(run())


def _shared_key(secrets: Secrets) -> bytes:
    """Return the key of customers; refuse to make one, since every intake must have the same."""
    given = secrets.get(KEY_FILE)
    if given is None:
        raise ConfigurationError(
            [f"EROSION_SECRETS: there is no file {KEY_FILE}; every intake needs the same one"]
        )
    return given.encode()


def run_engine(process: ProcessSettings, ready: Ready) -> None:
    """Fold shards until a signal comes; Faust ends the process itself."""
    secrets = Secrets.read(process.secrets)
    transport = read_transport(process, secrets)
    compiled = compile_settings(load(process.config))
    plan = asyncio.run(wait_for_plan(transport))
    store, reads = open_store(process.database_url), Reads.readonly(process.database_url)
    member = process.worker or gethostname()
    host = EngineHost(transport, store, Desk(compiled.directory), member)
    kept = compiled.retain
    limits = Limits(kept.log, kept.outcomes, kept.quarantine)
    aside = Reads.readonly(process.database_url)
    sweeping = Sweeping(lambda: open_store(process.database_url), aside, limits)
    with (
        _pages(process, host.trouble, reads, ready),
        sweeping if store.is_shared else nullcontext(),
    ):
        host.run(len(plan.shards), is_static=bool(process.worker))


def run_door(process: ProcessSettings, ready: Ready) -> None:
    """Take events over HTTP into the doors' topic until a signal comes."""
    secrets = Secrets.read(process.secrets)
    transport = read_transport(process, secrets)
    decided = asyncio.run(read_decided(transport))
    plan = asyncio.run(wait_for_plan(transport)) if decided.plan is None else decided.plan.plan
    decoder = Decoder(plan, _shared_key(secrets))
    door = Door(transport, decoder, decided)
    quota = Quota(process.rate, monotonic_s) if process.rate else None
    routes = event_routes(decoder, door.take, quota)

    async def run() -> None:
        await door.run(stopping())

    with _pages(process, lambda: door.trouble, None, ready, routes, door.pulse.still):
        asyncio.run(run())


def run_desk(process: ProcessSettings, ready: Ready) -> None:
    """Carry messages to people until a signal comes."""
    if not is_postgres(process.database_url):
        raise ConfigurationError(
            ["EROSION_DATABASE: a desk of its own needs postgresql://; SQLite has one owner"]
        )
    store, reads = open_store(process.database_url), Reads.readonly(process.database_url)
    ways = channels(process, Secrets.read(process.secrets), sys.stdout)
    outbox = SqlOutbox(store.call, reads.tuples, is_shared=True)
    host = CourierHost(Courier(outbox, ways, clock=Steady().now, on_attempt=metrics.attempted))
    with _pages(process, lambda: "", reads, ready, (), host.pulse.still):
        host.run()
    store.close()


def _pages(
    process: ProcessSettings,
    trouble: Callable[[], str],
    reads: Reads | None,
    ready: Ready,
    doors: Sequence[Route] = (),
    still: Callable[[], int] = lambda: 0,
) -> Pages:
    """Return the pages of a role, which answer while the block runs."""
    refuse_public(process.address[0])
    metrics.BUILD.labels(version("revenue-erosion-alerts")).set(1)
    nothing: Callable[[], list[dict[str, object]]] = list
    alerts, waiting = (reads.alerts, reads.waiting) if reads else (nothing, nothing)
    return Pages(make_app(doors, trouble, alerts, waiting, still), process.address, ready)
