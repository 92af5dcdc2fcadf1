"""What the shipped rule of pace reaches, beside what the study promised: `make bench-detection`.

`--long` draws ten times as much; names of parts run only those.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.detection.calibration import print_calibration
from tests.bench.detection.closing import print_closing
from tests.bench.detection.cost import print_cost
from tests.bench.detection.days import print_days
from tests.bench.detection.delay import print_delays
from tests.bench.detection.order import print_order
from tests.bench.detection.region import print_region
from tests.bench.detection.report import Report
from tests.bench.detection.surveys import print_leads
from tests.bench.detection.usual import print_usual
from tests.bench.gauge import load

PARTS: dict[str, Callable[[Report], None]] = {
    "calibration": print_calibration,
    "delay": print_delays,
    "usual": print_usual,
    "days": print_days,
    "region": print_region,
    "closing": print_closing,
    "surveys": print_leads,
    "order": print_order,
    "cost": print_cost,
}


def main() -> None:
    """Run all parts, or those that are named."""
    asked = argparse.ArgumentParser(prog="tests.bench.detection", description=__doc__)
    asked.add_argument("parts", nargs="*", choices=[[], *PARTS])
    asked.add_argument("--long", action="store_true")
    asked.add_argument("--size", type=float, default=1.0)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--out", type=Path, default=Path("build/bench-detection.json"))
    options = asked.parse_args()
    report = Report(10.0 if options.long else options.size, options.seed)
    print(f"seed {report.seed}, size {report.size}; {load()}", flush=True)
    begun = time.perf_counter()
    for name in options.parts or PARTS:
        before = time.perf_counter()
        PARTS[name](report)
        print(f"\n({name}: {time.perf_counter() - before:.0f} s)", flush=True)
    seconds = time.perf_counter() - begun
    report.save(options.out, seconds)
    print(f"\n{seconds:.0f} s in all; {load()}")


if __name__ == "__main__":
    main()
