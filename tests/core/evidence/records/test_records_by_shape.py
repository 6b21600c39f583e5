"""SARIF results and Jira issues that come by their shape make the records that whole ones make."""

import json
import pickle
from contextlib import contextmanager

from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.reading import json_shapes
from flightrules.evidence.records.findings import Findings
from flightrules.evidence.source import Source

_SETTINGS = ("_FEWEST", "_SHARE", "_MOST", "_AGAIN", "_EACH")


@contextmanager
def learning(*values):
    before = [getattr(json_shapes, name) for name in _SETTINGS]
    for name, value in zip(_SETTINGS, values, strict=True):
        setattr(json_shapes, name, value)
    try:
        yield
    finally:
        for name, value in zip(_SETTINGS, before, strict=True):
            setattr(json_shapes, name, value)


def seen(document):
    """Everything that the reading says, or the refusal."""
    try:
        reading = registry.read(Source.of(json.dumps(document).encode(), "x.json"))
    except EvidenceError as error:
        return error.code, error.message
    records = reading.records
    counted = tuple(reading.measurements)  # before anybody asks for a finding
    found = (
        (records.live, records.suppressed, records.fixed)
        if reading.format == "sarif"
        else list(records.by_id.values())
    )
    return found, reading.notices, counted


def by_shape(document, learned=1):
    with learning(0, 1, learned, 1, 1):
        return seen(document)


def whole(document):
    with learning(10**9, 1, 1, 1, 1):
        return seen(document)


words = st.sampled_from(["a", "b c", "é", "\u2028", 'say "no"', "x\\y", "", "line 12"])
odd = st.sampled_from([None, 7, -1, 0.5, "", [], {}, [1], {"text": 1}, True])
messages = st.fixed_dictionaries(
    {}, optional={"text": words, "id": words, "arguments": st.lists(words, max_size=2)}
)
regions = st.fixed_dictionaries(
    {}, optional={"startLine": st.integers(-1, 3), "snippet": st.fixed_dictionaries({"text": words})}
)
artifacts = st.fixed_dictionaries({}, optional={"uri": words, "index": st.integers(-1, 3)})
places = st.fixed_dictionaries({"artifactLocation": artifacts}, optional={"region": regions | odd})
locations = st.lists(st.fixed_dictionaries({"physicalLocation": places | odd}), max_size=2)
results = st.fixed_dictionaries(
    {"message": messages, "locations": locations},
    optional={
        "ruleId": st.sampled_from(["r1", "r2", "r2/1", "unknown"]),
        "ruleIndex": st.integers(-1, 1),
        "level": st.sampled_from(["error", "warning", "note", "none"]),
        "kind": st.sampled_from(["fail", "open", "review", "pass"]),
        "baselineState": st.sampled_from(["new", "unchanged", "absent"]),
        "suppressions": st.lists(st.sampled_from([{"kind": "inSource"}, {"status": "rejected"}]), max_size=2),
        "properties": st.sampled_from([{"security-severity": "9.8"}, {"tags": ["x"]}, {}]),
        "partialFingerprints": st.dictionaries(words, words | st.lists(words, max_size=2), max_size=3),
        "fingerprints": st.dictionaries(words, words, max_size=1),
        "relatedLocations": st.lists(st.fixed_dictionaries({"id": st.integers()}), max_size=2),
    },
)


def sarif(found):
    rules = [
        {"id": "r1", "shortDescription": {"text": "One"}},
        {"id": "r2", "defaultConfiguration": {"level": "note"}},
    ]
    driver = {"name": "T", "rules": rules}
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": found}]}


few = st.integers(1, 6)


@given(st.lists(results, max_size=12), few)
def test_results_make_the_same_findings(found, learned):
    assert by_shape(sarif(found), learned) == whole(sarif(found))


@given(st.lists(results, min_size=2, max_size=8), few, st.data())
def test_a_result_with_something_odd_is_judged_in_the_same_words(found, learned, data):
    one = data.draw(st.sampled_from(found))
    one[data.draw(st.sampled_from([*one, "level", "rule", "ruleIndex", "suppressions"]))] = data.draw(odd)

    assert by_shape(sarif(found), learned) == whole(sarif(found))


def plain_result(number, **more):
    place = {"artifactLocation": {"uri": f"a{number}.py"}, "region": {"startLine": number}}
    return {"ruleId": "r1", "message": {"text": "m"}, "locations": [{"physicalLocation": place}], **more}


printed = results.map(lambda one: {**one, "ruleId": "r1", "fingerprints": {"a": "b"}})


@given(st.lists(printed | results, min_size=2, max_size=12))
def test_findings_made_later_are_those_that_were_counted(found):
    with learning(0, 1, 1, 1, 1):
        try:
            reading = registry.read(Source.of(json.dumps(sarif(found)).encode(), "x.json"))
        except EvidenceError:
            return
    counted = list(reading.records.measurements())
    sent = pickle.loads(pickle.dumps(reading.records))  # noqa: S301 -- our own

    for records in (reading.records, sent):
        chosen = {
            severity: records.select(frozenset({severity})) for severity in ("high", "medium", "unknown")
        }
        made = Findings(records.live, suppressed=records.suppressed, fixed=records.fixed)
        for severity, some in chosen.items():
            expected = made.select(frozenset({severity}))
            assert (some.live, some.suppressed, some.fixed) == (
                expected.live,
                expected.suppressed,
                expected.fixed,
            )
        assert list(made.measurements()) == list(records.measurements()) == counted


def test_a_tool_behind_its_results_is_waited_for():
    document = sarif([plain_result(number) for number in range(20)])
    document["runs"][0] = dict(reversed(document["runs"][0].items()))

    assert by_shape(document) == whole(document)
    assert len(by_shape(document)[0][0]) == 20


def test_runs_of_two_tools_keep_their_rules_apart():
    first, second = (sarif([plain_result(number) for number in range(20)])["runs"][0] for _ in range(2))
    second["tool"]["driver"] = {
        "name": "U",
        "rules": [{"id": "r1", "defaultConfiguration": {"level": "error"}}],
    }
    document = {"version": "2.1.0", "runs": [first, second]}

    live, _, _ = by_shape(document)[0]

    assert by_shape(document) == whole(document)
    assert [one.severity for one in live] == 20 * ["medium"] + 20 * ["high"]
    assert len({one.fingerprint for one in live}) == 40


def test_a_rule_that_does_not_exist_is_refused_however_late_it_comes():
    found = [plain_result(number) for number in range(30)]
    found[27] = {"ruleIndex": 9, **{key: value for key, value in found[27].items() if key != "ruleId"}}
    late = [dict(one) for one in found]
    for one in late:
        one.setdefault("ruleIndex", 0)

    assert by_shape(sarif(found))[0] == "E_REFERENCE"
    assert by_shape(sarif(late))[0] == "E_REFERENCE"


people = st.sampled_from([None, {"displayName": "Ann"}, {"name": "Bob", "displayName": "B. \u2028"}, "Cid"])
contents = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["new", "done", "other"]).map(lambda key: {"statusCategory": {"key": key}}),
        "summary": words | st.none(),
    },
    optional={
        "priority": st.sampled_from([{"name": "High"}, {"name": "Low"}, None]),
        "issuetype": st.sampled_from([{"name": "Bug"}, {"name": "Story"}]),
        "assignee": people,
        "labels": st.lists(words, max_size=2),
        "components": st.lists(st.fixed_dictionaries({"name": words}), max_size=2),
        "duedate": st.sampled_from(["2026-01-01", None]),
        "created": st.sampled_from(["2026-01-01T10:00:00.000+0000", "2026-01-02T10:00:00.000+0000"]),
        "updated": st.sampled_from(["2026-01-01T10:00:00.000+0000", "2026-01-02T10:00:00.000+0000"]),
        "customfield_1": st.sampled_from([{"value": "S1"}, None, "S2", 3]),
        "customfield_2": st.sampled_from([None, 12]),
    },
)
issues = st.fixed_dictionaries(
    {"key": st.sampled_from([f"A-{n}" for n in range(9)]), "fields": contents},
    optional={"self": st.sampled_from(["https://j.example/rest/api/2/issue/1", "x"]), "id": words},
)


def answer(found, **more):
    return {"startAt": 0, "maxResults": 50, "total": len(found), "issues": found, **more}


@given(st.lists(issues, max_size=12), few, st.booleans())
def test_issues_make_the_same_defects(found, learned, named):
    names = {"names": {"customfield_1": "Severity", "customfield_2": "Affected users"}} if named else {}

    assert by_shape(answer(found, **names), learned) == whole(answer(found, **names))


@given(st.lists(issues, min_size=2, max_size=8), few, st.data())
def test_an_issue_with_something_odd_is_judged_in_the_same_words(found, learned, data):
    one = data.draw(st.sampled_from(found))
    one = data.draw(st.sampled_from([one, one["fields"]]))
    one[data.draw(st.sampled_from([*one, "status", "priority"]))] = data.draw(odd)

    assert by_shape(answer(found), learned) == whole(answer(found))


def test_pages_are_counted_one_by_one():
    pages = [
        {
            "startAt": start,
            "maxResults": 20,
            "total": 40,
            "issues": [
                {
                    "key": f"A-{start + n}",
                    "fields": {"summary": "s", "status": {"statusCategory": {"key": "new"}}},
                }
                for n in range(20)
            ],
        }
        for start in (0, 20)
    ]

    assert by_shape(pages) == whole(pages)
    assert len(by_shape(pages)[0]) == 40
    pages[1]["startAt"] = 21
    assert by_shape(pages)[0] == "E_PARTIAL"
