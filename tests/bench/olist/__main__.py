"""Real orders, real surveys: how early the engine's figure knows of a fall; `make bench-olist`.

Everything printed is kept in `build/bench-olist.json` too.  Seeds are fixed, so every run prints
the same.  docs/olist.md says what it means.
"""

import json
import sys
from pathlib import Path

from tests.bench.olist.evidence import known
from tests.bench.olist.report import Rows, carriers, ranking
from tests.bench.olist.study import studies
from tests.bench.olist.tables import TABLES, read
from tests.bench.olist.warned import alerts, shipped

OUT = Path("build/bench-olist.json")
TABLES_PRINTED = {
    "AUC for 'this unit-week will be low', 0 to 3 weeks before it begins": ranking,
    "What carries it: AUC 0 to 3 weeks ahead": carriers,
    "Alerts at the number of each simple row": alerts,
    "What the shipped rules warned of": shipped,
}


def main() -> None:
    """Replay, study, print."""
    if not TABLES.is_dir():
        raise SystemExit(f"the Olist tables are not at {TABLES}; set EROSION_SHARED")
    found = studies(*read(TABLES), known(TABLES))
    kept: dict[str, Rows] = {}
    for heading, table in TABLES_PRINTED.items():
        print(f"\n{heading}\n")
        rows = kept.setdefault(heading, [])
        for title, study in found.items():
            for line in table(title, study, rows):
                print(line)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(f"\nkept in {OUT}", file=sys.stderr)


if __name__ == "__main__":
    main()
