"""A PostgreSQL server of our own for tests: made in a temporary folder, on a free loopback port.

The server refuses to run as root, so root hands it to the user `postgres`, as Debian does.  It is
ended by its process id, whatever became of the test, and ends by itself if the test was killed.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest

from tests.live.needs import program
from tests.running import free_port, until

USER = "postgres"
TYPE = "PostgreSQL's server is not installed; type: make test-deps"


class Cluster:
    """Be one server; it can be stopped, killed, frozen and started again on the same port."""

    def __init__(self, folder: Path, programs: Path, *, fsync: bool) -> None:
        """Make the files; nothing runs yet."""
        self.folder, self._programs, self._fsync = folder, programs, fsync
        self._data = folder / "data"
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self._make()

    def start(self) -> None:
        """Start, and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "on" if self._fsync else "off",
            "full_page_writes": "on" if self._fsync else "off",
            "max_connections": "40",
            "autovacuum": "off",
            "shared_buffers": "32MB",
        }
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *_as_user("--pdeathsig", "INT"),
                    self._programs / "postgres",
                    "-D",
                    self._data,
                    *options,
                ],
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        until(self._answers, 60)

    def stop(self) -> None:
        """Stop at once but in order: sessions are ended, what was committed is written."""
        self._end(signal.SIGINT)

    def kill9(self) -> None:
        """Kill the server and every session of it, as the loss of power does to processes."""
        sessions = self._sessions()
        self._end(signal.SIGKILL)
        for session in sessions:
            with suppress(ProcessLookupError):
                os.kill(session, signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{session}").exists() for session in sessions))

    def freeze(self) -> None:
        """Let the server and its sessions stand still."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal_all(signal.SIGCONT)

    def close(self) -> None:
        """End it, however it is."""
        if self._process is not None and self._process.poll() is None:
            self.thaw()
            self.kill9()

    @property
    def pid(self) -> int:
        """Return the process id of the server itself."""
        assert self._process is not None
        return self._process.pid

    def url(self, database: str = USER) -> str:
        """Return the address of a database."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """Make an empty database and return its address."""
        name = f"t{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name}")
        return self.url(name)

    def ask(self, statement: str, database: str = USER) -> list[tuple[object, ...]]:
        """Run one statement past our own code."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def end_sessions(self, database: str) -> None:
        """End every session of a database, as a proxy does that fails over."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(ending, (database,))

    def _make(self) -> None:
        made = ["-D", str(self._data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        self._run("initdb", *made, "--locale=C.UTF-8")

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "server.log").read_text()
        with suppress(psycopg.OperationalError):
            self.ask("SELECT 1")
            return True
        return False

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(timeout=30)

    def _signal_all(self, which: signal.Signals) -> None:
        for process in [self.pid, *self._sessions()]:
            with suppress(ProcessLookupError):
                os.kill(process, which)

    def _sessions(self) -> list[int]:
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(word) for word in found.split()]

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*_as_user(), self._programs / program, *arguments],
            check=True,
            capture_output=True,
            cwd=self.folder,
        )


class Standby(Cluster):
    """Be a server that follows another, and without which the other commits nothing."""

    def __init__(self, folder: Path, programs: Path, first: Cluster) -> None:
        """Copy the other as it is."""
        self._first = first
        super().__init__(folder, programs, fsync=True)

    def start(self) -> None:
        """Start, and let the other wait for it at every commit."""
        super().start()
        self._first.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self._first.ask("SELECT pg_reload_conf()")

    def _make(self) -> None:
        followed = ["-d", self._first.url(), "-D", str(self._data)]
        self._run("pg_basebackup", *followed, "-R", "-c", "fast", "--no-sync")
        self._data.chmod(0o700)


@contextmanager
def cluster(*, fsync: bool = True) -> Iterator[Cluster]:
    """Give a running server until the block ends; it fsyncs unless a test asks for speed."""
    found = programs()
    with _running(lambda folder: Cluster(folder, found, fsync=fsync)) as made:
        yield made


@contextmanager
def standby(first: Cluster) -> Iterator[Cluster]:
    """Give a server that follows another until the block ends."""
    found = programs()
    with _running(lambda folder: Standby(folder, found, first)) as made:
        yield made


@contextmanager
def _running(make: Callable[[Path], Cluster]) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="erosion-pg-"))
    if os.geteuid() == 0:
        owner = pwd.getpwnam(USER)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    made: Cluster | None = None
    try:
        made = make(folder)
        made.start()
        yield made
    finally:
        if made is not None:
            made.close()
        shutil.rmtree(folder, ignore_errors=True)


def programs() -> Path:
    """Return the folder of the server's programs; without it the test skips, or fails under CI."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    found += [Path(on_path).resolve()] if on_path else []
    if found:
        return max(found, key=lambda path: path.parent.parent.name.zfill(4)).parent
    if os.environ.get("CI") == "true":
        pytest.fail(TYPE)
    pytest.skip(TYPE)


def _as_user(*more: str) -> list[str]:
    """Return what goes before a program that must not be root's, and must not outlive us."""
    as_user = ["--reuid", USER, "--regid", USER, "--clear-groups"] if os.geteuid() == 0 else []
    return [program("setpriv"), *as_user, *more, "--"]
