"""A start from a checkpoint is a start from the log, only sooner (01, section 7)."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest

from service.bootstrap import Service, build
from service.engine.results import state_hash
from service.engine.values import Event
from service.errors import DamagedError
from service.hosts.forking import Copy
from service.hosts.jobs import Batch
from service.hosts.keeper import Keeper
from service.settings import ProcessSettings
from service.simulator.run import run

EVERY = 300


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Return a stream of two weeks."""
    folder = tmp_path_factory.mktemp("stream")
    run(folder / "e.ndjson", folder / "t.json", seed=5, dealers=6, weeks=2)
    return (folder / "e.ndjson").read_bytes().splitlines()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a checkpoint be due after a few hundred events, and wait for each."""
    monkeypatch.setattr("service.hosts.due.EVENTS_MIN", EVERY)
    monkeypatch.setattr("service.hosts.due.CASES_FACTOR", 0)


def begun(data: Path) -> Service:
    """Return the service on a data folder, driven by hand."""
    return build(
        ProcessSettings(data=data, config=Path("config")), clock_events=True, console=StringIO()
    )


def feed(service: Service, lines: list[bytes], turn: int = 50) -> None:
    """Feed lines, turn by turn, and settle what came of them."""
    for first in range(0, len(lines), turn):
        items = [i for line in lines[first : first + turn] for i in service.decoder.decode(line)]
        service.writer.turn([Batch([i for i in items if isinstance(i, Event)], [])])
        service.writer._folding.finish()
    service.writer.turn([])


def seqs(data: Path) -> list[int]:
    """Return the checkpoints that are there."""
    return sorted(int(path.name) for path in (data / "checkpoints").iterdir())


def state_of(data: Path) -> tuple[str, int]:
    """Start on a data folder; return the state's hash and the frame."""
    service = begun(data)
    found = (state_hash(service.loop.engine), service.loop.engine.frame)
    service.store.close()
    return found


def test_a_start_from_a_checkpoint_equals_a_start_from_the_log(
    stream: list[bytes], tmp_path: Path
) -> None:
    """Two are kept, and the state that they lead to is that of the whole log, byte for byte."""
    service = begun(tmp_path)
    feed(service, stream)
    wanted = (state_hash(service.loop.engine), service.loop.engine.frame)
    service.store.close()
    assert len(seqs(tmp_path)) == 2
    assert state_of(tmp_path) == wanted
    for path in (tmp_path / "checkpoints").iterdir():
        path.rename(tmp_path / f"away-{path.name}")
    assert state_of(tmp_path) == wanted


def _cut(folder: Path) -> None:
    part = folder / "0.json"
    part.write_bytes(part.read_bytes()[:-1])


def _turn_a_bit(folder: Path) -> None:
    part = max(folder.iterdir(), key=lambda path: path.stat().st_size)
    raw = bytearray(part.read_bytes())
    raw[len(raw) // 2] ^= 1
    part.write_bytes(raw)


def _lose_a_part(folder: Path) -> None:
    (folder / "1.json").unlink()


def _age(folder: Path) -> None:
    manifest = folder / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(told | {"version": [0, 0]}))


@pytest.mark.parametrize("damage", [_cut, _turn_a_bit, _lose_a_part, _age])
@pytest.mark.parametrize("both", [False, True])
def test_a_checkpoint_that_cannot_be_trusted_is_passed_over(
    stream: list[bytes], tmp_path: Path, damage: Callable[[Path], None], both: bool
) -> None:
    """Cut, changed, incomplete or of another version: the older one or the log stands in."""
    service = begun(tmp_path)
    feed(service, stream)
    wanted = (state_hash(service.loop.engine), service.loop.engine.frame)
    service.store.close()
    for seq in seqs(tmp_path) if both else seqs(tmp_path)[-1:]:
        damage(tmp_path / "checkpoints" / str(seq))
    assert state_of(tmp_path) == wanted


def test_a_log_without_its_beginning_needs_a_checkpoint(
    stream: list[bytes], tmp_path: Path
) -> None:
    """With the old chunks deleted and no checkpoint to trust, the start is refused."""
    service = begun(tmp_path)
    feed(service, stream)
    with service.store.transaction() as transaction:
        transaction.change(
            "DELETE FROM chunk WHERE kind <> 'control' AND seq < ?", [(seqs(tmp_path)[0],)]
        )
    wanted = (state_hash(service.loop.engine), service.loop.engine.frame)
    service.store.close()
    assert state_of(tmp_path) == wanted
    for seq in seqs(tmp_path):
        _cut(tmp_path / "checkpoints" / str(seq))
    with pytest.raises(DamagedError, match="beginning of the log is gone"):
        begun(tmp_path)


def test_the_log_may_be_cut_only_behind_two_checkpoints(
    stream: list[bytes], tmp_path: Path
) -> None:
    """`covered` is the older of the last two, and nothing while there are not two."""
    keeper = Keeper(tmp_path / "checkpoints")
    assert keeper.covered() == 0
    service = begun(tmp_path)
    feed(service, stream)
    service.store.close()
    assert keeper.covered() == seqs(tmp_path)[0]


def test_a_copy_answers_and_leaves_nothing_behind() -> None:
    """Work in a copy changes nothing here; one that fails gives an empty answer."""
    here = [1]

    def change() -> bytes:
        here.append(2)
        return repr(here).encode()

    copy = Copy(change)
    assert copy.poll(10) == b"[1, 2]"
    assert here == [1]

    def fail() -> bytes:
        raise ValueError

    assert Copy(fail).poll(10) == b""
