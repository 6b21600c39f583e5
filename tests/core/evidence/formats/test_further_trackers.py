"""Trackers beside the common ones: what is open by their own word, and whether the answer is whole."""

import json

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence.registry import read
from flightrules.evidence.source import Source


def seen(document):
    return read(Source.of(json.dumps(document).encode(), "answer"))


def snow(**fields):
    return {
        "sys_id": "s1",
        "number": "INC1",
        "short_description": "x",
        "sys_class_name": "incident",
        **fields,
    }


def shown(value, word):
    return {"value": value, "display_value": word}


def click(kind="custom", **more):
    return {"id": "1", "name": "x", "status": {"status": "any", "type": kind}, **more}


def asana(**more):
    return {"gid": "1", "name": "x", **more}


def trello(column="todo", **more):
    return {"id": "c1", "name": "x", "idList": column, "idBoard": "b", "labels": [{"name": "P1"}], **more}


def board(*cards):
    lists = [{"id": "todo", "name": "To Do"}, {"id": "end", "name": "Done"}]
    return {"id": "b", "name": "Board", "lists": lists, "cards": list(cards)}


def zen(status="open", **more):
    return {"id": 1, "subject": "x", "status": status, "priority": "high", "type": "incident", **more}


def short(completed=False, **more):
    return {
        "id": 1,
        "name": "x",
        "story_type": "bug",
        "completed": completed,
        "labels": [{"name": "P2"}],
        **more,
    }


def mantis(status="new", severity="crash", **more):
    project = {"id": 1, "name": "p"}
    return {
        "id": 7,
        "summary": "x",
        "status": {"name": status},
        "severity": {"name": severity},
        "project": project,
    } | more


# the answer, the format, and of each defect its severity and state
ANSWERS = [
    ({"result": [snow(active="true", priority="1 - Critical")]}, "servicenow", [("Critical", "open")]),
    ({"result": [snow(active="true", priority="2", state="6")]}, "servicenow", [("High", "done")]),
    ({"result": [snow(active="false", state="3")]}, "servicenow", [("", "done")]),
    ({"records": [snow(state="2")]}, "servicenow", [("", "open")]),
    ({"result": [snow(sys_class_name="problem", state="6")]}, "servicenow", [("", "unknown")]),
    (
        {"result": [snow(priority=shown("1", "1 - Critical"), state=shown("7", "Closed"))]},
        "servicenow",
        [("Critical", "done")],
    ),
    ({"tasks": [click(priority={"priority": "urgent"})], "last_page": True}, "clickup", [("urgent", "open")]),
    ({"tasks": [click("closed", tags=[{"name": "P1"}])]}, "clickup", [("P1", "done")]),
    ({"tasks": [click("wobbly")], "last_page": True}, "clickup", [("", "unknown")]),
    ({"tasks": [], "last_page": True}, "clickup", []),
    ({"data": [asana(completed=False)], "next_page": None}, "asana", [("", "open")]),
    ({"data": [asana(completed=True)]}, "asana", [("", "done")]),
    ({"data": [asana()]}, "asana", [("", "unknown")]),
    (
        {"data": [asana(completed=False, custom_fields=[{"name": "Severity", "display_value": "S1"}])]},
        "asana",
        [("S1", "open")],
    ),
    (board(trello()), "trello", [("P1", "open")]),
    (board(trello("end")), "trello", [("P1", "done")]),
    (board(trello(closed=True)), "trello", [("P1", "done")]),
    (board(trello(dueComplete=True)), "trello", [("P1", "done")]),
    ([trello()], "trello", [("P1", "unknown")]),
    ({"tickets": [zen()], "count": 1, "next_page": None}, "zendesk", [("high", "open")]),
    ({"tickets": [zen("solved")], "meta": {"has_more": False}}, "zendesk", [("high", "done")]),
    ({"results": [zen("wobbly", result_type="ticket")], "count": 1}, "zendesk", [("high", "unknown")]),
    ([short()], "shortcut", [("P2", "open")]),
    ({"data": [short(True)], "next": None, "total": 1}, "shortcut", [("P2", "done")]),
    ({"issues": [mantis()]}, "mantis", [("crash", "open")]),
    ({"issues": [mantis("resolved")]}, "mantis", [("crash", "done")]),
    ({"issues": [mantis("wobbly", "minor")]}, "mantis", [("minor", "unknown")]),
]
PAGES = [
    {"tasks": [click()], "last_page": False},
    {"data": [asana(completed=True)], "next_page": {"offset": "x"}},
    {"tickets": [zen()], "count": 200, "next_page": None},
    {"tickets": [zen()], "count": 1, "next_page": "https://example.org/page=2"},
    {"tickets": [zen()], "meta": {"has_more": True}},
    {"data": [short()], "next": "/api/v3/search?next=1", "total": 1},
    {"stories": {"data": [short()], "next": None, "total": 2}},
]
OTHERS = [
    {"result": [snow(sys_class_name="sc_task", active="true")]},
    {"tasks": [click(tags=[{"name": "feature"}])], "last_page": True},
    {"tickets": [zen(type="question")], "count": 1},
    [short(story_type="feature")],
    {"issues": [mantis(severity="feature")]},
]


@pytest.mark.parametrize(("answer", "name", "defects"), ANSWERS)
def test_a_defect_is_open_until_its_tracker_says_otherwise(answer, name, defects):
    reading = seen(answer)
    assert reading.format == name
    assert [(one.severity, one.state) for one in reading.records] == defects
    assert len(reading.records.open_defects()) == sum(state != "done" for _, state in defects)


@pytest.mark.parametrize("answer", PAGES)
def test_one_page_is_not_the_answer(answer):
    with pytest.raises(EvidenceError) as caught:
        seen(answer)
    assert caught.value.code == "E_PARTIAL"


@pytest.mark.parametrize("answer", OTHERS)
def test_what_is_no_defect_is_not_counted_as_one(answer):
    assert not seen(answer).records.open_defects()


@pytest.mark.parametrize("answer", [one for one, _, defects in ANSWERS if defects])
def test_a_record_without_identity_is_refused(answer):
    bare = json.loads(json.dumps(answer), object_hook=_without_identity)
    with pytest.raises(EvidenceError) as caught:
        seen(bare)
    assert caught.value.code in ("E_MISSING_FIELD", "E_UNRECOGNISED")


def _without_identity(fields):
    wanted = ("id", "gid", "number", "sys_id")
    return {key: "" if key in wanted and "lists" not in fields else one for key, one in fields.items()}


@pytest.mark.parametrize("answer", [one for one, _, defects in ANSWERS if defects])
def test_a_value_of_another_type_gives_a_reading_or_one_clear_error(answer):
    for odd in (None, 7, [[]]):
        for key in ("status", "labels", "custom_fields", "priority", "state", "completed", "lists", "tags"):
            changed = json.loads(
                json.dumps(answer), object_hook=lambda one, k=key, v=odd: one | ({k: v} if k in one else {})
            )
            try:
                seen(changed)
            except EvidenceError as refused:
                assert refused.message
