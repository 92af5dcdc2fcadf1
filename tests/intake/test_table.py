"""CSV: what is meant is read, what is not clear is refused with its line."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.engine.values import Event
from service.intake.decode import Decoder
from service.intake.files import read_events
from service.intake.table import Row, read_rows
from service.rejected import Reason, Rejected
from tests.intake.conftest import rows
from tests.intake.doors import CSV, Door

HEADER = b"no,at,shop.id,who,s\n"
GOOD = b"1,2026-09-14T09:00+02:00,a,k,3\n"


def read(text: bytes) -> list[Row | Rejected]:
    """Read the rows of a text as a file would give its lines."""
    return list(read_rows(text.splitlines(keepends=True)))


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [b",", b";", b"\t"])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_the_usual_forms(mark: bytes, delimiter: bytes, ending: bytes) -> None:
    """Byte order mark, delimiter and line ends of all kinds; a quoted cell may hold any of them."""
    cell = b'"x' + delimiter + b' ""y""' + ending + b'z"'
    lines = [delimiter.join(cells) for cells in ([b"a", b"b"], [b"1", cell], [b"2", b""])]
    first, second = read(mark + ending.join(lines) + ending)
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    end = ending.decode()
    assert first.cells == {"a": "1", "b": f'x{delimiter.decode()} "y"{end}z'}
    assert (first.line, second.line) == (2, 4)
    assert second.cells == {"a": "2", "b": ""}


@pytest.mark.parametrize(
    ("text", "reason", "words"),
    [
        (b"a,b\n1\n", "row", "line 2 has 1 cells, the first line names 2"),
        (b"a,b\n\n1,2,3\n", "row", "line 3 has 3 cells"),
        (b'a,b\n1,"x"y\n', "row", "line 2: cannot read this row"),
        (b'a,b\n1,"open\n', "row", "line 2: cannot read this row"),
        (b"a,a\n1,2\n", "row", "the column 'a' stands twice"),
        (b",\n1,2\n", "row", "should name the columns"),
        (b"a,b\n1,\xff\n", "text", "line 2 is not UTF-8"),
        (b"a,b\n1,x\0y\n", "text", "line 2 holds the character NUL"),
        (b"a,b\n1," + b"x" * 1024 * 1024 + b"\n", "size", "at most 1048576"),
        (b'a,b\n1,"' + b"x\n" * 600_000 + b'"\n', "row", "field larger"),
    ],
)
def test_what_is_not_clear_is_refused(text: bytes, reason: str, words: str) -> None:
    """Too few or many cells, an open quote, bytes that are no text: never guessed."""
    found = read(text)[0]
    assert isinstance(found, Rejected)
    assert found.reason.value == reason
    assert words in found.detail


def test_a_bad_row_costs_only_itself() -> None:
    """The rows around it are read."""
    found = read(b'a,b\n1,2\n3\n4,"5"6\n7,8\n')
    assert [isinstance(row, Row) for row in found] == [True, False, False, True]


@given(st.binary(max_size=200))
def test_any_bytes_are_rows_or_reasons(text: bytes) -> None:
    """A table never raises, and says one line of what is wrong."""
    for row in read(text):
        if isinstance(row, Rejected):
            assert row.reason in (Reason.ROW, Reason.TEXT)
            assert "\n" not in row.detail


def test_rows_become_events(tmp_path: Path) -> None:
    """Cells are texts; numbers as text count as times where the source counts."""
    decoder = rows(tmp_path, format="csv", epoch="s")
    text = HEADER + b"1,1789369200,a,k,3\n,1789369200,a,k,3\n2,2026-09-14 09:00,a,k,3\n"
    first, second, third = read_events(text.splitlines(True), decoder, "phone", table=True)
    assert isinstance(first, Event)
    assert (first.time, first.id) == (1789369200000, "1")
    assert isinstance(second, Rejected)
    assert isinstance(third, Rejected)
    assert (second.reason.value, second.line) == ("id", 3)
    assert "has no offset" in third.detail
    assert json.loads(third.body)["at"] == "2026-09-14 09:00"


async def test_a_table_over_http(tmp_path: Path) -> None:
    """`text/csv` for a source takes the good rows and names the bad one by its line."""
    door = Door(rows(tmp_path, format="csv"))
    answer = await door.post(HEADER + GOOD + b"2,x\n" + GOOD, CSV, "phone")
    assert answer.status_code == 202
    (bad,) = answer.json()["rejections"]
    assert (bad["line"], bad["position"], bad["reason"]) == (3, 1, "row")
    assert door.taken.rejected[0].source == "phone"


def test_an_empty_table(tmp_path: Path) -> None:
    """No bytes are no rows; a header alone neither."""
    decoder: Decoder = rows(tmp_path, format="csv")
    assert list(read_events([], decoder, "phone", table=True)) == []
    assert read(HEADER) == []
