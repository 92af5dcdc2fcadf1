"""The routes by which something comes in: events, second tries, and a new configuration."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from starlette.routing import Route

from service import metrics
from service.engine.values import Event
from service.hosts.clock import monotonic_s, now_ms
from service.hosts.jobs import Batch, Overloaded
from service.hosts.writer import Writer
from service.intake.decode import Decoder
from service.intake.http import event_routes
from service.intake.quota import Quota
from service.intake.redrive import Tried, redrive_route
from service.log.codec import decode_events
from service.rejected import Rejected
from service.store.reads import Reads
from service.store.shelf import AHEAD, UNFOLDED, Kept
from service.store.shelf import settle as settle_shelf


def doors(rate: float, decoder: Decoder, writer: Writer, reads: Reads) -> list[Route]:
    """Return the routes by which events come in, for the first time or again."""
    metrics.shelved(reads.shelf())
    take = taker(writer)
    quota = Quota(rate, monotonic_s) if rate else None

    def mark(tried: Tried) -> None:
        done = writer.call(lambda t: settle_shelf(t, now_ms(), tried.accepted, tried.again))
        metrics.shelved(done)

    def again(kept: Kept) -> Event | Rejected:
        # An event that the engine set aside has been through the door already.
        if kept.reason in (AHEAD, UNFOLDED):
            return decode_events(b"[" + kept.body + b"]")[0]
        return decoder.single(kept.body, kept.source)

    return [
        *event_routes(decoder, take, quota),
        redrive_route(again, take, reads.kept, mark),
    ]


def taker(writer: Writer) -> Callable[[Sequence[Event], Sequence[Rejected]], "Future[None] | None"]:
    """Return the door's way to the writer; it returns None when too much waits."""

    def take(events: Sequence[Event], rejected: Sequence[Rejected]) -> "Future[None] | None":
        batch = Batch(events, rejected)
        try:
            writer.take(batch)
        except Overloaded:
            return None
        for bad in rejected:
            metrics.REJECTED.labels(bad.reason.value).inc()
        return batch.done

    return take
