"""The open alerts as a page, which dashboards link to: how many people, where, and who has it.

The loudest stand first, and of those the ones with most people: sorted by time a page is read as a log.
Answering stays with the message, the command and the interface, where who answers is known by more than
a click.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from alerts import words
from alerts.alert import Alert
from alerts.directory import Directory
from alerts.orders import dashboard_at
from alerts.scene import scene_of
from alerts.spans import clock
from service.board.access import READ, Access, guarded, refusal
from service.board.html import ALERTS, inner
from service.board.office import Office

SHOWN_MAX = 500


def alert_routes(office: Office, access: Access, login: str) -> list[Route]:
    """Return the route of the page, behind the login."""

    async def listed(request: Request) -> Response:
        asked = request.query_params
        touchpoint, unit = asked.get("touchpoint", ""), asked.get("unit", "")
        return await run_in_threadpool(_list, office, touchpoint, unit)

    return [Route(ALERTS, guarded(access, READ, listed, login=login))]


def _list(office: Office, touchpoint: str, unit: str) -> Response:
    directory, now = office.directory, office.now()
    if directory is None:
        return refusal(503, "no configuration is in force yet")
    found = [
        alert
        for alert in office.lookup.alerts()
        if touchpoint in ("", alert.touchpoint) and unit in ("", _unit(alert))
    ]
    found.sort(key=lambda one: (-one.level.rank, -one.customers, one.opened_at))
    rows = [_row(one, directory, now) for one in found[:SHOWN_MAX]]
    return inner(office.tongue, "alerts.html", rows=rows, left_out=len(found) - len(rows))


def _unit(alert: Alert) -> str:
    return alert.scope if alert.per == "unit" else ""


def _row(alert: Alert, directory: Directory, now: int) -> dict[str, object]:
    scene, tongue = scene_of(alert, directory), directory.tongue
    unit, region = (place.id if place else "" for place in (scene.unit, scene.region))
    return {
        "loud": words.first_words(tongue, alert.level),
        "people": tongue.number(alert.customers),
        "place": scene.place,
        "title": scene.topic.title,
        "since": clock(alert.opened_at, now, scene.zone, tongue),
        "owner": scene.topic.owner,
        "is_taken": alert.handling.has_it(now),
        "id": alert.id[:8],
        "unit": unit,
        "dashboard": dashboard_at(scene.topic, unit, region, alert.opened_at),
    }
