import copy
import json

import pytest

from flightrules.errors import LedgerError
from flightrules.ledger.predicates import RELEASE, SVR, TEST_RESULT, VSA, require_time, validate_predicate
from flightrules.ledger.statement import (
    build_statement,
    digest_matches,
    is_payload_type,
    parse_statement,
    require_descriptor,
    sha256_hex,
    statement_of,
)
from flightrules.ledger.vsa import Expected, verify_vsa

SHA = "5d" * 32
GIT = "d2" * 20
SUBJECT = {"name": "app.whl", "digest": {"sha256": SHA}}
STATEMENT = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [SUBJECT],
    "predicateType": "x",
    "predicate": {},
}


def code_of(call, *arguments, **named):
    with pytest.raises(LedgerError) as caught:
        call(*arguments, **named)
    return caught.value.code


def without(value, *path):
    changed = copy.deepcopy(value)
    *above, last = path
    holder = changed
    for step in above:
        holder = holder[step]
    del holder[last]
    return changed


def test_a_statement_round_trips():
    payload = build_statement([SUBJECT, {"digest": {"gitCommit": GIT}}], TEST_RESULT, {"a": [1, None]})
    statement = parse_statement(payload)
    assert statement.predicate_type == TEST_RESULT
    assert statement.predicate == {"a": [1, None]}
    assert statement.speaks_about(SHA)
    assert statement.speaks_about(f"sha256:{SHA}")
    assert statement.speaks_about(f"sha256:{SHA.upper()}")
    assert statement.speaks_about(f"gitCommit:{GIT}")
    assert not statement.speaks_about(f"sha512:{SHA * 2}")
    assert not statement.speaks_about("00" * 32)


def test_subjects_match_by_digest_and_never_by_name():
    twin = statement_of(STATEMENT | {"subject": [{"name": "app.whl", "digest": {"sha256": "00" * 32}}]})
    assert not twin.speaks_about(SHA)


def test_unknown_fields_and_custom_digests_are_passed_over():
    subject = {"digest": {"mine": "abc123"}, "https://example.com/x": 1}
    assert statement_of(STATEMENT | {"zzz": 1, "subject": [subject]}).subjects == (subject,)


def test_a_statement_may_come_without_a_predicate():
    assert statement_of(without(STATEMENT, "predicate")).predicate == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "E_ENUM"),
        ({"_type": None}, "E_MISSING_FIELD"),
        ({"subject": []}, "E_MISSING_FIELD"),
        ({"subject": None}, "E_MISSING_FIELD"),
        ({"subject": SUBJECT}, "E_WRONG_TYPE"),
        ({"subject": ["x"]}, "E_WRONG_TYPE"),
        ({"subject": [{"name": "x"}]}, "E_MISSING_FIELD"),
        ({"subject": [{"uri": "https://e"}]}, "E_MISSING_FIELD"),
        ({"subject": [SUBJECT, {"digest": {}}]}, "E_MISSING_FIELD"),
        ({"subject": [{"uri": "https://e", "digest": {}}]}, "E_MISSING_FIELD"),
        ({"subject": [{"digest": {"sha256": "5d"}}]}, "E_MALFORMED"),
        ({"subject": [{"digest": {"sha256": SHA.upper()}}]}, "E_MALFORMED"),
        ({"subject": [{"digest": {"gitCommit": "main"}}]}, "E_MALFORMED"),
        ({"subject": [{"digest": {"mine": ""}}]}, "E_MALFORMED"),
        ({"subject": [{"digest": {"sha256": 1}}]}, "E_WRONG_TYPE"),
        ({"subject": [{"digest": [SHA]}]}, "E_WRONG_TYPE"),
        ({"predicateType": ""}, "E_MISSING_FIELD"),
        ({"predicateType": 1}, "E_WRONG_TYPE"),
        ({"predicate": [1]}, "E_WRONG_TYPE"),
    ],
)
def test_what_is_no_statement(change, code):
    assert code_of(parse_statement, json.dumps(STATEMENT | change).encode()) == code


@pytest.mark.parametrize("text", ["[]", "1", "null"])
def test_a_statement_is_an_object(text):
    assert code_of(parse_statement, text.encode()) == "E_WRONG_TYPE"


@pytest.mark.parametrize(
    ("descriptor", "code"),
    [
        ({"name": "x"}, "E_MISSING_FIELD"),
        ({"uri": ""}, "E_MISSING_FIELD"),
        ({"uri": 1}, "E_WRONG_TYPE"),
        ({"content": "%%"}, "E_MALFORMED"),
        ({"uri": "https://e", "digest": {"sha256": "5d"}}, "E_MALFORMED"),
        ("x", "E_WRONG_TYPE"),
    ],
)
def test_what_is_no_descriptor(descriptor, code):
    assert code_of(require_descriptor, descriptor, "it") == code


def test_the_payload_type_only_says_that_it_is_a_statement():
    assert is_payload_type("application/vnd.in-toto+json")
    assert is_payload_type("application/vnd.in-toto.svr+json")
    for other in ("application/json", "application/vnd.in-toto+json\n", "application/vnd.in-toto.+json", "x"):
        assert not is_payload_type(other)


@pytest.mark.parametrize("text", ["", "sha256:", "sha256:5d", "zz" * 32, SHA + "\n", f"sha256:{GIT}"])
def test_what_is_no_digest(text):
    assert code_of(digest_matches, {"sha256": SHA}, text) == "E_MALFORMED"


@pytest.mark.parametrize("text", [GIT, f"gitCommit:{GIT}", f"gitCommit:{SHA}"])
def test_what_is_a_digest_but_no_sha256(text):
    assert code_of(sha256_hex, text, "it") == "E_MALFORMED"


@pytest.mark.parametrize(
    "time", ["1985-04-12T23:20:50.52Z", "2026-11-21t09:00:00z", "2026-11-21T09:00:00+05:30"]
)
def test_times_carry_their_zone(time):
    require_time(time, "it")


@pytest.mark.parametrize(
    "time",
    [
        "",
        "2026-11-21",
        "2026-11-21T09:00:00",
        "2026-13-01T00:00:00Z",
        "2026-11-21 09:00:00Z",
        "now",
        "2026-11-21T09:00:00Z\n",
        "\u0662026-11-21T09:00:00Z",
    ],
)
def test_what_is_no_time(time):
    assert code_of(require_time, time, "it") == "E_MALFORMED"


RULES = {"name": "rules", "digest": {"sha256": SHA}}
GOOD = {
    TEST_RESULT: {
        "result": "WARNED",
        "configuration": [RULES],
        "url": "https://e",
        "passedTests": ["a"],
        "failedTests": [],
    },
    SVR: {
        "verifier": {"id": "https://e/v1", "policies": []},
        "timeCreated": "2026-11-21T09:00:00Z",
        "properties": ["X"],
    },
    RELEASE: {"purl": "pkg:npm/%40angular/http@7.2.16", "packageId": "1"},
    VSA: {
        "verifier": {"id": "https://e/v"},
        "resourceUri": "https://e/app",
        "policy": {"uri": "https://e/policy"},
        "timeVerified": "2026-11-21T09:00:00Z",
        "inputAttestations": [RULES],
        "verificationResult": "PASSED",
        "verifiedLevels": ["SLSA_BUILD_LEVEL_3", "SLSA_SOURCE_LEVEL_0", "FLIGHTRULES_GO"],
    },
}


@pytest.mark.parametrize("kind", list(GOOD))
def test_good_predicates_hold_with_unknown_fields(kind):
    validate_predicate(kind, GOOD[kind] | {"zzz": 1.5, "https://example.com/x": {}})


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (TEST_RESULT, ["result"]),
        (TEST_RESULT, ["configuration"]),
        (SVR, ["verifier"]),
        (SVR, ["verifier", "id"]),
        (SVR, ["verifier", "policies"]),
        (SVR, ["timeCreated"]),
        (SVR, ["properties"]),
        (RELEASE, ["purl"]),
        (VSA, ["verifier", "id"]),
        (VSA, ["resourceUri"]),
        (VSA, ["policy"]),
        (VSA, ["policy", "uri"]),
        (VSA, ["inputAttestations", 0, "digest"]),
        (VSA, ["verificationResult"]),
        (VSA, ["verifiedLevels"]),
    ],
)
def test_required_fields_are_required(kind, path):
    assert code_of(validate_predicate, kind, without(GOOD[kind], *path)) == "E_MISSING_FIELD"


@pytest.mark.parametrize(
    ("kind", "change", "code"),
    [
        (TEST_RESULT, {"result": "passed"}, "E_ENUM"),
        (TEST_RESULT, {"configuration": [{"name": "x"}]}, "E_MISSING_FIELD"),
        (TEST_RESULT, {"passedTests": [1]}, "E_WRONG_TYPE"),
        (TEST_RESULT, {"url": 1}, "E_WRONG_TYPE"),
        (SVR, {"properties": "X"}, "E_WRONG_TYPE"),
        (SVR, {"properties": [""]}, "E_WRONG_TYPE"),
        (SVR, {"timeCreated": "yesterday"}, "E_MALFORMED"),
        (SVR, {"verifier": {"id": "", "policies": []}}, "E_MISSING_FIELD"),
        (SVR, {"verifier": {"id": "v", "policies": [{"name": "x"}]}}, "E_MISSING_FIELD"),
        (RELEASE, {"purl": "pkg:npm/app"}, "E_MALFORMED"),
        (RELEASE, {"purl": "pkg:npm/@angular/http"}, "E_MALFORMED"),
        (RELEASE, {"purl": "pkg:npm/app@?a=b@1"}, "E_MALFORMED"),
        (RELEASE, {"purl": "npm/app@1"}, "E_MALFORMED"),
        (RELEASE, {"packageId": 1}, "E_WRONG_TYPE"),
        (VSA, {"verificationResult": "PASS"}, "E_ENUM"),
        (VSA, {"verificationResult": "FAILED"}, "E_CONTRADICTION"),
        (VSA, {"verifiedLevels": []}, "E_CONTRADICTION"),
        (VSA, {"verifiedLevels": ["FAILED"]}, "E_CONTRADICTION"),
        (VSA, {"verifiedLevels": ["SLSA_BUILD_LEVEL_1", "SLSA_BUILD_LEVEL_2"]}, "E_CONTRADICTION"),
        (VSA, {"verifiedLevels": ["SLSA_MINE"]}, "E_ENUM"),
        (VSA, {"resourceUri": ""}, "E_MISSING_FIELD"),
        (VSA, {"inputAttestations": [{"uri": "https://e", "digest": {}}]}, "E_MISSING_FIELD"),
        (VSA, {"timeVerified": "1985"}, "E_MALFORMED"),
    ],
)
def test_wrong_values_are_refused(kind, change, code):
    assert code_of(validate_predicate, kind, GOOD[kind] | change) == code


@pytest.mark.parametrize(
    "purl", ["pkg:oci/my-image@sha256%3Afedc?repository_url=r.example/a&tag=v1", "pkg:pypi/urllib3@2.1.0#src"]
)
def test_a_purl_with_its_version(purl):
    validate_predicate(RELEASE, {"purl": purl})


def test_optional_fields_of_a_summary_may_be_missing():
    validate_predicate(VSA, without(without(GOOD[VSA], "timeVerified"), "inputAttestations"))


def test_older_predicate_versions_are_read():
    validate_predicate(
        "https://in-toto.io/attestation/release/v0.1", {"purl": "pkg:npm/a@1", "releaseId": "7"}
    )
    validate_predicate("https://in-toto.io/attestation/svr/v0.1", GOOD[SVR] | {"verifier": {"id": "v"}})


def test_an_unknown_predicate_is_not_guessed():
    assert code_of(validate_predicate, "https://example.com/mine", {}) == "E_ENUM"
    assert code_of(validate_predicate, SVR, []) == "E_WRONG_TYPE"


def summary(**change):
    return statement_of(STATEMENT | {"predicateType": VSA, "predicate": GOOD[VSA] | change})


WANTED = Expected(SHA, "https://e/v", "https://e/app", "SLSA_BUILD_LEVEL_2")


def test_a_higher_level_implies_a_lower_one_of_its_track_and_no_custom_one():
    verify_vsa(summary(), WANTED)
    verify_vsa(summary(), Expected(SHA, "https://e/v", "https://e/app", "FLIGHTRULES_GO"))
    for level in ("SLSA_BUILD_LEVEL_4", "SLSA_SOURCE_LEVEL_1", "FLIGHTRULES_CONDITIONAL_GO"):
        with pytest.raises(LedgerError, match="step 7"):
            verify_vsa(summary(), Expected(SHA, "https://e/v", "https://e/app", level))


@pytest.mark.parametrize(
    ("statement", "expected", "words"),
    [
        (summary(), Expected("00" * 32, "https://e/v", "https://e/app", "X"), "step 2"),
        (statement_of(STATEMENT), WANTED, "step 3"),
        (summary(), Expected(SHA, "https://mallory", "https://e/app", "X"), "step 4"),
        (summary(), Expected(SHA, "https://e/v", "https://e/other", "X"), "step 5"),
        (summary(verificationResult="FAILED", verifiedLevels=["FAILED"]), WANTED, "step 6"),
    ],
)
def test_each_step_of_a_summary_can_fail(statement, expected, words):
    with pytest.raises(LedgerError, match=words):
        verify_vsa(statement, expected)


def holds(check, *arguments):
    try:
        check(*arguments)
    except LedgerError:
        return False
    return True


@pytest.mark.shared
def test_published_statements(vectors):
    cases = vectors("intoto_statement")
    assert cases
    for case in cases:
        value = json.loads(case["json"])
        descriptor = case.get("object") == "ResourceDescriptor"
        held = holds(require_descriptor, value, "it") if descriptor else holds(statement_of, value)
        assert held is case["valid"], case["id"]


@pytest.mark.shared
def test_published_predicates(vectors):
    cases = vectors("intoto_predicates")
    assert cases
    for case in cases:
        assert holds(validate_predicate, case["predicateType"], case["predicate"]) is case["valid"], case[
            "id"
        ]


@pytest.mark.shared
def test_published_summaries(vectors):
    cases = vectors("slsa_vsa")
    assert cases
    for case in cases:
        wanted = case["expect"]
        expected = Expected(
            wanted["artifact_sha256"],
            wanted["verifier_for_key"],
            wanted["resourceUri"],
            wanted["required_level"],
        )
        held = holds(lambda: verify_vsa(parse_statement(json.dumps(case["statement"]).encode()), expected))  # noqa: B023  called at once
        assert held is case["accept"], case["id"]
