"""Defect records: what counts, what is joined, and that nothing depends on order."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from flightrules.evidence.records.checklists import ChecklistItem, Checklists
from flightrules.evidence.records.defect_words import kind_of, severity_from, type_from
from flightrules.evidence.records.defects import Defect, DefectList, Defects, Late

TIMES = ["", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+0100", "2026-02-01T00:00:00.000+0000", "yesterday"]
DEFECTS = st.builds(
    Defect,
    id=st.sampled_from(["A-1", "A-2", "A-3"]),
    severity=st.sampled_from(["", "P1", "P2", "Kritisch"]),
    state=st.sampled_from(["open", "done", "unknown"]),
    type=st.sampled_from(["", "Bug", "Story", "Task"]),
    updated=st.sampled_from(TIMES),
)


def numbers(records) -> dict[tuple[str, tuple], int]:
    return {(one.metric, one.labels): int(one.value) for one in records.measurements()}


def test_no_records_are_zero_open_defects_and_no_stories():
    assert numbers(Defects()) == {
        ("defects.listed", ()): 0,
        ("defects.total", ()): 0,
        ("defects.open", ()): 0,
    }


def test_totals_come_first_and_every_severity_word_is_counted():
    found = Defects.of(
        [
            Defect("A-1", severity="P1", state="open", type="Bug"),
            Defect("A-2", severity="P1", state="done", type="Bug"),
            Defect("A-3", severity="Hoch", state="unknown", type="Fehler"),
            Defect("A-4", state="open"),
            Defect("A-5", state="done", type="Story"),
            Defect("A-6", severity="P1", state="open", type="Task"),
        ]
    )
    assert [(one.metric, one.labels, one.value) for one in found.measurements()] == [
        ("defects.listed", (), Decimal(6)),
        ("defects.total", (), Decimal(4)),
        ("defects.open", (), Decimal(3)),
        ("defects.open", (("severity", "Hoch"),), Decimal(1)),
        ("defects.open", (("severity", "P1"),), Decimal(1)),
        ("defects.open", (("severity", "unknown"),), Decimal(1)),
        ("stories.total", (), Decimal(1)),
        ("stories.done", (), Decimal(1)),
    ]
    assert [notice.code for notice in found.notices()] == [
        "W_NOT_DEFECTS",
        "W_UNKNOWN_STATE",
        "W_UNKNOWN_SEVERITY",
    ]
    assert [one.id for one in found.open_defects()] == ["A-1", "A-3", "A-4"]


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        (("open", "2026-01-01T00:00:00Z"), ("done", "2026-02-01T00:00:00Z"), "done"),
        (("done", "2026-01-01T00:00:00Z"), ("open", "2026-02-01T00:00:00Z"), "open"),
        (("open", "2026-01-01T00:30:00Z"), ("done", "2026-01-01T01:00:00+01:00"), "open"),
        (("open", ""), ("done", "2026-02-01T00:00:00Z"), "open"),
        (("done", ""), ("open", "2026-02-01T00:00:00Z"), "open"),
        (("done", ""), ("open", ""), "open"),
        (("done", "soon"), ("unknown", "2026-02-01T00:00:00Z"), "unknown"),
    ],
    ids=[
        "closed later",
        "reopened",
        "instants not texts",
        "no time, open",
        "no time, done",
        "no times",
        "bad time",
    ],
)
def test_of_two_records_of_one_id_the_latest_stands_and_doubt_keeps_it_open(first, second, state):
    one, other = (Defect("A-1", state=word, updated=at) for word, at in (first, second))
    assert [record.state for record in Defects.of([one]).merge(Defects.of([other]))] == [state]
    assert [record.state for record in Defects.of([other, one])] == [state]


def test_a_repeated_id_is_mentioned():
    found = DefectList()
    for _ in range(3):
        found.add(Defect("A-1", state="open", severity="P1"))
    assert [notice.message for notice in found.notices()] == ["2 records repeat an id and were joined"]


def test_a_scope_selects_by_component_or_label_and_case_matters():
    found = Defects.of(
        [
            Defect("A-1", labels=("checkout-web",)),
            Defect("A-2", fields=(("component", "checkout"), ("component", "cart"))),
            Defect("A-3", labels=("Checkout",)),
        ]
    )
    assert sorted(one.id for one in found.select(("checkout*",))) == ["A-1", "A-2"]
    assert len(found.select(())) == 0


@given(st.lists(DEFECTS), st.lists(DEFECTS), st.lists(DEFECTS))
def test_joining_depends_neither_on_order_nor_on_grouping(one, two, three):
    a, b, c = Defects.of(one), Defects.of(two), Defects.of(three)
    assert a.merge(b) == b.merge(a)
    assert a.merge(b).merge(c) == a.merge(b.merge(c)) == Defects.of([*three, *two, *one])
    assert a.merge(a) == a


@given(st.lists(DEFECTS, unique_by=lambda one: one.id), st.sampled_from(["Bug", "", "Unbekannt"]))
def test_one_more_open_defect_never_lowers_a_count(records, kind):
    before = numbers(Defects.of(records))
    after = numbers(Defects.of([*records, Defect("B-1", severity="P1", state="open", type=kind)]))
    assert all(after[key] >= value for key, value in before.items())
    assert after["defects.open", ()] == before["defects.open", ()] + 1


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Bug", "defect"),
        ("", "defect"),
        ("缺陷", "defect"),
        ("Whatever", "defect"),
        (" user STORY ", "story"),
        ("故事", "story"),
        ("Sub-task", "other"),
        ("Epic", "other"),
    ],
)
def test_only_words_that_surely_mean_no_defect_leave_the_count(word, kind):
    assert kind_of(word) == kind


@pytest.mark.parametrize(
    ("labels", "severity", "kind"),
    [
        (["P1", "bug"], "P1", "bug"),
        (["severity::critical", "kind/bug"], "critical", "bug"),
        (["priority: high", "type::feature"], "high", "feature"),
        (["P1", "P3"], "", ""),
        (["p1", "P1"], "P1", ""),
        (["enhancement", "regression"], "", "regression"),
        (["product", "pretty", "help wanted"], "", ""),
        ([], "", ""),
    ],
)
def test_labels_state_severity_and_type_or_nothing(labels, severity, kind):
    assert (severity_from(labels), type_from(labels)) == (severity, kind)


def test_a_checklist_item_that_one_record_calls_open_is_open():
    done = ChecklistItem("drills", "D-1", "Restore", done=True, owner="Ana", evidence="https://x")
    one, other = Checklists.of([done]), Checklists.of([done._replace(done=False)])
    assert one.merge(other) == other.merge(one)
    assert [item.id for item in one.merge(other).open_items()] == ["D-1"]
    assert numbers(one.merge(other))["checklist.done", (("checklist", "drills"),)] == 0
    assert not list(one.notices())


def test_done_items_without_owner_or_proof_are_mentioned():
    found = Checklists.of(
        [
            ChecklistItem("drills", "D-1", "Restore", done=True),
            ChecklistItem("drills", "D-2", "Fail over", done=False),
        ]
    )
    assert [notice.code for notice in found.notices()] == ["W_CLAIMED"]
    assert json.dumps(
        sorted(f"{m} {dict(label)} {v}" for (m, label), v in numbers(found).items())
    ) == json.dumps(
        [
            "checklist.done {'checklist': 'drills'} 1",
            "checklist.done {'item': 'Fail over'} 0",
            "checklist.done {'item': 'Restore'} 1",
            "checklist.done {} 1",
            "checklist.total {'checklist': 'drills'} 2",
            "checklist.total {'item': 'Fail over'} 1",
            "checklist.total {'item': 'Restore'} 1",
            "checklist.total {} 2",
        ]
    )


def in_blocks(records, size):
    """The same records, those of every other block when somebody asks for one."""
    found = DefectList()
    for at in range(0, len(records), size):
        block = records[at : at + size]
        if at // size % 2:
            sorts = [(one.severity, one.type, one.state) for one in block]
            found.add_later([one.id for one in block], Late(sorts, lambda block=block: iter(block)))
        else:
            for one in block:
                found.add(one)
    return found


@settings(deadline=None, max_examples=examples(40))
@given(
    st.lists(
        st.builds(
            Defect,
            id=st.sampled_from("abcdefgh"),
            severity=st.sampled_from(["", "High"]),
            state=st.sampled_from(["open", "done", "unknown"]),
            type=st.sampled_from(["Bug", "Story", ""]),
            updated=st.sampled_from(["", "2026-01-01", "2026-01-02T00:00:00Z"]),
        ),
        max_size=12,
    ),
    st.integers(1, 5),
)
def test_records_that_come_late_are_the_same_records(records, size):
    late, at_once = in_blocks(records, size), in_blocks(records, max(len(records), 1))
    assert late.joined == at_once.joined
    assert late.notices() == at_once.notices()
    assert list(late.defects().measurements()) == list(at_once.defects().measurements())
    assert len(late.defects()) == len(at_once.defects())
    assert list(late.defects()) == list(at_once.defects())
    assert late.defects() == at_once.defects()
