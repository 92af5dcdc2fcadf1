"""Feed a stream to the writer, turn by turn, and say after each what is durable.

Started by the kill tests as a program of its own: `feeder.py DATA CONFIG STREAM FIRST`.
"""

import sys
from io import StringIO
from pathlib import Path

from service.bootstrap import build
from service.engine.values import Event
from service.hosts.jobs import Batch
from service.settings import ProcessSettings

TURN = 25


def main(data: Path, config: Path, stream: Path, first: int) -> None:
    """Send the stream from its `first` line on; print how many lines are durable."""
    process = ProcessSettings(data=data, config=config)
    service = build(process, clock_events=True, console=StringIO())
    service.store.checkpoint_bytes = 128 * 1024  # so that a short stream meets some
    lines = stream.read_bytes().splitlines()
    for start in range(first, len(lines), TURN):
        items = [
            item for line in lines[start : start + TURN] for item in service.decoder.decode(line)
        ]
        events = [item for item in items if isinstance(item, Event)]
        batch = Batch(events, [])
        service.writer.turn([batch])
        batch.done.result()
        print(min(start + TURN, len(lines)), flush=True)
    service.writer.turn([])
    service.store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
