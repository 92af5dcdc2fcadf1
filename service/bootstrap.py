"""The one file that joins everything; tests call it with what they want to replace.

Plain constructor calls: no container, no registry.  What it builds is described where it stands.
"""

import secrets as random_secrets
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import TextIO

import httpx

from alerts.channels.console import Console
from alerts.channels.email import Email, Relay, Tls
from alerts.channels.jsonl import Jsonl
from alerts.channels.slack import Slack
from alerts.courier import Channel, Courier
from alerts.desk import Book, Desk
from alerts.secret import Secret
from service import metrics
from service.board.app import make_app
from service.engine.fold import Engine
from service.engine.plan import Plan, to_data
from service.engine.results import digest
from service.engine.values import Chunk, Event
from service.errors import ConfigurationError
from service.hosts import collector
from service.hosts.clock import Stamps, Steady, monotonic_s, now_ms
from service.hosts.embedded import Embedded
from service.hosts.jobs import Batch, Overloaded
from service.hosts.pulse import Pulse
from service.hosts.writer import Stamping, Writer
from service.intake.decode import Decoder
from service.intake.http import event_routes
from service.intake.rejected import Rejected
from service.log.sqlite import SqliteLog
from service.loop import Loop
from service.settings import Compiled, ProcessSettings, Secrets, compile_settings, load
from service.store.outbox import SqlOutbox
from service.store.reads import Reads
from service.store.retention import Limits, Retention
from service.store.store import Store

KEY_FILE = "customer_key"
REFOLD_CHUNKS = 500


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
    unserved: tuple[str, ...]


def build(
    process: ProcessSettings,
    *,
    clock_events: bool = False,
    stamps: Stamping | None = None,
    console: TextIO = sys.stdout,
) -> Service:
    """Return the embedded service, caught up with its log; nothing runs yet."""
    refuse_public(process.address[0])
    if process.log != "sqlite":
        raise ConfigurationError(
            [f"EROSION_LOG: {process.log} is not built; leave it out or say sqlite"]
        )
    metrics.BUILD.labels(version("revenue-erosion-alerts")).set(1)
    compiled = compile_settings(load(process.config))
    secrets = Secrets.read(process.secrets)
    store = Store.open(process.database_url)
    reads = Reads.readonly(process.database_url)
    log = SqliteLog(store)
    loop = Loop(Engine(), Desk(compiled.directory), Book(reads.book(now_ms())))
    collector.calm()
    catch_up(store, log, loop)
    collector.settle()
    last = loop.engine.now if loop.engine.now > 0 else None
    plan = take_plan(store, log, loop, compiled.plan, now_ms())
    clock = None if clock_events else (stamps or Stamps(last))
    after = metrics.Watcher(loop.engine).after_turn
    writer = Writer(store, log, loop, clock, after, now_ms, retention(compiled, loop))
    decoder = Decoder(plan, customer_key(secrets, process.data))
    ways = channels(process, secrets, console)
    courier = Courier(
        SqlOutbox(writer.call, reads.tuples), ways, clock=Steady().now, on_attempt=metrics.attempted
    )
    pulse = Pulse()
    doors = event_routes(decoder, taker(writer))
    app = make_app(doors, writer.trouble, reads.alerts, reads.waiting, pulse.still)
    host = Embedded(app, writer, courier, pulse)
    return Service(compiled, store, log, loop, decoder, writer, host, unserved(compiled, ways))


def unserved(compiled: Compiled, ways: Sequence[Channel]) -> tuple[str, ...]:
    """Return the channels that receivers use and for which there are no settings."""
    used = {reach.channel for found in compiled.directory.receivers.values() for reach in found}
    return tuple(sorted(used - {way.name for way in ways}))


def taker(writer: Writer) -> Callable[[Sequence[Event], Sequence[Rejected]], "Future[None] | None"]:
    """Return the door's way to the writer; it returns None when too much waits."""

    def take(events: Sequence[Event], rejected: Sequence[Rejected]) -> "Future[None] | None":
        batch = Batch(events, rejected)
        try:
            writer.take(batch)
        except Overloaded:
            return None
        for bad in rejected:
            metrics.REJECTED.labels(bad.reason.value).inc()
        return batch.done

    return take


def retention(compiled: Compiled, loop: Loop) -> Retention:
    """Return what deletes old rows; no chunk of the log goes while every start needs all of them."""
    kept = compiled.retain
    return Retention(
        Limits(kept.log, kept.outcomes, kept.quarantine),
        clock=monotonic_s,
        time=lambda: loop.engine.now,
        before_seq=lambda: 0,
        on_deleted=metrics.retired,
    )


def catch_up(store: Store, log: SqliteLog, loop: Loop) -> None:
    """Fold the log from its start; frames that were applied before are dropped by the ledger."""
    for count, (_, chunk) in enumerate(log.read(0)):
        loop.fold((chunk,))
        if count % REFOLD_CHUNKS == 0:
            settle(store, loop)
    settle(store, loop)


def settle(store: Store, loop: Loop) -> None:
    """Make waiting results durable in a transaction of their own."""
    if loop.waiting:
        with store.transaction() as transaction:
            loop.settle(transaction)
        loop.settled()


def take_plan(store: Store, log: SqliteLog, loop: Loop, plan: Plan, now: int) -> Plan:
    """Append the compiled plan to the log if it differs from the one in force; return that one."""
    before = loop.engine.plan if loop.engine.begun else None
    if before is not None and _same(before, plan):
        return before
    numbered = replace(plan, number=1 if before is None else before.number + 1)
    # An empty log has no time yet: events that bring their own time may be older than now.
    stamp = loop.engine.now if before is not None else -(2**62)
    chunk = Chunk(stamp, (), to_data(numbered))
    with store.transaction() as transaction:
        log.append(transaction, chunk)
    loop.fold((chunk,))
    settle(store, loop)
    return numbered


def _same(before: Plan, after: Plan) -> bool:
    return digest(to_data(replace(before, number=0))) == digest(to_data(replace(after, number=0)))


def channels(process: ProcessSettings, secrets: Secrets, console: TextIO) -> list[Channel]:
    """Return the ways of reaching people for which there are settings."""
    found: list[Channel] = [Console(console), Jsonl()]
    prefix = "slack_webhook_"
    hooks = {
        name.removeprefix(prefix): Secret(secrets.get(name) or "")
        for name in secrets.values
        if name.startswith(prefix)
    }
    if hooks:
        found.append(Slack(httpx.AsyncClient(), hooks))
    if process.smtp_host:
        password = secrets.get("smtp_password")
        relay = Relay(
            process.smtp_host,
            process.smtp_port,
            Tls(process.smtp_tls),
            process.smtp_from or "erosion@localhost",
            process.smtp_user,
            None if password is None else Secret(password),
        )
        found.append(Email(relay))
    return found


def customer_key(secrets: Secrets, data: Path) -> bytes:
    """Return the key that pseudonymises customers; make one beside the data if none was given."""
    given = secrets.get(KEY_FILE)
    if given is not None:
        return given.encode()
    path = data / KEY_FILE
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(random_secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip().encode()


def refuse_public(host: str) -> None:
    """Refuse an address that others could reach: there is no login yet to protect it."""
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigurationError([f"EROSION_BIND: {host} is not a loopback address; use 127.0.0.1"])
