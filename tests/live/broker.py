"""A real Kafka broker for tests: one node of KRaft, from the jars, without a container.

A broker that is imitated was rejected for what these tests are about: an imitation has no disk to
fill, no certificate to refuse and no memory after it is killed.  The jars are fetched once into a
folder of the user.  Every broker runs on free ports of loopback, keeps its data in a folder of its
own, and is ended by its own process id.

    with Broker(tmp_path) as broker:
        broker.kill9()
        broker.start()  # the same ports, the same data
"""

import os
import signal
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.live.certificates import Certificates
from tests.live.needs import cache, lacking, program
from tests.running import free_port

VERSION = "4.3.1"
POM = Path(__file__).parents[2] / "deploy" / "test-kafka" / "pom.xml"
FLAGS = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
# Ends a broker whose test was killed: nothing else would.
GUARD = "while kill -0 $1; do kill -0 $0 || kill -9 $1; sleep 1; done 2>/dev/null"
# ApiVersions, version 0, with no client id: what a broker answers before anything else.
HELLO = struct.pack(">ihhih", 10, 18, 0, 1, -1)
START_S, STOP_S = 60, 30
LISTENERS = ("PLAINTEXT", "CONTROLLER", "FAR", "PASSWORD", "MUTUAL")
PROTOCOLS = "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,FAR:PLAINTEXT,PASSWORD:SASL_SSL,MUTUAL:SSL"


def jars() -> Path:
    """Return the folder of the broker's jars, fetched now if they never were."""
    folder = cache() / f"kafka-{VERSION}"
    if not folder.is_dir():
        new = folder.with_name(f"{folder.name}.{os.getpid()}")
        line = [program("mvn"), "-q", "-B", "-f", str(POM), "dependency:copy-dependencies"]
        done = subprocess.run(
            [*line, f"-DoutputDirectory={new}"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            lacking(f"the broker's jars cannot be fetched ({done.stdout.strip()[-300:]})")
        if not folder.is_dir():
            new.rename(folder)
    return folder


@dataclass
class Broker:
    """Run a broker until the block ends.

    `more` are lines of server.properties that come on top.  With `certificates` it listens for
    clients with a user and password at `password_address` and for clients with a certificate at
    `mutual_address`; `users` are known by SCRAM-SHA-512 and SCRAM-SHA-256.  `logs` puts the topics'
    data elsewhere, on a small disk for example; what the cluster knows stays in `folder`.  With `far`,
    the port of a line to `ports["FAR"]` that can be cut, clients there are sent back to that line.
    """

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    certificates: Certificates | None = None
    users: Mapping[str, str] = field(default_factory=dict)
    logs: Path | None = None
    far: int = 0

    def __post_init__(self) -> None:
        """Choose ports that stay the same however often the broker is started again."""
        self.ports = {name: free_port() for name in LISTENERS}
        self.process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return host and port for clients without any protection."""
        return f"127.0.0.1:{self.ports['PLAINTEXT']}"

    @property
    def password_address(self) -> str:
        """Return host and port for TLS with a user and a password."""
        return f"localhost:{self.ports['PASSWORD']}"

    @property
    def mutual_address(self) -> str:
        """Return host and port for TLS with a certificate of the client."""
        return f"localhost:{self.ports['MUTUAL']}"

    @property
    def log(self) -> Path:
        """Return the file of what the broker printed."""
        return self.folder / "broker.log"

    def __enter__(self) -> Self:
        """Format, start, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(
            "".join(f"{key}={value}\n" for key, value in self._settings().items())
        )
        self._format()
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End it at once: nobody reads its data after the block."""
        self.kill9()

    def start(self) -> None:
        """Start on the data that is there and wait until it answers."""
        assert self.process is None
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._java("kafka.Kafka", str(self._properties)),
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        pids = (str(os.getpid()), str(self.process.pid))
        self._guard = subprocess.Popen(
            [program("sh"), "-c", GUARD, *pids], start_new_session=True, stderr=subprocess.DEVNULL
        )
        try:
            self._wait()
        except BaseException:
            self.kill9()
            raise

    def stop(self) -> None:
        """Ask it to stop and wait until it has."""
        self._end(signal.SIGTERM)

    def kill9(self) -> None:
        """Kill it, also a suspended one."""
        self._end(signal.SIGKILL)

    def suspend(self) -> None:
        """Let it stand still: its connections stay open and nothing answers."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a suspended one go on."""
        assert self.process
        self.process.send_signal(signal.SIGCONT)

    def tool(self, main: str, *arguments: str) -> str:
        """Run one of Kafka's own tools by its class and return what it printed."""
        done = subprocess.run(
            self._java(main, *arguments), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def _properties(self) -> Path:
        return self.folder / "server.properties"

    def _java(self, main: str, *arguments: str) -> list[str]:
        return [program("java"), *FLAGS, "-cp", f"{jars()}/*", main, *arguments]

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        if self._guard is not None:
            self._guard.kill()
            self._guard.wait()
        self.process.send_signal(how)
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_S)
        self.process = None

    def _format(self) -> None:
        scram = [
            f"{kind}=[name={name},password={password}]"
            for name, password in self.users.items()
            for kind in ("SCRAM-SHA-512", "SCRAM-SHA-256")
        ]
        given = [part for one in scram for part in ("--add-scram", one)]
        cluster = uuid.uuid4().hex[:22]
        self.tool(
            "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._properties), *given
        )

    def _settings(self) -> dict[str, str]:
        names = LISTENERS if self.certificates else LISTENERS[:3]
        listeners = [f"{name}://127.0.0.1:{self.ports[name]}" for name in names]
        # Certificates are for a name, as in life, and not for an address.
        hosts = {"PASSWORD": "localhost", "MUTUAL": "localhost"}
        ports = self.ports | ({"FAR": self.far} if self.far else {})
        told = [n for n in names if n != "CONTROLLER"]
        advertised = [f"{n}://{hosts.get(n, '127.0.0.1')}:{ports[n]}" for n in told]
        plain = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self.ports['CONTROLLER']}",
            "controller.listener.names": "CONTROLLER",
            "listeners": ",".join(listeners),
            "advertised.listeners": ",".join(advertised),
            "listener.security.protocol.map": PROTOCOLS,
            "log.dirs": str(self.logs or self.folder / "data"),
            "metadata.log.dir": str(self.folder / "metadata"),
            "auto.create.topics.enable": "false",
            "offsets.topic.num.partitions": "4",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.num.partitions": "4",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            # Killed and started again, a broker is let in when its last life has timed out.
            "broker.session.timeout.ms": "2000",
            "broker.heartbeat.interval.ms": "500",
        }
        secure = self.certificates.broker_settings() if self.certificates else {}
        return plain | secure | dict(self.more)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            if _answers(self.ports["PLAINTEXT"]):
                return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text()[-4000:])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(HELLO)
            return len(connection.recv(4)) == 4
    except OSError:
        return False
