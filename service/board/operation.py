"""Operations of the HTTP interface: path, scope, shapes, handler; routes and OpenAPI come from them.

One table makes both, so the document cannot say other things than the service does.  A framework
that does this for everybody was rejected: it would be the second web framework here, for fifteen
paths.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service.board.access import Access, Person, guarded, refusal
from service.board.body import body_of
from service.errors import ErosionError, NotFoundError, StorageFullError

BODY_BYTES_MAX = 64 * 1024
Answer = BaseModel | Sequence[BaseModel] | None


class Shape(BaseModel):
    """Refuse what is not known; every body and every query is one."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Shape):
    """Ask for nothing in particular."""


class Problem(Shape):
    """Say what is wrong, and what to do about it."""

    error: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold one request: who asks, the parts of the path, the query and the body."""

    person: Person
    path: dict[str, str]
    query: Any
    body: Any


@dataclass(frozen=True, slots=True)
class Operation:
    """State one operation; `work` runs in a thread and may raise an error of ours."""

    method: str
    path: str
    scope: str
    title: str
    work: Callable[[Asked], Answer]
    answer: type[BaseModel] | None = None
    is_list: bool = False
    query: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None
    status: int = 200

    def route(self, access: Access) -> Route:
        """Return the route that carries it out."""
        endpoint = guarded(access, self.scope, self._handler())
        return Route(self.path, endpoint, methods=[self.method])

    def _handler(self) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            try:
                asked = await self._asked(request)
                answer = await run_in_threadpool(self.work, asked)
            except ValidationError as error:
                return _wrong(error)
            except ErosionError as error:
                return JSONResponse({"error": str(error), "hint": error.hint}, _status(error))
            return self._answered(answer)

        return handle

    async def _asked(self, request: Request) -> Asked:
        given = dict(request.query_params)
        body = None
        if self.body is not None:
            raw = await _read(request)
            body = self.body.model_validate_json(raw)
        query = self.query.model_validate(given)
        return Asked(request.state.person, dict(request.path_params), query, body)

    def _answered(self, answer: Answer) -> Response:
        if answer is None:
            return Response(status_code=204)
        if isinstance(answer, BaseModel):
            return JSONResponse(answer.model_dump(mode="json"), self.status)
        return JSONResponse([row.model_dump(mode="json") for row in answer], self.status)


class UnreadableError(ErosionError):
    """Refuse a body that is no JSON of a bearable size."""


async def _read(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise UnreadableError("send application/json", "add -H 'Content-Type: application/json'")
    body = await body_of(request, BODY_BYTES_MAX)
    if body is None:
        raise UnreadableError("the body is too large", f"at most {BODY_BYTES_MAX} bytes")
    return body


def _status(error: ErosionError) -> int:
    for kind, status in ((NotFoundError, 404), (StorageFullError, 503), (UnreadableError, 415)):
        if isinstance(error, kind):
            return status
    return 409 if error.exit_code == 1 else 503


def _wrong(error: ValidationError) -> Response:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return refusal(422, f"{where}: {first['msg']}" if where else str(first["msg"]))
