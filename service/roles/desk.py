"""The role of a desk: what was decided is carried to people, by as many processes as one likes."""

import sys

from alerts.courier import Courier
from service import metrics
from service.board.listening import listeners
from service.board.people import people_of
from service.errors import ConfigurationError
from service.hosts.auditor import Auditor
from service.hosts.clock import Steady, now_ms
from service.hosts.couriers import CourierHost
from service.hosts.scoring import Scoring
from service.hosts.ways import channels
from service.roles.pages import Ready, pages
from service.settings import ProcessSettings, Secrets, compile_settings, load
from service.store.database import is_postgres, open_store
from service.store.outbox import SqlOutbox
from service.store.reads import Reads


def run(process: ProcessSettings, ready: Ready) -> None:
    """Carry messages to people until a signal comes."""
    if not is_postgres(process.database_url):
        raise ConfigurationError(
            ["EROSION_DATABASE: a desk of its own needs postgresql://; SQLite has one owner"]
        )
    store, reads = open_store(process.database_url), Reads.readonly(process.database_url)
    secrets = Secrets.read(process.secrets)
    ways = channels(process, secrets, sys.stdout)
    compiled = compile_settings(load(process.config))
    directory = compiled.directory
    asking = open_store(process.database_url)
    people = people_of(process, secrets, asking.call, reads, lambda: directory, now_ms)
    outbox = SqlOutbox(store.call, reads.tuples, is_shared=True, on_look=metrics.looked)
    courier = Courier(outbox, ways, clock=Steady().now, on_attempt=metrics.attempted)
    scoring = Scoring(reads, lambda: (compiled.surveys, directory))
    looking = [Auditor(reads, now_ms).run, scoring.run]
    besides = [*looking, *listeners(process, secrets, people.office)]
    host = CourierHost(courier, besides)
    with pages(process, lambda: "", people, ready, still=host.pulse.still):
        host.run()
    store.close()
    asking.close()
