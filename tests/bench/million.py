"""A million open cases of the plainest touchpoint, made as values: no line is decoded.

It is the touchpoint of tests/bench/memory.py, one duration and the shipped rule `waiting`, but with
keys as long as real ones.
"""

from collections.abc import Iterator
from pathlib import Path

from service.engine.plan import Plan
from service.engine.values import Event
from service.settings import compile_settings, load
from tests.worlds import write_config

START = 1_780_300_800_000  # Monday 2026-06-01, 08:00 UTC
STEP_MS = 500
ODD = 0x9E3779B97F4A7C15


def key_of(number: int) -> int:
    """Return a number spread over 63 bits, as long in memory as the hash of a real event."""
    return number * ODD % 2**63


def asking(number: int, at: int, kind: str = "ask") -> Event:
    """Return the event by which one customer asks, or is answered."""
    key, again = key_of(2 * number + (kind == "answer")), key_of(number + 2**40)
    who = (f"c{number:08}", "abc"[number % 3], f"{number:024x}")
    return Event(key, again, "crm", f"{kind}{number}", kind, at, None, *who, "", "", {})


def openings(first: int, count: int, step_ms: int = STEP_MS) -> Iterator[Event]:
    """Yield requests half a second apart."""
    for number in range(first, first + count):
        yield asking(number, START + number * step_ms)


def plain(folder: Path, promise: str = "30d") -> Plan:
    """Write the configuration and return its plan."""
    return compile_settings(load(plain_config(folder, promise))).plan


def plain_config(folder: Path, promise: str = "30d") -> Path:
    """Write the configuration of the plain touchpoint."""
    return write_config(folder, {"promise": promise, "measure": {"clock": "customer"}})
