"""The HTTP interface keeps to its own document, whatever is sent to it."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from service.board.desk_api import operations
from service.board.openapi import document
from tests.board.bench import CRITICAL, Bench, bench

DOCUMENT = document(operations(cast("Any", None)), "0")
LABELS = [f"{way.upper()} {path}" for path, ways in DOCUMENT["paths"].items() for way in ways]
ROOT = {"Authorization": "Bearer token-of-root"}
SENDER = {"Authorization": "Bearer token-of-sender"}
SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Give a bench that all examples share."""
    with bench(tmp_path_factory.mktemp("openapi")) as found:
        assert found.office.alert(CRITICAL.id).told == ("sales-desk",)
        yield found


def operation_of(at: Bench, label: str) -> Any:
    """Return an operation of the document, to be asked of the real application."""
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = at.app()
    path, way = label.split(" ")[1], label.split(" ", maxsplit=1)[0]
    return schema[path][way]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("mode", schemathesis.GenerationMode)
def test_answers_are_as_the_document_says(
    at: Bench, label: str, mode: schemathesis.GenerationMode
) -> None:
    """No error of ours, no status and no shape that the document lacks, for right and wrong input."""
    operation = operation_of(at, label)

    @SETTINGS
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        case.call_and_validate(headers=ROOT, checks=CHECKS)

    ask()


@pytest.mark.parametrize("label", LABELS)
def test_nobody_is_answered_without_a_token(at: Bench, label: str) -> None:
    """Whatever is asked, without a token the answer is 401, with another scope 403."""
    operation = operation_of(at, label)

    @settings(SETTINGS, max_examples=5)
    @given(operation.as_strategy())
    def ask(case: Any) -> None:
        assert case.call().status_code == 401
        assert case.call(headers=SENDER).status_code == 403

    ask()
