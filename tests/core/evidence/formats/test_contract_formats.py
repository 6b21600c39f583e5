"""Contracts and interface changes: nobody's answer is no yes, and an empty list needs to be meant."""

import json
import random

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import Source


def read(document, expected=None):
    text = document if isinstance(document, str) else json.dumps(document)
    return registry.read(Source.of(text.encode(), "report"), expected=expected)


def refused(document, expected=None):
    with pytest.raises(EvidenceError) as caught:
        read(document, expected)
    return caught.value.code


def numbers(reading):
    return {one.metric: int(one.value) for one in reading.measurements if not one.labels}


def contracts(reading):
    found = numbers(reading)
    return tuple(found[f"contracts.{key}"] for key in ("total", "passed", "failed", "unknown"))


def row(success, consumer="Shop", key="verificationResult"):
    side = {"name": consumer, "version": {"number": "1"}}
    result = None if success is None else {"success": success}
    return {
        "consumer": side,
        "provider": {"name": "Pay", "version": {"number": "2"}},
        "pact": {},
        key: result,
    }


def matrix(deployable, *rows):
    return {"summary": {"deployable": deployable, "reason": "because"}, "notices": [], "matrix": list(rows)}


def test_matrix_counts_its_rows():
    reading = read(matrix(True, row(True), row(True, "App")))
    assert contracts(reading) == (2, 2, 0, 0)
    assert numbers(reading)["contracts.deployable"] == 1
    failing = read(matrix(False, row(True), row(False, "App"), row(None, "Old")))
    assert contracts(failing) == (3, 1, 1, 1)
    assert numbers(failing)["contracts.deployable"] == 0


def test_deployable_null_is_neither_yes_nor_no():
    assert refused(matrix(None, row(True), row(None, "Old"))) == "E_NO_DATA"
    assert refused(matrix(None)) == "E_NO_CASES"
    reading = read(matrix(None, row(False), row(None, "Old")))
    assert contracts(reading) == (2, 0, 1, 1)
    assert "contracts.deployable" not in numbers(reading)


def test_a_recorded_exchange_and_the_dashboard_hold_the_same_rows():
    assert contracts(read({"request": {}, "response": {"status": 200, "body": matrix(True, row(True))}})) == (
        1,
        1,
        0,
        0,
    )
    assert contracts(read({"items": [row(False, key="latestVerificationResult")]})) == (1, 0, 1, 0)


def test_a_version_without_contracts_counts_none():
    assert numbers(read(matrix(True))) == {"contracts.deployable": 1}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (matrix(False, row(True)), "E_CONTRADICTION"),
        (matrix("yes", row(True)), "E_WRONG_TYPE"),
        (matrix(True, row("yes")), "E_WRONG_TYPE"),
        (matrix(True, row(True)) | {"_links": {"next": {"href": "x"}}}, "E_PARTIAL"),
        ({"items": [row(None, key="latestVerificationResult")]}, "E_NO_DATA"),
    ],
)
def test_matrix_that_proves_nothing_is_refused(document, code):
    assert refused(document) == code


def verifier(result, **more):
    return {"result": result, "notices": [], "output": [], "errors": [], "pendingErrors": [], **more}


def test_verification_by_interaction_and_as_a_whole():
    assert contracts(read(verifier(True))) == (1, 1, 0, 0)
    listed = [{"interactionId": "a", "result": "OK"}, {"interactionId": "b", "result": "Failed"}]
    assert contracts(read(verifier(False, interactionResults=listed))) == (2, 1, 1, 0)
    assert contracts(read(verifier(False, errors=[{"interaction": "a GET", "mismatch": {}}]))) == (1, 0, 1, 0)
    broker = {
        "success": True,
        "providerApplicationVersion": "4.2.1",
        "verifiedAt": "2026-01-01T00:00:00Z",
        "testResults": [{"interactionId": "a", "success": True}],
    }
    reading = read(broker)
    assert contracts(reading) == (1, 1, 0, 0)
    assert reading.facts["build"] == "4.2.1"


def test_verification_that_failed_without_a_reason_still_failed():
    assert contracts(read(verifier(False)))[2] == 1
    assert refused(verifier(True, interactionResults=[{"result": "Failed"}])) == "E_CONTRADICTION"
    assert refused(verifier("yes")) == "E_WRONG_TYPE"


@pytest.mark.parametrize(
    "document",
    [
        verifier(True, interactionResults=[]),
        {"success": True, "providerName": "p", "testResults": []},
        {"success": True, "providerName": "p", "testResults": {"tests": [], "summary": {"testCount": 0}}},
    ],
    ids=["verifier", "broker", "older broker"],
)
def test_a_pact_without_interactions_proves_nothing(document):
    assert refused(document) == "E_NO_CASES"


def test_a_verification_that_failed_before_any_interaction_failed():
    assert contracts(read(verifier(False, interactionResults=[]))) == (1, 0, 1, 0)


def test_an_error_of_a_listed_interaction_is_the_same_failure():
    listed = [{"description": "a good one", "result": "OK"}, {"description": "a bad one", "result": "Error"}]
    errors = [{"interaction": "Verifying a pact between web and api - a bad one", "mismatch": {}}]
    assert contracts(read(verifier(False, interactionResults=listed, errors=errors))) == (2, 1, 1, 0)
    further = [*errors, {"interaction": "Failed to load the pact of app", "mismatch": {}}]
    assert contracts(read(verifier(False, interactionResults=listed, errors=further))) == (3, 1, 2, 0)


def test_a_pending_interaction_that_failed_contradicts_nothing():
    listed = [{"description": "a", "result": "OK"}, {"description": "b", "result": "Error", "pending": True}]
    reading = read(verifier(True, interactionResults=listed, pendingErrors=[{"interaction": "x - b"}]))
    assert contracts(reading) == (1, 1, 0, 0)
    assert "W_NOT_TESTED" in {one.code for one in reading.notices}
    assert refused(verifier(True, interactionResults=listed[1:])) == "E_NO_CASES"


def test_openapi_diff_begins_with_a_sentence_on_the_command_line():
    body = {
        "breakingDifferencesFound": True,
        "breakingDifferences": [{"code": "path.remove", "entity": "path"}],
    }
    said = "Breaking changes found between the two specifications:\n" + json.dumps(body)
    same = "No changes found between the two specifications\n"
    breaking = [
        next(one.value for one in read(text).measurements if one.metric == "api.breaking_changes")
        for text in (said, same)
    ]
    assert breaking == [1, 0]
    assert refused("Breaking changes found between the two specifications:\n") == "E_TRUNCATED"


def test_pending_failures_are_said():
    assert {one.code for one in read(verifier(True, pendingErrors=[{"interaction": "x"}])).notices} == {
        "W_NOT_TESTED"
    }


def test_a_pact_is_no_verification():
    pact = {"consumer": {"name": "A"}, "provider": {"name": "B"}, "interactions": [{"description": "d"}]}
    assert refused(pact) == "E_NO_RUNS"


def change(level, identity="api-removed"):
    return {
        "id": identity,
        "text": "gone",
        "level": level,
        "operation": "GET",
        "path": "/pay",
        "source": "a.yaml",
        "section": "paths",
    }


def test_oasdiff_counts_what_breaks_and_what_may_break():
    assert numbers(read([change(3), change(2), change(1)])) == {"api.breaking_changes": 2, "api.changes": 3}
    assert refused([change(9)]) == "E_ENUM"
    assert refused([change("error")]) == "E_WRONG_TYPE"


def test_oasdiff_may_wrap_its_list():
    wrapped = read({"changes": [change(3), change(1)]})
    assert numbers(wrapped) == numbers(read([change(3), change(1)]))


def test_no_change_at_all_needs_a_declaration():
    assert numbers(read("[]", "oasdiff"))["api.breaking_changes"] == 0
    assert refused("[]") == "E_UNRECOGNISED"
    assert refused("", "oasdiff") == "E_EMPTY"


def test_changes_are_joined_without_counting_twice():
    one, other = read([change(3)]).records, read([change(3), change(3, "other")]).records
    assert len(one.merge(other).live) == len(other.merge(one).live) == 2


def buf(rule):
    return json.dumps(
        {
            "path": "a.proto",
            "start_line": 3,
            "start_column": 1,
            "end_line": 3,
            "end_column": 9,
            "type": rule,
            "message": "m",
        }
    )


def test_buf_lists_one_change_a_line():
    assert (
        numbers(read(f"{buf('FIELD_NO_DELETE')}\n{buf('ENUM_VALUE_SAME_NAME')}\n"))["api.breaking_changes"]
        == 2
    )
    assert numbers(read(buf("RPC_NO_DELETE")))["api.breaking_changes"] == 1
    deleted = '{"type":"FILE_NO_DELETE","message":"Previously present file \\"a.proto\\" was deleted."}\n'
    assert numbers(read(deleted))["api.breaking_changes"] == 1
    assert refused(buf("PACKAGE_DIRECTORY_MATCH")) == "E_UNRECOGNISED"
    assert refused(buf("COMPILE")) == "E_RUN_CRASHED"


def test_openapi_diff_contradicts_itself_or_counts():
    report = {
        "breakingDifferencesFound": True,
        "breakingDifferences": [{"code": "c"}],
        "nonBreakingDifferences": [{}],
        "unclassifiedDifferences": [{}],
    }
    assert numbers(read(report)) == {"api.breaking_changes": 2, "api.changes": 3}
    assert refused(report | {"breakingDifferences": []}) == "E_CONTRADICTION"
    assert numbers(read({"breakingDifferencesFound": False}))["api.breaking_changes"] == 0


def test_japicmp_shows_that_it_compared():
    change = '<compatibilityChange type="METHOD_REMOVED" binaryCompatible="false" sourceCompatible="false"/>'
    mild = '<compatibilityChange type="METHOD_ADDED" binaryCompatible="true" sourceCompatible="true"/>'
    classes = f'<classes><class fullyQualifiedName="A"><compatibilityChanges>{change}{mild}</compatibilityChanges></class></classes>'
    assert numbers(read(f'<japicmp oldJar="a-1.jar" newJar="a-2.jar">{classes}</japicmp>')) == {
        "api.breaking_changes": 1,
        "api.changes": 2,
    }
    assert numbers(read('<japicmp oldJar="a-1.jar"><classes/></japicmp>'))["api.breaking_changes"] == 0
    assert refused("<japicmp><classes/></japicmp>") == "E_NO_BASELINE"


def cassette(*interactions):
    body = "".join(
        f"- id: '{at}'\n  status: '{status}'\n  recorded_at: '2026-01-0{at + 1}T00:00:00+00:00'\n  checks:\n    - name: 'c'\n      status: '{check}'\n      message: ~\n  request:\n    uri: 'http://x/'\n    method: 'GET'\n"
        for at, (status, check) in enumerate(interactions)
    )
    return f"command: 'st run'\nrecorded_with: 'Schemathesis 3.39.16'\nhttp_interactions:\n{body}"


def test_schemathesis_counts_interactions_by_their_checks():
    reading = read(cassette(("SUCCESS", "SUCCESS"), ("FAILURE", "FAILURE"), ("SUCCESS", "FAILURE")))
    assert contracts(reading) == (3, 1, 2, 0)
    assert reading.facts == {
        "tool": "schemathesis",
        "tool_version": "3.39.16",
        "taken_at": "2026-01-03T00:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (cassette(), "E_NO_CASES"),
        (cassette(("MAYBE", "SUCCESS")), "E_ENUM"),
        (cassette(("SKIP", "SKIP")), "E_NO_DATA"),
        (cassette(("SUCCESS", "SUCCESS")).replace("id: '0'", "id: &a '0'"), "E_MALFORMED"),
        (cassette(("SUCCESS", "SUCCESS")).replace("method: 'GET'", "method: *b"), "E_MALFORMED"),
        (cassette(("SUCCESS", "SUCCESS")) + "command: x\n", "E_DUPLICATE_KEY"),
        (cassette(("SUCCESS", "SUCCESS")) + "x: [\n", "E_MALFORMED"),
        (cassette(("SUCCESS", "SUCCESS")) + f"x: {'[' * 100}", "E_TOO_DEEP"),
        (cassette(("SUCCESS", "SUCCESS")) + "x: '\x07'\n", "E_CONTROL_CHAR"),
    ],
)
def test_schemathesis_that_proves_nothing_is_refused(text, code):
    assert refused(text) == code


def scenario(status, *cases, label="GET /a", **more):
    """A finished scenario; each case is the words of its checks."""
    checks = {
        f"{label}-{at}": [{"name": "c", "status": word} for word in words] for at, words in enumerate(cases)
    }
    return {
        "ScenarioFinished": {
            "status": status,
            "phase": "fuzzing",
            "recorder": {"label": label, "checks": checks, **more},
        }
    }


def events(*middle, reason="completed"):
    first = {"Initialize": {"schemathesis_version": "4.3.1"}}
    started = {"EngineStarted": {"timestamp": 1767225600.5}}
    last = [{"EngineFinished": {"running_time": 1.5, "stop_reason": reason}}] if reason else []
    return "".join(json.dumps(one) + "\n" for one in (first, started, *middle, *last))


OK, BAD = ("success", "success"), ("success", "failure")


def test_schemathesis_events_count_cases_by_their_checks():
    skipped = {"ScenarioFinished": {"status": "skip", "phase": "examples", "recorder": {"label": "GET /a"}}}
    reading = read(events(skipped, scenario("success", OK), scenario("failure", OK, BAD, label="GET /b")))
    assert contracts(reading) == (3, 2, 1, 0)
    assert reading.facts == {
        "tool": "schemathesis",
        "tool_version": "4.3.1",
        "taken_at": "2026-01-01T00:00:00.500Z",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (events({"NonFatalError": {"label": "GET /x", "info": {}}}, scenario("success", OK)), (2, 1, 1, 0)),
        (events(scenario("error", OK)), (2, 1, 1, 0)),
        (events(scenario("error")), (1, 0, 1, 0)),
        (events(scenario("success", ("new-word",))), (1, 0, 1, 0)),
        (events(scenario("failure", BAD), reason="interrupted"), (1, 0, 1, 0)),
        (events(scenario("success", OK, cases={"x": {"value": {"headers": {"N": "\0"}}}})), (1, 1, 0, 0)),
    ],
    ids=[
        "error beside",
        "error with cases",
        "error alone",
        "unknown word",
        "stopped by failures",
        "NUL tried",
    ],
)
def test_schemathesis_events_lose_no_failure(text, expected):
    assert contracts(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (events(), "E_NO_CASES"),
        (events(scenario("skip", ("skip",))), "E_NO_DATA"),
        (events(scenario("success", OK), reason=None), "E_PARTIAL"),
        (events(scenario("success", OK), reason="interrupted"), "E_PARTIAL"),
        (events(scenario("success", OK))[:-9], "E_TRUNCATED"),
        (events({"ScenarioFinished": {"status": "success", "recorder": {"checks": [1]}}}), "E_WRONG_TYPE"),
        (events(scenario("success", OK, label="a\0")), "E_CONTROL_CHAR"),
        (json.dumps({"schemathesis_version": "4", "test_cases": {"generated": 4}}), "E_UNRECOGNISED"),
    ],
)
def test_schemathesis_events_that_prove_nothing_are_refused(text, code):
    assert refused(text) == code


SAMPLES = [
    events(scenario("failure", OK, BAD)),
    json.dumps(matrix(True, row(True))),
    json.dumps(verifier(False, interactionResults=[{"result": "OK"}])),
    json.dumps([change(3)]),
    buf("FIELD_NO_DELETE"),
    cassette(("SUCCESS", "SUCCESS")),
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_damage_is_refused_or_read_and_never_crashes(sample):
    chance = random.Random(7)
    for _ in range(200):
        text = list(sample)
        at = chance.randrange(len(text))
        text[at : at + chance.randint(0, 9)] = chance.choice(
            ["", "null", "[]", "{}", '"x"', "1", "true", ":", "\n", "- "]
        )
        try:
            assert all(value >= 0 for value in numbers(read("".join(text))).values())
        except EvidenceError as error:
            assert error.code.startswith("E_")
