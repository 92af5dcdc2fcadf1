"""Fetch the schemas of Avro records from a registry, before their records are read.

A schema never changes under its number, so each is fetched once and kept.  What follows a failure
depends on whose it is: a number that the registry does not know is the record's, and turns it away;
a registry that is away, slow, or answers something else is not, and raises UnreachableError: the
caller reads the same records again later.  To let these go to quarantine was rejected, because an
hour without the registry would put an hour of good events there.
"""

from asyncio import timeout
from collections.abc import Iterable
from json import loads
from typing import Any
from urllib.parse import quote

import httpx

from service.errors import UnreachableError
from service.intake.avro import Schema, judged, schema_numbers
from service.intake.document import read
from service.rejected import Refusal

TIMEOUT_S = 10
ANSWER_BYTES_MAX = 1024 * 1024
KEPT_MAX = 1000
REFERENCES_MAX = 50
_UNKNOWN = 40403


class Registry:
    """Fetch and keep schemas; `schemas` is what records are read with."""

    def __init__(self, address: str, client: httpx.AsyncClient | None = None) -> None:
        """Prepare to ask a registry; close with `aclose`."""
        self._address = address.rstrip("/")
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False)
        self.schemas: dict[int, Schema | str] = {}

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def prepare(self, values: Iterable[bytes | None]) -> None:
        """Fetch every schema that records name; raise UnreachableError if one cannot be asked for.

        A number that was unknown is asked for again: a copy of the registry may have lagged.
        """
        numbers = schema_numbers(values)
        if len(self.schemas) + len(numbers) > KEPT_MAX:
            for number in [*self.schemas.keys() - numbers]:
                del self.schemas[number]
        for number in sorted(numbers):
            if not isinstance(self.schemas.get(number), Schema):
                self.schemas[number] = await self._fetched(number)

    async def _fetched(self, number: int) -> Schema | str:
        answer = await self._get(f"/schemas/ids/{number}")
        if answer is None:
            return "the registry does not know it"
        if answer.get("schemaType", "AVRO") != "AVRO":
            return "it is no schema of Avro"
        others: dict[str, object] = {}
        try:
            await self._refer(answer, others)
            return judged(read(str(answer.get("schema")).encode()), others.values())
        except Refusal as bad:
            return f"its text cannot be used: {bad.detail}"
        except (KeyError, TypeError, ValueError):
            raise UnreachableError(f"{self._address} answers, but not as a registry") from None

    async def _refer(self, answer: dict[str, Any], others: dict[str, object]) -> None:
        """Fetch what a schema refers to, the innermost first."""
        for reference in answer.get("references") or ():
            subject = quote(str(reference["subject"]), safe="")
            path = f"/subjects/{subject}/versions/{int(reference['version'])}"
            if path in others or len(others) >= REFERENCES_MAX:
                continue
            found = await self._get(path)
            if found is None:
                raise UnreachableError(f"the registry does not know what it refers to: {path}")
            others[path] = None  # a ring of references ends here
            await self._refer(found, others)
            del others[path]
            others[path] = read(str(found.get("schema")).encode())

    async def _get(self, path: str) -> dict[str, Any] | None:
        """Return an answer; None if the registry says that there is no such thing."""
        hint = "is EROSION_SCHEMA_REGISTRY its address, and does it run?"
        try:
            async with timeout(TIMEOUT_S):
                status, body = await self._body(path)
            answer = loads(body)
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError) as error:
            words = str(error) or type(error).__name__
            raise UnreachableError(f"no answer from {self._address}: {words}", hint) from None
        if not isinstance(answer, dict):
            raise UnreachableError(f"{self._address} answers, but not as a registry", hint)
        if status == httpx.codes.NOT_FOUND and answer.get("error_code") == _UNKNOWN:
            return None
        if status != httpx.codes.OK:
            raise UnreachableError(f"{self._address} answers {status}", hint)
        return answer

    async def _body(self, path: str) -> tuple[int, bytes]:
        body = b""
        plain = {"Accept-Encoding": "identity"}
        async with self._client.stream("GET", self._address + path, headers=plain) as response:
            async for part in response.aiter_raw():
                body += part
                if len(body) > ANSWER_BYTES_MAX:
                    raise ValueError("the answer is too large")
        return response.status_code, body
