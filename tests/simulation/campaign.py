"""Run many seeds and hunt every planted mistake: what `make simulate-faults` prints.

One seed gives one run on every machine; `python -m tests.simulation.campaign --seed N` runs one and
says what broke.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from multiprocessing import get_context

from tests.simulation.checks import check
from tests.simulation.mutants import MUTANTS
from tests.simulation.run import Simulation
from tests.simulation.swarm import Figures
from tests.simulation.world import WORLDS, world_of

PROCESSES = 2
HUNT_SEEDS = 200


def survive(seed: int) -> Figures:
    """Run one seed without a planted mistake; raise AssertionError with the seed if it breaks."""
    run = Simulation(seed, world_of(seed % WORLDS))
    try:
        run.run()
        check(run)
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise AssertionError(f"seed {seed} ({run.swarm.mode}): {what}") from error
    return run.figures


def attempt(seed: int) -> Figures | str:
    """Run one seed and return its figures, or what broke."""
    try:
        return survive(seed)
    except AssertionError as error:
        return f"FAILED {error}"


def caught(mutant: str, seed: int) -> str | None:
    """Return how a seed shows a planted mistake, None if it does not."""
    run = Simulation(seed, world_of(seed % WORLDS))
    with MUTANTS[mutant]():
        try:
            run.run()
            check(run)
        except Exception as error:  # noqa: BLE001 - a mistake may break anything
            return str(error) or type(error).__name__
    return None


def hunt(mutant: str, seeds: Iterable[int] = range(HUNT_SEEDS)) -> tuple[str, int | None, str]:
    """Return the first seed that catches a mutant, and how."""
    for seed in seeds:
        how = caught(mutant, seed)
        if how is not None:
            return mutant, seed, how
    return mutant, None, "not caught"


def report(figures: Figures) -> str:
    """Return the figures as lines for people."""
    years = figures.days / 365
    failures = sum(count for name, count in figures.faults.items() if name.startswith("sink"))
    return "\n".join(
        (
            f"seeds {figures.seeds} · simulated years {years:.1f} · events {figures.events:,}",
            f"compared: {_counts(figures.compared)}",
            f"crashes {figures.crashes.total()}: {_counts(figures.crashes)}",
            f"starts {figures.restores.total()}: {_counts(figures.restores)}",
            f"sink failures {failures} · other faults: {_counts(_others(figures.faults))}",
            f"alerts {figures.alerts} · messages {figures.messages} · given up {figures.dead}",
            f"deliveries {figures.deliveries} · repeated under their key {figures.repeated}",
        )
    )


def _others(faults: Counter[str]) -> Counter[str]:
    kept = {name: count for name, count in faults.items() if not name.startswith("sink")}
    return Counter(kept)


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the long form, or one seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--no-mutants", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.seed is not None:
        print(report(survive(chosen.seed)))
        return
    total = Figures()
    with get_context("spawn").Pool(PROCESSES) as pool:
        failures = 0
        for found in pool.imap(attempt, range(chosen.seeds), chunksize=4):
            if isinstance(found, Figures):
                total.add(found)
            else:
                failures += 1
                print(found, flush=True)
        print(report(total))
        # Each check ends its seed at the first message that is lost or invented.
        print(
            f"failing seeds {failures}" + ("" if failures else " · lost 0 · invented 0"), flush=True
        )
        if not chosen.no_mutants:
            table = list(pool.imap(hunt, MUTANTS))
            for mutant, seed, how in table:
                print(f"  {mutant:<42} {'-' if seed is None else f'seed {seed}':<9} {how[:90]}")
            killed = sum(seed is not None for _, seed, _ in table)
            print(f"mutants caught {killed} of {len(table)}")
            failures += len(table) - killed
        if failures:
            sys.exit(1)


if __name__ == "__main__":
    main()
