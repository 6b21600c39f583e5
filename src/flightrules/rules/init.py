"""The rulebook and the pipeline snippets that ``flightrules init`` writes."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["MODELINE", "SCHEMA_PATH", "ci_snippets", "write_rulebook"]

# Beside the rulebook and not on a server: editors need no network, and the schema fits the installed version.
SCHEMA_PATH = ".flightrules/flightrules.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA_PATH}"

_ROLES = {  # which method of the shipped profile a format's artefacts serve, by family
    "tests": "CI pipeline",
    "coverage": "coverage report",
    "findings": "security scan",
    "security": "security scan",
    "load": "load test",
    "performance": "load test",
    "a11y": "axe-core",
    "accessibility": "axe-core",
    "defects": "issue tracker",
    "trackers": "issue tracker",
    "checklist": "entry checklist",
}
_SENTENCES = {
    "CI pipeline": ("overall-pass", "Overall automated pass rate >= 95% measured by the CI pipeline"),
    "coverage report": ("total-coverage", "Line coverage >= 80% measured by the coverage report"),
    "security scan": (
        "no-severe-findings",
        "No findings of severity HIGH or CRITICAL measured by the security scan",
    ),
    "load test": ("p95", "API response time p95 <= 400 ms measured by the load test"),
    "axe-core": ("accessibility", "No accessibility violations measured by axe-core"),
    "issue tracker": ("p1-open", "P1 defects open = 0 measured by the issue tracker"),
}


def write_rulebook(
    found: Iterable[tuple[str, str]], product: str, families: dict[str, str] | None = None
) -> str:
    """A commented rulebook for what a repository holds.

    Args:
        found: format name and path (relative to the repository) of each artefact.
        product: the product's name.
        families: family by format name; without it the format's own name decides.
    """
    methods = _methods(found, families or {})
    lines = [
        MODELINE,
        "# What must hold before a release, agreed before the release.",
        "# `flightrules lint` reads it critically; `flightrules explain CRITERION` says how it is measured.",
        "flightrules: 1",
        f"product: {_quoted(product)}",
        "",
        "# advise says what would block and exits 0; change it to block when the thresholds are agreed.",
        "mode: advise",
        "",
        "# [metric] [operator] [threshold] [for scope] [under load] [measured by method] [in environment]",
        *_criteria(methods),
        "# Where each method's artefacts lie, relative to this file.",
        *_evidence(methods),
        *_REST,
    ]
    return "\n".join(lines) + "\n"


def _methods(found: Iterable[tuple[str, str]], families: dict[str, str]) -> dict[str, list[str]]:
    methods: dict[str, list[str]] = {}
    for format_name, path in sorted(set(found)):
        method = _ROLES.get(families.get(format_name, _family(format_name)))
        if method is not None:
            methods.setdefault(method, []).append(path)
    return methods


def _family(format_name: str) -> str:
    """A guess by name, for callers without the registry of formats."""
    guesses = {
        "coverage": ("cobertura", "jacoco", "lcov", "coverage", "clover", "istanbul", "opencover"),
        "load": ("k6", "gatling", "jmeter", "locust", "wrk", "hey", "vegeta", "ab"),
        "a11y": ("axe", "lighthouse", "pa11y"),
        "findings": (
            "sarif",
            "zap",
            "trivy",
            "grype",
            "snyk",
            "semgrep",
            "bandit",
            "npm",
            "osv",
            "gitlab",
            "sonar",
        ),
        "defects": ("jira", "github-issues", "gitlab-issues", "defects"),
    }
    for family, starts in guesses.items():
        if format_name.startswith(starts):
            return family
    return "tests"


def _criteria(methods: dict[str, list[str]]) -> list[str]:
    chosen = [_SENTENCES[method] for method in methods if method in _SENTENCES]
    if not chosen:
        return [
            "# No artefact was found, so a shipped profile stands in; run the tests, then `init`.",
            "extends: web-feature",
            "",
        ]
    rows = [f"  {name}: {_quoted(sentence)}" for name, sentence in chosen]
    hint = "# Shipped profiles bring whole tables and triggers: web-feature, api-service, go-live, emergency."
    return ["criteria:", *rows, "", hint, "# extends: web-feature", ""]


def _evidence(methods: dict[str, list[str]]) -> list[str]:
    if not methods:
        return ["# evidence:", "#   CI pipeline: [reports/junit.xml]", ""]
    lines = ["evidence:"]
    for method, paths in methods.items():
        lines += [f"  {method}:", "    paths:", *(f"      - {_quoted(path)}" for path in paths)]
    return [*lines, ""]


_REST = [
    "# Tests left out of rates by agreement; each has an owner and an end. At most 5, and fewer each sprint.",
    "# quarantine:",
    "#   entries:",
    "#     - {test: cart.test_race, owner: Kim, reason: race in a fixture, expires: 2026-03-01T00:00:00Z}",
    "",
    "# Who signs. Presets: qa-led, sponsor-led, cab-led.",
    "authority:",
    "  preset: qa-led",
    "",
    "# At what error rate would you roll back? Agree on it now.",
    "rollback:",
    "  # method: blue/green switch",
    "  # owner: on-call engineer",
    "  # estimated_minutes: 5",
    "  triggers:",
    "    error-rate: {signal: error_rate, factor: 5, within: 10m, baseline: before the release}",
]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def ci_snippets() -> dict[str, str]:
    """What to add to a pipeline, by system: ``github``, ``gitlab``, ``jenkins`` and ``azuredevops``."""
    return {"github": _GITHUB, "gitlab": _GITLAB, "jenkins": _JENKINS, "azuredevops": _AZURE}


_GITHUB = """\
# .github/workflows/release.yml: after the jobs that write the reports
  release-gate:
    needs: [test]
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0}  # new-code coverage compares with the base branch
      - uses: actions/download-artifact@v4
        with: {path: reports}
      - run: pip install flightrules
      - run: flightrules check --format github --output html=readiness.html
      - if: always()
        uses: actions/upload-artifact@v4
        with: {name: readiness, path: readiness.html}
"""
_GITLAB = """\
# .gitlab-ci.yml: after the jobs that write the reports
release-gate:
  stage: deploy
  image: python:3.12-slim
  variables: {GIT_DEPTH: "0"}  # new-code coverage compares with the base branch
  script:
    - pip install flightrules
    - flightrules check --output gitlab=gl-code-quality-report.json --output html=readiness.html
  artifacts:
    when: always
    paths: [readiness.html]
    reports: {codequality: gl-code-quality-report.json}
"""
_JENKINS = """\
// Jenkinsfile: after the stages that write the reports
stage('Release gate') {
  steps {
    sh 'python3 -m venv .venv && .venv/bin/pip install flightrules'
    sh '.venv/bin/flightrules check --output junit=flightrules.xml --output html=readiness.html'
  }
  post {
    always {
      junit 'flightrules.xml'
      archiveArtifacts artifacts: 'readiness.html'
    }
  }
}
"""
_AZURE = """\
# azure-pipelines.yml: after the jobs that write the reports
  - job: release_gate
    dependsOn: test
    pool: {vmImage: ubuntu-latest}
    steps:
      - checkout: self
        fetchDepth: 0  # new-code coverage compares with the base branch
      - task: DownloadPipelineArtifact@2
        inputs: {path: $(Build.SourcesDirectory)/reports}
      - script: pip install flightrules
      - script: flightrules check --format azuredevops --output md=readiness.md --output html=readiness.html
      - script: echo "##vso[task.uploadsummary]$(Build.SourcesDirectory)/readiness.md"
        condition: always()
      - publish: readiness.html
        condition: always()
        artifact: readiness
"""
