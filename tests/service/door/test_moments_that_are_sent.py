"""Every moment that a request states has a zone, or one beside it, and lies on the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from flightrules.service.config.api import api
from flightrules.service.door.refusals import InvalidError
from flightrules.service.door.schemas import Asked, LocalMoment, Moment


def asked(of: type = Asked) -> Iterator[type[Any]]:
    for one in of.__subclasses__():
        yield one
        yield from asked(one)


def moments() -> Iterator[tuple[str, Any]]:
    assert api.get_openapi_schema()["paths"], "every door is there, and so are the forms of what it is asked"
    for one in set(asked()):
        for name, field in one.model_fields.items():
            if "datetime.datetime" in repr(field.annotation):
                yield f"{one.__name__}.{name}", field.rebuild_annotation()


def test_no_request_states_a_moment_that_cannot_be_worked_with():
    found = dict(moments())
    assert len(found) > 12
    for name, annotation in found.items():
        for year in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
            with pytest.raises(ValidationError):
                TypeAdapter(annotation).validate_python(year)
                pytest.fail(f"{name} takes {year}")


@pytest.mark.parametrize("text", ["2026-12-31", "2026-12-31T10:00:00", "2026-12-31 10:00"])
def test_a_moment_without_a_zone_is_none(text):
    with pytest.raises(InvalidError) as refused:
        TypeAdapter(Moment).validate_python(text)
    assert refused.value.code == "E_TIME"
    assert TypeAdapter(LocalMoment).validate_python(text) == datetime.fromisoformat(text)


def test_a_day_is_no_moment_and_is_told_so_in_words(shop, person):
    """It was an internal error."""
    friend = person("viewer", product="shop")
    lent = {"delegate": friend.key, "role": "qa-lead", "product": "shop", "reason": "Holidays."}
    for day, code in (("2026-12-31", "E_TIME"), ("0001-01-01T00:00:00+14:00", "E_INVALID_BODY")):
        answer = shop.qa.post("/delegations", {**lent, "ends_at": day})
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    for far in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"):
        body = {"product": "shop", "version": "9.9.9", "opens_at": far, "zone": "Europe/Berlin"}
        answer = shop.manager.post("/releases", body)
        assert (answer.status_code, answer.json()["code"]) == (422, "E_INVALID_BODY")
