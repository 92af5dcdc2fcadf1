"""Looking at a fleet while it runs: how far it has judged, and for how long it stood still."""

import time
from threading import Event as Flag
from threading import Thread
from typing import Any

from tests.live.fleet import Fleet

TOLD_S = 3.0


class Watch:
    """Look at the shards' reports: how far they have judged, and for how long they stood still."""

    def __init__(self, watched: Fleet) -> None:
        """Take the fleet."""
        self._fleet = watched
        self._stop = Flag()
        self._thread = Thread(target=self._run, daemon=True)
        self.watermark = 0
        self.gap_s = 0.0

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        moved = time.monotonic()
        offsets: dict[str, int] = {}
        while not self._stop.wait(0.1):
            reports = self._reports()
            now = time.monotonic()
            marks = [at for row in reports for at in row["body"]["watermarks"].values()]
            self.watermark = min(marks, default=0)
            found = {row["shard"]: row["log_offset"] for row in reports}
            if found and all(at > offsets.get(shard, -1) for shard, at in found.items()):
                if now - moved > TOLD_S:
                    self._fleet.note(f"a shard stood still for {now - moved:.1f} s up to now")
                moved, offsets = now, found
            self.gap_s = max(self.gap_s, now - moved)

    def _reports(self) -> list[dict[str, Any]]:
        try:
            return self._fleet.reports()
        except Exception:  # noqa: BLE001 - the server may be the one that is away
            return []
