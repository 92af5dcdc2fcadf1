"""Those who send facts: each in its order, again and again until it is answered."""

from typing import TYPE_CHECKING

from service.hosts.jobs import Batch
from tests.simulation.facts import Delivery, deliveries

if TYPE_CHECKING:
    from tests.simulation.run import Simulation

EVENTS_A_POST = 500


class Senders:
    """Hold what is still to come and what is not answered yet, by source."""

    def __init__(self, run: "Simulation") -> None:
        """Decide what will be sent, and when for the first time."""
        self._run = run
        self._coming = deliveries(run.world, run.swarm, run.draw)
        self._next = 0
        self._pending: dict[str, list[Delivery]] = {}
        self.answered: list[Delivery] = []

    @property
    def wait(self) -> bool:
        """Tell whether somebody still waits for an answer."""
        return any(self._pending.values())

    def begin(self) -> None:
        """Plan the first event."""
        if self._next < len(self._coming):
            self._run.agenda.at(self._coming[self._next].at, self._arrive)

    def post(self) -> None:
        """Let every source that is alive deliver; what is not answered is sent again."""
        run, dead = self._run, self._run.nemesis.dead
        names = sorted(name for name, rows in self._pending.items() if rows and name not in dead)
        if not names:
            return
        posted = {name: self._pending[name][:EVENTS_A_POST] for name in names}
        batches = {name: Batch([row.event for row in rows], ()) for name, rows in posted.items()}
        run.act(lambda host: host.turn(list(batches.values())))
        for name, batch in batches.items():
            if batch.done.done() and batch.done.exception() is None:
                self.answered += posted[name]
                del self._pending[name][: len(posted[name])]
        if any(self._pending[name] for name in names):
            again = max(run.now + run.draw.randint(1000, 5000), run.paused_until)
            run.agenda.once("post", again, self.post)

    def _arrive(self) -> None:
        """Take up what its sender has by now."""
        run = self._run
        while self._next < len(self._coming) and self._coming[self._next].at <= run.now:
            delivery = self._coming[self._next]
            self._pending.setdefault(delivery.event.source, []).append(delivery)
            self._next += 1
        run.agenda.once("post", run.now + run.swarm.gather_ms, self.post)
        self.begin()
