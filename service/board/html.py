"""Pages: templates that escape everything, and headers that let a browser load nothing else."""

from functools import cache
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from alerts.tongue import Tongue, noted
from service.board.body import body_of

FORM_BYTES_MAX = 16 * 1024
WAITING, ALERTS, DIGESTS = "/waiting", "/alerts", "/digests"
# The pages behind the login: where each is, and what it is called.
PAGES = {
    "waiting.html": (WAITING, noted("Call these first")),
    "alerts.html": (ALERTS, noted("Open alerts")),
    "digests.html": (DIGESTS, noted("The weekly pages")),
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


async def form_of(request: Request) -> dict[str, str]:
    """Return the fields of a small form; what is too large or no form has none."""
    body = await body_of(request, FORM_BYTES_MAX)
    return dict(parse_qsl((body or b"").decode("utf-8", "replace"), max_num_fields=10))


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("service.board"), autoescape=True, undefined=StrictUndefined
    )


def page(tongue: Tongue, template: str, title: str, status: int = 200, **facts: object) -> Response:
    """Return a page in a language; its title is a sentence of the catalogue."""
    said = {"title": tongue.say(title), "say": tongue.say, "language": tongue.tag, "ways": ()}
    text = _templates().get_template(template).render(said | facts)
    return HTMLResponse(text, status, HEADERS)


def inner(tongue: Tongue, template: str, **facts: object) -> Response:
    """Return one of the pages behind the login, with the ways to the others."""
    ways = [(to, tongue.say(name)) for to, name in PAGES.values()]
    return page(tongue, template, PAGES[template][1], 200, ways=ways, **facts)


async def style(_: Request) -> Response:
    """Return the one style sheet."""
    text, *_rest = _templates().loader.get_source(_templates(), "style.css")  # type: ignore[union-attr]
    return Response(text, media_type="text/css", headers={"X-Content-Type-Options": "nosniff"})
