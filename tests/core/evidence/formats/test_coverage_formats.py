"""lcov and the other coverage formats: what each tool writes, what it means, and what is no evidence."""

import json
import random

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
    section,
    sourcefile,
)
from flightrules.errors import EvidenceError

# --- lcov


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
    def php(statements, ran=2):
        lines = (
            '<line num="3" type="method" name="f" count="1"/><line num="4" type="stmt" count="1"/>'
            '<line num="9" type="method" name="g" count="0"/><line num="11" type="method" name="h" count="2"/>'
        )
        sums = f'<metrics loc="11" ncloc="11" statements="{statements}" coveredstatements="{ran}"/>'
        return f'<coverage generated="1795255200"><project><file name="/a.php">{lines}{sums}</file></project></coverage>'

    assert lines_of(read(php(3))) == (2, 3)
    assert lines_of(read(php(1))) == (1, 1)  # abstract methods have no statement
    assert lines_of(read(php(2))) == (2, 2)  # one of the two, and it ran
    assert lines_of(read(php(2, ran=1))) == (1, 2)  # and it did not
    assert lines_of(read(php(4, ran=3))) == (3, 4)
    assert lines_of(read(php(4))) == (1, 1)  # more that did not run than there are such methods: nobody knows


def test_clover_of_phpunit_does_not_list_functions_below_a_method_of_one_line():
    lines = (
        '<line num="3" type="method" name="f" count="0"/><line num="8" type="stmt" count="1"/>'
        '<line num="9" type="method" name="g" count="1"/>'
    )
    sums = '<metrics loc="11" ncloc="11" statements="2" coveredstatements="1"/>'
    text = f'<coverage generated="1"><project><file name="/a.php">{lines}{sums}</file></project></coverage>'
    assert lines_of(read(text)) == (1, 2)


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


def test_coverage_py_lists_excluded_lines_as_executed_on_old_pythons():
    assert lines_of(read(coverage_py([1, 2, 7], [3], excluded_lines=[7, 8]))) == (2, 3)
    assert lines_of(read(coverage_py([1, 2], [3], excluded_lines=None))) == (2, 3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (coverage_py([], []), "E_NO_LINES"),
        (coverage_py([3], [], excluded_lines=[3]), "E_NO_LINES"),
        (coverage_py([1], [], summary={"num_statements": 0}), "E_NO_LINES"),
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
    assert (counts["mutation.total"], counts["mutation.killed"], counts["mutation.survived"]) == (5, 2, 2)
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
