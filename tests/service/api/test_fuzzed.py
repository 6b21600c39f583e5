"""The API fuzzed from its own document: whatever is sent, it answers as it promised, and never with a defect."""

import os

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
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
    application = get_wsgi_application()
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
            answer = case.call(app=application, base_url="http://127.0.0.1")
            connection.check_constraints()
        assert answer.status_code < 500 or answer.status_code == 503, answer.content[:500]
        if answer.status_code >= 400 and answer.content:
            assert answer.headers["content-type"][0] in (
                "application/problem+json",
                "text/html; charset=utf-8",
            )
            assert b"Traceback" not in answer.content

    run()


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
