"""A dead letter is the record as it came, with our words beside it."""

from hashlib import sha256

from service.intake.dead import HEADERS_BYTES_MAX, Record, dead_letter
from service.rejected import EVENT_BYTES_MAX, HEAD_BYTES, Reason, rejected

AT = 1_789_369_200_000
WHY = rejected(Reason.TIME, "time is missing\nreally", b"{}", "crm")
HEADERS = [("ce_id", b"1"), ("empty", None), ("bytes", b"\xff\0")]


def test_the_record_stays_as_it_came() -> None:
    """Key, value and headers are unchanged; ours say why, from where and when."""
    record = Record("crm.events", 3, 41, b"\xffkey", b"{}", HEADERS)
    letter = dead_letter(record, WHY, AT)
    assert (letter.key, letter.value) == (b"\xffkey", b"{}")
    assert letter.headers[:3] == HEADERS
    assert dict(letter.headers[3:]) == {
        "erosion.reason": b"time",
        "erosion.detail": b"time is missing really",
        "erosion.topic": b"crm.events",
        "erosion.partition": b"3",
        "erosion.offset": b"41",
        "erosion.source": b"crm",
        "erosion.time": b"2026-09-14T07:00:00.000+00:00",
    }


def test_nothing_stays_nothing() -> None:
    """A record without key and value keeps being one."""
    letter = dead_letter(Record("t", 0, 0, None, None), WHY, AT)
    assert (letter.key, letter.value) == (None, None)


def test_a_huge_record_is_cut() -> None:
    """Of a record larger than an event may be its head is kept, with its length and its hash."""
    value = b"x" * (EVENT_BYTES_MAX + 1)
    letter = dead_letter(Record("t", 0, 0, None, value), WHY, AT)
    named = dict(letter.headers)
    assert letter.value == value[:HEAD_BYTES]
    assert named["erosion.bytes"] == str(len(value)).encode()
    assert named["erosion.sha256"] == sha256(value).hexdigest().encode()


def test_too_many_headers() -> None:
    """Headers and keys have a limit as well, so that a letter always fits."""
    huge = [("a", b"x" * HEADERS_BYTES_MAX)]
    letter = dead_letter(Record("t", 0, 0, b"k" * (HEADERS_BYTES_MAX + 1), b"", huge), WHY, AT)
    assert "a" not in dict(letter.headers)
    assert len(letter.key or b"") == HEADERS_BYTES_MAX


def test_a_letter_that_dies_again() -> None:
    """Words of ours from an earlier death are replaced, not doubled."""
    first = dead_letter(Record("t", 0, 0, None, b"", HEADERS), WHY, AT)
    second = dead_letter(Record("t", 0, 9, None, b"", first.headers), WHY, AT)
    names = [name for name, _ in second.headers]
    assert len(names) == len(set(names))
    assert dict(second.headers)["erosion.offset"] == b"9"
