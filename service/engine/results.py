"""The two hashes by which runs are compared (01, section 1).

The *state hash* is over everything that the next fold depends on: equal for the same prefix of
the log.  The *results hash* is over what the fold said, apart from the order in which it said it:
equal for the same facts in any order, cut into any chunks.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import blake2b

from service.engine.fold import Engine
from service.engine.snapshot import parts_of
from service.engine.values import Frame, Outcome


class Results:
    """Collect frames into final outcomes, sums of readings and the set of signals."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self.outcomes: dict[tuple[str, str], Outcome] = {}
        self.readings: dict[tuple[str, str, str, str], list[int]] = {}
        self.signals: list[dict[str, object]] = []

    def take(self, frames: Iterable[Frame]) -> None:
        """Add what frames say; the latest outcome of a case holds."""
        for frame in frames:
            for outcome in frame.outcomes:
                self.outcomes[outcome.touchpoint, outcome.case] = outcome
            for reading in frame.readings:
                counts = self.readings.setdefault(reading[:4], [0, 0, 0, 0, 0])
                self.readings[reading[:4]] = [
                    a + b for a, b in zip(counts, reading[4:], strict=True)
                ]
            self.signals += [asdict(signal) for signal in frame.signals]

    def finish(self, engine: Engine) -> None:
        """Add the readings that the engine holds back until the next whole minute."""
        for line in engine.timelines:
            for key, changes in line.counts.changes.items():
                counts = self.readings.setdefault(key, [0, 0, 0, 0, 0])
                self.readings[key] = [a + b for a, b in zip(counts, changes, strict=True)]

    def hash(self) -> str:
        """Return the results hash."""
        outcomes = sorted(map(_plain, self.outcomes.values()))
        readings = sorted((key, counts) for key, counts in self.readings.items() if any(counts))
        signals = sorted(json.dumps(signal, sort_keys=True) for signal in self.signals)
        return digest((outcomes, readings, signals))


def state_hash(engine: Engine) -> str:
    """Return the hash of everything that the next fold depends on."""
    return digest(list(parts_of(engine)))


def digest(value: object) -> str:
    """Return a short hash of plain values."""
    text = json.dumps(value, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(outcome: Outcome) -> list[str]:
    return [repr(value) for value in outcome]
