"""Tables that are printed, and kept as JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.gauge import load

Cell = str | float | int


@dataclass
class Report:
    """Collect what was measured; how large a run is, is a factor on all of its numbers."""

    size: float = 1.0
    seed: int = 1
    kept: dict[str, Any] = field(default_factory=dict)

    def many(self, count: int) -> int:
        """Return how many are drawn in a run of this size."""
        return max(round(count * self.size), 20)

    def table(self, title: str, head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Print a table, and keep it."""
        print(f"\n**{title}**\n")
        print(f"| {' | '.join(head)} |")
        print(f"|{'---|' * len(head)}")
        for row in rows:
            print(f"| {' | '.join(_text(cell) for cell in row)} |", flush=True)
        self.kept[title] = {"head": list(head), "rows": [list(row) for row in rows]}

    def save(self, path: Path, seconds: float) -> None:
        """Write what was measured."""
        path.parent.mkdir(parents=True, exist_ok=True)
        about = {"seed": self.seed, "size": self.size, "seconds": round(seconds), "load": load()}
        path.write_text(json.dumps({**about, "tables": self.kept}, indent=1) + "\n", "utf-8")


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.3g}" if abs(cell) < 100 else f"{cell:.0f}"
    return str(cell)
