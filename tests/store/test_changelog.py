"""Checkpoints as rows: whole or not there, and never half."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from service.store import changelog
from service.store.changelog import newest, offsets, outdated, rows_of

VERSION = (1,)
PARTS = [("head", {"now": 5}), ("cases", [[n, "x" * 40] for n in range(400)]), ("empty", [])]


def rows(offset: int, shard: str = "main") -> dict[bytes, bytes]:
    """Return the rows of one checkpoint, cut small."""
    return dict(rows_of(shard, offset, PARTS, VERSION))


@given(st.integers(50, 5000))
def test_what_was_written_comes_back(size: int) -> None:
    """Whatever the size of a bucket, the parts come back as they were."""
    before, changelog.BUCKET_BYTES = changelog.BUCKET_BYTES, size
    try:
        found, passed_over = newest("main", rows(7), VERSION)
    finally:
        changelog.BUCKET_BYTES = before
    assert found is not None
    assert (found.offset, passed_over) == (7, [])
    assert [*found.parts.items()] == PARTS


def test_the_newest_whole_one_counts() -> None:
    """A checkpoint without its manifest is not there, whatever else of it is."""
    half = {key: value for key, value in rows(9).items() if not key.endswith(b"manifest")}
    found, _ = newest("main", rows(5) | rows(7) | half | rows(99, "other"), VERSION)
    assert found is not None
    assert found.offset == 7


def test_a_manifest_is_the_last_row() -> None:
    """Rows become durable in their order, so whoever sees a manifest has all it names."""
    assert [*rows(7)][-1].endswith(b"manifest")


@given(st.randoms(use_true_random=False))
def test_damage_is_passed_over_with_its_reason(random: Random) -> None:
    """A row that is missing or changed makes its checkpoint untrusted, and the older one counts."""
    newer = rows(9)
    key = random.choice([*newer])
    if random.random() < 0.3:
        del newer[key]
    else:
        at = random.randrange(len(newer[key]))
        newer[key] = newer[key][:at] + bytes([newer[key][at] ^ 1]) + newer[key][at + 1 :]
    found, passed_over = newest("main", rows(5) | newer, VERSION)
    assert found is not None
    assert found.offset == 5 or found.parts == dict(PARTS)
    assert found.offset == 9 or passed_over or key.endswith(b"manifest")


def test_another_version_is_passed_over() -> None:
    """The form of another version of the program is not read."""
    found, passed_over = newest("main", rows(5), (2,))
    assert found is None
    assert "another version" in passed_over[0]


def test_two_are_kept() -> None:
    """Older ones and unfinished ones go; nothing of another shard does."""
    half = [key for key in rows(8) if not key.endswith(b"manifest")]
    keys = [*rows(3), *rows(5), *rows(7), *half, *rows(1, "other")]
    assert {int(key.split(b"/")[1]) for key in outdated("main", keys)} == {3, 8}
    assert not [key for key in outdated("main", keys) if key.startswith(b"other")]
    assert offsets("main", keys) == [7, 5, 3]
