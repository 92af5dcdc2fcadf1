"""Damaged storage is refused or gives the right results; it is never taken for empty."""

import shutil
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from service.errors import DamagedError
from service.store.store import Store
from service.store.wal import bytes_in_use, read_wal
from tests.store.damage import content, flips, lived, starts, verdict

PAGE = 4096
FLIPS = 500


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder that was closed in order."""
    return lived(tmp_path_factory.mktemp("damage"))


@pytest.fixture(scope="module")
def truth(whole: Path) -> str:
    """Return everything that stands in it."""
    return content(whole)


def _copied(whole: Path, folder: Path) -> Path:
    return Path(shutil.copytree(whole, folder / "data"))


def _killed(whole: Path, folder: Path, stamp: int = 0) -> tuple[Path, str]:
    """Return a folder as a kill would leave it, with commits in the write-ahead log only."""
    data = _copied(whole, folder)
    store = Store.open(f"sqlite:///{data / 'erosion.db'}")
    for number in range(3 + (stamp > 0)):
        with store.transaction() as transaction:
            transaction.append("main", stamp + number, "tick", b"")
    left = folder / "left"
    shutil.copytree(data, left / "data")
    store.close()
    return left / "data", content(data)


def test_a_flipped_bit_is_refused_or_harmless(whole: Path, truth: str) -> None:
    """500 flips, each page once first: no flip is taken for the truth while something is wrong."""
    places = islice(flips((whole / "erosion.db").stat().st_size, PAGE, every=False), FLIPS)
    found = Counter(verdict(whole, at, bit, truth) for at, bit in places)
    assert found["WRONG"] == 0
    assert found["refused"] >= FLIPS * 0.9
    assert content(whole) == truth
    print(dict(found))


def test_the_program_ends_with_78_and_names_the_command(whole: Path) -> None:
    """A damaged database stops the start of the program with the code for damage."""
    assert starts(whole, [(3 * PAGE + 5, 1), (100, 0)]) == [78, 78]


@pytest.mark.parametrize("damage", ["cut", "zero page", "zero byte", "gone", "doubled"])
def test_a_damaged_file_is_refused_and_left_alone(whole: Path, tmp_path: Path, damage: str) -> None:
    """Truncation at a page, a page of zeros, an empty file, a missing file: refused, unchanged."""
    data = _copied(whole, tmp_path)
    database = data / "erosion.db"
    raw = database.read_bytes()
    spoiled = {
        "cut": raw[: -3 * PAGE],
        "zero page": raw[: 5 * PAGE] + bytes(PAGE) + raw[6 * PAGE :],
        "zero byte": b"",
        "gone": None,
        "doubled": raw + raw[PAGE:],
    }[damage]
    if spoiled is None:
        database.unlink()
    else:
        database.write_bytes(spoiled)
    with pytest.raises(DamagedError) as refused:
        content(data)
    assert "erosion restore" in refused.value.hint
    assert (database.read_bytes() if database.exists() else None) == spoiled


def test_what_a_kill_leaves_is_whole(whole: Path, tmp_path: Path) -> None:
    """Commits that stand only in the write-ahead log are there after the next start."""
    data, after = _killed(whole, tmp_path)
    assert content(data) == after


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "foreign", "flipped", "older"])
def test_a_lost_or_foreign_log_of_commits_is_refused(
    whole: Path, tmp_path: Path, damage: str
) -> None:
    """Commits that were answered are missed when their write-ahead log is lost or not its own."""
    data, _ = _killed(whole, tmp_path)
    log = data / "erosion.db-wal"
    raw = log.read_bytes()
    (data / "erosion.db-shm").unlink()
    if damage == "missing":
        log.unlink()
    elif damage == "foreign":
        other, _ = _killed(whole, tmp_path / "other", stamp=100)
        log.write_bytes((other / "erosion.db-wal").read_bytes())
    elif damage == "older":
        shutil.copy(whole / "erosion.db", data / "erosion.db")
        log.unlink()
    else:
        spoiled = bytearray(raw)
        spoiled[len(raw) // 2] ^= 4
        log.write_bytes({"empty": b"", "cut": raw[: len(raw) // 2]}.get(damage, bytes(spoiled)))
    with pytest.raises(DamagedError, match=r"damaged|lacks its last commits"):
        content(data)


def test_another_program_may_write_the_log_back(whole: Path, tmp_path: Path) -> None:
    """Somebody who opens the database after a kill checkpoints it: nothing is lost or refused."""
    import sqlite3  # noqa: PLC0415 - the other program

    data, after = _killed(whole, tmp_path)
    other = sqlite3.connect(data / "erosion.db")
    other.execute("SELECT count(*) FROM chunk").fetchone()
    other.close()
    assert not (data / "erosion.db-wal").exists()
    assert content(data) == after
    assert content(data) == after


def test_long_logs_of_commits_are_written_back(tmp_path: Path) -> None:
    """The log of commits stays short while nobody reads, and its pages are known afterwards."""
    store = Store.open(f"sqlite:///{tmp_path / 'erosion.db'}")
    for number in range(40):
        with store.transaction() as transaction:
            transaction.append("main", number, "events", b"[]" * 200_000)
        store.checkpoint_when_due()
        assert (tmp_path / "erosion.db-wal").stat().st_size < 6 * 1024 * 1024
    left = tmp_path / "left"
    left.mkdir()
    for file in tmp_path.glob("erosion.*"):
        shutil.copy(file, left)
    store.close()
    for folder in (tmp_path, left):
        again = Store.open(f"sqlite:///{folder / 'erosion.db'}")
        assert again.rows("SELECT count(*) FROM chunk") == [(40,)]
        again.close()


def test_half_made_sums_are_made_again(whole: Path, truth: str, tmp_path: Path) -> None:
    """Checksums that were being written when the power went are no reason to refuse."""
    data = _copied(whole, tmp_path)
    raw = (data / "erosion.sums").read_bytes()
    for half in (b"", bytes(16) + raw[16:90], raw[:-2]):
        (data / "erosion.sums").write_bytes(half)
        assert content(data) == truth


def test_how_full_the_log_of_commits_is(tmp_path: Path) -> None:
    """After a checkpoint the log is written from its beginning, and what stands behind is not it."""
    database = tmp_path / "erosion.db"
    assert bytes_in_use(database) == 0
    store = Store.open(f"sqlite:///{database}")
    assert bytes_in_use(database) == 0
    used = []
    for number in range(30):
        with store.transaction() as transaction:
            transaction.append("main", number, "events", b"[]" * 10_000)
        if number == 20:
            store.checkpoint(truncate=False)
        used.append(bytes_in_use(database))
        assert used[-1] == read_wal(database, verify=True).frames * (24 + PAGE)
    assert used[:21] == sorted(used[:21])
    assert used[21] < used[20] // 5
    store.close()
