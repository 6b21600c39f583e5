"""A diff that travels says the same as git did here; one that was tampered with says nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.test_git import TEN, commit, git, repo  # noqa: F401 -- a fixture
from flightrules.connectors.changes import read_changes, written_changes
from flightrules.connectors.git import Asked, Said, changed_lines
from flightrules.errors import EvidenceError

HEAD = b'flightrules-changes/1 {"base": "main", "merge_base": "' + b"a" * 40 + b'", "tracked": ["a.py"]}\n'
FILE = b"diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n"


def test_it_arrives_as_git_said_it(repo, tmp_path):  # noqa: F811 -- the fixture
    git(repo, "checkout", "-q", "-b", "topic")
    commit(
        repo, a_py=TEN.replace("line 3\n", "+++ b/other.py\n"), deep__new_py="no line end", old_py=TEN[:-1]
    )
    sent = written_changes("main", Asked(str(repo), "main").said())
    found = read_changes(sent)
    here = changed_lines(str(repo), "main")
    assert (found.base, found.lines) == ("main", here)
    assert here.files == {"a.py": {3}, "deep/new.py": {1}, "old.py": {10}}
    git(repo, "apply", "--unidiff-zero", "--check", "-R", _kept(tmp_path, sent))


def _kept(folder, data):
    (folder / "changes.diff").write_bytes(data)
    return str(folder / "changes.diff")


def test_no_change_is_no_line():
    assert read_changes(HEAD).lines.files == {}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"diff --git a/a.py b/a.py\n",
        b"flightrules-changes/1 \n",
        b"flightrules-changes/1 []\n",
        b"flightrules-changes/1 " + b"[" * 100_000 + b"\n",
        HEAD.replace(b'"main"', b'""'),
        HEAD.replace(b'"main"', b'"a\\nb"'),
        HEAD.replace(b"a" * 40, b"HEAD"),
        HEAD.replace(b'["a.py"]', b"[1]"),
        HEAD + FILE + b"@@ -0,0 +1,999999999 @@\n+x\n",
        HEAD + FILE + b"@@ -0,0 +1,99999999999999999999 @@\n+x\n",
        HEAD + FILE + b"@@ -1 +1 @@\n-x\n",
        HEAD + FILE + b"@@ -1 +1 @@\n-x\n+y\n+z\n",
        HEAD + FILE + b"@@ -1,3 +1,3 @@\n a\n-x\n+y\n b\n",
        HEAD + FILE + b"@@@ -1 -1 +1 @@@\n++y\n",
        HEAD + b"diff --cc a.py\n",
        HEAD + b"@@ -0,0 +1 @@\n+x\n",
    ],
)
def test_what_is_not_whole_is_refused(data):
    with pytest.raises(EvidenceError) as caught:
        read_changes(data)
    assert caught.value.code == "E_MALFORMED"
    assert caught.value.hint


@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 20))
def test_nothing_but_a_refusal_comes_of_rubbish(noise, place, gone):
    whole = HEAD + FILE + b"@@ -1 +1,2 @@\n-x\n+y\n+z\n"
    try:
        found = read_changes(whole[:place] + noise + whole[place + gone :])
    except EvidenceError:
        return
    assert sum(map(len, found.lines.files.values())) <= (whole + noise).count(b"+")


@given(st.lists(st.sampled_from(["src/a.py", "ö/b.py", "c d.py"]), unique=True), st.binary(max_size=5))
def test_paths_of_any_spelling_travel(tracked, odd):
    names = [name.encode() for name in tracked] + [odd.replace(b"\0", b"") or b"x"]
    said = Said("b" * 40, b"", b"\0".join(names))
    assert read_changes(written_changes("v1", said)).lines.tracked == {
        name.decode("utf-8", "surrogateescape") for name in names
    }
