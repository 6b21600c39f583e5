"""GitHub, GitLab and the other trackers: what is open by the tracker's own word, and whether the answer is whole."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import Source


def seen(document, **how):
    return registry.read(Source.of(json.dumps(document).encode(), "answer"), **how)


def numbers(reading):
    return {(one.metric, *(value for _, value in one.labels)): int(one.value) for one in reading.measurements}


def counts(reading):
    found = numbers(reading)
    return found["defects.listed",], found["defects.total",], found["defects.open",]


def code_of(document, **how):
    with pytest.raises(EvidenceError) as caught:
        seen(document, **how)
    assert caught.value.message
    return caught.value.code


def hub(number, state="open", labels=("bug", "P1"), **more):
    return {
        "number": number,
        "title": f"issue {number}",
        "state": state,
        "html_url": f"https://github.com/o/r/issues/{number}",
        "repository_url": "https://api.github.com/repos/o/r",
        "labels": [{"name": name} for name in labels],
        **more,
    }


def lab(iid, state="opened", **more):
    return {
        "iid": iid,
        "title": "t",
        "state": state,
        "labels": ["severity::high"],
        "references": {"full": f"g/p#{iid}"},
        **more,
    }


PULL = hub(9, pull_request={"url": "https://api.github.com/repos/o/r/pulls/9"})
GH = {
    "number": 3,
    "title": "from gh",
    "state": "CLOSED",
    "labels": [],
    "url": "https://github.com/o/r/issues/3",
}
NODES = [
    {
        "number": 1,
        "title": "a",
        "state": "OPEN",
        "url": "https://github.com/o/r/issues/1",
        "labels": {"nodes": [{"name": "sev:2"}]},
    }
]


def graph(page, **more):
    return {"data": {"repository": {"issues": {"nodes": NODES, "pageInfo": page, **more}}}}


@pytest.mark.parametrize(
    ("document", "expected", "severity"),
    [
        ([hub(1), hub(2, "closed"), PULL], (2, 2, 1), "P1"),
        ([hub(1, labels=["enhancement"]), hub(2, labels=["priority: high"])], (2, 1, 1), "high"),
        (
            [hub(1, labels=[], type={"name": "Task"}), hub(2, labels=[], type={"name": "Bug"})],
            (2, 1, 1),
            "unknown",
        ),
        ({"total_count": 1, "incomplete_results": False, "items": [hub(1)]}, (1, 1, 1), "P1"),
        ({"total_count": 0, "incomplete_results": False, "items": []}, (0, 0, 0), None),
        (
            [GH, {**GH, "number": 4, "state": "OPEN", "url": "https://github.com/o/r/issues/4"}],
            (2, 2, 1),
            "unknown",
        ),
        ([{"number": 1, "title": "no state asked for"}], (1, 1, 1), "unknown"),
        (graph({"hasNextPage": False}), (1, 1, 1), "2"),
        (graph(None, totalCount=1), (1, 1, 1), "2"),
        ([[hub(1)], [hub(2, "closed")]], (2, 2, 1), "P1"),
        (
            [
                {
                    "method": "get",
                    "path": "/search/issues?q=x",
                    "status": 200,
                    "response": {"total_count": 1, "incomplete_results": False, "items": [hub(1)]},
                }
            ],
            (1, 1, 1),
            "P1",
        ),
    ],
    ids=[
        "list",
        "labels",
        "types",
        "search",
        "none found",
        "gh",
        "no state",
        "graphql",
        "total",
        "slurped pages",
        "recording",
    ],
)
def test_github_issues_without_pull_requests(document, expected, severity):
    reading = seen(document)
    assert reading.format == "github-issues"
    assert counts(reading) == expected
    assert [key[1] for key in numbers(reading) if len(key) > 1] == ([severity] if severity else [])


def test_pull_requests_are_passed_over_and_mentioned():
    reading = seen([hub(1), PULL])
    assert [notice.message for notice in reading.notices] == [
        "1 of 2 records are pull requests and were passed over"
    ]


def test_the_same_number_in_two_repositories_is_two_issues():
    other = hub(1, repository_url="https://api.github.com/repos/o/other")
    assert counts(seen([hub(1), other, hub(1)])) == (2, 2, 2)


def test_a_list_of_exactly_one_page_may_go_on():
    assert [notice.code for notice in seen([hub(number) for number in range(30)]).notices] == [
        "W_MAYBE_PARTIAL"
    ]
    assert not seen([hub(number) for number in range(31)]).notices


def test_gh_lists_thirty_if_it_is_not_told_how_many():
    listed = [{"number": number, "title": "t", "state": "OPEN", "labels": []} for number in range(30)]
    assert "W_MAYBE_PARTIAL" in [notice.code for notice in seen(listed).notices]


def test_of_pages_in_one_list_the_last_tells_whether_there_are_more():
    page = [hub(number) for number in range(30)]
    assert not seen([page, [hub(30)]]).notices
    assert not seen([page, []]).notices
    assert seen([page, [hub(30 + number) for number in range(30)]]).notices


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"total_count": 3, "incomplete_results": False, "items": [hub(1)]}, "E_PARTIAL"),
        ({"total_count": 1, "incomplete_results": True, "items": [hub(1)]}, "E_PARTIAL"),
        (graph({"hasNextPage": True}), "E_PARTIAL"),
        (graph({"hasNextPage": False}, totalCount=2), "E_PARTIAL"),
        (graph(None), "E_PARTIAL"),
        (
            {
                "data": {"repository": None},
                "errors": [{"type": "NOT_FOUND", "message": "no such repository"}],
            },
            "E_API_ERROR",
        ),
        (
            {"data": {"repository": {"issues": {"nodes": []}}}, "errors": [{"message": "timeout"}]},
            "E_API_ERROR",
        ),
        (
            {
                "errors": [
                    {
                        "message": "Bad token",
                        "locations": [{"line": 1, "column": 2}],
                        "path": ["a"],
                        "extensions": {"a": {"b": 1}},
                    }
                ]
            },
            "E_API_ERROR",
        ),
        ({"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}, "E_API_ERROR"),
        ([{"number": None, "title": "x"}], "E_MISSING_FIELD"),
        ([{"number": 1, "title": "x", "state": 3.5}], "E_WRONG_TYPE"),
        ([{"number": 1, "title": "x", "labels": "bug"}], "E_WRONG_TYPE"),
        ([{"number": 1, "title": "x"}, 7], "E_WRONG_TYPE"),
        ([{"method": "get", "path": "/repos/o/r/labels", "status": 200, "response": []}], "E_UNRECOGNISED"),
        ([{"method": "get", "path": "/search/issues", "status": 403, "response": {}}], "E_API_ERROR"),
        ([{"iid": 1, "title": "a merge request", "state": "opened", "source_branch": "x"}], "E_UNRECOGNISED"),
    ],
)
def test_what_is_no_whole_answer_is_refused(document, code):
    assert code_of(document) == code


def test_gitlab_labels_go_before_the_severity_field_and_unknown_is_none():
    reading = seen(
        [
            lab(1, severity="LOW"),
            lab(2, labels=[], severity="UNKNOWN"),
            lab(3, "closed"),
            lab(4, issue_type="task", labels=[]),
        ]
    )
    assert reading.format == "gitlab-issues"
    assert counts(reading) == (4, 3, 2)
    assert numbers(reading)["defects.open", "high"] == numbers(reading)["defects.open", "unknown"] == 1
    assert [one.id for one in reading.records] == ["g/p#1", "g/p#2", "g/p#3", "g/p#4"]


def test_gitlab_graphql_must_be_whole():
    def document(page, **more):
        return {"data": {"project": {"issues": {"nodes": [lab(1)], "pageInfo": page, **more}}}}

    assert counts(seen(document({"hasNextPage": False}))) == (1, 1, 1)
    assert code_of(document({"hasNextPage": True})) == "E_PARTIAL"
    assert code_of(document(None)) == "E_PARTIAL"
    assert code_of(document(None, count=2)) == "E_PARTIAL"


BUCKET = {
    "type": "issue",
    "id": 1,
    "title": "t",
    "state": "new",
    "kind": "bug",
    "priority": "major",
    "repository": {"full_name": "o/r"},
}
ITEM = {
    "System.Title": "t",
    "System.State": "Active",
    "System.WorkItemType": "Bug",
    "Microsoft.VSTS.Common.Severity": "2 - High",
}
LINEAR = {
    "identifier": "ENG-1",
    "title": "t",
    "priorityLabel": "Urgent",
    "state": {"name": "Erledigt", "type": "started"},
}
TRACK = {
    "idReadable": "X-1",
    "summary": "t",
    "resolved": None,
    "customFields": [
        {"name": "Priority", "value": {"name": "Critical"}},
        {"name": "Type", "value": {"name": "Bug"}},
    ],
}


def azure(*items, **more):
    value = [
        {"id": at, "fields": {**ITEM, **fields}, "url": "https://dev.azure.com/x"}
        for at, fields in enumerate(items)
    ]
    return {"count": len(value), "value": value, **more}


@pytest.mark.parametrize(
    ("document", "name", "expected", "severity"),
    [
        (
            {
                "pagelen": 20,
                "values": [
                    BUCKET,
                    {**BUCKET, "id": 2, "state": "wontfix"},
                    {**BUCKET, "id": 3, "kind": "task"},
                ],
            },
            "bitbucket-issues",
            (3, 2, 1),
            "major",
        ),
        (
            azure(
                {}, {"System.State": "Closed"}, {"System.State": "Resolved"}, {"System.WorkItemType": "Task"}
            ),
            "azure-devops-work-items",
            (4, 3, 2),
            "2 - High",
        ),
        (
            {
                "queryType": "flat",
                "asOf": "2026-03-01T09:00:00Z",
                "workItems": [{"id": 5, "url": "https://dev.azure.com/x"}],
            },
            "azure-devops-work-items",
            (1, 1, 1),
            "unknown",
        ),
        ({"queryType": "flat", "workItems": []}, "azure-devops-work-items", (0, 0, 0), None),
        (
            azure({}, {"System.State": "Closed"}, {"System.WorkItemType": "Task"})["value"],
            "azure-devops-work-items",
            (3, 2, 1),
            "2 - High",
        ),
        (
            {
                "status": 1,
                "data": [
                    {"Bug": {"id": "7", "title": "t", "status": "resolved", "severity": "serious"}},
                    {"Bug": {"id": "8", "status": "closed"}},
                    {"Story": {"id": "9", "name": "s", "status": "done"}},
                ],
            },
            "tapd",
            (3, 2, 1),
            "serious",
        ),
        (
            {
                "bugs": [
                    {"id": 1, "title": "t", "status": "active", "severity": 1, "openedBy": "x"},
                    {"id": 2, "title": "t", "status": "closed", "openedBy": "x"},
                    {"id": 3, "title": "t", "status": "active", "openedBy": "x", "deleted": True},
                ]
            },
            "zentao",
            (2, 2, 1),
            "1",
        ),
        (
            {
                "bugs": [
                    {"id": 1, "summary": "t", "is_open": True, "severity": "S1", "type": "defect"},
                    {"id": 2, "summary": "t", "status": "VERIFIED", "severity": "--"},
                ]
            },
            "bugzilla",
            (2, 2, 1),
            "S1",
        ),
        ({"bugs": []}, None, None, None),
        (
            {
                "data": {
                    "issues": {
                        "nodes": [LINEAR, {**LINEAR, "identifier": "ENG-2", "state": {"type": "canceled"}}],
                        "pageInfo": {"hasNextPage": False},
                    }
                }
            },
            "linear",
            (2, 2, 1),
            "Urgent",
        ),
        (
            [TRACK, {**TRACK, "idReadable": "X-2", "resolved": 1700000000000}],
            "youtrack",
            (2, 2, 1),
            "Critical",
        ),
    ],
    ids=[
        "bitbucket",
        "azure",
        "wiql",
        "empty wiql",
        "az boards",
        "tapd",
        "zentao",
        "bugzilla",
        "bare bugs",
        "linear",
        "youtrack",
    ],
)
def test_each_tracker_by_its_own_word_for_open(document, name, expected, severity):
    if name is None:
        assert code_of(document) == "E_UNRECOGNISED"
        return
    reading = seen(document)
    assert reading.format == name
    assert counts(reading) == expected
    assert [key[1] for key in numbers(reading) if key[0] == "defects.open" and len(key) > 1] == (
        [severity] if severity else []
    )


def test_a_query_answer_of_azure_tells_when_it_was_taken():
    assert (
        seen({"queryType": "flat", "asOf": "2026-03-01T09:00:00Z", "workItems": []}).facts["taken_at"]
        == "2026-03-01T09:00:00Z"
    )


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"pagelen": 1, "next": "https://api.bitbucket.org/?page=2", "values": [BUCKET]}, "E_PARTIAL"),
        ({"pagelen": 1, "page": 2, "values": [BUCKET]}, "E_PARTIAL"),
        ({"pagelen": 1, "size": 9, "values": [BUCKET]}, "E_PARTIAL"),
        (azure({}, count=2), "E_PARTIAL"),
        ({"status": 0, "data": [{"Bug": {}}], "info": "no permission"}, "E_API_ERROR"),
        ({"status": 1, "data": [{"Bug": {"title": "no id"}}]}, "E_MISSING_FIELD"),
        (
            {"page": 1, "total": 9, "limit": 1, "bugs": [{"id": 1, "title": "t", "openedBy": "x"}]},
            "E_PARTIAL",
        ),
        ({"bugs": [{"id": 1, "summary": "t"}], "total_matches": 5}, "E_PARTIAL"),
        ({"data": {"issues": {"nodes": [LINEAR], "pageInfo": {"hasNextPage": True}}}}, "E_PARTIAL"),
        ({"data": {"issues": {"nodes": [LINEAR]}}}, "E_PARTIAL"),
        ([{**TRACK, "resolved": "yesterday"}], "E_WRONG_TYPE"),
        ({"count": 0, "value": []}, "E_UNRECOGNISED"),
    ],
)
def test_pages_and_refusals_of_the_other_trackers(document, code):
    assert code_of(document) == code


def test_pipeline_runs_are_counted_as_runs_and_never_as_defects():
    runs = [
        ("completed", "succeeded"),
        ("completed", "partiallySucceeded"),
        ("completed", "failed"),
        ("inProgress", None),
        ("completed", "canceled"),
    ]
    value = [
        {"id": at, "buildNumber": "x", "status": status, "result": result}
        for at, (status, result) in enumerate(runs)
    ]
    assert numbers(seen({"count": 5, "value": value})) == {
        ("builds.total",): 5,
        ("builds.succeeded",): 1,
        ("builds.failed",): 2,
        ("builds.cancelled",): 1,
        ("builds.unfinished",): 1,
    }
    assert code_of({"count": 9, "value": value}) == "E_PARTIAL"


REDMINE = {
    "issues": [
        {"id": 1, "tracker": {"name": "Bug"}, "status": {"name": "New", "is_closed": False}, "priority": {"name": "Urgent"}, "subject": "s"},
        {"id": 2, "tracker": {"name": "Bug"}, "status": {"name": "Erledigt", "is_closed": True}, "subject": "t"},
    ],
    "total_count": 2, "offset": 0, "limit": 25,
}  # fmt: skip
SAMPLES = [
    REDMINE,
    [hub(1), PULL],
    [lab(1)],
    {"pagelen": 20, "values": [BUCKET]},
    azure({}),
    {"status": 1, "data": [{"Bug": {"id": "7", "title": "t", "status": "closed"}}]},
    {"bugs": [{"id": 1, "title": "t", "status": "active", "openedBy": "x"}]},
    {"bugs": [{"id": 1, "summary": "t", "is_open": True}]},
    {"data": {"issues": {"nodes": [LINEAR], "pageInfo": {"hasNextPage": False}}}},
    [TRACK],
    graph({"hasNextPage": False}),
]
JUNK = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=3)
    | st.lists(st.none(), max_size=2)
    | st.dictionaries(st.text(max_size=2), st.integers(), max_size=2)
)


def places(value):
    """Every container in the document."""
    if isinstance(value, (dict, list)):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from places(inner)


@settings(max_examples=examples(100), deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_any_value_in_any_place_gives_a_reading_or_a_refusal(sample, data):
    document = json.loads(json.dumps(sample))
    place = data.draw(st.sampled_from(list(places(document))))
    keys = sorted(place) if isinstance(place, dict) else range(len(place))
    if keys:
        place[data.draw(st.sampled_from(list(keys)))] = data.draw(JUNK)
    try:
        assert all(one.value >= 0 for one in seen(document).measurements)
    except EvidenceError as error:
        assert error.code.startswith("E_")


def redmine(**issue):
    base = {"id": 3, "tracker": {"name": "Bug"}, "status": {"name": "Closed"}, "subject": "s"}
    return {"issues": [base | issue], "total_count": 1, "offset": 0, "limit": 25}


def test_redmine_tells_what_is_closed_whatever_the_status_is_called():
    reading = seen(REDMINE)
    assert (reading.format, counts(reading)) == ("redmine", (2, 2, 1))


@pytest.mark.parametrize(
    ("issue", "open_ones", "warned"),
    [
        ({"closed_on": None}, 1, False),
        ({"closed_on": "2024-01-02T00:00:00Z"}, 1, True),  # it may have been opened again
        ({}, 1, True),
        ({"status": {"name": "x", "is_closed": True}}, 0, False),
    ],
)
def test_redmine_before_is_closed(issue, open_ones, warned):
    reading = seen(redmine(**issue))
    assert counts(reading)[2] == open_ones
    assert ("W_UNKNOWN_STATE" in {one.code for one in reading.notices}) is warned


def test_redmines_first_page_is_not_the_answer():
    assert code_of({**REDMINE, "total_count": 30}) == "E_PARTIAL"
    assert counts(seen({"issues": [], "total_count": 0, "offset": 0, "limit": 25})) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "body"), [("bugzilla", b'{"bugs": []}'), ("github-issues", b"[]"), ("zentao", b'{"bugs":[]}')]
)
def test_nothing_found_is_an_answer_where_the_rulebook_says_whose_it_is(name, body):
    reading = registry.read(Source.of(body), expected=name)
    assert counts(reading) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "body"),
    [("flake8-json", b'{"results": []}'), ("bundler-audit", b'{"results": []}'), ("sarif", b'{"runs": []}')],
)
def test_nothing_found_is_no_answer_of_a_scanner(name, body):
    with pytest.raises(EvidenceError):
        registry.read(Source.of(body), expected=name)


def test_what_redmine_exports_as_a_table_is_read():
    table = "#,Project,Tracker,Status,Priority,Subject\n1,p,Bug,Feedback,Urgent,s\n2,p,Bug,Closed,Low,t\n"
    assert counts(registry.read(Source.of(table.encode()))) == (2, 2, 1)
