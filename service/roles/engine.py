"""The role of an engine: shards of the log are folded into the database."""

import asyncio
from contextlib import nullcontext
from socket import gethostname

from alerts.desk import Desk
from service.board.people import people_of
from service.hosts import collector
from service.hosts.clock import now_ms
from service.hosts.engine_host import EngineHost, wait_for_turn
from service.hosts.sweeping import Sweeping
from service.roles.pages import Ready, pages
from service.settings import ProcessSettings, Secrets, compile_settings, load, read_transport
from service.store.database import open_store
from service.store.reads import Reads
from service.store.retention import Limits

# What Faust would put into the working directory.
FAUST = "faust"


def run(process: ProcessSettings, ready: Ready) -> None:
    """Fold shards until a signal comes; Faust ends the process itself."""
    collector.calm()
    secrets = Secrets.read(process.secrets)
    transport = read_transport(process, secrets)
    compiled = compile_settings(load(process.config))
    store, reads = open_store(process.database_url), Reads.readonly(process.database_url)
    plan = asyncio.run(wait_for_turn(transport, reads.reports))
    member = process.worker or gethostname()
    folder = process.data / FAUST
    folder.mkdir(parents=True, exist_ok=True)
    host = EngineHost(transport, store, Desk(compiled.directory), member)
    kept = compiled.retain
    limits = Limits(kept.log, kept.outcomes, kept.quarantine, kept.customers)
    aside = Reads.readonly(process.database_url)
    sweeping = Sweeping(lambda: open_store(process.database_url), aside, limits)
    beside = sweeping if store.is_shared else nullcontext()
    people = None
    if store.is_shared:
        asking = open_store(process.database_url)
        now = lambda: compiled.directory  # noqa: E731 - what it knows does not change
        people = people_of(process, secrets, asking.call, reads, now, now_ms)
    with pages(process, host.trouble, people, ready, still=host.still), beside:
        host.run(len(plan.shards), folder, is_static=bool(process.worker))
