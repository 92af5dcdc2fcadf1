"""The OpenAPI document of the HTTP interface, made from the operations that serve it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.board.operation import Operation, Problem

_REF = "#/components/schemas/{model}"
_ERRORS = {
    "401": "no token, or none that is known",
    "403": "the token lacks the scope",
    "404": "there is no such thing",
    "409": "it cannot be done as things are",
    "415": "the body is not JSON, or too large",
    "422": "the query or the body is wrong",
    "503": "nothing can be written now",
}


def document(operations: Iterable[Operation], version: str) -> dict[str, Any]:
    """Return the document."""
    operations = tuple(operations)
    models: set[type[BaseModel]] = {Problem}
    models |= {m for op in operations for m in (op.answer, op.body) if m is not None}
    ordered = sorted(models, key=lambda model: model.__name__)
    pairs = [(model, "serialization") for model in ordered]
    _, schemas = models_json_schema(pairs, ref_template=_REF)  # type: ignore[arg-type]
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Revenue Erosion Alert System", "version": version},
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    name = re.sub(r"\W+", "-", f"{operation.method.lower()}{operation.path}").strip("-")
    found: dict[str, Any] = {
        "operationId": name,
        "summary": operation.title,
        "description": f"Needs the scope `{operation.scope}`.",
        "parameters": [*_path(operation.path), *_query(operation.query)],
        "responses": {**_success(operation), **_failures(operation)},
    }
    if operation.body is not None:
        found["requestBody"] = {"required": True, "content": _json(_named(operation.body))}
    return found


def _success(operation: Operation) -> dict[str, Any]:
    if operation.answer is None:
        return {"204": {"description": "done"}}
    schema = _named(operation.answer)
    content = _json({"type": "array", "items": schema} if operation.is_list else schema)
    return {str(operation.status): {"description": "as asked", "content": content}}


def _failures(operation: Operation) -> dict[str, Any]:
    content = _json(_named(Problem))
    return {code: {"description": why, "content": content} for code, why in _ERRORS.items()}


def _path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", path)
    ]


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    properties: Mapping[str, Any] = model.model_json_schema().get("properties", {})
    return [{"name": n, "in": "query", "schema": schema} for n, schema in properties.items()]


def _named(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
