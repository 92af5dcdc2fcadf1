"""Read results back from a database, to compare them with those of a replay."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from service.engine.results import Results
from service.engine.values import Outcome


def stored_results(database: Path) -> Results:
    """Return what the store of a service says, in the shape of a replay's results."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    results = Results()
    for row in connection.execute("SELECT * FROM outcome"):
        values = list(row)
        values[11], values[14] = bool(values[11]), bool(values[14])
        results.outcomes[row[0], row[1]] = Outcome(*values)
    for day, touchpoint, unit, via, *counts in connection.execute("SELECT * FROM reading"):
        results.readings[day, touchpoint, unit, via] = counts
    cursor = connection.execute("SELECT * FROM signal")
    names = [column[0] for column in cursor.description]
    for row in cursor:
        signal: dict[str, Any] = dict(zip(names, row, strict=True))
        results.signals.append(signal | {"evidence": json.loads(signal["evidence"])})
    connection.close()
    return results
