"""The same report in the encodings and wrappings in which people have it: read, or refused with the way out."""

import bz2
import codecs
import gzip
import json
import lzma

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source

CASES = '<testcase classname="a" name="b"/><testcase classname="a" name="c"><failure/></testcase>'
JUNIT = f'<testsuites><testsuite name="s" tests="2">{CASES}</testsuite></testsuites>'
SARIF = json.dumps(
    {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "t", "rules": [{"id": "a"}]}}, "results": [{"ruleId": "a"}]}],
    }
)
GO = "\n".join(
    json.dumps({"Time": "2026-01-01T00:00:00Z", "Action": action, "Package": "p", "Test": "TestA"})
    for action in ("run", "pass")
)
TAP = "TAP version 13\n1..1\nok 1 - a\n"
LCOV = "SF:a.c\nDA:1,1\nend_of_record\n"
JTL = "timeStamp,elapsed,label,responseCode,success\n1763700000000,5,buy,200,true\n"
TEXTS = {"JSON": SARIF, "JSON Lines": GO, "TAP": TAP, "lcov": LCOV, "a table": JTL}


def seen(data):
    return read(Source.of(data, "report"))


def refusal(data):
    with pytest.raises(EvidenceError) as caught:
        seen(data)
    return caught.value


def numbers(data):
    return [(one.metric, one.value, one.labels) for one in seen(data).measurements]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_byte_order_mark_and_the_line_ends_of_windows_change_nothing(text):
    assert numbers(codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode()) == numbers(text.encode())


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_what_power_shell_redirects_is_refused_with_the_command_that_writes_utf_8(text, encoding):
    error = refusal(("\ufeff" + text).encode(encoding))
    assert error.code == "E_ENCODING"
    assert "Out-File -Encoding utf8" in error.hint


def test_xml_may_be_utf_16_where_it_says_so():
    assert numbers(f'<?xml version="1.0" encoding="utf-16"?>{JUNIT}'.encode("utf-16")) == numbers(
        JUNIT.encode()
    )
    error = refusal(f'<?xml version="1.0" encoding="UTF-8"?>{JUNIT}'.encode("utf-16"))
    assert error.code == "E_ENCODING"
    assert "Out-File" in error.hint


@pytest.mark.parametrize(
    ("data", "way_out"),
    [
        (gzip.compress(JUNIT.encode()), "gunzip"),
        (b"PK\x03\x04" + bytes(30), "unzip"),
        (bz2.compress(JUNIT.encode()), "bunzip2"),
        (lzma.compress(JUNIT.encode()), "unxz"),
        (b"\x28\xb5\x2f\xfd" + bytes(9), "unzstd"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(9), "7z x"),
    ],
    ids=["gzip", "zip", "bzip2", "xz", "zstd", "7z"],
)
def test_what_is_packed_is_refused_with_the_command_that_unpacks_it(data, way_out):
    error = refusal(data)
    assert error.code == "E_BINARY"
    assert way_out in error.hint


PREFIXED = JUNIT.replace("</", "</n:").replace("<t", "<n:t").replace("<f", "<n:f")
NAMESPACES = {
    "the default": JUNIT.replace("<testsuites>", '<testsuites xmlns="urn:anything">'),
    "a prefix": PREFIXED.replace("suites>", 'suites xmlns:n="urn:anything">', 1),
    "a prefix inside": JUNIT.replace("<testsuites>", '<testsuites xmlns:n="urn:x">').replace(
        CASES, CASES.replace("</", "</n:").replace("<t", "<n:t").replace("<f", "<n:f")
    ),
    "a default inside": JUNIT.replace('name="s"', 'name="s" xmlns="urn:x"'),
    "an attribute's prefix": JUNIT.replace(
        "<testsuites>", '<testsuites xmlns:xsi="urn:x" xsi:noNamespaceSchemaLocation="junit.xsd">'
    ),
}


@pytest.mark.parametrize("text", NAMESPACES.values(), ids=NAMESPACES)
def test_a_namespace_changes_no_result(text):
    assert numbers(text.encode()) == numbers(JUNIT.encode())


def test_a_header_that_states_no_failures_announces_none():
    assert not seen(JUNIT.encode()).notices
    stated = JUNIT.replace('tests="2"', 'tests="2" failures="0"')
    assert [one.code for one in seen(stated.encode()).notices] == ["W_COUNT_MISMATCH"]


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_declared_table_with_another_separator_is_told_so(separator):
    table = JTL.replace(",", separator).encode()
    with pytest.raises(EvidenceError) as caught:
        read(Source.of(table, "report"), columns={"id": "label", "status": "success"})
    assert (caught.value.code, caught.value.hint) == ("E_HEADER", "export with commas")
