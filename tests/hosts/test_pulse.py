"""A pulse that stops is seen: by /ready, by /live, and in the log with the place where it hangs."""

import asyncio
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import httpx
import pytest

from service.board.access import Access
from service.board.app import Health, make_app
from service.hosts.door import Door
from service.hosts.intake import Intake
from service.hosts.pulse import STILL_S, Pulse, Watchdog
from service.intake.decode import Decoder
from service.log.decided import Decided
from service.store.transaction import Transaction
from service.transport import Transport
from tests.hosts.test_writer import _writer
from tests.running import free_port, until
from tests.worlds import KEY, plan_of, write_config


class Seconds:
    """Be a clock that is set by hand."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.now = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


async def test_live_fails_when_the_loop_stood_still() -> None:
    """After a minute without a turn of the loop /live says so, and is well after the next one."""
    clock = Seconds()
    pulse = Pulse(clock)
    app = make_app(Access((), b"", lambda: 0), Health(str, pulse.still))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://x"
    ) as client:
        assert (await client.get("/live")).status_code == 200
        clock.now += STILL_S
        assert (await client.get("/live")).text == "stood still for 60 s\n"
        pulse.beat()
        assert (await client.get("/live")).status_code == 200


def test_the_watchdog_tells_once_where_it_hangs(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each stop, with the place in the code."""
    clock = Seconds()
    pulse = Pulse(clock)
    watchdog = Watchdog(pulse)
    for seconds in (1, STILL_S, 1):
        clock.now += seconds
        watchdog.look()
    pulse.beat()
    watchdog.look()
    told = "".join(capsys.readouterr())
    assert told.count("the door stands still") == 1
    assert watchdog._told is False


def test_a_writer_that_hangs_is_told_by_ready(tmp_path: Path) -> None:
    """A turn that does not end for a minute is told; an idle writer is well."""
    writer, store, _ = _writer(tmp_path)
    clock, hang, hanging = Seconds(), Flag(), Flag()
    writer.pulse = Pulse(clock)

    def work(_: Transaction) -> None:
        hanging.set()
        hang.wait(timeout=10)

    writer.start()
    clock.now += 100
    until(lambda: not writer.trouble())
    Thread(target=lambda: writer.call(work), daemon=True).start()
    hanging.wait(timeout=10)
    clock.now += STILL_S
    assert writer.trouble() == "the log stands still: no turn has ended for 60 s"
    hang.set()
    until(lambda: not writer.trouble())
    writer.stop()
    store.close()


@pytest.mark.parametrize("role", ["intake", "door"])
async def test_waiting_for_brokers_is_no_standing_still(role: str, tmp_path: Path) -> None:
    """Who tries in vain to reach the brokers beats at each try: ending it would help nobody."""
    away = Transport((("127.0.0.1", free_port()),))
    decoder = Decoder(plan_of(write_config(tmp_path, {})), KEY)
    host: Intake | Door = Door(away, decoder, Decided())
    if role == "intake":
        host = Intake(away, lambda _: pytest.fail("there is no plan"))
    clock, stop = Seconds(), asyncio.Event()
    host.pulse = Pulse(clock)
    clock.now += STILL_S
    running = asyncio.create_task(host.run(stop))
    await asyncio.to_thread(until, lambda: not host.pulse.still())
    assert host.trouble
    stop.set()
    await running
