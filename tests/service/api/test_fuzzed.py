"""The API fuzzed from its own document: whatever is sent, it answers as it promised, and never with a defect."""

import os

import pytest
import requests
import schemathesis
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, settings

from flightrules.service.config.api import api

EXAMPLES = int(os.environ.get("FLIGHTRULES_FUZZ_EXAMPLES", "6"))
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema())
OPERATIONS = sorted(
    (path, method.upper())
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method in operations
    if not path.endswith("/events")  # a stream; tried with a real server
)


@pytest.fixture
def token(person):
    return person("release-manager", "administrator", "qa-lead").token


def _fuzz(path: str, method: str, token: str, examples: int) -> None:
    operation = SCHEMA[path][method]

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples <= EXAMPLES,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @_given(operation)
    def run(case):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
        with transaction.atomic():  # an example that breaks a rule of the database is undone with its rows
            answer = _asked(case)
            connection.check_constraints()
        assert answer.status_code < 500 or answer.status_code == 503, answer.content[:500]
        if answer.status_code >= 400 and answer.content:
            assert answer.headers["Content-Type"] in (
                "application/problem+json",
                "text/html; charset=utf-8",
            )
            assert b"Traceback" not in answer.content

    run()


def _asked(case):
    """Through Django's own client, which keeps the test's connection where a server would renew it."""
    given = case.as_transport_kwargs(base_url="http://127.0.0.1")
    request = requests.Request(
        **{
            name: given[name]
            for name in ("method", "url", "headers", "params", "data", "json", "cookies")
            if name in given
        }
    ).prepare()
    body = request.body or b""
    return Client(raise_request_exception=False).generic(
        request.method,
        request.path_url,
        body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass"),
        content_type=request.headers.get("Content-Type", "application/json"),
        headers={
            name: _text(value) for name, value in request.headers.items() if name.lower() != "content-length"
        },
    )


def _text(value) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _given(operation):
    from hypothesis import given

    return given(case=operation.as_strategy())


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{m} {p}" for p, m in OPERATIONS])
def test_a_slice_of_each_operation(path, method, token):
    _fuzz(path, method, token, EXAMPLES)


@pytest.mark.slow
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{m} {p}" for p, m in OPERATIONS])
def test_each_operation_at_length(path, method, token):
    _fuzz(path, method, token, 200)
