"""The API fuzzed from its own document: whatever is sent, it answers as it promised, and never with a defect.

Each operation is asked by somebody with every power and by somebody with none, about something real, with bodies
that fit the document, bodies that nearly do and bodies that do not. Whatever is carried out is on record; a
refusal is a problem with a code of the catalogue; nothing is changed by looking.
"""

import json
import os
import zlib
from collections import defaultdict

import pytest
from ninja import Schema

from flightrules.service.door.schemas import Shown
from service.api.fuzzing import OPERATIONS, fuzz

SLICE, SHARES = 3, 16
EXAMPLES = int(os.environ.get("FLIGHTRULES_FUZZ_EXAMPLES", "60"))
NAMES = [one.name for one in OPERATIONS]


@pytest.fixture(autouse=True)
def _without_limits(settings):
    settings.FLIGHTRULES_RATE_PER_CALLER = 0
    settings.FLIGHTRULES_RATE_PER_ADDRESS = 0
    settings.FLIGHTRULES_ROLE_COOL_DOWN_HOURS = 0


def _is_of_today(name: str) -> bool:
    """A share of them in ``make test``, the same each time; all of them in ``make long``."""
    return zlib.crc32(name.encode()) % SHARES == 0


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if _is_of_today(one.name)], ids=lambda one: one.name
)
def test_a_slice_of_some_operations(operation, person):
    fuzz(operation, person, SLICE)


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=NAMES)
def test_each_operation_at_length(operation, person):
    fuzz(operation, person, EXAMPLES)


def test_no_two_forms_have_one_name():
    """In the document one of them would stand for both, and whoever reads it would send the wrong one."""
    told = defaultdict(set)
    for form in {*_below(Schema), *_below(Shown)}:
        schema = form.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, one in {**schema.pop("$defs", {}), form.__name__: schema}.items():
            told[name].add(json.dumps(one, sort_keys=True))
    assert not [name for name, forms in told.items() if len(forms) > 1]


def _below(form):
    for one in form.__subclasses__():
        yield from [one] if one.__module__.startswith("flightrules.service.") else []
        yield from _below(one)
