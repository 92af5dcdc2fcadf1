"""The operations on alerts, silences, messages and the call-back list."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from alerts.action import Kind
from alerts.directory import Place
from service.board import shapes
from service.board.access import ACT, ADMIN, READ, SILENCE
from service.board.commitment_api import commitment_operations
from service.board.office import Office
from service.board.operation import Asked, Operation, Shape
from service.errors import ErosionError, NotFoundError

VIA = "http"


class LimitQuery(Shape):
    """Say how many rows."""

    limit: int = Field(default=100, ge=1, le=1000)


def operations(office: Office) -> tuple[Operation, ...]:
    """Return what can be done over HTTP at the desk."""
    work = _Work(office)
    one, silences = "/v1/alerts/{alert}", "/v1/silences"
    return (
        Operation("GET", "/v1/alerts", READ, "List alerts", work.alerts, shapes.AlertOut, True, shapes.AlertQuery),
        Operation("GET", one, READ, "Show one alert", work.alert, shapes.WholeAlertOut),
        Operation("POST", f"{one}/answers", ACT, "Answer an alert", work.answer, shapes.AnswerOut, body=shapes.AnswerIn, status=202),
        Operation("GET", silences, READ, "List silences", work.silences, shapes.SilenceOut, True),
        Operation("POST", silences, SILENCE, "Silence, or say what it would mute", work.silence, shapes.SilencedOut, body=shapes.SilenceIn),
        Operation("DELETE", f"{silences}/{{silence}}", SILENCE, "End a silence", work.unsilence),
        Operation("GET", "/v1/deliveries", READ, "List messages", work.deliveries, shapes.DeliveryOut, True, shapes.DeliveryQuery),
        Operation("GET", "/v1/waiting", READ, "List who waits", work.waiting, shapes.WaitingOut, True, shapes.WaitingQuery),
        Operation("POST", "/v1/waiting/{touchpoint}/{case}/told", ACT, "Note that a customer knows", work.told),
        Operation("GET", "/v1/digests", READ, "List weekly pages as sent", work.digests, shapes.DigestOut, True, LimitQuery),
        Operation("GET", "/v1/digests/{week}", READ, "Show a week's page as sent", work.digest, shapes.WholeDigestOut),
        Operation("GET", "/v1/audit", ADMIN, "List who did what", work.audit, shapes.AuditOut, True, LimitQuery),
        *commitment_operations(office),
    )  # fmt: skip


def waiting_rows(office: Office, unit: str = "") -> list[shapes.WaitingOut]:
    """Return who waits, with both times and the address of the case."""
    now, directory = office.now(), office.directory
    topics = directory.topics if directory else {}
    units = directory.units if directory else {}
    found = []
    for row in office.lookup.waiting(unit):
        topic = topics.get(row["touchpoint"])
        place = units.get((topic.unit_kind, row["unit"])) if topic else None
        found.append(_waiting(row, now, place, topic.case_url if topic else ""))
    return found


def _waiting(row: Mapping[str, Any], now: int, place: Place | None, url: str) -> shapes.WaitingOut:
    own = max(now - row["since"], 0)
    return shapes.WaitingOut(
        touchpoint=row["touchpoint"],
        case=row["case"],
        unit=place.name if place else row["unit"],
        since=row["since"],
        due=row["due"],
        mark=row["mark"],
        own_ms=own,
        open_ms=place.hours.between(row["since"], now) if place else own,
        informed=row["informed"] is not None,
        url=url.replace("{case}", row["case"]) if url.startswith("https://") else "",
    )


class _Work:
    """Hold the work of each operation."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def alerts(self, asked: Asked) -> list[shapes.AlertOut]:
        found = self._office.lookup.alerts(every=asked.query.all)
        stale = self._office.stale()
        return [shapes.AlertOut.of(alert, stale=alert.id in stale) for alert in found]

    def alert(self, asked: Asked) -> shapes.WholeAlertOut:
        alert = self._office.alert(asked.path["alert"])
        stale = alert.id in self._office.stale()
        told = shapes.AlertOut.of(alert, stale=stale).model_dump()
        return shapes.WholeAlertOut(**told, **self._office.lookup.history(alert.id))

    def answer(self, asked: Asked) -> shapes.AnswerOut:
        kind, note = Kind(asked.body.kind), asked.body.note
        number = self._office.answer(asked.path["alert"], kind, asked.person.name, VIA, note)
        return shapes.AnswerOut(number=number)

    def silences(self, asked: Asked) -> list[shapes.SilenceOut]:
        found = self._office.lookup.silences(self._office.now())
        return [shapes.SilenceOut.of(silence) for silence in found]

    def silence(self, asked: Asked) -> shapes.SilencedOut:
        wanted, who = asked.body, asked.person
        if not wanted.match and not who.may(ADMIN):
            raise ErosionError("only an admin may mute everything", "say what to match")
        office = self._office
        draft = office.drafted(wanted, who.name)
        if not wanted.preview:
            office.silence(draft, who.name, VIA)
        mutes = [shapes.AlertOut.of(alert) for alert in office.muted_by(draft)]
        told = None if wanted.preview else shapes.SilenceOut.of(draft)
        return shapes.SilencedOut(silence=told, mutes=mutes)

    def unsilence(self, asked: Asked) -> None:
        self._office.unsilence(asked.path["silence"], asked.person.name, VIA)

    def deliveries(self, asked: Asked) -> list[shapes.DeliveryOut]:
        query = asked.query
        found = self._office.lookup.deliveries(query.state, query.alert, query.limit)
        return [shapes.DeliveryOut(**row) for row in found]

    def waiting(self, asked: Asked) -> list[shapes.WaitingOut]:
        return waiting_rows(self._office, asked.query.unit)

    def told(self, asked: Asked) -> None:
        path = asked.path
        self._office.tell(path["touchpoint"], path["case"], asked.person.name, VIA)

    def digests(self, asked: Asked) -> list[shapes.DigestOut]:
        return [shapes.DigestOut(**row) for row in self._office.lookup.digests(asked.query.limit)]

    def digest(self, asked: Asked) -> shapes.WholeDigestOut:
        sent = self._office.lookup.digest(asked.path["week"])
        if sent is None:
            raise NotFoundError("no page was sent for this week", "list them: GET /v1/digests")
        facts = {name: sent.body[name] for name in ("subject", "language", "text")}
        named = sent._asdict() | facts | {"page": sent.body["data"]}
        del named["body"]
        return shapes.WholeDigestOut(**named)

    def audit(self, asked: Asked) -> list[shapes.AuditOut]:
        return [shapes.AuditOut(**row) for row in self._office.lookup.audit(asked.query.limit)]
