"""What the peers need on this machine: their sources copied aside, two environments, data, builds.

Everything lands in the cache folder of the tests, so that neither the checkout nor the folder beside
it changes, and a second run begins at once.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.live.needs import cache

SHARED = Path(__file__).parents[4] / "shared" / "bench"
# The versions are those of the published figures; what they need decides the rest.
PYTHON = ("confluent-kafka", "msgspec", "quixstreams==3.28.*")
BYTEWAX = ("bytewax==0.21.1", "confluent-kafka", "msgspec")
CASES = {"events": 500_000, "small": 20_000}


@dataclass(frozen=True)
class Place:
    """Hold where the peers and their data are."""

    folder: Path

    @property
    def runner(self) -> Path:
        """Return the folder of the shared driver, in its copy."""
        return self.folder / "src"

    @property
    def data(self) -> Path:
        """Return the folder of the streams and of what is expected of them."""
        return self.folder / "data"

    @property
    def python(self) -> Path:
        """Return the interpreter of most Python peers."""
        return self.folder / "python" / "bin" / "python"

    @property
    def bytewax(self) -> Path:
        """Return the interpreter of the one that needs its own."""
        return self.folder / "bytewax" / "bin" / "python"

    def environment(self, bootstrap: str, core: str) -> dict[str, str]:
        """Return the environment of the shared driver."""
        return os.environ | {
            "BOOTSTRAP": bootstrap,
            "BENCH": str(self.data),
            "BENCH_WORK": str(self.folder / "work"),
            "BYTEWAX_PYTHON": str(self.bytewax),
            "CORE": core,
        }


def prepare() -> Place:
    """Return the place, made and filled as far as it was not yet; raise SystemExit where it cannot be."""
    if not SHARED.is_dir():
        print(f"the peers are not here: {SHARED} must stand beside the checkout", file=sys.stderr)
        raise SystemExit(2)
    place = Place(cache() / "peers")
    shutil.copytree(SHARED / "peers", place.runner, dirs_exist_ok=True)
    _environment(place.folder / "python", PYTHON)
    _environment(place.folder / "bytewax", BYTEWAX)
    place.data.mkdir(exist_ok=True)
    for name, cases in CASES.items():
        if not (place.data / f"{name}.expected.json").exists():
            stream = place.data / f"{name}.jsonl"
            _run(sys.executable, str(SHARED / "gen.py"), str(cases), str(stream))
    return place


def _environment(folder: Path, wanted: tuple[str, ...]) -> None:
    done = folder / "done"
    if done.exists() and done.read_text("ascii").split() == [*wanted]:
        return
    _run(sys.executable, "-m", "venv", "--clear", str(folder))
    _run(str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *wanted)
    done.write_text("\n".join(wanted), "ascii")


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
