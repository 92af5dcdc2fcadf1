"""Telling the service manager how we do: ready, ending, and alive for as long as the pulse beats.

systemd passes a datagram socket in NOTIFY_SOCKET and, with `WatchdogSec`, how long it waits for a
sign of life in WATCHDOG_USEC; without the first nothing is done here.  A thread of its own asks the
two questions that /ready and /live answer, so the manager and a probe never disagree.  The library
of systemd was rejected: what it does is one line on a socket.
"""

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event as Flag
from threading import Thread

ASK_S = 1.0
STATUS_MAX = 200


class Notify:
    """Tell the service manager, from `begin` to `end`."""

    def __init__(
        self,
        trouble: Callable[[], str],
        still: Callable[[], int],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Take what /ready and /live answer by, and where the manager's socket is named."""
        given = os.environ if environment is None else environment
        self._trouble, self._still = trouble, still
        self._address = given.get("NOTIFY_SOCKET", "")
        self._beats_s = _beats_s(given)
        self._said: str | None = None
        self._is_ready = self._is_ending = False
        self._stop = Flag()
        self._thread = Thread(target=self._run, name="notify", daemon=True)

    def begin(self) -> None:
        """Begin to tell, where somebody listens."""
        if self._address:
            self._thread.start()

    def end(self) -> None:
        """Tell no more."""
        self.stopping()
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=ASK_S)

    def stopping(self) -> None:
        """Say, once, that the service ends; that it is alive it still shows until `end`."""
        if not self._is_ending:
            self._is_ending = True
            self._tell("STOPPING=1\nSTATUS=ending")

    def look(self) -> None:
        """Ask once, and tell what is new; a beat is always new."""
        if self._beats_s and not self._still():
            self._tell("WATCHDOG=1")
        if self._is_ending:
            return
        trouble = self._trouble()
        state = f"STATUS={_line(trouble) or 'ready'}"
        if not trouble and not self._is_ready:
            self._is_ready = True
            state = f"READY=1\n{state}"
        if self._said != trouble:
            self._said = trouble
            self._tell(state)

    def _run(self) -> None:
        pause_s = min(ASK_S, self._beats_s or ASK_S)
        self.look()
        while not self._stop.wait(pause_s):
            self.look()

    def _tell(self, state: str) -> None:
        """Send one datagram; a manager that is gone or hangs must not be the end of us."""
        if not self._address:
            return
        # An address that begins with @ is abstract: it stands in no folder.
        name = self._address.replace("@", "\0", 1) if self._address[0] == "@" else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.settimeout(ASK_S)
            line.sendto(state.encode(), name)


def _beats_s(given: Mapping[str, str]) -> float:
    """Return how often to show a sign of life: twice in each wait; 0 where none is asked of us."""
    if given.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0.0
    wait = given.get("WATCHDOG_USEC", "0")
    return int(wait) / 2_000_000 if wait.isdecimal() else 0.0


def _line(text: str) -> str:
    return " ".join(text.split())[:STATUS_MAX]
