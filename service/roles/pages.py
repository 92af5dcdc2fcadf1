"""The pages of a role: what it is, how it does, and the lists where it has a database."""

from collections.abc import Callable, Sequence

from starlette.routing import Route

from service import metrics
from service.board.app import Health, People, make_app
from service.board.people import access_of
from service.hosts.clock import now_ms
from service.hosts.notify import Notify
from service.hosts.pages import Pages
from service.hosts.shown import show_process
from service.settings import ProcessSettings, Secrets

Ready = Callable[[int], None]


def pages(
    process: ProcessSettings,
    trouble: Callable[[], str],
    people: People | None,
    ready: Ready,
    doors: Sequence[Route] = (),
    still: Callable[[], int] = lambda: 0,
) -> Pages:
    """Return the pages of a role, which answer while the block runs."""
    access = access_of(process, Secrets.read(process.secrets), now_ms)
    # A role ends at a configuration that is wrong, or reads none.
    metrics.CONFIG_GOOD.set(1)
    show_process(process, has_pages=people is not None)
    app = make_app(access, Health(trouble, still), doors, people)
    return Pages(app, process, ready, Notify(trouble, still))
