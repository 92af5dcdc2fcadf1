"""The pages of a role: what it is, how it does, and the lists where it has a database."""

from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from starlette.routing import Route

from service import metrics
from service.board.app import make_app
from service.hosts.pages import Pages
from service.hosts.server import refuse_public
from service.settings import ProcessSettings

if TYPE_CHECKING:
    from service.store.reads import Reads

Ready = Callable[[int], None]


def pages(
    process: ProcessSettings,
    trouble: Callable[[], str],
    reads: "Reads | None",
    ready: Ready,
    doors: Sequence[Route] = (),
    still: Callable[[], int] = lambda: 0,
) -> Pages:
    """Return the pages of a role, which answer while the block runs."""
    refuse_public(process.address[0])
    metrics.BUILD.labels(version("revenue-erosion-alerts")).set(1)
    nothing: Callable[[], list[dict[str, object]]] = list
    alerts, waiting = (reads.alerts, reads.waiting) if reads else (nothing, nothing)
    return Pages(make_app(doors, trouble, alerts, waiting, still), process.address, ready)
