"""What people export from Jira by hand: the XML feed, the CSV with repeated columns, a client's bare list."""

import json

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import Source


def seen(text):
    return registry.read(Source.of(text.encode(), "export"))


def numbers(reading):
    return {(one.metric, *(value for _, value in one.labels)): int(one.value) for one in reading.measurements}


def refusal(text):
    with pytest.raises(EvidenceError) as caught:
        seen(text)
    return caught.value


def item(key, body):
    return f"<item><title>[{key}] t</title><link>https://j.example/browse/{key}</link><project id='1' key='A'>App</project><key id='1'>{key}</key><summary>t {key}</summary><type id='1'>Bug</type><priority id='1'>P1</priority>{body}</item>"


def feed(*items, total=None, start=0):
    count = len(items) if total is None else total
    return f'<!-- RSS --><rss version="0.92"><channel><title>Jira</title><issue start="{start}" end="{len(items)}" total="{count}"/>{"".join(items)}</channel></rss>'


OPEN = '<status id="1">Fertig</status><statusCategory id="2" key="new" colorName="blue-gray"/><resolution id="-1">Unresolved</resolution>'
DONE = '<status id="1">Offen</status><statusCategory id="3" key="done" colorName="green"/>'
OLD = '<status id="6">Closed</status><resolution id="1">Fixed</resolution><assignee username="-1">Unassigned</assignee>'
MORE = """<assignee username="ana">Ana</assignee><component>cart</component><component>auth</component><labels><label>x</label></labels>
<customfields><customfield id="c" key="k"><customfieldname>Mitigation</customfieldname><customfieldvalues><customfieldvalue>flag off</customfieldvalue></customfieldvalues></customfield></customfields>"""


def test_the_feed_is_read_by_category_and_old_servers_by_resolution():
    reading = seen(feed(item("A-1", OPEN + MORE), item("A-2", DONE), item("A-3", OLD)))
    assert reading.format == "jira-xml"
    assert numbers(reading) == {
        ("defects.listed",): 3,
        ("defects.total",): 3,
        ("defects.open",): 1,
        ("defects.open", "P1"): 1,
    }
    (defect,) = reading.records.open_defects()
    assert defect.url == "https://j.example/browse/A-1"
    assert defect.fields == (
        ("component", "auth"),
        ("component", "cart"),
        ("mitigation", "flag off"),
        ("owner", "Ana"),
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (feed(item("A-1", OPEN), total=2), "E_PARTIAL"),
        (feed(item("A-1", OPEN), start=10), "E_PARTIAL"),
        (feed(item("A-1", OPEN)).replace("<issue ", "<nothing "), "E_PARTIAL"),
        (feed(item("A-1", OPEN), total="many"), "E_NUMBER"),
        (feed(item("", OPEN)), "E_MISSING_FIELD"),
        (feed(item("A-1", OPEN))[:-20], "E_TRUNCATED"),
        (feed(item("A-1", OPEN))[:-3], "E_TRUNCATED"),
    ],
)
def test_a_feed_that_is_cut_or_partial_is_refused(text, code):
    assert refusal(text).code == code


HEADER = "Summary,Issue key,Issue id,Issue Type,Status,Priority,Labels,Labels,Custom field (Severity),Status Category\n"


def test_repeated_columns_are_one_list_and_the_category_decides():
    reading = seen(
        HEADER
        + '"Lost, twice",A-1,1,Bug,Erledigt,High,a,b,S1,In Progress\nt,A-2,2,Bug,Open,Low,,,,Done\nt,A-3,3,Bug,Open,Low,,,,Kész\n'
    )
    assert reading.format == "jira-csv"
    assert numbers(reading) == {
        ("defects.listed",): 3,
        ("defects.total",): 3,
        ("defects.open",): 2,
        ("defects.open", "S1"): 1,
        ("defects.open", "Low"): 1,
    }
    assert next(iter(reading.records)).labels == ("a", "b")
    assert "W_UNKNOWN_STATE" in [notice.code for notice in reading.notices]


def test_without_the_category_the_resolution_decides():
    text = "Summary,Issue key,Issue Type,Status,Resolution\nt,A-1,Bug,Closed,\nt,A-2,Bug,Open,Fixed\n"
    assert numbers(seen(text))["defects.open",] == 1


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (HEADER, "E_NO_ROWS", None),
        (HEADER + "t,A-1,1\n", "E_ROW_WIDTH", 2),
        (HEADER + "t,,1,Bug,Open,Low,,,,Done\n", "E_MISSING_FIELD", 2),
        (HEADER + '"t,A-1,1,Bug,Open,Low,,,,Done\n', "E_UNTERMINATED_QUOTE", None),
        (HEADER + "x" * 200_000 + ",A-1,1,Bug,Open,Low,,,,Done\n", "E_FIELD_TOO_LONG", None),
    ],
)
def test_broken_exports_are_refused(text, code, line):
    error = refusal(text)
    assert error.code == code
    assert line is None or error.line == line


def test_a_clients_bare_list_is_read_and_a_full_page_of_it_is_mentioned():
    issues = [
        {
            "key": f"A-{at}",
            "fields": {"status": {"statusCategory": {"key": "new"}}, "priority": {"name": "P1"}},
        }
        for at in range(100)
    ]
    reading = seen(json.dumps(issues))
    assert numbers(reading)["defects.open", "P1"] == 100
    assert [notice.code for notice in reading.notices] == ["W_MAYBE_PARTIAL"]
    assert not seen(json.dumps(issues[:7])).notices
