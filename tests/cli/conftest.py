"""A repository in a temporary folder and the command line in this process."""

import json

import pytest

from flightrules.cli.main import main

RULEBOOK = """
flightrules: 1
product: Shop
criteria:
  rate: {sentence: Pass rate >= 90% measured by the CI run in staging, enforcement: waivable, waivable_by: [qa_lead]}
  p1: P1 defects open = 0 measured by the tracker
gates:
  release: {kind: exit, criteria: [rate, p1], blocks: sign-off}
evidence:
  CI run: {format: junit, paths: ["reports/*.xml"], environment: staging}
  tracker: {paths: [jira.json]}
"""


class Repository:
    """Writes files and runs commands."""

    def __init__(self, path, capfd):
        self.path = path
        self._capfd = capfd

    def write(self, name, text):
        """A file, folders included."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        return target

    def junit(self, passed=10, failed=0, name="reports/junit.xml"):
        """A JUnit report."""
        cases = [f'<testcase classname="s" name="p{i}"/>' for i in range(passed)]
        cases += [
            f'<testcase classname="s" name="f{i}"><failure message="no"/></testcase>' for i in range(failed)
        ]
        return self.write(name, f"<testsuite>{''.join(cases)}</testsuite>")

    def jira(self, *severities):
        """A tracker export with open bugs of these severities."""
        issues = [
            {
                "key": f"S-{i}",
                "fields": {
                    "summary": "x",
                    "issuetype": {"name": "Bug"},
                    "priority": {"name": word},
                    "status": {"name": "Open", "statusCategory": {"key": "new"}},
                },
            }
            for i, word in enumerate(severities)
        ]
        return self.write(
            "jira.json", json.dumps({"startAt": 0, "maxResults": 50, "total": len(issues), "issues": issues})
        )

    def run(self, *arguments):
        """Exit code, stdout and stderr of one command line."""
        self._capfd.readouterr()
        code = main([str(one) for one in arguments])
        said = self._capfd.readouterr()
        return code, said.out, said.err


@pytest.fixture
def repository(tmp_path, monkeypatch, capfd):
    """An empty repository, which is also the working directory."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "FLIGHTRULES_PASSPHRASE", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    return Repository(tmp_path, capfd)


@pytest.fixture
def shop(repository):
    """A repository with a rulebook and good evidence."""
    repository.write(".flightrules.yml", RULEBOOK)
    repository.junit()
    repository.jira()
    return repository
