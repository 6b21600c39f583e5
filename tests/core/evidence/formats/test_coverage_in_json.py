"""Coverage as JSON of coverlet, Coveralls, Codecov, gcov, tarpaulin and xccov: counted, and refused when odd."""

import copy
import json
from collections.abc import Iterator

import pytest

from core.evidence.formats.coverage_reports import branches_of, codes, lines_of, read, refused
from flightrules.errors import EvidenceError

METHOD = {
    "Lines": {"5": 1, "6": 0},
    "Branches": [{"Line": 5, "Path": 0, "Hits": 1}, {"Line": 5, "Path": 1, "Hits": 0}],
}
AGAIN = {"Lines": {"6": 2, "9": 0}, "Branches": []}
COVERLET = {"Till.dll": {"/src/Till.cs": {"Shop.Till": {"Void Add()": METHOD, "Void Add()/MoveNext": AGAIN}}}}
COVERALLS = {
    "run_at": "2026-11-20",
    "source_files": [
        {"name": "a.py", "coverage": [None, 1, 0, None, 3], "branches": [2, 0, 0, 1, 2, 0, 1, 0]}
    ],
}
CODECOV = {"coverage": {"src/a.b.py": {"1": 1, "2": "1/2", "3": 0, "4": None}}}
GCOV_LINE = {"line_number": 3, "count": 2, "branches": [{"count": 1}, {"count": 0}]}
GCOV = {
    "gcc_version": "12.2.0",
    "files": [
        {"file": "a.cc", "lines": [GCOV_LINE, {**GCOV_LINE, "count": 0}, {"line_number": 4, "count": 0}]}
    ],
}
TRACES = [{"line": 3, "stats": {"Line": 2}}, {"line": 4, "stats": {"Line": 0}}]
TARPAULIN = {"files": [{"path": ["/", "src", "lib.rs"], "traces": TRACES, "covered": 1, "coverable": 2}]}
SWIFT = {"name": "A.swift", "path": "/A.swift", "coveredLines": 3, "executableLines": 10}
TESTS = {"name": "AppTests.xctest", "files": [{**SWIFT, "coveredLines": 10}]}
XCCOV = {"coveredLines": 3, "executableLines": 10, "targets": [{"name": "App.app", "files": [SWIFT]}]}

SAMPLES = {
    "coverlet": (COVERLET, (2, 3), (1, 2)),
    "coveralls": (COVERALLS, (2, 3), (1, 2)),
    "codecov": (CODECOV, (2, 3), (1, 2)),
    "gcov": (GCOV, (1, 2), (1, 2)),
    "tarpaulin": (TARPAULIN, (1, 2), (None, None)),
    "xccov": (XCCOV, (3, 10), (None, None)),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_lines_and_branches_are_counted(name: str) -> None:
    document, lines, branches = SAMPLES[name]
    reading = read(json.dumps(document))
    assert reading.format == name
    assert lines_of(reading) == lines
    assert branches_of(reading) == branches


def test_codecov_lists_begin_at_line_0() -> None:
    reading = read(json.dumps({"coverage": {"a.py": [None, 1, "1/2", 0, None, "0/2", True]}}))
    assert lines_of(reading) == (3, 5)
    assert branches_of(reading) == (1, 4)


def test_tarpaulin_branches_have_two_ways() -> None:
    one_way = {"line": 5, "stats": {"Branch": {"been_true": True, "been_false": False}}}
    file = {**TARPAULIN["files"][0], "traces": [*TRACES, one_way], "covered": 2, "coverable": 3}
    reading = read(json.dumps({"files": [file]}))
    assert lines_of(reading) == (2, 3)
    assert branches_of(reading) == (1, 2)


def test_tarpaulin_header_that_disagrees_is_named() -> None:
    file = {**TARPAULIN["files"][0], "covered": 2}
    assert "W_COUNT_MISMATCH" in codes(read(json.dumps({"files": [file]})))


def test_xccov_tests_are_not_the_product() -> None:
    assert lines_of(read(json.dumps({**XCCOV, "targets": [*XCCOV["targets"], TESTS]}))) == (3, 10)


def test_xccov_totals_are_compared() -> None:
    assert "W_COUNT_MISMATCH" in codes(read(json.dumps({**XCCOV, "coveredLines": 9})))


REFUSED = [
    ({"Till.dll": {"a.cs": {"T": {"M": {"Lines": {}, "Branches": []}}}}}, "E_NO_LINES"),
    ({"Till.dll": {"a.cs": {"T": {"M": {"Lines": {"x": 1}, "Branches": []}}}}}, "E_NUMBER"),
    ({"Till.dll": {"a.cs": {"T": {"M": {"Lines": {"1": -1}, "Branches": []}}}}}, "E_NEGATIVE"),
    ({"run_at": "", "source_files": []}, "E_NO_LINES"),
    ({"source_files": [{"name": "a", "coverage": [None, None]}]}, "E_NO_LINES"),
    ({"source_files": [{"name": "a", "coverage": [1], "branches": [1, 0, 0]}]}, "E_COUNT_MISMATCH"),
    ({"source_files": [{"name": "a", "coverage": ["1"]}]}, "E_WRONG_TYPE"),
    ({"coverage": {"a.py": {"1": "3/2"}}}, "E_CONTRADICTION"),
    ({"coverage": {"a.py": {"1": "half"}}}, "E_NUMBER"),
    ({"coverage": {"a.py": {"1": None}}}, "E_NO_LINES"),
    ({"gcc_version": "12", "files": []}, "E_NO_LINES"),
    ({"gcc_version": "12", "files": [{"file": "a.c", "lines": [{"line_number": 0, "count": 1}]}]}, "E_RANGE"),
    ({"files": [{"path": ["a"], "traces": [], "covered": 4, "coverable": 9}]}, "E_COUNT_MISMATCH"),
    ({"files": [{"path": ["a"], "traces": [{"line": 1, "stats": {"Condition": []}}]}]}, "E_ENUM"),
    ({**XCCOV, "targets": [TESTS]}, "E_NO_LINES"),
    ({**XCCOV, "targets": [{"name": "A", "files": [{**SWIFT, "coveredLines": 11}]}]}, "E_CONTRADICTION"),
]


@pytest.mark.parametrize(("document", "code"), REFUSED, ids=lambda one: json.dumps(one)[:60])
def test_nothing_to_count_or_nothing_to_trust_is_refused(document: dict, code: str) -> None:
    assert refused(json.dumps(document)).code == code


def places(value: object, path: tuple = ()) -> Iterator[tuple]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in items:
        yield from places(below, (*path, key))


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("odd", [None, -1, 10**40, 0.5, "", "x", True, [], {}, [[]]], ids=repr)
def test_odd_values_anywhere_are_refused_or_counted(name: str, odd: object) -> None:
    for path in places(SAMPLES[name][0]):
        document = [copy.deepcopy(SAMPLES[name][0])]
        holder: object = document
        for key in (0, *path)[:-1]:
            holder = holder[key]
        holder[(0, *path)[-1]] = odd
        try:
            covered, total = lines_of(read(json.dumps(document[0])))
        except EvidenceError:
            continue
        assert 0 <= covered <= total
