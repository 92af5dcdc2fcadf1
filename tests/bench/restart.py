"""A checkpoint of a million open cases, and a start after the process was killed behind it.

`victim` fills a data folder, measures a checkpoint while it goes on, and waits to be killed;
`restarted` starts on the folder that it left.
"""

import subprocess
import sys
import time
from pathlib import Path

from service.hosts.clock import now_ms
from service.hosts.collector import calm
from tests.bench.filled import TURN, Feeder, begin_checkpoint, hash_of, is_written, start
from tests.bench.gauge import Took, proportional, size_of, spread, tell, watch
from tests.bench.million import asking

BEHIND = 100_000
PACE_S = 0.05
FACTOR = 3


def bench_restart(folder: Path, count: int) -> None:
    """Fill, checkpoint, kill, start again, compare."""
    script = f"from tests.bench.restart import victim; victim({str(folder)!r}, {count})"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as run:
        found = ""
        for line in run.stdout or ():
            if line.startswith("state "):
                found = line.split()[1]
                break
            print(line, end="", flush=True)
        run.kill()
    script = f"from tests.bench.restart import restarted; restarted({str(folder)!r})"
    done = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True
    )
    lines = done.stdout.splitlines()
    print("\n".join(line for line in lines if not line.startswith("state ")), flush=True)
    again = next(line.split()[1] for line in lines if line.startswith("state "))
    tell("restart: the state after it, byte for byte", "equal" if again == found else "NOT EQUAL")
    if again != found:
        raise SystemExit(1)


def victim(name: str, count: int) -> None:
    """Fill a folder, take a checkpoint and go on; say the state, and wait for the end."""
    calm()
    folder = Path(name)
    service = start(folder)
    feeder = Feeder(service, now_ms() - 600_000)
    with watch() as filled:
        feeder.ask(count)
    tell(f"{count:,} openings through the writer, durable and folded", str(filled))
    _checkpoint(feeder, folder, filled, count)
    feeder.answer(0, BEHIND // 2)
    feeder.ask(BEHIND // 2)
    print(f"state {hash_of(service.loop.engine)}", flush=True)
    time.sleep(3600)


def _checkpoint(feeder: Feeder, folder: Path, filled: Took, count: int) -> None:
    before = [_paced(feeder) for _ in range(200)]
    memory, during, most = proportional(), list[float](), 0
    with watch() as took:
        begun = time.perf_counter()
        copy = begin_checkpoint(feeder.service)
        stood = time.perf_counter() - begun
        while not is_written(feeder.service):
            during.append(_paced(feeder))
            if len(during) % 20 == 0:
                most = max(most, proportional() + proportional(copy.pid) - memory)
    cases = sum(len(track.cases) for track in feeder.service.loop.engine.tracks)
    share = (took.children + stood) / (filled.cpu / count * FACTOR * cases)
    tell("checkpoint: written beside us", f"{took.wall:.1f} s wall, {took.children:.1f} s CPU")
    tell("checkpoint: cases in it, open and kept for corrections", f"{cases:,}")
    tell("checkpoint: on disk", f"{size_of(folder / 'data' / 'checkpoints') / 1e6:.0f} MB")
    tell("checkpoint: the writer stood still for the fork", f"{stood:.3f} s")
    tell("checkpoint: turns of 500 events before", spread(before))
    tell("checkpoint: turns of 500 events while it is written", spread(during))
    tell("checkpoint: extra memory, at most", f"{most / 1e6:.0f} MB")
    tell(f"checkpoint: share of the writer's CPU on {FACTOR} events a case", f"{share:.1%}", "10 %")


def _paced(feeder: Feeder) -> float:
    """Let one turn's customers ask and be answered, then rest as a service that is not driven."""
    feeder.at += 5
    asked = [asking(feeder.number + n, feeder.at) for n in range(TURN // 2)]
    answered = [asking(feeder.number + n, feeder.at, "answer") for n in range(TURN // 2)]
    feeder.number += TURN // 2
    seconds = feeder.turn([*asked, *answered])
    time.sleep(PACE_S)
    return seconds


def restarted(name: str) -> None:
    """Start on the folder of a killed process; say how long it took and which state it gave."""
    calm()
    with watch() as took:
        service = start(Path(name))
    cases = sum(len(track.cases) for track in service.loop.engine.tracks)
    tell(f"restart: {cases:,} cases and {BEHIND:,} events behind", str(took), "budget 30 s")
    tell("restart: memory afterwards", f"{proportional() / 1e6:.0f} MB")
    print(f"state {hash_of(service.loop.engine)}", flush=True)
    service.store.close()
