"""The projects that whole commands run on: a tiny one, and a medium one with a history in git.

python bench/project.py tiny|medium FOLDER
"""
# ruff: noqa: S311, E501 -- made-up data that must repeat, and a rulebook that reads as one

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys

import generate

__all__ = ["MEDIUM", "agrees", "make"]

MEDIUM = {"junit": 10_000, "cobertura": 500, "sarif": 2_000, "jtl": 100_000, "jira": 300}
CHANGED_FILES = 50
_WRITTEN = 1_795_168_800  # 2026-11-20T10:00:00Z, in seconds
_RULEBOOK = """\
flightrules: 1
product: Shop
criteria:
  pass-rate: {sentence: Pass rate >= 95% measured by the CI pipeline}
  new-code: {sentence: New code coverage >= 70% measured by the coverage report}
  findings: {sentence: Critical findings <= 500 measured by the scan}
  error-rate: {sentence: Error rate <= 1% measured by the load test}
  p95: {sentence: API response time p95 <= 600 ms measured by the load test}
  p1-open: {sentence: P1 defects open <= 20 measured by the issue tracker}
gates:
  release: {kind: exit, title: Exit criteria, criteria: [pass-rate, new-code, findings, error-rate, p95, p1-open]}
evidence:
  CI pipeline: {format: junit, paths: [reports/junit.xml]}
  coverage report: {format: cobertura, paths: [reports/cobertura.xml], compare_with: base}
  scan: {format: sarif, paths: [reports/results.sarif]}
  load test: {format: jmeter-csv, paths: [reports/results.jtl]}
  issue tracker: {format: jira-search, paths: [reports/issues.json]}
"""
_TINY = """\
flightrules: 1
product: Shop
criteria:
  pass-rate: {sentence: Pass rate >= 95% measured by the CI pipeline}
gates:
  release: {kind: exit, title: Exit criteria, criteria: [pass-rate]}
evidence:
  CI pipeline: {format: junit, paths: [reports/junit.xml]}
"""


def make(kind: str, folder: str, scale: int = 1) -> str:
    """Make the project of that kind unless it is there; ``scale`` divides its sizes."""
    done = os.path.join(folder, ".made")
    if os.path.exists(done):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    reports = os.path.join(folder, "reports")
    os.makedirs(reports)
    if kind == "medium":
        for one, size in MEDIUM.items():
            least = CHANGED_FILES if one == "cobertura" else 1  # a report knows every file that changed
            generate.generate(one, max(size // scale, least), reports)
        _history(folder, max(MEDIUM["cobertura"] // scale, CHANGED_FILES))
    else:
        generate.generate("junit", 30, reports)
        os.mkdir(os.path.join(folder, ".git"))
    _write(folder, ".flightrules.yml", _RULEBOOK if kind == "medium" else _TINY)
    _write(folder, ".made", "")
    return folder


def _history(folder: str, files: int) -> None:
    """Two commits: all files, then twenty lines of fifty files changed."""
    r = random.Random(1)
    os.mkdir(os.path.join(folder, "shop"))
    texts = [[f"value_{n} = {r.randint(0, 99)}" for n in range(1, 403)] for _ in range(files)]
    _git(folder, "init", "--quiet", "--initial-branch=main")
    for at, lines in enumerate(texts):
        _write(folder, f"shop/m{at}.py", "\n".join(lines) + "\n")
    _commit(folder, "Begin")
    _git(folder, "tag", "base")
    for at in r.sample(range(files), CHANGED_FILES):
        for line in r.sample(range(400), 20):
            texts[at][line] += "  # changed"
        _write(folder, f"shop/m{at}.py", "\n".join(texts[at]) + "\n")
    _commit(folder, "Change")


def _commit(folder: str, message: str) -> None:
    """Files are older than git's index, as in any working copy but one of its first second: of files as young
    as its index git reads all to see whether they changed.
    """
    for name in os.listdir(os.path.join(folder, "shop")):
        os.utime(os.path.join(folder, "shop", name), (_WRITTEN, _WRITTEN))
    _git(folder, "add", "shop")
    _git(folder, "commit", "--quiet", "--message", message)


def _git(folder: str, *arguments: str) -> None:
    who = {"GIT_AUTHOR_DATE": "2026-11-20T10:00:00Z", "GIT_COMMITTER_DATE": "2026-11-20T10:00:00Z"}
    options = ["-c", "user.name=Bench", "-c", "user.email=bench@shop.example", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *options, *arguments], cwd=folder, check=True, env={**os.environ, **who})


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def agrees(folder: str, out: str) -> bool:
    """Whether ``check`` and the tools decided on the same numbers; diff-cover cuts its rate to whole per cents.

    Findings are left out: the tool counts levels, we severities. Pandas interpolates its percentile.
    """
    with open(os.path.join(folder, ".flightrules", "report.json"), encoding="utf-8") as file:
        ours = {one["id"]: float(one["value"]) for one in json.load(file)["criteria"]}
    with open(os.path.join(out, "decided.json"), encoding="utf-8") as file:
        theirs = json.load(file)
    same = [abs(ours[name] - theirs[name]) < 1e-5 for name in ("pass-rate", "error-rate", "p1-open")]
    same.append(abs(ours["p95"] - theirs["p95"]) <= ours["p95"] / 50)
    return all(same) and int(ours["new-code"]) == theirs["new-code"]


if __name__ == "__main__":
    make(sys.argv[1], sys.argv[2])
