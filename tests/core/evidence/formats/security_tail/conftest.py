"""How the tests of this folder look at a report: what was counted, or the code of the refusal."""

import copy
import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.head import look
from flightrules.evidence.measurement import Reading
from flightrules.evidence.records.findings import SEVERITIES
from flightrules.evidence.source import Source

_ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    7,
    1.5,
    "odd",
    "",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"a": None},
    {"a": [1]},
)


def _bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else json.dumps(body)).encode()


@pytest.fixture(scope="session")
def reading() -> Callable[[Any], Reading]:
    """What the registry makes of a body: bytes, text, or a value that is written as JSON."""
    return lambda body: registry.read(Source.of(_bytes(body), "report"))


@pytest.fixture(scope="session")
def outcome(reading: Callable[[Any], Reading]) -> Callable[[Any], Any]:
    """``(format, {"total": …, "high": …})`` of live findings, without other zeros, or the refusal's code."""

    def look_at(body: Any) -> Any:
        try:
            found = reading(body)
        except EvidenceError as error:
            return error.code if error.message and "\n" not in error.message else "no sentence"
        counts = {one.metric.removeprefix("findings."): int(one.value) for one in found.measurements}
        counts["total"] = sum(counts[severity] for severity in SEVERITIES)
        return found.format, {key: value for key, value in counts.items() if value or key == "total"}

    return look_at


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _variants(body: Any) -> Iterator[bytes]:
    if not isinstance(body, (str, bytes)):
        for at in range(sum(1 for _ in _places(body))):
            for odd in _ODD:
                changed = copy.deepcopy(body)
                holder, key = list(_places(changed))[at]
                holder[key] = odd
                yield _bytes(changed)
        yield from (_bytes(odd) for odd in _ODD)
    raw = _bytes(body)
    yield from (raw[:end] for end in range(0, len(raw), max(1, len(raw) // 60)))


@pytest.fixture(scope="session")
def survives() -> Callable[[str, Any], int]:
    """Read every odd variant of a sample with its own format; anything but an EvidenceError escapes."""

    def try_all(name: str, body: Any) -> int:
        module = importlib.import_module(f"flightrules.evidence.formats.{registry.by_name(name).module}")
        refused = 0
        for variant in _variants(body):
            source = Source.of(variant, "odd")
            try:
                list(module.read(source, look(source, 1 << 14)).measurements)
            except EvidenceError:
                refused += 1
        return refused

    return try_all
