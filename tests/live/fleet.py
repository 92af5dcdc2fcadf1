"""A fleet: the three roles as processes on a real broker and a real PostgreSQL server.

Every process is the program as people run it.  A fleet has a prefix and a database of its own, so
that many can share a broker and a server.  What became of a run is read from the database.
"""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from signal import SIGCONT
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions

from service.engine.results import Results
from service.engine.values import Outcome
from service.errors import NotFoundError
from service.settings import compile_settings, load
from service.store.reads import Reads
from service.store.tables import SIGNAL
from tests.live.member import Member, Supervisor
from tests.running import COMMAND, environment, erosion, free_port, until

_NUMBERS = count(1)
Record = tuple[str, bytes | None, bytes]


@dataclass
class Fleet:
    """Run roles, bring records, read results."""

    address: str
    database: str
    config: Path
    folder: Path
    prefix: str = ""
    more: dict[str, str] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    supervisors: list[Supervisor] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Choose a prefix that nobody has."""
        self.prefix = self.prefix or f"t{os.getpid()}-{next(_NUMBERS)}"
        self.secrets.mkdir(parents=True, exist_ok=True)
        (self.secrets / "customer_key").write_text("0123456789abcdef" * 4)
        for file in (self.secrets, self.secrets / "customer_key"):
            file.chmod(0o700)
        self.here.mkdir(exist_ok=True)
        self._lives = count()

    @property
    def secrets(self) -> Path:
        """Return the folder of secrets."""
        return self.folder / "secrets"

    @property
    def here(self) -> Path:
        """Return the working directory of every process, in which none may leave anything."""
        return self.folder / "here"

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment of every process."""
        return {
            "EROSION_LOG": "kafka",
            "EROSION_KAFKA": self.address,
            "EROSION_KAFKA_PREFIX": self.prefix,
            "EROSION_DATABASE": self.database,
            "EROSION_CONFIG": str(self.config),
            "EROSION_SECRETS": str(self.secrets),
        } | self.more

    def environment(self) -> dict[str, str]:
        """Return the whole environment of a command."""
        return environment(self.folder / "data", **self.settings)

    def command(self, *arguments: str) -> str:
        """Run a command to its good end and return what it printed."""
        done = erosion(self.folder / "data", *arguments, **self.settings)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def prepare(self, partitions: int = 2) -> None:
        """Make the topics, and put the plan in force."""
        self.command("topics", "--create-sources")
        plan = compile_settings(load(self.config)).plan
        raw = sorted({source.topic for source in plan.sources.values() if source.topic})
        self.run(grow(self.address, dict.fromkeys(raw, partitions)))
        self.command("reload")

    def start(
        self,
        role: str,
        name: str = "",
        *arguments: str,
        wait: bool = True,
        program: Sequence[str] = COMMAND,
        **more: str,
    ) -> Member:
        """Start a process of a role; a name makes it a static member."""
        port, number = free_port(), next(self._lives)
        log = self.folder / f"{number}-{role}.log"
        own = self.settings | {"EROSION_BIND": f"127.0.0.1:{port}"} | more
        env = environment(self.folder / "data", **own)
        if name:
            env["EROSION_WORKER"] = name
        with log.open("ab") as out:
            line = [*program, "run", "--role", role, *arguments]
            process = subprocess.Popen(line, env=env, stdout=out, stderr=out, cwd=self.here)
        self.note(f"{number}-{role} is started as process {process.pid}")
        member = Member(role, name, process, log, f"http://127.0.0.1:{port}")
        self.members.append(member)
        if wait:
            until(lambda: b"listening" in log.read_bytes() or not member.is_alive, 30)
            assert member.is_alive, log.read_text()
        return member

    def supervise(
        self,
        role: str,
        name: str = "",
        *arguments: str,
        program: Sequence[str] = COMMAND,
        **more: str,
    ) -> Supervisor:
        """Start a process of a role that is started again whenever it ends."""
        start = partial(self.start, role, name, *arguments, wait=False, program=program, **more)
        found = Supervisor(start, self.note)
        self.supervisors.append(found)
        return found

    def send(self, records: Iterable[Record]) -> None:
        """Append records to raw topics, in their order."""
        self.run(_send(self.address, records))

    def results(self) -> Results:
        """Return what the database holds, as a fold would have said it."""
        return results_of(self.database)

    def reports(self) -> list[dict[str, Any]]:
        """Return what the shards say of themselves."""
        reads = Reads.readonly(self.database)
        try:
            return reads.reports()
        except NotFoundError:  # no engine has begun yet
            return []
        finally:
            reads.close()

    def ends(self, topic: str) -> dict[int, int]:
        """Return the end of each partition of a topic."""
        found: dict[int, int] = self.run(_ends(self.address, topic))
        return found

    def note(self, what: str) -> None:
        """Write down when something happened, beside what the processes say."""
        now = time.time()
        at = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1000):03}Z"
        with (self.folder / "diary.log").open("a", encoding="utf-8") as diary:
            diary.write(f"{at} {what}\n")

    @staticmethod
    def run(work: Coroutine[Any, Any, Any]) -> Any:
        """Run a piece of work with the brokers."""
        return asyncio.run(work)

    def close(self) -> None:
        """Kill what still runs."""
        for one in self.supervisors:
            one.drop()
        for member in self.members:
            if member.is_alive:
                member.process.send_signal(SIGCONT)
                member.kill9()


TRUTHS = {list(Outcome._fields).index(name) for name in ("early", "answered")}


def results_of(database: str) -> Results:
    """Return what a database holds, as a fold would have said it."""
    reads, found = Reads.readonly(database), Results()
    for row in reads.tuples("SELECT * FROM outcome"):
        values: list[Any] = [bool(v) if i in TRUTHS else v for i, v in enumerate(row)]
        outcome = Outcome(*values)
        found.outcomes[outcome.touchpoint, outcome.case] = outcome
    for day, touchpoint, unit, via, *counts in reads.tuples("SELECT * FROM reading"):
        found.readings[day, touchpoint, unit, via] = counts  # type: ignore[index, assignment]
    names = [column.name for column in SIGNAL.columns]
    for row in reads.tuples("SELECT * FROM signal"):
        signal: dict[str, Any] = dict(zip(names, row, strict=True))
        found.signals.append(signal | {"evidence": json.loads(signal["evidence"])})
    reads.close()
    return found


@contextmanager
def fleet(address: str, database: str, config: Path, folder: Path, **more: str) -> Iterator[Fleet]:
    """Give a fleet whose processes are ended with the block."""
    found = Fleet(address, database, config, folder, more=more)
    try:
        yield found
    finally:
        found.close()


async def grow(address: str, topics: Mapping[str, int]) -> None:
    """Give topics more partitions."""
    client = AIOKafkaAdminClient(bootstrap_servers=address)
    await client.start()
    await client.create_partitions({n: NewPartitions(total_count=c) for n, c in topics.items()})
    await client.close()


async def _send(address: str, records: Iterable[Record]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=address, linger_ms=20)
    await producer.start()
    try:
        sent = [await producer.send(topic, value, key=key) for topic, key, value in records]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def _ends(address: str, topic: str) -> dict[int, int]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=address)
    await consumer.start()
    try:
        places = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic) or ()]
        return {at.partition: end for at, end in (await consumer.end_offsets(places)).items()}
    finally:
        await consumer.stop()
