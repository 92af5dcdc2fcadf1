"""The role of a desk: what was decided is carried to people, by as many processes as one likes."""

import sys
from functools import partial

from alerts.courier import Courier
from service import metrics
from service.board.listening import listeners
from service.board.people import people_of
from service.errors import ConfigurationError
from service.hosts.auditor import Auditor
from service.hosts.clock import Steady, now_ms
from service.hosts.couriers import CourierHost
from service.hosts.scoring import Scoring
from service.hosts.ways import channels, unserved
from service.hosts.weekly import Weekly
from service.roles.pages import Ready, pages
from service.settings import ProcessSettings, Secrets, compile_settings, load
from service.store.database import is_postgres, open_store
from service.store.outbox import SqlOutbox
from service.store.reads import Reads
from service.weekly.sending import World


def clock(reads: Reads, world: World) -> tuple[int, int]:
    """Return the time, and how far every shard's data reach; 0 where one has said nothing yet."""
    stamps = {row["shard"]: int(row["stamp"]) for row in reads.reports()}
    return now_ms(), min(stamps.get(shard, 0) for shard in world.compiled.plan.shards)


def run(process: ProcessSettings, ready: Ready) -> None:
    """Carry messages to people until a signal comes."""
    if not is_postgres(process.database_url):
        raise ConfigurationError(
            ["EROSION_DATABASE: a desk of its own needs postgresql://; SQLite has one owner"]
        )
    store, reads = open_store(process.database_url), Reads.readonly(process.database_url)
    secrets = Secrets.read(process.secrets)
    ways = channels(process, secrets, sys.stdout)
    settings = load(process.config)
    compiled = compile_settings(settings)
    directory, world = compiled.directory, World(settings, compiled)
    asking = open_store(process.database_url)
    people = people_of(process, secrets, asking.call, reads, lambda: directory, now_ms)
    unserved(compiled, ways)
    outbox = SqlOutbox(store.call, reads.tuples, is_shared=True, on_look=metrics.looked)
    courier = Courier(outbox, ways, clock=Steady().now, on_attempt=metrics.attempted)
    first = compiled.plan.shards[0]
    weekly = Weekly(
        asking.call, reads, lambda: world, partial(clock, reads), first, process.public_url
    )
    scoring = Scoring(reads, lambda: world)
    besides = [
        Auditor(reads, now_ms).run,
        weekly.run,
        scoring.run,
        *listeners(process, secrets, people.office),
    ]
    host = CourierHost(courier, besides)
    with pages(process, lambda: "", people, ready, still=host.pulse.still):
        host.run()
    store.close()
    asking.close()
