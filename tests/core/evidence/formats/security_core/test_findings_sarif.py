"""SARIF: what a result counts as, whatever order the file has."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import Source

RULES = [
    {"id": "R1", "defaultConfiguration": {"level": "error"}, "shortDescription": {"text": "Injection"}},
    {"id": "R2", "name": "Weak", "properties": {"security-severity": "9.8"}},
    {"id": "R3", "defaultConfiguration": {"level": "note"}},
]


def place(uri="a.py", line=3, snippet=None):
    region = {"startLine": line} | ({"snippet": {"text": snippet}} if snippet else {})
    return [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}]


def result(rule="R1", **more):
    return {"ruleId": rule, "message": {"text": "Bad"}, "locations": place()} | more


def log(*results, version="2.1.0", **run):
    runs = [
        {"tool": {"driver": {"name": "Scanner", "version": "3.1", "rules": RULES}}, "results": list(results)}
        | run
    ]
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": version, "runs": runs}


def live(reading_of, body):
    return reading_of(body).records.live


LEVELS = {
    "the result's own level": (result(level="note"), "low"),
    "the rule's by id": (result(), "high"),
    "the rule's by index": ({"ruleIndex": 0, "message": {"text": "m"}}, "high"),
    "the rule's by reference": ({"rule": {"index": 2}, "message": {"text": "m"}}, "low"),
    "the rule's by the id in a reference": ({"rule": {"id": "R3"}, "message": {"text": "m"}}, "low"),
    "the refined rule's": (result("R3/sub"), "low"),
    "warning for an unknown rule": (result("R9"), "medium"),
    "warning without a rule": ({"message": {"text": "m"}}, "medium"),
    "the rule's score": (result("R2"), "critical"),
    "the rule's score over the level": (result("R2", level="note"), "critical"),
    "the result's score over the rule's": (result("R2", properties={"security-severity": "5.0"}), "medium"),
    "the level where the score is none": (result("R1", properties={"security-severity": "bad"}), "high"),
    "none": (result(level="none"), "info"),
    "open without a level": (result(kind="open"), "unknown"),
    "review with a level": (result(kind="review", level="error"), "high"),
}


@pytest.mark.parametrize("name", LEVELS)
def test_severity_comes_from(name, outcome):
    one, level = LEVELS[name]
    assert outcome(log(one)) == ("sarif", {"total": 1, level: 1})


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"kind": "fail"}, {"total": 1, "high": 1}),
        ({"kind": "pass"}, {"total": 0}),
        ({"kind": "notApplicable"}, {"total": 0}),
        ({"kind": "informational"}, {"total": 0}),
        ({"suppressions": []}, {"total": 1, "high": 1}),
        ({"suppressions": [{"kind": "inSource"}]}, {"total": 0, "suppressed": 1}),
        ({"suppressions": [{"kind": "external", "status": "accepted"}]}, {"total": 0, "suppressed": 1}),
        ({"suppressions": [{"kind": "external", "status": "underReview"}]}, {"total": 1, "high": 1}),
        ({"suppressions": [{"kind": "external", "status": "rejected"}]}, {"total": 1, "high": 1}),
        (
            {"suppressions": [{"kind": "inSource"}, {"kind": "external", "status": "rejected"}]},
            {"total": 1, "high": 1},
        ),
        ({"baselineState": "absent"}, {"total": 0}),
        ({"baselineState": "absent", "suppressions": [{"kind": "inSource"}]}, {"total": 0}),
        ({"baselineState": "unchanged"}, {"total": 1, "high": 1}),
    ],
)
def test_a_result_is_live_suppressed_fixed_or_none(more, expected, outcome):
    assert outcome(log(result(**more))) == ("sarif", expected)


def test_the_tools_baseline_is_kept(reading):
    records = reading(log(result(baselineState="new"), result("R2", baselineState="unchanged"))).records
    assert records.marks == {"new": 1, "unchanged": 1, "updated": 0}
    assert [one.rule for one in records.new_against(None).live] == ["R1"]


REFUSED = {
    "SARIF 1.0.0": ({"version": "1.0.0", "runs": [{"tool": {"name": "x"}, "results": [{"message": "m"}]}]}, "E_UNSUPPORTED_VERSION"),
    "a version to come": (log(result(), version="3.0.0"), "E_UNSUPPORTED_VERSION"),
    "no version": ({"runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}, "E_MISSING_FIELD"),
    "no runs": ({"version": "2.1.0", "runs": []}, "E_NO_RUNS"),
    "runs null": ({"version": "2.1.0", "runs": None}, "E_NO_RUNS"),
    "results null": (log(results=None), "E_NO_RUNS"),
    "results absent": ({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "rules": RULES}}}]}, "E_NO_RUNS"),
    "an empty run that says nothing": ({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}, "E_NO_RUNS"),
    "a failed run": (log(invocations=[{"executionSuccessful": False}]), "E_SCAN_FAILED"),
    "results elsewhere": (log(externalPropertyFileReferences={"results": [{"location": {"uri": "r"}}]}), "E_REFERENCE"),
    "results inline elsewhere": (log() | {"inlineExternalProperties": [{"results": [result()]}]}, "E_REFERENCE"),
    "an index without rule": (log({"ruleIndex": 9, "message": {"text": "m"}}), "E_REFERENCE"),
    "an artifact without name": (log(result(locations=[{"physicalLocation": {"artifactLocation": {"index": 4}}}])), "E_REFERENCE"),
    "an unknown level": (log(result(level="fatal")), "E_ENUM"),
    "an unknown kind": (log(result(kind="maybe")), "E_ENUM"),
    "an unknown state": (log(result(baselineState="old")), "E_ENUM"),
    "a result without anything": (log({}), "E_MISSING_FIELD"),
    "a result that is a text": (log("x"), "E_WRONG_TYPE"),
    "a run without a tool": ({"version": "2.1.0", "runs": [{"results": []}]}, "E_MISSING_FIELD"),
    "a key twice": (json.dumps(log(result())).replace('"ruleId": "R1"', '"ruleId": "R1", "ruleId": "R3"'), "E_DUPLICATE_KEY"),
    "cut": (json.dumps(log(result()))[:-20], "E_TRUNCATED"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_proves_nothing_is_refused(name, outcome):
    body, code = REFUSED[name]
    assert outcome(body) == code


def test_an_empty_run_counts_where_it_shows_that_the_tool_looked(outcome, reading):
    assert outcome(log()) == ("sarif", {"total": 0})
    bare = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}]}
    for shown in (
        {"invocations": [{"executionSuccessful": True}]},
        {"artifacts": [{"location": {"uri": "a"}}]},
        {"columnKind": "utf16CodeUnits"},
    ):
        body = {"version": "2.1.0", "runs": [bare["runs"][0] | shown]}
        assert outcome(body) == ("sarif", {"total": 0})


@pytest.mark.parametrize(
    ("files", "expected"),
    [(["./a.py"], "E_SCAN_FAILED"), (["./a.py", "./b.py"], ("sarif", {"total": 0}))],
    ids=["no file could be parsed, whatever its path looks like", "another one was parsed"],
)
def test_bandit_looked_at_what_it_could_parse(outcome, files, expected):
    where = {"physicalLocation": {"artifactLocation": {"uri": "a.py"}}}
    broken = {"level": "error", "message": {"text": "syntax error"}, "locations": [where]}
    body = log(
        tool={"driver": {"name": "Bandit"}},
        invocations=[{"executionSuccessful": True, "toolConfigurationNotifications": [broken]}],
        properties={"metrics": {"_totals": {"loc": 1}, **{file: {"loc": 1} for file in files}}},
    )
    assert outcome(body) == expected


def test_a_failed_run_with_results_counts_with_a_warning(reading):
    told = reading(
        log(
            result(),
            invocations=[{"executionSuccessful": False, "toolExecutionNotifications": [{"level": "error"}]}],
        )
    )
    assert [one.code for one in told.notices] == ["W_ABORTED", "W_NOT_TESTED"]
    assert len(told.records.live) == 1


def test_a_run_that_did_not_scan_beside_one_that_did_is_told(reading):
    both = log(result())
    both["runs"].append({"tool": {"driver": {"name": "Other"}}})
    assert [one.code for one in reading(both).notices] == ["W_NOT_TESTED"]


def test_facts_are_those_of_the_run(reading):
    run = {
        "invocations": [
            {
                "executionSuccessful": True,
                "startTimeUtc": "2024-01-02T03:04:05Z",
                "endTimeUtc": "2024-01-02T03:05:06Z",
            }
        ],
        "versionControlProvenance": [{"repositoryUri": "https://x", "revisionId": "abc"}],
    }
    assert reading(log(result(), **run)).facts == {
        "tool": "Scanner", "tool_version": "3.1", "build": "abc", "taken_at": "2024-01-02T03:05:06Z",
    }  # fmt: skip


def test_results_may_stand_before_what_they_refer_to(outcome):
    body = log(
        {
            "ruleIndex": 0,
            "message": {"text": "m"},
            "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}],
        }
    )
    run = body["runs"][0]
    body["runs"] = [
        {"results": run["results"], "artifacts": [{"location": {"uri": "a.py"}}], "tool": run["tool"]}
    ]
    assert outcome(body) == ("sarif", {"total": 1, "high": 1})
    body["runs"] = [
        {"tool": run["tool"], "results": run["results"], "artifacts": [{"location": {"uri": "a.py"}}]}
    ]
    assert outcome(body) == ("sarif", {"total": 1, "high": 1})


def test_levels_that_the_invocation_overrides_hold_wherever_they_stand(outcome):
    override = {
        "invocations": [
            {
                "executionSuccessful": True,
                "ruleConfigurationOverrides": [
                    {"descriptor": {"id": "R3"}, "configuration": {"level": "error"}}
                ],
            }
        ]
    }
    run = log(result("R3"), **override)["runs"][0]
    for order in (
        ("tool", "results", "invocations"),
        ("invocations", "tool", "results"),
        ("results", "invocations", "tool"),
    ):
        assert outcome({"version": "2.1.0", "runs": [{key: run[key] for key in order}]}) == (
            "sarif",
            {"total": 1, "high": 1},
        )


def test_rules_of_extensions_are_found(outcome):
    body = log({"rule": {"index": 0, "toolComponent": {"index": 0}}, "message": {"text": "m"}})
    body["runs"][0]["tool"]["extensions"] = [
        {"name": "pack", "rules": [{"id": "X", "properties": {"security-severity": "7.5"}}]}
    ]
    assert outcome(body) == ("sarif", {"total": 1, "high": 1})


def test_sarif_2_0_0_counts_as_it_was_meant(outcome):
    run = {
        "tool": {"name": "Old"},
        "resources": {"rules": {"R1": {"id": "R1", "configuration": {"defaultLevel": "error"}}}},
        "results": [
            {"ruleId": "R1", "message": {"text": "m"}},
            {"ruleId": "R2", "message": {"text": "m"}, "suppressionStates": ["suppressedExternally"]},
        ],
    }
    assert outcome({"version": "2.0.0", "runs": [run]}) == ("sarif", {"total": 1, "high": 1, "suppressed": 1})


def same(reading_of, one, other):
    first, second = (live(reading_of, log(each))[0].fingerprint for each in (one, other))
    return first == second


def test_fingerprints_stay_when_lines_move(reading):
    assert same(reading, result(locations=place(line=3)), result(locations=place(line=30)))
    assert same(reading, result(message={"text": "at line 3"}), result(message={"text": "at line 44"}))
    assert same(
        reading, result(locations=place(snippet="x  = 1")), result(locations=place(line=9, snippet="x = 1\n"))
    )
    hashed = {"partialFingerprints": {"primaryLocationLineHash": "39fa:1"}}
    assert same(reading, result(**hashed), result(message={"text": "other words"}, **hashed))


def test_fingerprints_tell_findings_apart(reading):
    assert not same(reading, result(), result("R2"))
    assert not same(reading, result(), result(locations=place("b.py")))
    assert not same(reading, result(message={"text": "CVE-1"}), result(message={"text": "CVE-2"}))
    assert not same(reading, result(partialFingerprints={"h": "1"}), result(partialFingerprints={"h": "2"}))
    nested = result(fingerprints={"h": {"value": "1"}}), result(fingerprints={"h": {"value": "2"}})
    assert not same(reading, *nested)


def test_a_place_that_is_no_file_has_its_name(reading):
    logical = result(locations=[{"logicalLocations": [{"fullyQualifiedName": "ns::Class"}]}])
    assert live(reading, log(logical))[0].where == "ns::Class"


def test_a_message_may_be_an_id_with_arguments(reading):
    found = live(reading, log(result("R9", message={"id": "default", "arguments": ["x", "y"]})))[0]
    assert found.title == "default x y"


def counts(*logs):
    records = None
    for one in logs:
        found = registry.read(Source.of(json.dumps(one).encode())).records
        records = found if records is None else records.merge(found)
    return {one.metric: one.value for one in records.measurements()}


@given(
    st.lists(st.tuples(st.sampled_from(["R1", "R2", "R3"]), st.sampled_from([None, "note", "error"]), st.booleans()), min_size=1, max_size=8),
    st.data(),
)  # fmt: skip
def test_order_layout_and_parts_do_not_change_a_count(specs, data):
    results = [
        result(rule, locations=place(line=at + 1), **({"level": level} if level else {}), suppressions=[{"kind": "inSource"}] if muted else [])
        for at, (rule, level, muted) in enumerate(specs)
    ]  # fmt: skip
    cut = data.draw(st.integers(0, len(results)))
    whole = counts(log(*results))
    assert counts(log(*results[cut:], *results[:cut])) == whole
    assert counts(log(*results[:cut]), log(*results[cut:])) == whole
    assert counts(log(*results), log(*results)) == whole
    indented = registry.read(Source.of(json.dumps(log(*results), indent=3).encode())).records
    assert {one.metric: one.value for one in indented.measurements()} == whole


def test_odd_variants_are_refused_or_read_and_nothing_else(survives):
    body = log(
        result(suppressions=[{"kind": "inSource", "status": "accepted"}], partialFingerprints={"a": "b"}, baselineState="new", kind="fail"),
        {"rule": {"id": "R1", "index": 0, "toolComponent": {"index": -1, "name": "Scanner"}}, "message": {"id": "x", "arguments": ["a"]}},
        invocations=[{"executionSuccessful": True, "endTimeUtc": "2024-01-02T03:05:06Z", "toolExecutionNotifications": [{"level": "error"}],
                      "ruleConfigurationOverrides": [{"descriptor": {"id": "R1"}, "configuration": {"level": "note"}}]}],
        versionControlProvenance=[{"revisionId": "a"}],
        artifacts=[{"location": {"uri": "a"}}],
    )  # fmt: skip
    assert survives("sarif", body) > 100


def test_deep_references_and_fingerprints_are_met_calmly(outcome):
    deep = json.dumps(log(result())).replace('"Bad"', "[" * 400 + "]" * 400)
    assert outcome(deep) == ("sarif", {"total": 1, "high": 1})
    prints = json.dumps(log(result(fingerprints={"h": 0}))).replace(
        '"h": 0', '"h": ' + '{"a":' * 300 + "1" + "}" * 300
    )
    assert outcome(prints) == ("sarif", {"total": 1, "high": 1})


def test_the_refusal_of_an_old_version_names_the_way_out():
    with pytest.raises(EvidenceError) as refusal:
        registry.read(Source.of(json.dumps(REFUSED["SARIF 1.0.0"][0]).encode()))
    assert "1.0.0" in refusal.value.message
    assert "2.1.0" in refusal.value.hint
