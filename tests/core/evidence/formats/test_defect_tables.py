"""Tables of defects, and tables whose columns the rulebook declares."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import Source


def seen(text, columns=None):
    return registry.read(
        Source.of(text.encode() if isinstance(text, str) else text, "defects.csv"), columns=columns
    )


def numbers(reading):
    return {(one.metric, *(value for _, value in one.labels)): int(one.value) for one in reading.measurements}


def refusal(text, columns=None):
    with pytest.raises(EvidenceError) as caught:
        seen(text, columns)
    return caught.value


TABLE = """Key,Summary,Priority,Status,Type,Components,Assignee,Mitigation,Affected users,Ignored
A-1,"Discount, lost",P1,Open,Bug,checkout;cart,Ana,,1200,x
A-2,Typo,P4,won\u2019t fix,Bug,,,,,
A-3,"two
lines",P2,IN_PROGRESS,Bug,,Ben,feature off,,
A-4,Wish,P3,done,Story,,,,,
"""


def test_columns_are_found_by_name_and_the_rest_is_ignored():
    reading = seen(TABLE)
    assert reading.format == "defect-table"
    assert numbers(reading) == {
        ("defects.listed",): 4,
        ("defects.total",): 3,
        ("defects.open",): 2,
        ("defects.open", "P1"): 1,
        ("defects.open", "P2"): 1,
        ("stories.total",): 1,
        ("stories.done",): 1,
    }
    first = next(iter(reading.records))
    assert first.title == "Discount, lost"
    assert first.fields == (
        ("affected_users", "1200"),
        ("component", "cart"),
        ("component", "checkout"),
        ("owner", "Ana"),
    )


def test_formulas_are_text():
    (defect,) = seen('id,severity,status,title\nA-1,P1,open,"=1+1|cmd"\n').records
    assert defect.title == "=1+1|cmd"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("id,severity,status\nA-1,P1,Weird\n", "E_ENUM", 2),
        ("id,severity,status\nA-1,P1,\n", "E_ENUM", 2),
        ("id,severity,status\nA-1,P1,open\n,P1,open\n", "E_MISSING_FIELD", 3),
        ("id,severity,status\nA-1,P1\n", "E_ROW_WIDTH", 2),
        ("id,severity,status\nA-1,P1,open,more\n", "E_ROW_WIDTH", 2),
        ("id,severity,status\n", "E_NO_ROWS", None),
        ("id,severity,status,status\nA-1,P1,open,done\n", "E_DUPLICATE_KEY", 1),
        ("id;severity;status\nA-1;P1;open\n", "E_HEADER", 1),
        ("id\tseverity\tstatus\nA-1\tP1\topen\n", "E_HEADER", 1),
        ('id,severity,status\nA-1,"P1,open\nA-2,P1,open\n', "E_UNTERMINATED_QUOTE", None),
        (b"id,severity,status\nA-1,caf\xe9,open\n", "E_ENCODING", None),
        ("severity,status\nP1,open\n", "E_UNRECOGNISED", 1),
    ],
)
def test_broken_tables_are_refused_where_they_break(text, code, line):
    error = refusal(text)
    assert error.code == code
    assert line is None or error.line == line


DECLARED = {"id": "Nr", "severity": "Klasse", "status": "Stand"}


def test_the_rulebook_names_foreign_columns():
    reading = seen("Nr,Klasse,Stand,Mehr\n7,S1,open,x\n8,S2,done,y\n", DECLARED)
    assert numbers(reading)["defects.open", "S1"] == 1
    assert numbers(reading)["defects.listed",] == 2


def test_a_declared_checklist_counts_its_items():
    columns = {"item": "What", "done": "OK?", "checklist": "List"}
    reading = seen("What,OK?,List\nRestore,yes,drills\nFail over,,drills\n", columns)
    assert numbers(reading)["checklist.total", "drills"] == 2
    assert numbers(reading)["checklist.done", "drills"] == 1
    assert numbers(reading)["checklist.done", "Fail over"] == 0


def test_declared_results_are_tests():
    reading = seen(
        "Case,Outcome\nlogin,Pass\npay,FAILED\nrefund,not run\n", {"name": "Case", "result": "Outcome"}
    )
    found = numbers(reading)
    assert (
        found["tests.total",],
        found["tests.passed",],
        found["tests.failed",],
        found["tests.skipped",],
    ) == (3, 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "columns", "code"),
    [
        ("Nr,Stand\n7,open\n", DECLARED, "E_MISSING_FIELD"),
        ("a,b\n1,2\n", DECLARED, "E_HEADER"),
        ("Nr\n7\n", {"id": "Nr"}, "E_HEADER"),
        ("Case,Outcome\nlogin,green\n", {"name": "Case", "result": "Outcome"}, "E_ENUM"),
        ("Case,Outcome\nlogin,skipped\n", {"name": "Case", "result": "Outcome"}, "E_ALL_SKIPPED"),
        ("What,OK?\nRestore,maybe\n", {"item": "What", "done": "OK?"}, "E_ENUM"),
        ("What,OK?\n", {"item": "What", "done": "OK?"}, "E_NO_ROWS"),
        ("", DECLARED, "E_EMPTY"),
    ],
)
def test_declared_tables_are_held_to_their_declaration(text, columns, code):
    assert refusal(text, columns).code == code


@settings(max_examples=examples(60), deadline=None)
@given(st.text(alphabet="id,severtyaus;\n\"'P1open-\t=é\x07", max_size=80))
def test_any_text_behind_a_header_gives_a_reading_or_a_refusal(text):
    try:
        assert numbers(seen("id,severity,status\n" + text))["defects.listed",] > 0
    except EvidenceError as error:
        assert error.code.startswith("E_")
