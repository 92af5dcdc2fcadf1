"""A full disk, a file that may not grow, a disk that fails: nothing is lost, and the end is right."""

import os
import resource
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.simulator.run import run
from tests.live.disk import grow
from tests.live.disk import small_disk as small_disk_at
from tests.live.killing import durable, feed, traced
from tests.running import Running, service, until
from tests.stored import stored_results
from tests.worlds import KEY

pytestmark = pytest.mark.live
CONFIG = Path("config")
LAST = b'{"specversion":"1.0","source":"voice","id":"last","type":"feedback.received","time":"2026-07-01T00:00:00Z"}\n'


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return three weeks of events and one long after."""
    path = tmp_path_factory.mktemp("stream") / "events.ndjson"
    run(path, path.with_suffix(".json"), seed=11, dealers=8, weeks=4, start="2026-05-25")
    return [*path.read_bytes().splitlines(keepends=True), LAST]


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> str:
    """Return the results hash of a service that never lacked anything."""
    data = tmp_path_factory.mktemp("truth") / "data"
    _given_key(data)
    with service(data, CONFIG, "--clock", "events") as running:
        _send(running, lines)
        assert running.stop() == 0
    return stored_results(data / "erosion.db").hash()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of one mebibyte."""
    with small_disk_at(tmp_path / "disk", 1) as folder:
        yield folder


def _given_key(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    (data / "customer_key").write_bytes(KEY)


def _send(running: Running, lines: list[bytes], size: int = 50) -> int:
    """Send everything, again where the service asks for it; return how often it did."""
    refused = 0
    for first in range(0, len(lines), size):
        while (answer := running.post(b"".join(lines[first : first + size]))).status_code != 202:
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1"), answer.text
            refused += 1
            time.sleep(0.2)
    return refused


def _is_full(running: Running) -> bool:
    ready = httpx.get(running.address + "/ready")
    return ready.status_code == 503 and "no room" in ready.text


def _sending(running: Running, lines: list[bytes]) -> tuple[threading.Thread, list[int]]:
    counts: list[int] = []
    thread = threading.Thread(target=lambda: counts.append(_send(running, lines)))
    thread.start()
    return thread, counts


def _ends_right(running: Running, data: Path, sending: threading.Thread, truth: str) -> None:
    """Wait for the sender, stop in order, and compare with the truth."""
    sending.join(timeout=60)
    assert not sending.is_alive()
    assert httpx.get(running.address + "/ready").status_code == 200
    assert "erosion_storage_full 0.0" in httpx.get(running.address + "/metrics").text
    assert running.stop() == 0
    assert stored_results(data / "erosion.db").hash() == truth
    told = running.log.read_text()
    changes = (told.count("storage full"), told.count("storage has room again"))
    assert changes[0] == changes[1] >= 1


def test_a_full_disk_is_lived_through(
    small_disk: Path, tmp_path: Path, lines: list[bytes], truth: str
) -> None:
    """On a disk of 1 MiB that runs full: 503, /ready says why, and freed space is enough."""
    data = small_disk / "data"
    _given_key(data)
    with service(data, CONFIG, "--clock", "events", logs=tmp_path) as running:
        with (small_disk / "ballast").open("wb") as ballast:
            while os.statvfs(small_disk).f_bavail > 60:
                ballast.write(bytes(4096))
                ballast.flush()
        sending, refused = _sending(running, lines)
        until(lambda: _is_full(running))
        assert "erosion_storage_full 1.0" in httpx.get(running.address + "/metrics").text
        time.sleep(2.5)
        assert httpx.get(running.address + "/live").status_code == 200
        assert running.log.read_text().count("storage full") == 1
        grow(small_disk, 16)
        _ends_right(running, data, sending, truth)
        assert refused[0] > 0


def test_a_file_that_may_not_grow_is_lived_through(
    tmp_path: Path, lines: list[bytes], truth: str
) -> None:
    """Under a limit on the size of files the same; lifting the limit of the process is enough."""
    data = tmp_path / "data"
    _given_key(data)
    with service(data, CONFIG, "--clock", "events", logs=tmp_path) as running:
        size = (data / "erosion.db").stat().st_size
        pid = running.process.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 100_000, resource.RLIM_INFINITY))
        sending, refused = _sending(running, lines)
        until(lambda: _is_full(running))
        time.sleep(1.5)
        resource.prlimit(
            pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        _ends_right(running, data, sending, truth)
        assert refused[0] > 0


def test_a_failing_disk_ends_the_process_with_74(
    tmp_path: Path, lines: list[bytes], truth: str
) -> None:
    """When a sync fails the process ends at once; the next start finds all that was answered."""
    data = tmp_path / "data"
    _given_key(data)
    fault = "inject=fdatasync:error=EIO:when=80+"
    before = traced("-o", "/dev/null", "-e", fault)
    answered = 0
    with service(data, CONFIG, "--clock", "events", before=before, logs=tmp_path) as running:
        try:
            for first in range(0, len(lines), 20):
                if running.post(b"".join(lines[first : first + 20])).status_code != 202:
                    break
                answered = first + 20
        except httpx.HTTPError:
            pass
        assert running.process.wait(timeout=20) == 74
    assert "the disk under" in running.log.read_text()
    assert 0 < answered < len(lines)
    with service(data, CONFIG, "--clock", "events", logs=tmp_path) as running:
        _send(running, lines[answered:])
        assert running.stop() == 0
    assert stored_results(data / "erosion.db").hash() == truth


def test_no_room_in_the_midst_of_a_write_is_no_failing_disk(tmp_path: Path) -> None:
    """ENOSPC from the system at any write is told as a full disk, never as damage or a defect."""
    stream = tmp_path / "events.ndjson"
    run(stream, tmp_path / "truth.json", seed=9, dealers=3, weeks=2, start="2026-06-01")
    fault = "inject=pwrite64:error=ENOSPC:when=400+"
    hashes = []
    for name, before in (("full", traced("-o", "/dev/null", "-e", fault)), ("never", [])):
        data = tmp_path / name
        _given_key(data)
        told = feed(data, stream, 0, *before)
        if before:
            assert told.returncode == 1
            assert "StorageFullError" in told.stderr
            told = feed(data, stream, durable(told.stdout))
        assert told.returncode == 0, told.stderr
        hashes.append(stored_results(data / "erosion.db").hash())
    assert hashes[0] == hashes[1]
