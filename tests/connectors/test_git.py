"""Changed lines: what git is asked, what is understood, and how it says no."""

import os
import shutil
import subprocess

import pytest

from flightrules.connectors.git import (
    Asked,
    _changed,
    authored_since,
    changed_lines,
    head_commit,
    repository_root,
)
from flightrules.errors import EvidenceError

ENV = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def git(folder, *arguments):
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=ENV, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_py", ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")
    return git(folder, "rev-parse", "HEAD")


TEN = "".join(f"line {number}\n" for number in range(1, 11))


@pytest.fixture
def repo(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path, a_py=TEN, old_py=TEN, gone_py=TEN)
    return tmp_path


def refusal(*arguments):
    with pytest.raises(EvidenceError) as caught:
        changed_lines(*map(str, arguments))
    assert caught.value.code == "E_NO_BASELINE"
    assert caught.value.hint
    return caught.value.message


def test_added_and_changed_lines_count_removed_ones_do_not(repo):
    git(repo, "checkout", "-q", "-b", "topic")
    commit(repo, a_py=TEN.replace("line 3\n", "LINE 3\n").replace("line 7\n", "") + "line 11\n")
    assert changed_lines(str(repo), "main").files == {"a.py": frozenset({3, 10})}


def test_a_renamed_file_is_known_by_its_present_name_and_a_deleted_one_not_at_all(repo):
    git(repo, "checkout", "-q", "-b", "topic")
    git(repo, "mv", "old.py", "new.py")
    git(repo, "rm", "-q", "gone.py")
    commit(repo, new_py=TEN + "more\n")
    found = changed_lines(str(repo), "main")
    assert found.files == {"new.py": frozenset({11})}
    assert found.tracked == {"a.py", "new.py"}


def test_edits_that_are_not_committed_count_but_unknown_files_do_not(repo):
    (repo / "a.py").write_text(TEN + "staged\n")
    git(repo, "add", "a.py")
    (repo / "a.py").write_text(TEN + "staged\nunstaged\n")
    (repo / "unknown.py").write_text("x\n")
    assert changed_lines(str(repo), "HEAD").files == {"a.py": frozenset({11, 12})}


def test_what_happened_on_the_base_meanwhile_is_not_our_change(repo):
    git(repo, "checkout", "-q", "-b", "topic")
    commit(repo, a_py=TEN + "mine\n")
    git(repo, "checkout", "-q", "main")
    commit(repo, b_py="theirs\n")
    git(repo, "checkout", "-q", "topic")
    assert set(changed_lines(str(repo), "main").files) == {"a.py"}


def test_odd_names_and_lines_that_look_like_headers(repo):
    git(repo, "checkout", "-q", "-b", "topic")
    (repo / 'quo"te\tü.py').write_text("++ b/evil.py\n@@ -1 +1,99 @@\ndiff --git a/x b/x\n", encoding="utf-8")
    commit(repo, a_py=TEN.replace("line 1\n", "-- a/evil.py\n"))
    found = changed_lines(str(repo), "main").files
    assert found == {"a.py": frozenset({1}), 'quo"te\tü.py': frozenset({1, 2, 3})}


def test_binary_files_have_no_lines(repo):
    git(repo, "checkout", "-q", "-b", "topic")
    (repo / "logo.png").write_bytes(b"\x89PNG\0\0\1")
    commit(repo, a_py=TEN)
    assert changed_lines(str(repo), "main").files == {}


def test_settings_of_a_person_change_nothing(repo):
    git(repo, "config", "diff.noprefix", "true")
    git(repo, "config", "diff.external", "/bin/false")
    git(repo, "config", "color.ui", "always")
    git(repo, "config", "diff.renames", "false")
    (repo / "sub").mkdir()
    git(repo, "mv", "old.py", "sub/new.py")
    commit(repo, a_py=TEN + "x\n")
    found = changed_lines(str(repo / "sub"), "HEAD~1")
    assert found.files == {"a.py": frozenset({11})}
    assert "sub/new.py" in found.tracked


@pytest.mark.parametrize("name", ["--output=/tmp/x", "-h", "", "a b", "main..HEAD", "HEAD:a.py", "a\nb"])
def test_a_base_is_never_an_option_or_a_range(repo, name):
    assert "cannot be the name" in refusal(repo, name)


def test_every_reason_to_have_no_base_is_told_apart(repo, tmp_path_factory, monkeypatch):
    assert "no commit of this repository" in refusal(repo, "origin/main")
    outside = tmp_path_factory.mktemp("outside")
    assert "not inside a git repository" in refusal(outside, "main")
    git(repo, "checkout", "-q", "--orphan", "island")
    commit(repo, a_py="other\n")
    assert "no common history" in refusal(repo, "main")
    monkeypatch.setenv("PATH", "")
    assert "git is not installed" in refusal(repo, "main")


def test_a_shallow_clone_says_that_it_is_shallow(repo, tmp_path_factory):
    git(repo, "checkout", "-q", "-b", "topic")
    commit(repo, a_py=TEN + "x\n")
    git(repo, "checkout", "-q", "main")
    commit(repo, b_py="y\n")
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "-q", "--depth=1", "--no-single-branch", f"file://{repo}", ".")
    git(clone, "checkout", "-q", "topic")
    assert "shallow" in refusal(clone, "origin/main")


def test_a_repository_without_a_commit_has_no_head(tmp_path):
    git(tmp_path, "init", "-q")
    assert "HEAD is no commit" in refusal(tmp_path, "HEAD") or "is no commit" in refusal(tmp_path, "main")


def test_the_root_and_the_head_are_found_from_any_folder(repo):
    (repo / "deep" / "er").mkdir(parents=True)
    assert repository_root(str(repo / "deep" / "er")) == os.path.realpath(repo)
    assert head_commit(str(repo)) == git(repo, "rev-parse", "HEAD")


def test_a_diff_of_nothing_is_no_change():
    assert dict(_changed(b"")) == {}


def test_git_works_beside_whoever_asked_and_may_be_forgotten(repo):
    git(repo, "checkout", "-q", "-b", "topic")
    commit(repo, a_py=TEN + "line 11\n")
    asked, unwanted = Asked(str(repo), "main"), Asked(str(repo), "main")
    assert asked.answer().files == {"a.py": frozenset({11})}
    unwanted.forget()


def test_a_diff_larger_than_any_pipe_is_whole(repo):
    git(repo, "checkout", "-q", "-b", "topic")
    long = "".join(f"line {number} {'x' * 80}\n" for number in range(1, 30_001))
    commit(repo, a_py=long, b_py=long)
    assert {path: len(lines) for path, lines in changed_lines(str(repo), "main").files.items()} == {
        "a.py": 30_000,
        "b.py": 30_000,
    }


def test_a_history_with_two_merge_bases_is_compared_with_the_one_that_git_names(repo):
    """``git diff --merge-base`` refuses such a history; the questions are then put one after the other."""
    for name in ("left", "right"):
        git(repo, "checkout", "-q", "-b", name, "main")
        commit(repo, **{f"{name}_py": TEN})
    git(repo, "branch", "held", "left")
    git(repo, "checkout", "-q", "left")
    git(repo, "merge", "-q", "-m", "one", "right")
    git(repo, "checkout", "-q", "right")
    git(repo, "merge", "-q", "-m", "two", "held")
    commit(repo, a_py=TEN + "line 11\n")
    found = changed_lines(str(repo), "left")
    assert found.merge_base in {git(repo, "rev-parse", "held"), git(repo, "rev-parse", "right~2^0")}
    assert found.files["a.py"] == frozenset({11})


def test_a_git_that_knows_no_merge_base_in_diff_gives_the_same(repo, tmp_path_factory, monkeypatch):
    git(repo, "checkout", "-q", "-b", "topic")
    commit(repo, a_py=TEN + "line 11\n")
    known = changed_lines(str(repo), "main")
    old = tmp_path_factory.mktemp("bin") / "git"
    real = shutil.which("git")
    old.write_text(
        f'#!/bin/sh\nfor word; do test "$word" != --merge-base || exit 129; done\nexec {real} "$@"\n',
        encoding="utf-8",
    )
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    assert changed_lines(str(repo), "main") == known


def test_who_wrote_what_is_new_is_told_with_everybody_who_helped(repo):
    start = git(repo, "rev-parse", "HEAD")
    commit(repo, a_py=TEN + "eleven\n")
    git(
        repo,
        "commit",
        "-q",
        "--allow-empty",
        "--author",
        "B <B@Example.org>",
        "-m",
        "more\n\nCo-authored-by: C <c@example.org>",
    )
    git(repo, "commit", "-q", "--allow-empty", "--author", "D <>", "-m", "no address")
    found = authored_since(str(repo), start)
    assert found.addresses == ("a@example.org", "b@example.org", "c@example.org", "nobody")
    assert (found.base, found.commits, found.head) == (start, 3, git(repo, "rev-parse", "HEAD"))


def test_the_repositorys_own_mail_map_makes_nobody_somebody_else(repo):
    start = git(repo, "rev-parse", "HEAD")
    commit(repo, **{".mailmap": "Boss <boss@example.org> <a@example.org>\n"})
    assert authored_since(str(repo), start).addresses == ("a@example.org",)


def test_a_base_that_is_no_commit_has_no_authors(repo):
    for base in ("--all", "nowhere", "", "a..b"):
        with pytest.raises(EvidenceError) as caught:
            authored_since(str(repo), base)
        assert caught.value.code == "E_NO_BASELINE"
    assert authored_since(str(repo), "HEAD").commits == 0
