"""Every test format but JUnit: how its cases end, and how a broken run is told from a good one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source
from report_samples.event_streams import BAZEL, DART, GO, LIBTEST, PYTEST
from report_samples.json_reports import (
    ALLURE2,
    CTRF,
    CUCUMBER,
    GTEST,
    JEST,
    MOCHA,
    MOCHAWESOME,
    NEWMAN,
    PLAYWRIGHT,
    RSPEC,
)
from report_samples.other_reports import MESSAGES, MOCHA_STREAM, PYTEST_JSON, SONAR, TAP
from report_samples.story import lines
from report_samples.xml_reports import ALLURE1, CTEST, NUNIT2, NUNIT3, ROBOT, ROBOT_JSON, TESTNG, TRX, XUNIT


def read_text(text):
    return read(Source.of(text.encode(), "report"))


def counts(text):
    found = read_text(text).records
    return (found.total, found.passed, found.failed, found.errored, found.skipped, found.flaky)


def refusal(text):
    with pytest.raises(EvidenceError) as caught:
        read_text(text)
    return caught.value.code


SAMPLES = [
    *MESSAGES, *SONAR,
    *ROBOT_JSON, *PYTEST_JSON, *MOCHA_STREAM, *XUNIT, *NUNIT3, *NUNIT2, *TRX, *ROBOT, *TESTNG, *CTEST, *ALLURE1, *CTRF, *PLAYWRIGHT, *JEST, *MOCHA, *MOCHAWESOME,
    *CUCUMBER, *RSPEC, *NEWMAN, *GTEST, *ALLURE2, *GO, *DART, *PYTEST, *BAZEL, *LIBTEST, *TAP,
]  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.format}: {sample.story}")
def test_story(sample):
    if sample.refused:
        assert refusal(sample.text) == sample.refused
        return
    reading = read_text(sample.text)
    assert reading.format == sample.format
    assert counts(sample.text) == sample.counts
    assert {key: reading.facts.get(key) for key in sample.facts} == sample.facts
    assert tuple(one.code for one in reading.notices) == sample.notices


@given(st.data())
def test_a_damaged_report_gives_a_reading_or_one_clear_error(data):
    sample = data.draw(st.sampled_from(SAMPLES))
    text = bytearray(sample.text.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=3))
    try:
        found = read(Source.of(bytes(text), "x"))
    except EvidenceError:
        return  # the only error that may come out
    assert list(found.measurements)


JSON_SAMPLES = [one for one in SAMPLES if one.counts and one.text.startswith(("{", "["))]


@given(st.data())
def test_any_value_of_another_type_gives_a_reading_or_one_clear_error(data):
    """Every place in the document in turn holds something that the format does not define."""
    sample = data.draw(st.sampled_from(JSON_SAMPLES))
    documents = [json.loads(line) for line in sample.text.splitlines()]
    document = data.draw(st.sampled_from(documents))
    holder, key = data.draw(st.sampled_from(list(places(document))))
    holder[key] = data.draw(
        st.sampled_from([None, True, 0, -1, 1.5, "", "x", [], {}, [None], {"a": []}, 10**40])
    )
    try:
        read_text(lines(*documents) if len(documents) > 1 else json.dumps(documents[0]))
    except EvidenceError:
        return  # the only error that may come out


def places(value):
    if isinstance(value, dict):
        for key in value:
            yield value, key
            yield from places(value[key])
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield value, at
            yield from places(one)
