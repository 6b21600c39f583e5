"""Jira: statusCategory decides, pages must be complete, and an empty answer is an answer."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import Source


def issue(key, category="new", *, kind="Bug", priority="High", name="Offen", **more):
    status = (
        {"name": name} if category is None else {"name": name, "statusCategory": {"key": category, "id": 2}}
    )
    fields = {
        "summary": f"about {key}",
        "issuetype": {"name": kind},
        "priority": {"name": priority},
        "status": status,
    }
    return {
        "key": key,
        "id": "1",
        "self": f"https://j.example/rest/api/2/issue/{key}",
        "fields": {**fields, **more},
    }


def answer(*issues, **page):
    return {"startAt": 0, "maxResults": 50, "total": len(issues), "issues": list(issues), **page}


def seen(document, **how):
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return registry.read(Source.of(data, "filter.json"), **how)


def numbers(reading):
    return {(one.metric, *(value for _, value in one.labels)): int(one.value) for one in reading.measurements}


def refusal(document, **how):
    with pytest.raises(EvidenceError) as caught:
        seen(document, **how)
    assert caught.value.code.startswith("E_")
    assert caught.value.message
    return caught.value


def test_an_empty_answer_is_evidence_of_no_open_defect():
    assert numbers(seen(answer())) == {("defects.listed",): 0, ("defects.total",): 0, ("defects.open",): 0}


def test_the_category_decides_and_never_the_translated_name():
    reading = seen(
        answer(
            issue("A-1", "new", name="已完成"),
            issue("A-2", "done", name="Offen"),
            issue("A-3", "indeterminate", priority="Low"),
        )
    )
    assert reading.format == "jira-search"
    assert numbers(reading) == {
        ("defects.listed",): 3,
        ("defects.total",): 3,
        ("defects.open",): 2,
        ("defects.open", "High"): 1,
        ("defects.open", "Low"): 1,
    }


def test_without_a_category_the_issue_counts_as_open_and_says_so():
    reading = seen(answer(issue("A-1", None, name="Done"), issue("A-2", "galactic")))
    assert numbers(reading)["defects.open",] == 2
    assert [notice.code for notice in reading.notices] == ["W_UNKNOWN_STATE"]


def test_stories_and_tasks_are_listed_and_are_no_defects():
    reading = seen(
        answer(issue("A-1", "done", kind="Story"), issue("A-2", kind="Story"), issue("A-3", kind="Sub-task"))
    )
    found = numbers(reading)
    assert (found["defects.listed",], found["defects.total",], found["defects.open",]) == (3, 0, 0)
    assert (found["stories.total",], found["stories.done",]) == (2, 1)
    assert [notice.code for notice in reading.notices] == ["W_NOT_DEFECTS"]


def test_what_a_record_says_is_kept():
    more = {
        "labels": ["regression", "checkout"],
        "components": [{"name": "cart"}, {"name": "auth"}],
        "fixVersions": [{"name": "4.2.1"}],
        "assignee": {"displayName": "Ana"},
        "duedate": "2026-04-01",
        "created": "2026-01-01T00:00:00.000+0000",
        "updated": "2026-02-01T00:00:00.000+0000",
    }
    (defect,) = seen(answer(issue("A-1", **more))).records
    assert defect.url == "https://j.example/browse/A-1"
    assert defect.labels == ("checkout", "regression")
    assert defect.all("component") == ("auth", "cart")
    assert dict(defect.fields) | {"component": ""} == {
        "component": "",
        "fix_version": "4.2.1",
        "owner": "Ana",
        "resolution_target": "2026-04-01",
    }
    assert (defect.title, defect.created[:4], defect.updated[:7]) == ("about A-1", "2026", "2026-02")


def test_custom_fields_are_read_where_the_answer_names_them():
    rich = {
        "type": "doc",
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Feature off"}]}],
    }
    names = {
        "customfield_1": "Severity",
        "customfield_2": "Affected users",
        "customfield_3": "Mitigation",
        "summary": "Severity",
    }
    one = issue("A-1", priority="Low", customfield_1={"value": "S1"}, customfield_2=1200, customfield_3=rich)
    (defect,) = seen(answer(one, names=names)).records
    assert defect.severity == "S1"
    assert dict(defect.fields) == {"affected_users": "1200", "mitigation": "Feature off"}


def test_one_issue_listed_twice_counts_once():
    reading = seen(answer(issue("A-1"), issue("A-1")))
    assert numbers(reading)["defects.listed",] == 1
    assert "W_DUPLICATE_ID" in [notice.code for notice in reading.notices]


@pytest.mark.parametrize(
    "document",
    [
        answer(issue("A-1"), total=6),
        answer(issue("A-1"), startAt=5, total=6),
        answer(total=1),
        {"issues": [issue("A-1")], "isLast": False, "nextPageToken": "x"},
        {"issues": [issue("A-1")], "nextPageToken": "x"},
        {"issues": [], "isLast": False},
        {"issues": [issue("A-1")]},
        {"isLast": False, "nextPageToken": "same"},
        [answer(issue("A-1"), total=3), answer(issue("A-2"), startAt=1, total=3)],
        [answer(issue("A-1"), total=2), answer(issue("A-2"), startAt=0, total=2)],
        [
            {"issues": [issue("A-1")], "nextPageToken": "x"},
            {"issues": [], "isLast": False, "nextPageToken": "y"},
        ],
    ],
)
def test_part_of_an_answer_is_refused(document):
    assert refusal(document).code == "E_PARTIAL"


def test_complete_answers_of_every_kind_are_read():
    assert numbers(seen({"issues": [issue("A-1")], "isLast": True}))["defects.open",] == 1
    assert numbers(seen({"issues": [], "isLast": True, "nextPageToken": None}))["defects.open",] == 0
    pages = [answer(issue("A-1"), total=2), answer(issue("A-2"), startAt=1, total=2)]
    assert numbers(seen(pages))["defects.listed",] == 2
    tokens = [
        {"issues": [issue("A-1")], "nextPageToken": "x", "isLast": False},
        {"issues": [issue("A-2")], "isLast": True},
    ]
    assert numbers(seen(tokens))["defects.listed",] == 2


def test_a_total_below_the_count_is_mentioned_with_both_numbers():
    reading = seen(answer(issue("A-1"), issue("A-2"), total=1))
    assert [notice.message for notice in reading.notices] == ["total says 1, counted 2"]


@pytest.mark.parametrize(
    "document",
    [
        {"errorMessages": ["The value 'X' does not exist for the field 'project'."], "errors": {}},
        {"errorMessages": ["Login required"], "warningMessages": []},
        answer(warningMessages=["The value '4.9' does not exist for the field 'fixVersion'."]),
        {"message": "Client must be authenticated", "status-code": 401},
    ],
)
def test_a_refusal_or_a_half_understood_query_is_no_evidence(document):
    assert refusal(document).code == "E_API_ERROR"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (answer({"fields": {}}), "E_MISSING_FIELD"),
        (answer("A-1"), "E_WRONG_TYPE"),
        (answer(issue("A-1", status="Open")), "E_WRONG_TYPE"),
        (answer(total="one"), "E_WRONG_TYPE"),
        (answer(total=True), "E_WRONG_TYPE"),
        ({"startAt": 0, "maxResults": 1, "total": 0, "issues": {}}, "E_WRONG_TYPE"),
        ({"startAt": 0, "maxResults": 1, "total": 0, "issues": None}, "E_MISSING_FIELD"),
        (b'{"startAt":0,"total":0,"issues":[', "E_TRUNCATED"),
        (b'{"startAt":0,"total":1,"total":0,"issues":[]}', "E_DUPLICATE_KEY"),
        (
            b'{"startAt":0,"total":1,"issues":[{"key":"A","fields":{"status":{"x":1,"x":2}}}]}',
            "E_DUPLICATE_KEY",
        ),
        (b'{"startAt":0,"total":NaN,"issues":[]}', "E_NONFINITE"),
        (b'{"startAt":0,"total":0,"issues":[]}{}', "E_MALFORMED"),
        (
            [
                {
                    "self": "https://j.example/rest/api/2/status/1",
                    "name": "Done",
                    "statusCategory": {"key": "done"},
                }
            ],
            "E_UNRECOGNISED",
        ),
        ([{"self": "https://j.example/rest/api/2/resolution/1", "name": "Fixed"}], "E_UNRECOGNISED"),
        ([{"self": "https://j.example/rest/api/2/filter/1", "jql": "type = Bug"}], "E_UNRECOGNISED"),
    ],
)
def test_broken_answers_are_refused_with_the_class_of_fault(document, code):
    assert refusal(document).code == code


def test_a_single_issue_is_one_record():
    reading = seen({**issue("A-1", priority="P1"), "expand": "names"})
    assert reading.format == "jira-issue"
    assert numbers(reading)["defects.open", "P1"] == 1


def test_nul_in_a_title_is_shown_as_replaced_and_changes_no_count():
    reading = seen(answer(issue("A-1", summary="half\0way")))
    assert [one.title for one in reading.records] == ["half\ufffdway"]
    assert [notice.code for notice in reading.notices] == ["W_CONTROL_CHAR"]


def test_a_bare_empty_list_needs_the_declared_format():
    assert refusal([]).code == "E_UNRECOGNISED"
    assert numbers(seen([], expected="github-issues"))["defects.open",] == 0
    assert refusal(answer(), expected="github-issues").code == "E_UNRECOGNISED"


@settings(max_examples=examples(40), deadline=None)
@given(
    st.permutations([issue("A-1"), issue("A-2", "done"), issue("A-3", None), issue("A-4", kind="Story")]),
    st.sampled_from([None, 1, "\t"]),
)
def test_order_and_white_space_change_nothing(issues, indent):
    data = json.dumps(answer(*issues), indent=indent).encode()
    assert numbers(seen(data)) == numbers(
        seen(answer(issue("A-1"), issue("A-2", "done"), issue("A-3", None), issue("A-4", kind="Story")))
    )


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "status",
    "priority",
    "issuetype",
    "labels",
    "components",
    "fixVersions",
    "assignee",
    "duedate",
    "summary",
    "created",
]


@settings(max_examples=examples(80), deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JUNK))
def test_any_shape_of_fields_gives_a_reading_or_a_refusal(fields):
    try:
        reading = seen(answer({"key": "A-1", "fields": fields}))
    except EvidenceError as error:
        assert error.code.startswith("E_")
    else:
        assert numbers(reading)["defects.listed",] == 1


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_cut_or_flipped_bytes_are_refused_or_read_whole(data):
    whole = json.dumps(answer(issue("A-1"), issue("A-2"))).encode()
    at = data.draw(st.integers(1, len(whole) - 1))
    refusal(whole[:at])
    broken = bytearray(whole)
    broken[at] = data.draw(st.integers(0, 255))
    try:
        assert numbers(seen(bytes(broken)))["defects.listed",] <= 2
    except EvidenceError as error:
        assert error.code.startswith("E_")
