"""The artefacts of real tools beside the repository: known facts hold, or the difference is argued here."""

import json

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.signatures.security_tail import SECURITY_TAIL_FORMATS
from flightrules.evidence.source import Source

COUNTS = ("findings_defectdojo", "results", "vulnerabilities", "rows", "issues", "findings", "ndjson_records")
NAMES = {one.name for one in SECURITY_TAIL_FORMATS}
ARGUED = {
    "defectdojo-generic/generic_report_kev_cvssv4.csv": "its last cell never ends, so rows may be lost",
    "nikto/juice-shop.json": "151 items; the peer folds items of one kind at different addresses",
    "nuclei/multiple_v3.json": "six records; the peer folds two of one template and host",
    "spotbugs/many_findings.xml": "83 instances, as its own summary says; the peer folds equal hashes",
    "spotbugs/version_4.4.0.xml": "56 instances, as its own summary says; the peer folds by kind",
    "testssl/failed_target.csv": "the target was never reached; the peer counts the failure as a finding",
    "dependency-track/many_findings_with_empty_alias.json": "an ordinary report; other good ones have no alias either",
}
"""Where the peer's number or mark is not ours, and why."""


def artefacts(shared):
    for one in json.loads((shared / "corpus/MANIFEST.json").read_text())["files"]:
        if one["kind"] == "security":
            yield one["file"].removeprefix("security/"), one, shared / "corpus" / one["file"]


def seen(path):
    """Format and total, or None and the code of the refusal."""
    try:
        with Source.open(str(path)) as source:
            found = registry.read(source)
            return found.format, int(next(iter(found.measurements)).value)
    except EvidenceError as error:
        return None, error.code


def known(one):
    stated = [facts["facts"].get(key) for facts in one["expected"] for key in COUNTS]
    return {value for value in stated if isinstance(value, int)}


@pytest.mark.shared
def test_the_totals_are_the_known_ones_or_the_difference_is_argued(shared):
    wrong, read = {}, 0
    for name, one, path in artefacts(shared):
        found, total = seen(path)
        if found in NAMES and known(one) and not one["hostile"]:
            read += 1
            if total not in known(one) and name not in ARGUED:
                wrong[name] = (total, known(one))
    assert wrong == {}
    assert read > 50


@pytest.mark.shared
def test_hostile_artefacts_are_refused_or_the_difference_is_argued(shared):
    accepted = []
    for name, one, path in artefacts(shared):
        found, _ = seen(path)
        if one["hostile"] and found in NAMES and name not in ARGUED:
            accepted.append(name)
    assert accepted == []


@pytest.mark.shared
def test_what_is_argued_is_still_a_difference(shared):
    for name, one, path in artefacts(shared):
        if name in ARGUED and not one["hostile"]:
            assert seen(path)[1] not in known(one), f"{name} agrees now; take it off the list"
