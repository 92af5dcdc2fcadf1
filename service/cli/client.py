"""Talking to the running service: its address, our token, and errors that say what to do."""

from typing import TYPE_CHECKING, Any

from service.errors import BusyError, ErosionError, NotFoundError

if TYPE_CHECKING:
    import httpx

WAIT_S = 60


def connect(to: str = "", wait_s: float = WAIT_S) -> "httpx.Client":
    """Return a client for the service at an address, by default that of EROSION_BIND."""
    import httpx

    from service.settings import ProcessSettings

    process = ProcessSettings.read()
    scheme = "https" if process.tls_cert else "http"
    token = process.token.get_secret_value() if process.token else ""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    base = to or f"{scheme}://{process.bind}"
    verify = str(process.tls_cert) if process.tls_cert and not to else True
    return httpx.Client(base_url=base, timeout=wait_s, headers=headers, verify=verify)


def reached(
    method: str, path: str, to: str = "", wait_s: float = WAIT_S, **given: Any
) -> "httpx.Response":
    """Return the service's answer, whatever it is; raise BusyError where nobody answers."""
    import httpx

    with connect(to, wait_s) as client:
        try:
            return client.request(method, path, **given)
        except httpx.HTTPError as error:
            hint = "start it with `erosion run`, or name its address: --to http://127.0.0.1:8080"
            raise BusyError(f"cannot reach {client.base_url}: {error}", hint) from None


def ask(method: str, path: str, to: str = "", **given: Any) -> Any:
    """Return what the service answers; raise an error that says why it does not."""
    import httpx

    answer = reached(method, path, to, **given)
    if answer.status_code == httpx.codes.NO_CONTENT:
        return None
    is_json = answer.headers.get("content-type") == "application/json"
    body = answer.json() if is_json else {}
    if answer.is_success:
        return body
    said = dict(body) if isinstance(body, dict) else {}
    raise _error(answer.status_code, said.get("error", answer.text[:200]), said.get("hint", ""))


def _error(status: int, error: str, hint: str) -> ErosionError:
    if status == 404:  # noqa: PLR2004 - not found
        return NotFoundError(error, hint)
    if status in (401, 403):
        return ErosionError(error, hint or "put a token that may do it into EROSION_TOKEN")
    return ErosionError(error, hint)
