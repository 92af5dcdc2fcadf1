"""Try again what was turned away: the same door, the same decoder, as the plan is now.

The service does this itself instead of a command that posts the inputs, because only the service
may write that a row is done.  Events are durable before their rows are marked: killed in between,
the next try gives duplicates, which change nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from service.engine.values import Event
from service.intake.body import ProblemError, read_body
from service.intake.document import read
from service.intake.http import Take, problem_answer, stored
from service.rejected import Refusal, Rejected

AT_ONCE_MAX = 500


class Input(Protocol):
    """Be one kept input."""

    @property
    def number(self) -> int:
        """Return its number in the quarantine."""
        ...

    @property
    def source(self) -> str:
        """Return the source it was sent for, empty where it names its own."""
        ...

    @property
    def body(self) -> bytes:
        """Return its bytes."""
        ...


class Tried(NamedTuple):
    """Say what came of a try: numbers accepted, and reason, detail and number of the others."""

    accepted: tuple[int, ...]
    again: tuple[tuple[str, str, int], ...]


# Reads one kept input again.
Again = Callable[[Any], Event | Rejected]
# Gives the inputs that are still kept; writes down what came of them, durably.
Look = Callable[[Sequence[int]], Sequence[Input]]
Mark = Callable[[Tried], object]


def redrive_route(again: Again, take: Take, look: Look, mark: Mark) -> Route:
    """Return the route that tries kept inputs again."""

    async def redrive(request: Request) -> Response:
        try:
            numbers = _numbers(await read_body(request))
            kept = await run_in_threadpool(look, numbers)
            found = [(item.number, again(item)) for item in kept]
            await stored(take, [item for _, item in found if isinstance(item, Event)])
        except ProblemError as problem:
            return problem_answer(problem)
        tried = _tried(found)
        await run_in_threadpool(mark, tried)
        return JSONResponse(_answer(tried, missing=set(numbers) - {item.number for item in kept}))

    return Route("/v1/quarantine/redrive", redrive, methods=["POST"])


def _numbers(body: bytes) -> list[int]:
    try:
        wish = read(body)
    except Refusal as bad:
        raise ProblemError(400, bad.detail) from None
    numbers = wish.get("numbers") if isinstance(wish, dict) else None
    if not isinstance(numbers, list) or not all(type(n) is int and 0 < n < 2**63 for n in numbers):
        raise ProblemError(400, 'send {"numbers": [1, 2]}, numbers of the quarantine')
    if len(numbers) > AT_ONCE_MAX:
        raise ProblemError(413, f"at most {AT_ONCE_MAX} numbers at once")
    return list(dict.fromkeys(numbers))


def _tried(found: Sequence[tuple[int, Event | Rejected]]) -> Tried:
    accepted = tuple(number for number, item in found if isinstance(item, Event))
    again = tuple(
        (item.reason.value, item.detail, number)
        for number, item in found
        if isinstance(item, Rejected)
    )
    return Tried(accepted, again)


def _answer(tried: Tried, missing: set[int]) -> dict[str, object]:
    return {
        "accepted": list(tried.accepted),
        "missing": sorted(missing),
        "rejections": [
            {"number": number, "reason": reason, "detail": detail}
            for reason, detail, number in tried.again
        ],
    }
