"""Lines: joined without double counting, filtered by place, and matched with a change without guessing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import EvidenceError
from flightrules.evidence.records.file_lines import HIT, MISSED
from flightrules.evidence.records.line_batch import LineBatch
from flightrules.evidence.records.line_book import LineBook
from flightrules.evidence.records.line_paths import PathIndex, normalised
from flightrules.evidence.records.lines import Lines


def book_of(files):
    book = LineBook("report")
    for path, lines in files.items():
        book.add(book.path(path), list(lines), [HIT if hit else MISSED for hit in lines.values()])
    return book.build()


def numbers(lines):
    return {one.metric: int(one.value) for one in lines.measurements()}


hits = st.dictionaries(st.integers(1, 40), st.booleans(), min_size=1, max_size=30)
reports = st.dictionaries(st.sampled_from(["a.py", "b/a.py", "c.py"]), hits, min_size=1)


@given(reports, reports)
def test_joining_is_a_union_in_any_order(one, other):
    first, second = book_of(one), book_of(other)
    union = {(path, line) for part in (one, other) for path, lines in part.items() for line in lines}
    covered = {
        (path, line)
        for part in (one, other)
        for path, lines in part.items()
        for line, hit in lines.items()
        if hit
    }
    expected = {"coverage.lines.covered": len(covered), "coverage.lines.total": len(union)}
    assert numbers(first.merge(second)) == numbers(second.merge(first)) == expected
    assert numbers(first.merge(first)) == numbers(first)


@given(hits, st.integers(41, 60))
def test_one_more_missed_line_never_raises_the_rate(lines, missed):
    before, after = numbers(book_of({"a": lines})), numbers(book_of({"a": {**lines, missed: False}}))
    rate = before["coverage.lines.covered"] / before["coverage.lines.total"]
    assert after["coverage.lines.covered"] / after["coverage.lines.total"] <= rate


@given(hits)
def test_counting_text_and_numbering_it_agree(lines):
    quick, slow = LineBook("r"), LineBook("r")
    batch = LineBatch([str(line) for line in lines], bytes(HIT if hit else MISSED for hit in lines.values()))
    quick.take("a", batch)
    slow.take("a", batch, whole=False)
    one, other = quick.build(), slow.build()
    assert one.counts == other.counts
    assert bytes(one.files["a"].marks) == bytes(other.files["a"].marks)


def test_branches_take_the_larger_numbers_of_each_line():
    book = LineBook("r")
    book.add("a", [1, 2], [HIT, HIT])
    book.branch("a", 1, 1, 2)
    book.branch("a", 1, 2, 2)
    book.branch("a", 2, 0, 4)
    lines = book.build()
    assert (lines.counts.branches_covered, lines.counts.branches_total) == (2, 6)
    assert numbers(lines)["coverage.branches.total"] == 6
    assert lines.counts.partial == 1


def test_nothing_is_no_evidence():
    with pytest.raises(EvidenceError) as caught:
        LineBook("r").build()
    assert caught.value.code == "E_NO_LINES"


@pytest.mark.parametrize("line", [0, -3, 4_000_001])
def test_lines_that_cannot_exist_are_refused(line):
    with pytest.raises(EvidenceError) as caught:
        LineBook("r").add("a", [1, line], [HIT, HIT])
    assert caught.value.code == "E_RANGE"


def test_a_report_of_sparse_giants_cannot_exhaust_memory():
    book = LineBook("r")
    with pytest.raises(EvidenceError) as caught:
        for at in range(100):
            book.add(f"{at}.py", [3_999_999], [HIT])
    assert caught.value.code == "E_TOO_LARGE"


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        (r"src\app\a.ts", "src/app/a.ts"),
        ("./src//a.py", "src/a.py"),
        (r"C:\w\a.cs", "C:/w/a.cs"),
        ("/w/b/../a.py", "/w/a.py"),
        ("../a.py", "../a.py"),
        ("a.b/..c/d.py", "a.b/..c/d.py"),
    ],
)
def test_paths_have_one_spelling(path, plain):
    assert normalised(path) == plain


def test_a_path_that_leads_out_is_refused_unless_its_root_takes_it_in():
    assert LineBook("r").path("../lib/a.c", "/w/build") == "/w/lib/a.c"
    with pytest.raises(EvidenceError) as caught:
        LineBook("r").path("../../etc/passwd")
    assert caught.value.code == "E_PATH_OUTSIDE"


@pytest.mark.parametrize(
    ("reported", "repository", "found"),
    [
        ("/home/ci/w/src/a.py", ["src/a.py", "lib/a.py"], ("src/a.py",)),
        (
            "com/ex/Foo.java",
            ["core/src/main/java/com/ex/Foo.java", "web/Foo.java"],
            ("core/src/main/java/com/ex/Foo.java",),
        ),
        ("C:/w/src/a.cs", ["src/a.cs"], ("src/a.cs",)),
        ("a.py", ["x/a.py", "y/a.py"], ("x/a.py", "y/a.py")),
        ("/w/sub/src/a.py", ["src/a.py", "sub/src/a.py"], ("sub/src/a.py",)),
        ("src/a.py", ["src/a.py", "src/b.py"], ("src/a.py",)),
        ("src/a.py", ["src/a.py", "sub/src/a.py"], ("src/a.py", "sub/src/a.py")),
        ("src//a.py", ["src/a.py"], ("src/a.py",)),
        ("other/a.py", ["src/a.py"], ()),
        ("b.py", ["ab.py"], ()),
        ("", ["a.py"], ()),
    ],
)
def test_a_report_s_path_means_one_file_or_none(reported, repository, found):
    assert PathIndex(repository).find(reported) == found


def test_new_code_is_covered_by_what_ran_of_it():
    lines = book_of({"/ci/src/a.py": {1: True, 2: False, 5: True}, "/ci/src/b.py": {1: True}})
    changed = {"src/a.py": frozenset({2, 3, 5, 900}), "README.md": frozenset({1})}
    found = lines.on(changed)
    assert (found.covered, found.total) == (1, 2)
    assert found.missing == {"src/a.py": (2,)}
    assert found.unknown == ("README.md",)
    assert not found.notices


def test_a_name_that_fits_two_files_is_left_out_and_said():
    lines = book_of({"util.py": {1: True}})
    found = lines.on({"a/util.py": frozenset({1})}, tracked={"a/util.py", "b/util.py"})
    assert (found.covered, found.total, found.ambiguous) == (0, 0, ("a/util.py",))
    assert found.notices[0].code == "W_NOT_TESTED"


def test_two_reported_files_for_one_are_left_out_too():
    lines = book_of({"/one/a.py": {1: True}, "/two/a.py": {1: False}})
    assert lines.on({"a.py": frozenset({1})}).ambiguous == ("a.py",)


def test_a_file_of_the_same_name_that_did_not_change_stands_for_itself():
    lines = book_of({"/w/sub/src/a.py": {1: True}})
    found = lines.on({"src/a.py": frozenset({1})}, tracked={"src/a.py", "sub/src/a.py"})
    assert found.unknown == ("src/a.py",)


@pytest.mark.parametrize(
    ("glob", "chosen"),
    [
        ("src/checkout/**", {"/w/src/checkout/a.py", "/w/src/checkout/deep/b.py"}),
        ("**/b.py", {"/w/src/checkout/deep/b.py", "/w/src/b.py"}),
        ("src/*.py", {"/w/src/b.py"}),
        ("src/?.py", {"/w/src/b.py"}),
        ("check*", set()),
    ],
)
def test_files_are_chosen_by_globs_from_any_folder_on(glob, chosen):
    lines = book_of(
        {path: {1: True} for path in ("/w/src/checkout/a.py", "/w/src/checkout/deep/b.py", "/w/src/b.py")}
    )
    assert set(lines.select([glob]).files) == chosen


def test_choosing_nothing_counts_nothing():
    assert Lines({}).counts.total == 0
    assert numbers(book_of({"a": {1: True}}).select([]))["coverage.lines.total"] == 0


def test_statements_are_joined_by_place_and_weight():
    def one(mark):
        book = LineBook("r")
        book.add("a", [1, 2], [mark, mark])
        book.statement("a", "1.1", 3, mark)
        book.statement("a", "2.1", 1, MISSED)
        return book.build()

    assert (one(HIT).counts.covered, one(HIT).counts.total) == (3, 4)
    joined = one(MISSED).merge(one(HIT))
    assert (joined.counts.covered, joined.counts.total) == (3, 4)
