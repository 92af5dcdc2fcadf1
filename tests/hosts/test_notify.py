"""A service manager is told when we are ready, alive and ending: on a real datagram socket."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.hosts.notify import Notify
from tests.running import service
from tests.worlds import write_config

PATIENCE_S = 20


class Manager:
    """Be the manager's end of the socket."""

    def __init__(self, address: str) -> None:
        """Listen at an address as systemd would pass it."""
        self.address = address
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._line.bind("\0" + address[1:] if address[0] == "@" else address)
        self._line.settimeout(PATIENCE_S)

    def hear(self) -> dict[str, str]:
        """Return the next datagram."""
        lines = self._line.recv(4096).decode().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def until(self, name: str) -> dict[str, str]:
        """Return the next datagram that says something of this name."""
        while name not in (told := self.hear()):
            pass
        return told

    def silent(self) -> bool:
        """Tell whether nothing more was said."""
        self._line.setblocking(False)
        try:
            self._line.recv(4096)
        except BlockingIOError:
            return True
        finally:
            self._line.settimeout(PATIENCE_S)
        return False

    def close(self) -> None:
        """Listen no longer."""
        self._line.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Manager]:
    """Give a manager that listens in a folder, or under an abstract name."""
    here = str(tmp_path / "notify")
    found = Manager(here if request.param == "path" else f"@erosion-test-{os.getpid()}")
    yield found
    found.close()


def told(manager: Manager, **more: str) -> dict[str, str]:
    """Return what a manager would pass."""
    return {"NOTIFY_SOCKET": manager.address} | more


def test_ready_is_said_once_there_is_no_trouble(manager: Manager) -> None:
    """Trouble at the start is a status, READY comes when it is over, and it comes once."""
    trouble = ["no\nbroker"]
    notify = Notify(lambda: trouble[0], lambda: 0, told(manager))
    notify.look()
    assert manager.hear() == {"STATUS": "no broker"}
    trouble[0] = ""
    notify.look()
    assert manager.hear() == {"READY": "1", "STATUS": "ready"}
    notify.look()
    assert manager.silent()
    trouble[0] = "the disk is full"
    notify.look()
    assert manager.hear() == {"STATUS": "the disk is full"}
    trouble[0] = ""
    notify.look()
    assert manager.hear() == {"STATUS": "ready"}


def test_a_sign_of_life_needs_the_pulse(manager: Manager) -> None:
    """WATCHDOG is said at each look while the pulse beats, and not while it stands still."""
    still = [0]
    notify = Notify(str, lambda: still[0], told(manager, WATCHDOG_USEC="3000000"))
    notify.look()
    assert manager.hear() == {"WATCHDOG": "1"}
    assert manager.hear()["READY"] == "1"
    still[0] = 61
    notify.look()
    assert manager.silent()
    still[0] = 0
    notify.look()
    assert manager.hear() == {"WATCHDOG": "1"}


def test_the_end_is_said_once(manager: Manager) -> None:
    """STOPPING is said once; until the end signs of life go on and no status is said."""
    notify = Notify(str, lambda: 0, told(manager, WATCHDOG_USEC="100000"))
    notify.begin()
    manager.until("READY")
    notify.stopping()
    assert manager.until("STOPPING") == {"STOPPING": "1", "STATUS": "ending"}
    assert manager.hear() == {"WATCHDOG": "1"}
    notify.end()
    while not manager.silent():
        pass


@pytest.mark.parametrize(
    "wanted", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "1"}]
)
def test_nobody_asks_for_signs_of_life(manager: Manager, wanted: dict[str, str]) -> None:
    """Without a wait, or with one for another process, none is given."""
    notify = Notify(str, lambda: 0, told(manager, **wanted))
    notify.look()
    assert "READY" in manager.hear()
    assert manager.silent()


def test_a_manager_that_is_gone_ends_nothing(tmp_path: Path) -> None:
    """A socket that nobody listens at, and none at all, are both no error."""
    for environment in ({"NOTIFY_SOCKET": str(tmp_path / "gone")}, {}):
        notify = Notify(str, lambda: 0, environment)
        notify.begin()
        notify.look()
        notify.end()


def test_the_service_tells_its_manager(manager: Manager, tmp_path: Path) -> None:
    """The real program says READY once it answers, signs of life, and STOPPING when it is ended."""
    config = write_config(tmp_path / "config", {})
    asked = {"NOTIFY_SOCKET": manager.address, "WATCHDOG_USEC": "400000"}
    with service(tmp_path / "data", config, logs=tmp_path, **asked) as running:
        assert manager.until("READY") == {"READY": "1", "STATUS": "ready"}
        assert manager.until("WATCHDOG") == {"WATCHDOG": "1"}
        running.process.send_signal(signal.SIGTERM)
        assert manager.until("STOPPING") == {"STOPPING": "1", "STATUS": "ending"}
        assert running.process.wait(timeout=PATIENCE_S) == 0
