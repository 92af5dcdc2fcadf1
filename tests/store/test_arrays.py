"""Rows written together: the same tables as row by row, whatever stands in the texts."""

from pathlib import Path

from service.engine.values import Frame, Outcome, Reading
from service.store.database import Database, open_store
from service.store.transaction import FEW
from tests.live.postgres import Cluster

NASTY = ['"', "\\", '\\"', "{}", "a,b", "NULL", "", "\t\n\r", "'", "äß→𝄞", "None", '","', "?", "%s"]


def _outcome(text: str, number: int, outcome: str) -> Outcome:
    due, early = (None, True) if number % 2 else (number, False)
    texts = (f"case {text}", text, text, text)
    return Outcome("t", *texts, -number, due, None, outcome, 5, None, early, text, 2**60)


def _frame(number: int, outcome: str) -> Frame:
    outcomes = tuple(_outcome(text, n, outcome) for n, text in enumerate(NASTY))
    readings = tuple(Reading("2026-09-14", "t", text, text, 1, 0, -1, 0, 2) for text in NASTY)
    return Frame(number, 0, outcomes, readings, (), (), ())


def _rows(store: Database) -> list[list[tuple[object, ...]]]:
    frames = [_frame(1, "open"), _frame(2, "late")]
    for part in (frames, [_frame(3, "kept")]):
        with store.transaction() as transaction:
            transaction.apply_frames("main", part)
    found = [sorted(store.rows(f"SELECT * FROM {name}")) for name in ("outcome", "reading")]  # noqa: S608
    store.close()
    return found


def test_rows_written_together_are_those_written_one_by_one(
    postgres: Cluster, tmp_path: Path
) -> None:
    """Lists of columns and single rows leave the same tables."""
    assert len(NASTY) > FEW
    there, here = open_store(postgres.fresh()), open_store(f"sqlite:///{tmp_path / 'e.db'}")
    assert _rows(there) == _rows(here)
