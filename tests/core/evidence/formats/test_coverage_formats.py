"""Coverage formats: what each tool writes, what it means, and what is no evidence."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import Source


def read(text, expected=None):
    data = text if isinstance(text, bytes) else text.encode()
    return registry.read(Source.of(data, "report"), expected=expected)


def numbers(reading):
    return {
        one.metric.removeprefix("coverage."): int(one.value) for one in reading.measurements if not one.labels
    }


def lines_of(reading):
    counts = numbers(reading)
    return counts["lines.covered"], counts["lines.total"]


def branches_of(reading):
    counts = numbers(reading)
    return counts.get("branches.covered"), counts.get("branches.total")


def codes(reading):
    return {one.code for one in reading.notices}


def refused(text, expected=None):
    with pytest.raises(EvidenceError) as caught:
        read(text, expected)
    return caught.value


# --- Cobertura


def line(number, hits, conditions=""):
    more = f' branch="true" condition-coverage="{conditions}"' if conditions else ""
    return f'<line number="{number}" hits="{hits}"{more}/>'


def klass(lines, name="a.py", methods=""):
    return f'<class name="A" filename="{name}">{methods}<lines>{"".join(lines)}</lines></class>'


def cobertura(*classes, header='lines-valid="9"', sources="", prolog='<?xml version="1.0"?>'):
    body = "".join(classes)
    return f"{prolog}<coverage {header}>{sources}<packages><package><classes>{body}</classes></package></packages></coverage>"


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


def jacoco(*files, root="", before="", package="com/ex"):
    body = "".join(files)
    return f'<report name="r">{before}<package name="{package}">{body}</package>{root}</report>'


def sourcefile(*lines, name="A.java"):
    rows = "".join(
        f'<line nr="{nr}" mi="{mi}" ci="{ci}" mb="{mb}" cb="{cb}"/>' for nr, mi, ci, mb, cb in lines
    )
    return f'<sourcefile name="{name}">{rows}</sourcefile>'


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


# --- lcov


def section(*records, name="src/a.c"):
    return "\n".join(["TN:", f"SF:{name}", *records, "end_of_record", ""])


def test_lcov_lines_are_the_truth_and_sums_are_only_compared():
    reading = read(section("DA:1,1", "DA:2,0", "LF:2", "LH:2"))
    assert lines_of(reading) == (1, 2)
    assert "2 of 2" in next(one.message for one in reading.notices if one.code == "W_COUNT_MISMATCH")


def test_lcov_without_sums_with_checksums_and_huge_counts():
    reading = read(section("DA:1,1,abc==", "DA:2,99999999999999999999", "DA:3,0"))
    assert lines_of(reading) == (2, 3)
    assert "W_CLAMPED" in codes(reading)


def test_lcov_sections_of_one_file_are_joined():
    reading = read(section("DA:1,0", "DA:2,1") + section("DA:1,4", "DA:3,0"))
    assert lines_of(reading) == (2, 3)
    assert "W_MERGED" in codes(reading)


def test_lcov_repeated_lines_of_one_section_count_once():
    assert lines_of(read(section("DA:1,0", "DA:1,1", "DA:2,0", "DA:2,0"))) == (1, 2)


def test_lcov_branches_never_reached_exist():
    reading = read(
        section(
            "DA:1,1", "BRDA:1,0,0,1", "BRDA:1,0,jump to line 3, or 4,-", "BRDA:1,e1,0,0", "BRF:3", "BRH:1"
        )
    )
    assert branches_of(reading) == (1, 3)


def test_lcov_records_may_stand_between_lines():
    reading = read(section("DA:1,1", "FN:1,f", "FNDA:1,f", "DA:2,0"))
    assert lines_of(reading) == (1, 2)


def test_lcov_unknown_records_are_said():
    assert "W_UNKNOWN_TAG" in codes(read(section("XX:1", "DA:1,1", "# note")))


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (section(), "E_NO_LINES"),
        (section("DA:1,-1"), "E_NEGATIVE"),
        (section("DA:0,1"), "E_RANGE"),
        (section("DA:x,1"), "E_NUMBER"),
        (section("DA:1,"), "E_NUMBER"),
        (section("DA:1"), "E_NUMBER"),
        (section("DA:1,1", name="../../etc/passwd"), "E_PATH_OUTSIDE"),
        (section("DA:1,1").replace("end_of_record", ""), "E_TRUNCATED"),
        ("TN:\nSF:a\nend_of_record\nDA:1,1\nend_of_record\n", "E_MISSING_FIELD"),
        ("SF:a\nSF:b\nDA:1,1\nend_of_record\n", "E_MALFORMED"),
        (section("DA:1,1", "BRDA:1,0,0,x"), "E_NUMBER"),
        (section("DA:1,1").encode() + b"SF:\xff\nDA:1,1\nend_of_record\n", "E_ENCODING"),
    ],
)
def test_lcov_that_proves_nothing_is_refused(report, code):
    assert refused(report).code == code


@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(0, 3)), min_size=1), st.sampled_from(["\n", "\r\n"])
)
@settings(deadline=None)
def test_lcov_is_the_same_with_any_line_end_and_split_in_two(rows, end):
    records = [f"DA:{number},{hits}" for number, hits in rows]
    whole = read(section(*records).replace("\n", end))
    covered = {number for number, hits in rows if hits}
    assert lines_of(whole) == (len(covered), len({number for number, _ in rows}))
    halves = [part for part in (records[::2], records[1::2]) if part]
    joined = read(section(*halves[0])).records
    for part in halves[1:]:
        joined = joined.merge(read(section(*part)).records)
    assert joined.counts == whole.records.counts
    assert bytes(joined.files["src/a.c"].marks) == bytes(whole.records.files["src/a.c"].marks)


# --- the others


def clover(*files, version="4.4.1", metrics=""):
    return f'<coverage clover="{version}" generated="1700000000"><project>{metrics}{"".join(files)}</project></coverage>'


def test_clover_counts_statements_and_not_declarations():
    body = '<line num="1" type="method" count="1"/><line num="2" type="stmt" count="1"/><line num="2" type="stmt" count="0"/>'
    reading = read(clover(f'<package name="a.b"><file name="C.java">{body}</file></package>'))
    assert lines_of(reading) == (1, 2)
    assert list(reading.records.files) == ["a/b/C.java"]


def test_clover_conditions_of_java_and_of_istanbul():
    cond = '<file path="a"><line num="1" type="cond" count="3" truecount="2" falsecount="1"/></file>'
    assert branches_of(read(clover(cond))) == (2, 2)
    assert branches_of(read(clover(cond, version="3.2.0"))) == (2, 3)


def test_clover_files_of_the_test_project_are_no_product():
    tests = '<file path="t"><line num="1" type="stmt" count="1"/></file>'
    product = '<file path="p"><line num="1" type="stmt" count="0"/></file>'
    text = clover(product).replace("</project>", f"</project><testproject>{tests}</testproject>")
    assert lines_of(read(text)) == (0, 1)


def test_clover_of_phpunit_writes_a_method_of_one_line_alone():
    def php(statements):
        lines = (
            '<line num="3" type="method" name="f" count="1"/><line num="4" type="stmt" count="1"/>'
            '<line num="9" type="method" name="g" count="0"/><line num="11" type="method" name="h" count="2"/>'
        )
        sums = f'<metrics loc="11" ncloc="11" statements="{statements}" coveredstatements="2"/>'
        return f'<coverage generated="1795255200"><project><file name="/a.php">{lines}{sums}</file></project></coverage>'

    assert lines_of(read(php(3))) == (2, 3)
    assert lines_of(read(php(1))) == (1, 1)  # abstract methods have no statement
    assert lines_of(read(php(2))) == (1, 1)  # one of the two, and nobody knows which


def opencover(points, summary=""):
    return (
        f"\ufeff<CoverageSession>{summary}<Modules><Module><ModuleName>M</ModuleName><Files>"
        f'<File uid="1" fullPath="C:\\w\\A.cs"/></Files><Classes><Class><Methods><Method><Name>A::M</Name>'
        f'<FileRef uid="1"/>{points}</Method></Methods></Class></Classes></Module></Modules></CoverageSession>'
    )


def test_opencover_counts_sequence_points():
    points = (
        '<SequencePoints><SequencePoint vc="1" sl="3" sc="1" el="3" ec="9" offset="0"/>'
        '<SequencePoint vc="0" sl="3" sc="10" el="3" ec="20" offset="4"/></SequencePoints>'
        '<BranchPoints><BranchPoint vc="1" offset="5" path="0"/><BranchPoint vc="0" offset="5" path="1"/></BranchPoints>'
    )
    reading = read(opencover(points, '<Summary numSequencePoints="3" visitedSequencePoints="1"/>'))
    assert (lines_of(reading), branches_of(reading)) == ((1, 2), (1, 2))
    assert "W_COUNT_MISMATCH" in codes(reading)
    assert list(reading.records.files) == ["C:/w/A.cs"]
    assert reading.records.merge(reading.records).counts == reading.records.counts


def test_scoverage_leaves_ignored_statements_out():
    def one(line, count, ignored="false"):
        return f'<statement source="/w/A.scala" line="{line}" start="{line}" end="9" branch="true" invocation-count="{count}" ignored="{ignored}"/>'

    reading = read(f'<scoverage statement-count="2">{one(1, 1)}{one(2, 0)}{one(3, 0, "true")}</scoverage>')
    assert (lines_of(reading), branches_of(reading)) == ((1, 2), (1, 2))


def vs(ranges):
    files = '<source_files><source_file id="0" path="C:\\A.cs"/></source_files>'
    return f'<results><modules><module name="m"><functions><function><ranges>{ranges}</ranges></function></functions>{files}</module></modules></results>'


def test_visual_studio_partly_run_lines_are_covered():
    def one(first, last, covered, file=0):
        return f'<range source_id="{file}" covered="{covered}" start_line="{first}" end_line="{last}"/>'

    reading = read(vs(one(1, 2, "yes") + one(3, 3, "partial") + one(4, 4, "no")))
    assert lines_of(reading) == (3, 4)
    assert "W_PARTIAL_BRANCH" in codes(reading)
    assert refused(vs(one(1, 1, "maybe"))).code == "E_ENUM"
    assert refused(vs(one(1, 1, "yes", 7))).code == "E_REFERENCE"
    assert refused(vs(one(9, 1, "yes"))).code == "E_RANGE"


def test_go_blocks_weigh_their_statements_and_count_once():
    profile = (
        "mode: atomic\nex.org/m/a.go:3.10,5.2 2 0\nex.org/m/a.go:3.10,5.2 2 7\nex.org/m/a.go:6.1,6.9 1 0\n"
    )
    reading = read(profile)
    assert lines_of(reading) == (2, 3)
    assert "W_MERGED" in codes(reading)
    assert reading.records.on({"a.go": frozenset({4, 6, 7})}).total == 2


@pytest.mark.parametrize(
    ("profile", "code"),
    [
        ("mode: set\n", "E_NO_LINES"),
        ("mode: guess\na.go:1.1,2.2 1 1\n", "E_ENUM"),
        ("mode: set\na.go:1.1,2.2 1 -1\n", "E_NEGATIVE"),
        ("mode: set\na.go:9.1,2.2 1 1\n", "E_RANGE"),
        ("mode: set\na.go:1.1,2.2 1 1\na.go:3.", "E_MALFORMED"),
        ("mode: set\na.go:1.1,2.2 0 1\n", "E_NO_LINES"),
    ],
)
def test_go_profiles_that_prove_nothing_are_refused(profile, code):
    assert refused(profile).code == code


def coverage_py(executed, missing, totals=None, **more):
    one = {"executed_lines": executed, "missing_lines": missing, "excluded_lines": [99], **more}
    return json.dumps({"meta": {"version": "7", "format": 3}, "files": {"a.py": one}, "totals": totals or {}})


def test_coverage_py_counts_lines_and_arcs():
    text = coverage_py([1, 2], [3], executed_branches=[[1, 2]], missing_branches=[[1, -1]])
    reading = read(text)
    assert (lines_of(reading), branches_of(reading)) == ((2, 3), (1, 2))
    assert reading.facts["tool"] == "coverage.py"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (coverage_py([], []), "E_NO_LINES"),
        (coverage_py([], [], {"num_statements": 10}), "E_COUNT_MISMATCH"),
        (coverage_py([1], [1]), "E_CONTRADICTION"),
        (coverage_py([0], []), "E_RANGE"),
        (coverage_py([True], []), "E_WRONG_TYPE"),
        (coverage_py(["1"], []), "E_WRONG_TYPE"),
        (coverage_py(None, []), "E_MISSING_FIELD"),
        (coverage_py([1], [], executed_branches=[[]]), "E_MISSING_FIELD"),
    ],
)
def test_coverage_py_that_proves_nothing_is_refused(text, code):
    assert refused(text).code == code


def istanbul(hits, branches=(), path="C:\\w\\a.js"):
    at = {"start": {"line": 1, "column": 0}, "end": {"line": 1, "column": 9}}
    data = {
        "path": path,
        "statementMap": {str(k): {**at, "start": {"line": k + 1, "column": 0}} for k in range(len(hits))},
        "s": {str(k): one for k, one in enumerate(hits)},
        "branchMap": {"0": {"loc": at, "type": "if", "locations": [at, at]}} if branches else {},
        "b": {"0": list(branches)} if branches else {},
    }
    return json.dumps({path: data})


def test_istanbul_counts_lines_and_paths():
    reading = read(istanbul([1, 0], [3, 0]))
    assert (lines_of(reading), branches_of(reading)) == ((1, 2), (1, 2))
    assert list(reading.records.files) == ["C:/w/a.js"]


@pytest.mark.parametrize(
    ("text", "code"),
    [(istanbul([]), "E_NO_LINES"), (istanbul([-1]), "E_NEGATIVE"), (istanbul([None]), "E_MISSING_FIELD")],
)
def test_istanbul_that_proves_nothing_is_refused(text, code):
    assert refused(text, "istanbul").code == code


def summary(*files, total=None):
    def one(covered, of):
        return {kind: {"covered": covered, "total": of, "pct": "Unknown"} for kind in ("lines", "branches")}

    document = {"total": one(*(total or tuple(map(sum, zip(*files, strict=True)))))}
    return json.dumps(document | {f"C:\\w\\{at}.js": one(*pair) for at, pair in enumerate(files)})


def test_istanbul_s_summary_is_added_up_and_has_no_lines():
    reading = read(summary((1, 2), (3, 4)))
    assert lines_of(reading) == (4, 6)
    assert reading.records is None
    liar = read(summary((1, 2), total=(9, 9)))
    assert lines_of(liar) == (1, 2)
    assert "W_COUNT_MISMATCH" in codes(liar)
    assert refused(summary(total=(0, 0))).code == "E_NO_LINES"
    assert refused(summary((3, 2), total=(3, 2))).code == "E_CONTRADICTION"


def pit(*states):
    rows = [
        f"<mutation detected='{d}' status='{s}'><mutatedClass>C{at}</mutatedClass></mutation>"
        for at, (s, d) in enumerate(states)
    ]
    return f"<mutations>{''.join(rows)}</mutations>"


def test_pit_mutants_by_outcome():
    reading = read(
        pit(
            ("KILLED", "true"),
            ("TIMED_OUT", "true"),
            ("SURVIVED", "false"),
            ("NO_COVERAGE", "false"),
            ("NON_VIABLE", "true"),
        )
    )
    counts = numbers(reading)
    assert (counts["mutation.total"], counts["mutation.killed"], counts["mutation.survived"]) == (4, 2, 1)
    assert "W_NOT_TESTED" in codes(reading)
    assert refused(pit(("SURVIVED", "true"))).code == "E_CONTRADICTION"
    assert refused(pit(("LOST", "true"))).code == "E_ENUM"
    assert refused(pit(("RUN_ERROR", "true"))).code == "E_NO_CASES"
    assert refused(pit()).code == "E_NO_CASES"


def test_stryker_mutants_by_outcome():
    states = ["Killed", "Timeout", "Survived", "NoCoverage", "CompileError", "Dreaming"]
    mutants = [{"id": str(at), "status": state} for at, state in enumerate(states)]
    reading = read(json.dumps({"schemaVersion": "2", "files": {"a.js": {"mutants": mutants}}}))
    counts = numbers(reading)
    assert (counts["mutation.total"], counts["mutation.killed"], counts["mutation.uncovered"]) == (4, 2, 1)
    assert {"W_NOT_TESTED", "W_UNKNOWN_TAG"} <= codes(reading)
    assert refused(json.dumps({"schemaVersion": "2", "files": {}})).code == "E_NO_CASES"
    assert refused(json.dumps({"schemaVersion": "2", "files": {"a": {"mutants": {}}}})).code == "E_WRONG_TYPE"


SAMPLES = [
    cobertura(klass([line(1, 1), line(2, 0, "50% (1/2)")])),
    jacoco(sourcefile((1, 3, 0, 1, 1)), root='<counter type="LINE" missed="1" covered="0"/>'),
    section("DA:1,1", "BRDA:1,0,0,1", "LF:1", "LH:1"),
    clover('<file path="a"><line num="1" type="cond" count="3" truecount="2" falsecount="1"/></file>'),
    opencover('<SequencePoint vc="1" sl="3" sc="1" el="3" ec="9" offset="0"/><BranchPoint vc="1" sl="3"/>'),
    vs('<range source_id="0" covered="yes" start_line="1" end_line="2"/>'),
    "mode: set\nex.org/m/a.go:3.10,5.2 2 1\n",
    coverage_py([1], [2], executed_branches=[[1, 2]], missing_branches=[[1, -1]]),
    istanbul([1, 0], [3, 0]),
    summary((1, 2)),
    pit(("KILLED", "true")),
    json.dumps({"schemaVersion": "2", "files": {"a.js": {"mutants": [{"id": "1", "status": "Killed"}]}}}),
]


@pytest.mark.parametrize("sample", SAMPLES)
def test_damage_is_refused_or_read_and_never_crashes(sample):
    chance = random.Random(7)
    for _ in range(150):
        text = list(sample)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(text))
            text[at] = chance.choice(
                ["", "<", ">", '"', "0", "-", "9" * 20, "{", "]", "null", "\n", "&", "x", text[at] * 2]
            )
        try:
            reading = read("".join(text))
            assert all(one.value >= 0 for one in reading.measurements)
        except EvidenceError as error:
            assert error.code.startswith("E_")


# --- gcovr, llvm-cov, SimpleCov and SonarQube


def gcovr(*lines, **more):
    return json.dumps(
        {"gcovr/format_version": "0.3", "files": [{"file": "a.c", "lines": list(lines)}]} | more
    )


def gcovr_line(number, count, *branches, **more):
    return {
        "line_number": number,
        "count": count,
        "gcovr/noncode": False,
        "branches": [{"count": one} for one in branches],
    } | more


def test_gcovr_leaves_out_what_is_no_code():
    reading = read(
        gcovr(gcovr_line(1, 2, 1, 0), gcovr_line(2, 0), gcovr_line(3, 5, **{"gcovr/excluded": True}))
    )
    assert reading.format == "gcovr"
    assert (lines_of(reading), branches_of(reading)) == ((1, 2), (1, 2))
    assert refused(gcovr()).code == "E_NO_LINES"
    assert refused(gcovr(gcovr_line(1, -1))).code == "E_NEGATIVE"
    summary = {"gcovr/summary_format_version": "0.5", "line_total": 5, "line_covered": 5}
    assert "summary" in refused(gcovr(**summary)).message


def llvm(segments, branches=(), totals=None):
    file = {"filename": "/b/a.cc", "segments": segments, "branches": list(branches), "summary": {}}
    export = {"files": [file], "functions": [], "totals": totals or {}}
    return json.dumps({"data": [export], "type": "llvm.coverage.json.export", "version": "2.0.1"})


FUNCTION = [
    [1, 10, 2, True, True, False],  # the body runs twice
    [3, 5, 0, True, True, False],  # a branch that never runs, over three lines
    [5, 6, 2, True, False, False],
    [8, 2, 0, False, False, False],  # the end
    [10, 1, 0, False, True, False],  # compiled away
    [12, 1, 0, False, False, False],
    [14, 1, 4, True, True, False],
    [14, 9, 0, False, False, False],
]


def test_llvm_cov_lines_follow_from_segments():
    reading = read(llvm(FUNCTION, totals={"lines": {"count": 9, "covered": 9}}))
    assert lines_of(reading) == (7, 9)  # of 1 to 8 all but 4 and 5, where nothing that ran begins; and 14
    assert "W_COUNT_MISMATCH" in codes(reading)


def test_llvm_cov_instantiations_of_a_template_share_their_branches():
    place = [2, 3, 2, 9]
    reading = read(
        llvm(FUNCTION, [[*place, 1, 0, 0, 0, 4], [*place, 0, 0, 0, 0, 4], [4, 1, 4, 2, 0, 3, 0, 0, 4]])
    )
    assert branches_of(reading) == (2, 4)


def test_llvm_cov_without_segments_is_no_evidence():
    summary = {"data": [{"files": [{"filename": "a", "summary": {}}], "totals": {}}], "type": "x"}
    assert refused(json.dumps(summary)).code == "E_NO_LINES"
    assert refused(llvm([[1, 2]])).code == "E_WRONG_TYPE"
    assert refused(llvm([[0, 1, 1, True, True, False]])).code == "E_RANGE"
    assert refused(llvm([])).code == "E_NO_LINES"


def test_simplecov_joins_its_commands():
    def run(*lines):
        branches = {"[:if, 0, 2, 2, 6, 5]": {"[:then, 1, 3, 4, 3, 5]": 1, "[:else, 2, 5, 4, 5, 5]": 0}}
        return {"coverage": {"/a.rb": {"lines": list(lines), "branches": branches}}, "timestamp": 1795255200}

    reading = read(json.dumps({"RSpec": run(1, None, 0, 0), "Unit Tests": run(0, None, 2, 0)}))
    assert reading.format == "simplecov"
    assert (lines_of(reading), branches_of(reading)) == ((2, 3), (1, 2))
    assert reading.facts["taken_at"] == "2026-11-21T10:00:00Z"
    assert lines_of(read(json.dumps({"RSpec": {"coverage": {"/a.rb": [1, None, 0]}, "timestamp": 1}}))) == (
        1,
        2,
    )


def test_simplecov_for_other_tools():
    branches = [{"type": "then", "start_line": 3, "coverage": 1}, {"start_line": 3, "coverage": "ignored"}]
    files = {"/a.rb": {"lines": [1, "ignored", 0], "branches": branches}}
    report = {"meta": {"simplecov_version": "0.22.0"}, "coverage": files}
    assert lines_of(read(json.dumps(report))) == (1, 2)
    assert branches_of(read(json.dumps(report))) == (1, 1)
    assert refused(json.dumps(report | {"coverage": {}})).code == "E_NO_LINES"
    assert refused(json.dumps(report | {"coverage": {"/a.rb": {"lines": [-1]}}})).code == "E_NEGATIVE"


def sonar(*lines):
    return f'<coverage version="1"><file path="src/a.c">{"".join(lines)}</file></coverage>'


def test_sonar_generic_coverage():
    branchy = '<lineToCover lineNumber="1" covered="true" branchesToCover="2" coveredBranches="1"/>'
    reading = read(sonar(branchy, '<lineToCover lineNumber="2" covered="false"/>'))
    assert reading.format == "sonar-coverage"
    assert (lines_of(reading), branches_of(reading)) == ((1, 2), (1, 2))
    assert refused(sonar()).code == "E_NO_LINES"
    assert refused(sonar('<lineToCover lineNumber="1" covered="yes"/>')).code == "E_ENUM"
    assert (
        refused(sonar(branchy.replace('coveredBranches="1"', 'coveredBranches="3"'))).code
        == "E_CONTRADICTION"
    )
