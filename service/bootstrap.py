"""The one file that joins everything; tests call it with what they want to replace.

Plain constructor calls: no container, no registry.  What it builds is described where it stands.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TextIO

from alerts.courier import Channel, Courier
from alerts.desk import Book, Desk
from service import metrics
from service.board.access import Access
from service.board.app import Health, make_app
from service.board.listening import listeners
from service.board.people import access_of, people_of
from service.engine.fold import Engine
from service.engine.values import Chunk, Frame
from service.errors import ConfigurationError
from service.hosts.auditor import Auditor
from service.hosts.beginning import append, begin, catch_up
from service.hosts.clock import Stamps, Steady, monotonic_s, now_ms
from service.hosts.couriers import Beside
from service.hosts.doors import doors
from service.hosts.embedded import Embedded
from service.hosts.folding import Folding
from service.hosts.jobs import Stamping
from service.hosts.keeper import Keeper
from service.hosts.pseudonyms import customer_key
from service.hosts.pulse import Pulse
from service.hosts.reloading import Reloader, reload_route
from service.hosts.scoring import Scoring
from service.hosts.shown import show_process
from service.hosts.space import show_room
from service.hosts.teaching import Teaching
from service.hosts.ways import channels, unserved
from service.hosts.weekly import Weekly
from service.hosts.writer import Writer
from service.intake.decode import Decoder
from service.log.sqlite import SqliteLog
from service.loop import Loop
from service.settings import Compiled, ProcessSettings, Secrets, compile_settings
from service.settings.last_good import load_or_last_good
from service.store.outbox import SqlOutbox
from service.store.reads import Reads
from service.store.retention import Limits, Retention
from service.store.store import Store
from service.store.tables import MAIN
from service.watching import Watcher
from service.weekly.sending import World

WEEK_MS = 7 * 24 * 3_600_000


@dataclass(slots=True)
class Service:
    """Hold the parts of a running service, for hosts and tests."""

    compiled: Compiled
    store: Store
    log: SqliteLog
    loop: Loop
    decoder: Decoder
    writer: Writer
    host: Embedded
    reloader: Reloader
    unserved: tuple[str, ...]
    wrong: ConfigurationError | None


def build(
    process: ProcessSettings,
    *,
    clock_events: bool = False,
    stamps: Stamping | None = None,
    console: TextIO = sys.stdout,
) -> Service:
    """Return the embedded service, caught up with its log; nothing runs yet."""
    secrets = Secrets.read(process.secrets)
    access = access_of(process, secrets, now_ms)
    if process.log != "sqlite":
        raise ConfigurationError(
            [f"EROSION_LOG: {process.log} is not built; leave it out or say sqlite"]
        )
    show_room(process.data)
    show_process(process, has_pages=True)
    settings, wrong = load_or_last_good(process.config, process.data)
    compiled = compile_settings(settings)
    key = customer_key(secrets, process.data)
    store = Store.open(process.database_url)
    reads = Reads.readonly(process.database_url)
    book = Book(reads.book(now_ms()))
    loop = Loop(Engine(), Desk(compiled.directory), book, is_exact=clock_events)
    writer, decoder = _inside(process, compiled, store, loop, key, stamps, clock_events)
    reloader = Reloader(process.config, process.data, writer, loop, decoder)
    reloader.know(settings, compiled)
    if wrong is None:
        reloader.keep(settings)
    ways = channels(process, secrets, console)
    looking = _looking(process, writer, reads, reloader, loop)
    host = _outside(process, access, writer, decoder, reads, ways, reloader, looking)
    missing = unserved(compiled, ways)
    log = SqliteLog(store)
    return Service(compiled, store, log, loop, decoder, writer, host, reloader, missing, wrong)


def _inside(
    process: ProcessSettings,
    compiled: Compiled,
    store: Store,
    loop: Loop,
    key: bytes,
    stamps: Stamping | None,
    clock_events: bool,
) -> tuple[Writer, Decoder]:
    """Return the writer, caught up with the log, and the decoder of the plan in force."""
    log = SqliteLog(store)
    keeper = Keeper(process.data / "checkpoints")
    begun = begin(store, log, loop, keeper, compiled.plan)
    clock = None if clock_events else (stamps or Stamps(begun.last_stamp))
    if clock is not None:
        start = Chunk(clock.now(), (), {"kind": "start"})
        begun = begun._replace(seq=append(store, log, loop, start))
    folding = Folding(store, log, loop, keeper, partial(catch_up, store, log, loop, keeper))
    folding.begin(begun.seq)
    watcher = Watcher(loop)
    teaching = Teaching(lambda: loop.engine.plan, lambda control: taught(writer, control))

    def after(applied: Sequence[Frame]) -> None:
        watcher.after_turn(applied)
        teaching.look(loop.engine.asks())

    kept = retention(compiled, loop, keeper)
    writer = Writer(store, log, loop, clock, after, now_ms, kept, metrics.shelved, folding)
    return writer, Decoder(begun.plan, key)


def taught(writer: Writer, control: Mapping[str, Any]) -> None:
    """Bring into the log what is usual."""
    writer.control(lambda now: Chunk(now, (), control), lambda: None)


def _looking(
    process: ProcessSettings, writer: Writer, reads: Reads, reloader: Reloader, loop: Loop
) -> list[Beside]:
    """Return what looks at the store now and then: for a page that is due, for our own score."""
    # A page speaks of what is folded, so its time is the log's.

    def now(_: World) -> tuple[int, int]:
        # A touchpoint that stands still for a week is told as blind, and holds up no page.
        now = loop.engine.now
        judged = [at for _, at in loop.engine.standings() if at > now - WEEK_MS]
        return now, min(judged, default=now)

    weekly = Weekly(writer.call, reads, reloader.world, now, MAIN, process.public_url)
    scoring = Scoring(reads, reloader.world)
    return [weekly.run, scoring.run]


def _outside(
    process: ProcessSettings,
    access: Access,
    writer: Writer,
    decoder: Decoder,
    reads: Reads,
    ways: list[Channel],
    reloader: Reloader,
    more: Sequence[Beside],
) -> Embedded:
    """Return the host: doors, pages and the courier around the writer."""
    outbox = SqlOutbox(writer.call, reads.tuples, on_look=metrics.looked)
    courier = Courier(outbox, ways, clock=Steady().now, on_attempt=metrics.attempted)
    pulse = Pulse()
    routes = [*doors(process.rate, decoder, writer, reads), reload_route(reloader)]
    secrets = Secrets.read(process.secrets)
    people = people_of(process, secrets, writer.call, reads, reloader.directory, writer.people_time)
    app = make_app(access, Health(writer.trouble, pulse.still), routes, people)
    auditor = Auditor(reads, writer.people_time)
    besides = [auditor.run, *more, *listeners(process, secrets, people.office)]
    return Embedded(app, writer, courier, pulse, reloader.on_signal, process, besides)


def retention(compiled: Compiled, loop: Loop, keeper: Keeper) -> Retention:
    """Return what deletes old rows; chunks of the log only if two checkpoints cover them."""
    kept = compiled.retain
    return Retention(
        Limits(kept.log, kept.outcomes, kept.quarantine, kept.customers),
        clock=monotonic_s,
        time=lambda: loop.engine.now,
        before_seq=keeper.covered,
        on_deleted=metrics.retired,
    )
