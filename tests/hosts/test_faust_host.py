"""What Faust's host does when partitions are dealt out anew while it still answers the deal before."""

import asyncio
import os
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import faust
import pytest

from service.hosts import faust_app, faust_client
from service.hosts.faust_app import SILENT_S, WAKE_S, FaustHost
from service.hosts.faust_client import DEAL, EndingWorker, tell_deals
from service.hosts.faust_rows import Rows
from service.hosts.running import SilentError
from service.transport import Transport
from tests.hosts.fake_faust import AT, Client, Recovery, Worker


async def test_a_deal_in_a_deal_ends_no_worker(tmp_path: Path) -> None:
    """What is not ours any more is not run; the shards of the next deal are."""
    worker, client = Worker(), Client()
    host = FaustHost(Transport((("127.0.0.1", 1),), "p"), 1, "", worker, tmp_path)
    flow = SimpleNamespace(suspend=lambda: None)
    tables = SimpleNamespace(recovery=Recovery())
    more = {"flow_control": flow, "tables": tables, "consumer_generation_id": 1}
    host.app = SimpleNamespace(consumer=client, **more)  # type: ignore[assignment]
    DEAL.set(1)
    await host._guarded(host._recover)()
    assert (worker.runs, worker.died) == ([], [])
    assert client.flows, "the next deal's changelog must be read"
    client.mine, client.stays = {AT}, True
    await host._guarded(host._recover)()
    assert (worker.runs, worker.died) == ([{0: 0}], [])


async def test_a_recovery_that_missed_its_end_is_told_again(tmp_path: Path) -> None:
    """Who waits for the end of a recovery hears of it; the next deal does not take its own for ended."""
    host = FaustHost(Transport((("127.0.0.1", 1),), "p"), 1, "", Worker(), tmp_path)
    client, recovery = Client(), Recovery()
    tables = SimpleNamespace(recovery=recovery)
    host.app = SimpleNamespace(consumer=client, tables=tables, in_recovery=False)  # type: ignore[assignment]
    host._rows = Rows(recovery)
    host._whole_s = now = asyncio.get_running_loop().time()
    waiting = asyncio.create_task(recovery.signal_recovery_end.wait())
    await asyncio.sleep(0)
    await host._see_to_the_log(now + WAKE_S / 2)
    await asyncio.sleep(0)
    assert not waiting.done()
    await host._see_to_the_log(now + WAKE_S * 2)
    assert await asyncio.wait_for(waiting, 1)
    assert not recovery.signal_recovery_end.is_set()


async def test_a_log_is_not_silent_while_we_do_not_ask(tmp_path: Path) -> None:
    """A worker whose store was away for long goes on; only a log that brings nothing ends it."""
    worker, client = Worker(), Client()
    host = FaustHost(Transport((("127.0.0.1", 1),), "p"), 1, "", worker, tmp_path)
    tables = SimpleNamespace(recovery=Recovery())
    host.app = SimpleNamespace(consumer=client, tables=tables, in_recovery=False)  # type: ignore[assignment]
    host._held, host._folded = {0: []}, {0: 1}
    client.ends = {AT: 9}
    loop = asyncio.get_running_loop()
    host._came_s = loop.time()
    worker.takes_s = 0.3
    await host._flush()
    await host._see_to_the_log(host._came_s + SILENT_S)
    assert host._came_s >= loop.time() - 0.1
    with pytest.raises(SilentError):
        await host._see_to_the_log(loop.time() + SILENT_S + 1)


async def test_the_same_shards_in_the_next_deal_are_left_to_that(tmp_path: Path) -> None:
    """An answer to the deal before must not close the flow: the changelog is read again through it."""
    worker, client = Worker(), Client()
    host = FaustHost(Transport((("127.0.0.1", 1),), "p"), 1, "", worker, tmp_path)
    tables = SimpleNamespace(recovery=Recovery())
    app = SimpleNamespace(consumer=client, tables=tables, consumer_generation_id=1)
    host.app, client.stays = app, True  # type: ignore[assignment]

    async def dealt_anew() -> None:
        app.consumer_generation_id = 2

    client.dealt_anew = dealt_anew  # type: ignore[method-assign]
    await host._guarded(host._recover)()
    assert (worker.runs, worker.died, client.flows) == ([], [], True)


async def test_a_call_that_was_overtaken_closes_no_flow(tmp_path: Path) -> None:
    """Of two calls for one deal only the later acts: Faust opens the flow behind that one alone."""
    worker, client = Worker(), Client()
    host = FaustHost(Transport((("127.0.0.1", 1),), "p"), 1, "", worker, tmp_path)
    flow = SimpleNamespace(suspend=lambda: None)
    more = {"flow_control": flow, "tables": SimpleNamespace(recovery=Recovery())}
    host.app = SimpleNamespace(consumer=client, consumer_generation_id=1, **more)  # type: ignore[assignment]
    client.stays, let_go = True, asyncio.Event()
    DEAL.set(1)

    async def slow() -> None:
        client.dealt_anew = quick  # type: ignore[method-assign]
        await let_go.wait()

    async def quick() -> None:
        """Answer at once."""

    client.dealt_anew = slow  # type: ignore[method-assign]
    overtaken = asyncio.create_task(host._recover())
    await asyncio.sleep(0)
    await host._recover()
    client.flows = True  # by Faust, behind the call that it waits for
    let_go.set()
    await overtaken
    assert client.flows
    assert worker.runs == [{0: 0}]


async def test_a_call_about_the_deal_before_does_nothing(tmp_path: Path) -> None:
    """The next deal is known before its recovery begins: a call that ends the last one is too late."""
    worker, client = Worker(), Client()
    host = FaustHost(Transport((("127.0.0.1", 1),), "p"), 1, "", worker, tmp_path)
    tables = SimpleNamespace(recovery=Recovery())
    host.app = SimpleNamespace(consumer=client, tables=tables, consumer_generation_id=2)  # type: ignore[assignment]
    client.stays = True
    heard = []

    async def completed(_: int) -> None:
        await asyncio.ensure_future(host._recover())
        heard.append(DEAL.get())

    recovery = SimpleNamespace(on_recovery_completed=completed)
    tell_deals(recovery)
    await asyncio.create_task(recovery.on_recovery_completed(1))
    assert (worker.runs, client.flows) == ([], True)
    flow = SimpleNamespace(suspend=lambda: None)
    host.app = SimpleNamespace(  # type: ignore[assignment]
        consumer=client, tables=tables, consumer_generation_id=2, flow_control=flow
    )
    await asyncio.create_task(recovery.on_recovery_completed(2))
    assert (worker.runs, heard) == ([{0: 0}], [1, 2])


async def test_shards_leave_while_a_store_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for a store holds the lock; neither a stop nor a deal waits for that."""
    monkeypatch.setattr(faust_app, "LEAVE_S", 0.0)
    worker = Worker()
    host = FaustHost(Transport((("127.0.0.1", 1),), "p"), 1, "", worker, tmp_path)
    host.app = SimpleNamespace(crashed=False)  # type: ignore[assignment]
    host._held, worker.takes_s = {0: []}, 3600.0
    waiting = asyncio.create_task(host._flush())
    await asyncio.sleep(0)
    await host._before_shutdown()
    assert not host._held
    await host._revoked(host, {AT})
    assert (waiting.done(), worker.died) == (False, [])
    waiting.cancel()


async def test_a_stop_that_faust_does_not_end_ends_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faust waits for brokers that are away; the process does not, and says that it ended as asked."""
    ended, codes = Event(), []

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    async def for_ever(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(faust_client, "END_S", 0.0)
    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(faust.Worker, "stop", for_ever)
    host = FaustHost(Transport((("127.0.0.1", 1),), "p"), 1, "", Worker(), tmp_path)
    loop = asyncio.get_running_loop()
    stopping = asyncio.create_task(EndingWorker(host.app, loop=loop).stop())
    assert await asyncio.to_thread(ended.wait, 10)
    stopping.cancel()
    assert codes == [0]
