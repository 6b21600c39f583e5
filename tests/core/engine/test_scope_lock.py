"""The scope lock: what a diff changes is told from git's own form or not at all, and nothing slips past the lock."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.engine.scope_lock import (
    LockCheck,
    UnreadableDiffError,
    changed_paths,
    check_lock,
    fault_in_glob,
    is_locked_in,
)


def diff(*names: str, old: str | None = None) -> bytes:
    """One changed line in each file."""
    return b"".join(
        f"diff --git a/{old or name} b/{name}\nindex 1..2 100644\n--- a/{old or name}\n+++ b/{name}\n"
        "@@ -1 +1 @@\n-one\n+two\n".encode()
        for name in names
    )


RENAMED = (
    b"diff --git a/src/pay/tax.py b/src/shop/tax.py\nsimilarity index 100%\n"
    b"rename from src/pay/tax.py\nrename to src/shop/tax.py\n"
)
DELETED = (
    b"diff --git a/docs/a.md b/docs/a.md\ndeleted file mode 100644\nindex 1..0\n--- a/docs/a.md\n+++ /dev/null\n"
    b"@@ -1,2 +0,0 @@\n-a\n-b\n\\ No newline at end of file\n"
)
MODE = b"diff --git a/run it.sh b/run it.sh\nold mode 100644\nnew mode 100755\n"
BINARY = (
    b"diff --git a/logo.png b/logo.png\nnew file mode 100644\nindex 0..1\nGIT binary patch\n"
    b"literal 12\nTcmZQzU|?imU|?imU}s<e0002M0RR91\n\nliteral 0\nHcmV?d00001\n\n"
)
QUOTED = (
    b'diff --git "a/src/caf\\303\\251.py" "b/src/caf\\303\\251.py"\nindex 1..2 100644\n'
    b'--- "a/src/caf\\303\\251.py"\n+++ "b/src/caf\\303\\251.py"\n@@ -1 +1 @@\n-a\n+b\n'
)
TAB = b'diff --git "a/a\\tb" "b/a\\tb"\nold mode 100644\nnew mode 100755\n'


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        (diff("src/pay/tax.py"), {"src/pay/tax.py"}),
        (diff("a.py", "b.py"), {"a.py", "b.py"}),
        (RENAMED, {"src/pay/tax.py", "src/shop/tax.py"}),
        (RENAMED.replace(b"rename", b"copy"), {"src/pay/tax.py", "src/shop/tax.py"}),
        (DELETED, {"docs/a.md"}),
        (MODE, {"run it.sh"}),
        (BINARY, {"logo.png"}),
        (QUOTED, {"src/café.py"}),
        (TAB, {"a\tb"}),
        (
            b'diff --git a/plain "b/caf\\303\\251"\nrename from plain\nrename to "caf\\303\\251"\n',
            {"plain", "café"},
        ),
        (
            b'diff --git "a/caf\\303\\251" b/plain\nrename from "caf\\303\\251"\nrename to plain\n',
            {"plain", "café"},
        ),
        (b'flightrules-changes/1 {"base": "main"}\n' + diff("a.py"), {"a.py"}),
        (b'flightrules-changes/1 {"base": "main"}\n', set()),
        (b"", set()),
        (diff("with blank.py"), {"with blank.py"}),
        (diff("a.py").replace(b"-one\n", b"-one\n\\ No newline at end of file\n"), {"a.py"}),
        (diff("a.py").replace(b"+++ b/a.py", b"+++ b/a.py\t"), {"a.py"}),
        (b"diff --git a/x b/x\nBinary files a/x and b/x differ\n", {"x"}),
        (
            b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@ def f():\n same\n-a\n+b\n\n",
            {"x"},
        ),
    ],
)
def test_both_sides_of_every_file_are_named(data, paths):
    assert changed_paths(data) == paths


def test_a_line_of_a_hunk_that_looks_like_a_header_is_a_line():
    data = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n--- a/secret\n-diff --git a/z b/z\n+++ b/other\n"
    assert changed_paths(data) == {"x"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"--- a.py\n+++ a.py\n@@ -1 +1 @@\n-a\n+b\n", "before the first file"),
        (b"Only in a: b\n", "before the first file"),
        (b"diff --cc a.py\n", "before the first file"),
        (diff("a") + b"diff --cc b\n", "no line of a git diff"),
        (diff("a") + b"free words\n", "no line of a git diff"),
        (diff("a.py").replace(b"a/a.py", b"a.py").replace(b"b/a.py", b"a.py"), "without the a/ and b/"),
        (diff("a.py").replace(b"--- a/", b"--- "), "without the a/ and b/"),
        (b"diff --git a/x y b/z w\n", "told apart"),
        (b"diff --git a/x b/x c\n", "told apart"),
        (b'diff --git "a/x b/x\n', "told apart"),
        (diff("a.py").replace(b"a/a.py b/a.py", b"x y z"), "told apart"),
        (b"diff --git a/x y b/z w\n" + diff("a"), "told apart"),
        (b"diff --git a/x b/x\n@@ -1 +1 @@\n-a\n", "ends within a hunk"),
        (b"diff --git a/x b/x\n@@ -1 +1 @@\n-a\ndiff --git a/y b/y\n", "something else"),
        (b"diff --git a/x b/x\n@@ -1 +1 @@\n-a\n-b\n+c\n", "something else"),
        (b"diff --git a/x b/x\n@@ -0,0 +1 @@\n same\n", "something else"),
        (b"diff --git a/\xff b/\xff\n", "UTF-8"),
    ],
)
def test_what_cannot_be_told_is_refused(data, said):
    with pytest.raises(UnreadableDiffError, match=said):
        changed_paths(data)
    check = check_lock([data], ["src/"])
    assert not check.holds
    assert said in check.fault


@pytest.mark.parametrize(
    "lines",
    [
        b"new file mode 120000\nindex 0000000..1b\n--- /dev/null\n+++ b/src/pay/l\n@@ -0,0 +1 @@\n+../../secret\n",
        b"index 1..2 120000\n--- a/src/pay/l\n+++ b/src/pay/l\n@@ -1 +1 @@\n-one\n+two\n",
        b"old mode 100644\nnew mode 120000\n",
        b"index 1..2 160000\n--- a/src/pay/l\n+++ b/src/pay/l\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n",
        b"new file mode 160000\nindex 0000000..2\n",
    ],
)
def test_a_link_or_a_submodule_within_the_lock_leads_out_of_it(lines):
    check = check_lock([b"diff --git a/src/pay/l b/src/pay/l\n" + lines], ["src/pay/"])
    assert not check.holds
    assert "a link or a submodule" in check.fault


def test_a_link_may_be_taken_away_or_become_a_file():
    for lines in (b"deleted file mode 120000\nindex 1..0000000\n", b"old mode 120000\nnew mode 100644\n"):
        assert check_lock([b"diff --git a/src/pay/l b/src/pay/l\n" + lines], ["src/pay/"]).holds


def test_without_a_diff_nothing_is_proved():
    assert "no diff was brought" in check_lock([], ["src/"]).fault
    assert "changes nothing" in check_lock([b""], ["src/"]).fault
    assert "names no path" in check_lock([diff("src/a")], []).fault
    assert "root" in check_lock([diff("src/a")], ["**"]).fault
    assert not any(check_lock(one, ["src/"]).holds for one in ([], [b""]))


def test_a_lock_holds_or_says_what_is_outside():
    check = check_lock([diff("src/pay/tax.py"), diff("src/pay/a/b.py")], ["src/pay/"])
    assert (check.holds, check.paths) == (True, ("src/pay/a/b.py", "src/pay/tax.py"))
    breach = check_lock([diff("src/pay/tax.py", "src/shop/cart.py")], ["src/pay/"])
    assert (breach.holds, breach.outside) == (False, ("src/shop/cart.py",))


def test_moving_a_file_out_of_the_lock_or_into_it_is_a_breach():
    assert check_lock([RENAMED], ["src/pay/"]).outside == ("src/shop/tax.py",)
    assert check_lock([RENAMED], ["src/shop/"]).outside == ("src/pay/tax.py",)
    assert check_lock([RENAMED], ["src/shop/", "src/pay/"]).holds


@pytest.mark.parametrize(
    ("path", "glob", "locked"),
    [
        ("src/pay/tax.py", "src/pay/tax.py", True),
        ("src/pay/tax.py", "src/pay/", True),
        ("src/pay/a/b.py", "src/pay/**", True),
        ("src/pay", "src/pay/**", False),
        ("src/pay", "src/pay/", False),
        ("src/payment/tax.py", "src/pay/", False),
        ("src/pay/tax.py", "src/pay/*.py", True),
        ("src/pay/a/b.py", "src/pay/*.py", False),
        ("src/pay/a/b.py", "src/**/*.py", True),
        ("src/b.py", "src/**/b.py", True),
        ("src/a/b/c/d.py", "src/**/c/**", True),
        ("src/Pay/tax.py", "src/pay/", False),
        ("SRC/pay/tax.py", "src/pay/", False),
        ("src/pay/taxi.py", "src/pay/tax?.py", True),
        ("src/pay/tax.py", "src/pay/tax?.py", False),
        ("src/pay/[id].tsx", "src/pay/[id].tsx", True),
        ("src/pay/i.tsx", "src/pay/[id].tsx", False),
        ("src/pay/../shop/a.py", "src/pay/**", False),
        ("/src/pay/a.py", "src/pay/**", False),
        ("src/pay\\a.py", "src/**", False),
        ("src//pay", "src/**", False),
        ("C:/src/a.py", "C:/**", False),
        ("src/pay/a\x00.py", "src/**", False),
        ("", "src/**", False),
        ("a", "a*a", False),
        ("aa", "a*a", True),
        ("src/cafe\u0301.py", "src/caf\u00e9.py", False),
    ],
)
def test_a_path_is_locked_in_letter_by_letter(path, glob, locked):
    assert is_locked_in(path, [glob]) is locked


@pytest.mark.parametrize(
    "glob",
    ["", "/", "/src/", "**", "*", "**/a.py", "*/pay/**", "?rc/", "src/../etc/", "./src/", "src//a", "src\\a",
     "src/a**/b", "src/**b", "C:/src/", "src/\n", "x" * 501],
)  # fmt: skip
def test_a_lock_that_locks_nothing_is_no_lock(glob):
    assert fault_in_glob(glob)


@pytest.mark.parametrize("glob", ["src/", "src/**", "Makefile", "src/*/a?.py", "src/**/a/**", "docs/[id]/x"])
def test_a_lock_begins_at_the_root(glob):
    assert not fault_in_glob(glob)


PART = st.text("abAB.*?-é ", min_size=1, max_size=4)
PATH = st.lists(PART, min_size=1, max_size=4).map("/".join)


@given(PATH, PATH)
def test_what_is_locked_in_lies_below_the_locks_first_name(path, glob):
    if not fault_in_glob(glob) and is_locked_in(path, [glob]):
        assert path.split("/")[0] == glob.split("/")[0]
        assert ".." not in path.split("/")


@given(st.lists(PATH, min_size=1, max_size=4), st.lists(PATH, max_size=3), PATH)
def test_more_changes_never_make_a_breach_hold(names, globs, more):
    clean = [name for name in names if name.strip() == name]
    before, after = check_lock([diff(*clean)], globs), check_lock([diff(*clean), diff(more)], globs)
    assert before.holds or not clean or not after.holds


@given(st.lists(PATH, min_size=1, max_size=4), st.lists(PATH, min_size=1, max_size=3))
def test_the_lock_holds_exactly_where_every_path_is_covered(names, globs):
    check = check_lock([diff(*names)], globs)
    fine = all(is_locked_in(name, globs) for name in names) and not any(map(fault_in_glob, globs))
    assert check.holds is (fine and not check.fault)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    check_lock([data, b"diff --git " + data, diff("a") + data], ["src/"])


@given(st.data())
def test_a_mangled_diff_is_read_or_refused(data):
    whole = RENAMED + DELETED + MODE + BINARY + QUOTED + diff("src/pay/tax.py")
    cut = data.draw(st.integers(0, len(whole)))
    more = data.draw(st.binary(max_size=6))
    check_lock([whole[:cut] + more + whole[cut:]], ["src/"])
    check_lock([whole[:cut]], ["src/"])


def test_it_reads_what_git_itself_prints(tmp_path):
    def git(*arguments):
        given = [
            "git",
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.org",
            "-C",
            str(tmp_path),
            *arguments,
        ]
        return subprocess.run(given, check=True, capture_output=True).stdout

    git("init", "-q")
    for name in ("plain.py", "with blank.py", "café.py", "moved.py", "gone.py", 'quo"te.py', "tab\there.py"):
        (tmp_path / name).write_text("".join(f"{n}\n" for n in range(40)))
    (tmp_path / "data.bin").write_bytes(bytes(range(256)))
    git("add", "-A")
    git("commit", "-qm", "first")
    for name in ("plain.py", "with blank.py", "café.py", 'quo"te.py', "tab\there.py"):
        (tmp_path / name).write_text("other\n")
    (tmp_path / "moved.py").rename(tmp_path / "sub moved.py")
    (tmp_path / "gone.py").unlink()
    (tmp_path / "data.bin").write_bytes(bytes(range(255, -1, -1)))
    (tmp_path / "empty").write_text("")
    git("add", "-A")
    everything = {
        "plain.py", "with blank.py", "café.py", 'quo"te.py', "tab\there.py", "moved.py", "sub moved.py",
        "gone.py", "data.bin", "empty",
    }  # fmt: skip
    for options in (
        [],
        ["--unified=0"],
        ["--binary"],
        ["-M"],
        ["--no-renames"],
        ["-C", "--find-copies-harder"],
    ):
        assert changed_paths(git("diff", "--cached", *options)) == everything


MODES = b"old mode 100644\nnew mode 100755\n"


def header(names: bytes) -> bytes:
    """A file of which the header alone tells the names."""
    return b"diff --git " + names + b"\n" + MODES


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        (header(b"a/one b/two"), {"one", "two"}),
        (header(b'"a/caf\\303\\251" b/cafe'), {"café", "cafe"}),
        (header(b'a/cafe "b/caf\\303\\251"'), {"cafe", "café"}),
        (header(b'"a/\\n\\r\\a\\b\\f\\v" b/x'), {"\n\r\a\b\f\v", "x"}),
        (header(b"a/one b/one") + b"\n" + header(b"a/two b/two"), {"one", "two"}),
        (header(b"a/one b/one") + b"dissimilarity index 90%\nindex 1..2\n", {"one"}),
        (b"diff --git a/x b/y\nrename from /dev/null\nrename to y\n", {"x", "y", "/dev/null"}),
        (header(b"a/x b/x") + b"GIT binary patch\nliteral 3\nDcm\nrename to hidden.py\n", {"x", "hidden.py"}),
    ],
)
def test_every_name_is_found_wherever_it_stands(data, paths):
    assert changed_paths(data) == paths


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\nsomething\n", "line 2 stands before the first file"),
        (header(b"x/q b/q"), "line 1: the names of the file cannot be told apart"),
        (header(b"a/q y/q"), "line 1: the names of the file cannot be told apart"),
        (header(b"a/qZb/q"), "line 1: the names of the file cannot be told apart"),
        (header(b'"a/q"  "b/q"'), "line 1: the names of the file cannot be told apart"),
        (header(b"a/x b/y c b/d") + b"rename from x\n", "line 1: the names of the file cannot be told apart"),
        (header(b"a/x b/x") + b"literal 12\n", "line 4 is no line of a git diff"),
        (header(b"a/x b/x") + b"@@ -1,2 +0,0 @@\n-a\n", "the diff ends within a hunk"),
        (header(b"a/x b/x") + b"@@ -1,2 +1 @@\n-a\n+b\n+c\n", "line 7: a hunk holds something else"),
    ],
)
def test_what_hides_a_name_is_refused_where_it_stands(data, said):
    with pytest.raises(UnreadableDiffError, match=said):
        changed_paths(data)


def test_what_is_told_is_told_in_order():
    names = [f"src/{letter}.py" for letter in "hgfedcba"]
    inside, broken = check_lock([diff(*names)], ["src/"]), check_lock([diff(*names), b"nothing"], ["src/"])
    outside, faulty = check_lock([diff(*names)], ["docs/"]), check_lock([diff(*names)], ["/src"])
    for one in (inside, broken, outside, faulty):
        assert one.paths == tuple(sorted(names))
    assert outside.outside == tuple(sorted(names))
    assert [one.holds for one in (inside, broken, outside, faulty, LockCheck())] == [True, *[False] * 4]


def test_why_a_lock_is_none_is_said():
    assert fault_in_glob("src/") == ""
    assert fault_in_glob("a" * 500) == ""
    assert fault_in_glob("a" * 501).endswith("is too long")
    for nowhere in ("", "/src", "C:/src"):
        assert fault_in_glob(nowhere).endswith("is no path from the root of the repository")
    assert fault_in_glob("src/../x").endswith("leads through . or .. or an empty name")


def test_folders_within_folders_are_locked_in_however_it_is_written():
    for glob in ("src/**", "src/", "src/**/"):
        assert is_locked_in("src/a/b.py", [glob])
        assert is_locked_in("src/b.py", [glob])
        assert not is_locked_in("src", [glob])
