"""New-code coverage from a real repository: only lines changed since the base count."""

import shutil
import subprocess

import pytest

RULES = """
flightrules: 1
product: Shop
criteria:
  new-code: New code statement coverage >= 80% measured by coverage
gates:
  exit: {kind: exit, criteria: [new-code]}
evidence:
  coverage: {paths: [lcov.info], compare_with: main}
"""


@pytest.fixture
def git(repository):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    (repository.path / ".git").rmdir()

    def run(*arguments):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false"]
        return subprocess.run(
            ["git", *identity, *arguments], cwd=repository.path, check=True, capture_output=True, text=True
        ).stdout

    run("init", "-q", "-b", "main")
    repository.write(".flightrules.yml", RULES)
    repository.write("shop/price.py", "".join(f"line{i}\n" for i in range(20)))
    run("add", "-A")
    run("commit", "-qm", "base")
    run("checkout", "-qb", "feature")
    return run


def lcov(covered, path="shop/price.py", total=30):
    return (
        f"SF:{path}\n"
        + "".join(f"DA:{n},{int(n in covered)}\n" for n in range(1, total + 1))
        + "end_of_record\n"
    )


def test_changed_lines_decide_and_old_ones_do_not(repository, git):
    repository.write(
        "shop/price.py", "".join(f"line{i}\n" for i in range(20)) + "new1\nnew2\nnew3\nnew4\nnew5\n"
    )
    git("commit", "-qam", "more")
    repository.write("lcov.info", lcov({21, 22, 23, 24}))
    code, out, _ = repository.run("check", "--no-report")
    assert code == 0, out
    assert "4 of 5 changed lines covered" in repository.run("why", "new-code", "--no-report")[1]
    repository.write("lcov.info", lcov(set(range(1, 24))))
    assert repository.run("check", "--no-report")[0] == 1


def test_a_renamed_file_counts_by_its_new_name(repository, git):
    git("mv", "shop/price.py", "shop/pricing.py")
    repository.write("shop/pricing.py", "".join(f"line{i}\n" for i in range(20)) + "new1\nnew2\n")
    git("commit", "-qam", "rename")
    repository.write("lcov.info", lcov({21, 22}, "shop/pricing.py"))
    code, out, _ = repository.run("check", "--no-report")
    assert code == 0, out
    assert "2 of 2" in repository.run("why", "new-code", "--no-report")[1]


def test_only_documents_changed_is_not_applicable_and_no_base_is_no_data(repository, git):
    repository.write("README.md", "words\n")
    git("add", "-A")
    git("commit", "-qm", "words")
    repository.write("lcov.info", lcov({1}))
    code, out, _ = repository.run("check", "--no-report")
    assert (code, "N/A" in out) == (5, True)
    code, out, _ = repository.run("check", "--no-report", "--base", "no-such-branch")
    assert code == 3
    assert "no-such-branch" in out


def test_outside_of_git_there_is_no_data_with_the_reason(repository):
    repository.write(".flightrules.yml", RULES)
    repository.write("lcov.info", lcov({1}))
    (repository.path / ".git").rmdir()
    code, out, _ = repository.run("check", "--no-report")
    assert code == 3
    assert "repository" in out
