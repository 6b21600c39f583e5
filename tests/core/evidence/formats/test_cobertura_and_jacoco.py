"""Cobertura and JaCoCo: what they write, what it means, and what is no evidence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evidence.formats.coverage_reports import (
    branches_of,
    cobertura,
    codes,
    jacoco,
    klass,
    line,
    lines_of,
    numbers,
    read,
    refused,
    sourcefile,
)
from flightrules.errors import EvidenceError

# --- Cobertura


def test_cobertura_one_and_many():
    assert lines_of(read(cobertura(klass([line(1, 1)]), header=""))) == (1, 1)
    many = cobertura(
        klass([line(1, 1), line(2, 0)]), klass([line(1, 5)], "b.py"), header='line-rate="0.6667"'
    )
    assert lines_of(read(many)) == (2, 3)
    assert "W_COUNT_MISMATCH" not in codes(read(many))


def test_cobertura_a_line_of_several_classes_is_one_line():
    reading = read(cobertura(klass([line(1, 0), line(2, 1)]), klass([line(1, 3)])))
    assert lines_of(reading) == (2, 2)
    assert "W_MERGED" in codes(reading)


def test_cobertura_lines_of_methods_do_not_count_twice():
    methods = '<methods><method name="m" signature="()V"><lines><line number="7" hits="0"/></lines></method></methods>'
    assert lines_of(read(cobertura(klass([line(8, 1)], methods=methods), header=""))) == (1, 1)


@pytest.mark.parametrize("order", ["number hits", "hits number"])
def test_cobertura_attributes_come_in_any_order(order):
    def shape(number, hits, conditions=""):
        pairs = {"number": f'number="{number}"', "hits": f'hits="{hits}"'}
        own = " ".join(pairs[one] for one in order.split())
        extra = f'branch="true" condition-coverage="{conditions}"' if conditions else ""
        return f"<line {own} {extra}/>" if order.startswith("number") else f"<line {extra} {own}/>"

    reading = read(
        cobertura(klass([shape(1, 1), shape(2, 1, "50% (1/2)"), shape(3, 0, "0% (0/4)")]), header="")
    )
    assert (lines_of(reading), branches_of(reading)) == ((2, 3), (1, 6))
    assert "W_PARTIAL_BRANCH" in codes(reading)


def test_cobertura_a_branch_without_numbers_tells_no_branches():
    reading = read(
        cobertura(klass(['<line number="1" hits="1" branch="true"/>', line(2, 1, "75%")]), header="")
    )
    assert branches_of(reading) == (None, None)


@pytest.mark.parametrize(
    "report",
    [
        cobertura(klass([line(1, 1), line(2, 0, "50% (1/2)")]), prolog="<!-- a <b> c -->"),
        cobertura(klass([line(1, 1), line(2, 0, "50% (1/2)")]), prolog="<?style x?>"),
        cobertura(klass([line(1, 1), line(2, 0, "50% (1/2)")])).replace('"', "'"),
        cobertura(klass([line(1, 1), line(2, 0, "50% (1/2)")])).replace(" hits", "\n\thits"),
        cobertura(klass([line(1, 1), line(2, 0, "50% (1/2)")])).replace("a.py", "a&#46;py"),
        cobertura(
            klass([line(1, 1), line(2, 0, "50% (1/2)")]), prolog='<?xml version="1.0" encoding="latin-1"?>'
        ),
        cobertura(klass([line(1, 1), line(2, 0, "50% (1/2)")])).replace(
            "<line number", "<line  id='x' number"
        ),
        "\ufeff \n" + cobertura(klass([line(1, 1), line(2, 0, "50% (1/2)")])),
    ],
)
def test_cobertura_says_the_same_however_it_is_written(report):
    reading = read(report)
    assert (lines_of(reading), branches_of(reading)) == ((1, 2), (1, 2))
    assert list(reading.records.files) == ["a.py"]


@pytest.mark.parametrize("tag", ["<class\n", "<class\t"])
def test_cobertura_a_class_whose_tag_is_broken_over_lines_is_its_own(tag):
    report = cobertura(
        klass([line(1, 1)]), klass([line(1, 0)], "b.py").replace("<class ", tag), klass([line(1, 0)], "c.py")
    )
    assert lines_of(read(report)) == (1, 3)
    assert lines_of(read(report.replace("<class ", tag))) == (1, 3)


def test_cobertura_a_tag_inside_a_comment_or_cdata_is_text():
    inside = cobertura(klass([line(1, 1), f"<!-- {line(2, 0)} -->", f"<![CDATA[{line(3, 0)}]]>", line(4, 0)]))
    assert lines_of(read(inside)) == (1, 2)


def test_cobertura_names_are_put_below_the_one_source_folder():
    sources = "<sources><source>/w/src</source><source>.</source></sources>"
    reading = read(cobertura(klass([line(1, 1)]), klass([line(1, 1)], r"C:\x\b.cs"), sources=sources))
    assert set(reading.records.files) == {"/w/src/a.py", "C:/x/b.cs"}
    several = "<sources><source>/w/src</source><source>/w/lib</source></sources>"
    assert set(read(cobertura(klass([line(1, 1)]), sources=several)).records.files) == {"a.py"}


def test_cobertura_says_what_its_header_claims():
    cut = read(cobertura(klass([line(1, 1)]), header='lines-valid="500" lines-covered="400"'))
    message = next(one.message for one in cut.notices if one.code == "W_COUNT_MISMATCH")
    assert "400 of 500" in message
    assert "1 of 1" in message
    assert "cut down" in message
    assert lines_of(cut) == (1, 1)


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (cobertura(), "E_COUNT_MISMATCH"),
        (cobertura(header=""), "E_NO_LINES"),
        ("<coverage/>", "E_NO_LINES"),
        (cobertura(header='lines-valid="1" lines-covered="2"'), "E_CONTRADICTION"),
        (cobertura(klass([line(1, 1)]), header='branches-valid="1" branches-covered="2"'), "E_CONTRADICTION"),
        (cobertura(klass([line(1, 1)]), header='lines-valid="1001" lines-covered="2"'), "E_COUNT_MISMATCH"),
        (
            cobertura(klass([line(1, 1, "0% (0/8)")]), header='lines-valid="9" branches-valid="2"'),
            "E_CONTRADICTION",
        ),
        (cobertura(klass([line(0, 1)])), "E_RANGE"),
        (cobertura(klass([line(99999999, 1)])), "E_RANGE"),
        (cobertura(klass([line(1, -1)])), "E_NEGATIVE"),
        (cobertura(klass([line(1, "many")])), "E_NUMBER"),
        (cobertura(klass([line(1, "nan")])), "E_NONFINITE"),
        (cobertura(klass([line("x", 1)])), "E_NUMBER"),
        (cobertura(klass([line("-1", 1)])), "E_NEGATIVE"),
        (cobertura(klass(['<line hits="1"/>'])), "E_MISSING_FIELD"),
        (cobertura(klass(['<line number="1"/>'])), "E_MISSING_FIELD"),
        (cobertura(klass([line(1, 1, "150% (3/2)")])), "E_CONTRADICTION"),
        (cobertura(klass([line(1, 1)], "../../etc/passwd")), "E_PATH_OUTSIDE"),
        (cobertura(klass([line(1, 1)]))[:-30], "E_TRUNCATED"),
        (cobertura(klass([line(1, 1)])).replace("</class>", ""), "E_MALFORMED"),
        ('<!DOCTYPE x [<!ENTITY a "b">]>' + cobertura(klass([line(1, 1)]), prolog=""), "E_DTD_FORBIDDEN"),
    ],
)
def test_cobertura_that_proves_nothing_is_refused(report, code):
    assert refused(report).code == code


def test_cobertura_lines_only_inside_methods_are_no_evidence():
    methods = '<methods><method name="m" signature="s"><lines><line number="7" hits="1"/></lines></method></methods>'
    error = refused(cobertura(f'<class filename="a">{methods}</class>', header=""))
    assert error.code == "E_NO_LINES"
    assert "methods" in error.hint


def test_cobertura_methods_that_cannot_be_told_apart_are_refused():
    method = '<method name="m" signature="(I)V"><lines/></method>'
    assert (
        refused(cobertura(klass([line(1, 1)], methods=f"<methods>{method * 2}</methods>"))).code
        == "E_DUPLICATE_KEY"
    )
    istanbul = '<method name="m" signature="()V"><lines/></method>'
    assert lines_of(read(cobertura(klass([line(1, 1)], methods=f"<methods>{istanbul * 2}</methods>"))))


def test_cobertura_a_fault_is_named_with_its_place():
    report = cobertura(klass([line(1, 1)]), "\n\n" + klass([line(0, 1)], "b.py"))
    error = refused(report)
    assert (error.line, "b.py" in error.message) == (3, True)


def test_cobertura_counts_that_overflowed_are_hits():
    reading = read(cobertura(klass([line(1, 2**64), line(2, "0" * 30)])))
    assert lines_of(reading) == (1, 2)
    assert "W_CLAMPED" in codes(reading)


def test_cobertura_time_and_tool_are_taken_from_the_header():
    header = 'version="7.6.1" timestamp="1700000000123"'
    reading = read(
        cobertura(klass([line(1, 1)]), header=header, prolog="<!-- Generated by coverage.py: https://x -->")
    )
    assert reading.facts == {
        "tool": "coverage.py",
        "tool_version": "7.6.1",
        "taken_at": "2023-11-14T22:13:20.123Z",
    }


shapes = st.lists(
    st.tuples(
        st.sampled_from(["a.py", "b.py", "c&amp;d.py", ""]),
        st.lists(
            st.tuples(st.integers(1, 30), st.integers(0, 2), st.sampled_from(["", "50% (1/2)", "x"])),
            max_size=6,
        ),
    ),
    min_size=1,
    max_size=5,
)


@given(shapes)
@settings(deadline=None)
def test_cobertura_both_ways_of_reading_say_the_same(classes):
    """A comment with a tag in it forces the slow way; nothing else about the report differs."""
    written = [klass([line(*one) for one in lines], name) for name, lines in classes]

    def outcome(prolog):
        try:
            reading = read(cobertura(*written, header="", prolog=prolog))
        except EvidenceError as error:
            return error.code
        marks = {path: bytes(one.marks) for path, one in reading.records.files.items()}
        return numbers(reading), marks, codes(reading)

    assert outcome("") == outcome("<!-- <line> -->")


# --- JaCoCo


def test_jacoco_a_line_is_covered_if_any_instruction_ran():
    reading = read(jacoco(sourcefile((1, 3, 0, 0, 0), (2, 1, 1, 1, 1), (3, 0, 0, 0, 0), (4, 0, 2, 0, 2))))
    assert (lines_of(reading), branches_of(reading)) == ((2, 3), (3, 4))
    assert "W_PARTIAL_BRANCH" in codes(reading)
    assert list(reading.records.files) == ["com/ex/A.java"]


def test_jacoco_counters_are_compared_and_never_used():
    counter = '<counter type="LINE" missed="5" covered="5"/>'
    reading = read(jacoco(sourcefile((1, 0, 1, 0, 0)), root=counter))
    assert lines_of(reading) == (1, 1)
    assert "5 of 10" in next(one.message for one in reading.notices if one.code == "W_COUNT_MISMATCH")


def test_jacoco_the_same_file_of_two_modules_is_two_files():
    inner = f'<package name="p">{sourcefile((1, 0, 1, 0, 0))}</package>'
    reading = read(
        f'<report name="r"><group name="a">{inner}</group><group name="b">{inner}</group></report>'
    )
    assert lines_of(reading) == (2, 2)
    assert set(reading.records.files) == {"a/p/A.java", "b/p/A.java"}
    changed = reading.records.on({"a/src/p/A.java": frozenset({1})}, tracked={"b/src/p/A.java"})
    assert changed.ambiguous == ("a/src/p/A.java",)


@pytest.mark.parametrize("name", ["sourcefile", "package", "line"])
def test_jacoco_tags_may_be_broken_over_lines(name):
    report = jacoco(sourcefile((1, 0, 1, 0, 0)), sourcefile((1, 1, 0, 0, 0), name="B.java"))
    first, _, rest = report.rpartition(f"<{name} ")
    reading = read(f"{first}<{name}\n {rest}")
    assert lines_of(reading) == (1, 2)
    assert len(reading.records.files) == 2


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (jacoco(), "E_NO_LINES"),
        (jacoco(sourcefile()), "E_NO_LINES"),
        (jacoco(sourcefile((1, 0, 0, 0, 0))), "E_NO_LINES"),
        (jacoco(root='<counter type="LINE" missed="5" covered="5"/>'), "E_COUNT_MISMATCH"),
        (jacoco(sourcefile((0, 0, 1, 0, 0))), "E_RANGE"),
        (jacoco(sourcefile((1, 0, -1, 0, 0))), "E_NEGATIVE"),
        (jacoco(sourcefile((1, 0, 1, "x", 0))), "E_NUMBER"),
        (jacoco('<sourcefile name="A"><line nr="1"/></sourcefile>'), "E_MISSING_FIELD"),
        (jacoco('<line nr="1" mi="0" ci="1" mb="0" cb="0"/>'), "E_MISSING_FIELD"),
        (jacoco(sourcefile((1, 0, 1, 0, 0)))[:-12], "E_TRUNCATED"),
    ],
)
def test_jacoco_that_proves_nothing_is_refused(report, code):
    assert refused(report).code == code


@given(st.lists(st.tuples(st.integers(1, 20), *[st.integers(0, 2)] * 4), min_size=1, max_size=8))
@settings(deadline=None)
def test_jacoco_both_ways_of_reading_say_the_same(rows):
    def outcome(before):
        try:
            reading = read(jacoco(sourcefile(*rows), sourcefile(*rows[:2], name="B.java"), before=before))
        except EvidenceError as error:
            return error.code
        return numbers(reading), {path: bytes(one.marks) for path, one in reading.records.files.items()}

    assert outcome("") == outcome("<!-- <line> -->")
