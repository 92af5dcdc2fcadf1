"""A hole in the log that is read again, and for how long: one that stays ends the worker.

Faust drops records that it believes it has brought, so a seek may be in vain, and the same record behind
the hole comes again and again: thousands of times in seconds, with nothing folded and nothing silent.
One cause of that is mended (`Offsets` in service/hosts/faust_client.py); this is for the others, and for a
log that has lost records.  Whoever starts again has a client that remembers nothing.
"""

from service import metrics
from service.errors import ErosionError
from service.logs import logger

# A seek is answered within a second; and what was not met for so long is met anew.
STAYS_S, ANEW_S = 5.0, 15.0


class HoleStaysError(ErosionError):
    """End a worker that is never brought the records that it asks for again."""

    exit_code = 75

    def __init__(self, detail: str, stays_s: float) -> None:
        """Say which records are missing, and for how long they were asked for."""
        hint = "it is started again; if this repeats, the log has lost records: look at its topic"
        super().__init__(f"{detail}, and was asked for in vain for {stays_s:.0f} s", hint)


class Sought:
    """Remember the hole of one shard, since it was first met."""

    def __init__(self) -> None:
        """Begin without a hole."""
        self._wanted = -1
        self._since_s = self._met_s = float("-inf")

    def meet(self, wanted: int, detail: str, now_s: float) -> None:
        """Note a hole before which `wanted` is to be read again; raise HoleStaysError if it stays."""
        is_new = wanted != self._wanted or now_s - self._met_s > ANEW_S
        self._met_s = now_s
        if is_new:
            self._wanted, self._since_s = wanted, now_s
            logger().error("records of the log were lost on the way", detail=detail)
            metrics.HOLES.inc()
        elif now_s - self._since_s > STAYS_S:
            raise HoleStaysError(detail, now_s - self._since_s)
