"""Joining the parts of a service on Kafka: one role a process, any number of each.

    intake   topics -> log            needs the brokers and the key of customers, no database
    engine   log -> database          a Faust worker; shards are dealt out among them
    desk     database -> people       the courier, the lists and the API

What is one process on one machine (service.bootstrap) is cut where frozen values cross already, so no
part below knows in which of the two it runs.
"""

import asyncio
import sys
from collections.abc import Callable
from importlib.metadata import version
from socket import gethostname

from alerts.courier import Courier
from alerts.desk import Desk
from service import metrics
from service.board.app import make_app
from service.bootstrap import refuse_public
from service.engine.plan import Plan
from service.errors import ConfigurationError
from service.hosts import collector
from service.hosts.clock import Steady
from service.hosts.couriers import CourierHost, stopping
from service.hosts.engine_host import EngineHost, wait_for_plan
from service.hosts.gathering import Prepare
from service.hosts.intake import Intake
from service.hosts.pages import Pages
from service.hosts.ways import channels, customer_key
from service.intake.cutting import Cutter
from service.intake.records import Records
from service.intake.registry import Registry
from service.settings import ProcessSettings, Secrets, compile_settings, load
from service.settings.registry import read_registry
from service.settings.transport import read_transport
from service.store.database import is_postgres, open_store
from service.store.outbox import SqlOutbox
from service.store.reads import Reads

Ready = Callable[[int], None]


def run_intake(process: ProcessSettings, ready: Ready, *, clock_events: bool = False) -> None:
    """Take records into the log until a signal comes."""
    collector.calm()
    secrets = Secrets.read(process.secrets)
    transport = read_transport(process, secrets)
    key = customer_key(secrets, process.data)

    registry = Registry(read_registry(process)) if process.schema_registry else None

    def cutter(plan: Plan) -> tuple[Cutter, Prepare]:
        records = Records(plan, key, registry)
        return Cutter(plan, records.decode), records.prepare

    intake = Intake(transport, cutter, process.worker, clock_events=clock_events)

    async def run() -> None:
        await intake.run(stopping())

    with _pages(process, lambda: intake.trouble, None, ready):
        asyncio.run(run())


def run_engine(process: ProcessSettings, ready: Ready) -> None:
    """Fold shards until a signal comes; Faust ends the process itself."""
    collector.calm()
    secrets = Secrets.read(process.secrets)
    transport = read_transport(process, secrets)
    compiled = compile_settings(load(process.config))
    plan = asyncio.run(wait_for_plan(transport))
    store, reads = open_store(process.database_url), Reads.readonly(process.database_url)
    member = process.worker or gethostname()
    host = EngineHost(transport, store, Desk(compiled.directory), member)
    with _pages(process, host.trouble, reads, ready):
        host.run(len(plan.shards), is_static=bool(process.worker))


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
    with _pages(process, lambda: "", reads, ready):
        host.run()
    store.close()


def _pages(
    process: ProcessSettings, trouble: Callable[[], str], reads: Reads | None, ready: Ready
) -> Pages:
    """Return the pages of a role, which answer while the block runs."""
    refuse_public(process.address[0])
    metrics.BUILD.labels(version("revenue-erosion-alerts")).set(1)
    nothing: Callable[[], list[dict[str, object]]] = list
    alerts, waiting = (reads.alerts, reads.waiting) if reads else (nothing, nothing)
    return Pages(make_app([], trouble, alerts, waiting), process.address, ready)
