"""Criteria that can be measured, to propose where a vague one stands."""

from __future__ import annotations

__all__ = ["BETTER", "elsewhere", "rewritten"]

_REWRITTEN = (
    (
        ("performance", "fast", "slow", "latency", "response", "speed", "load"),
        "p95 response time <= 300 ms for the <part> under 200 users measured by the <load test>",
    ),
    (
        ("security", "secure", "vulnerabilities", "scan", "cves", "findings"),
        "No NEW findings of severity HIGH or CRITICAL measured by the <scan> in <environment>",
    ),
    (
        (
            "availability",
            "uptime",
            "cpu",
            "memory",
            "disk",
            "saturation",
            "apdex",
            "crash-free",
        ),
        'Monitored value "<series>" <= <limit> measured by the <monitoring snapshot>',
    ),
    (
        ("secrets", "secret", "license", "licence", "licenses", "licences", "dependencies"),
        "No findings of severity HIGH or above measured by the <scan>",
    ),
    (("error", "errors", "failures"), "Error rate < 1% under 200 RPS measured by the <load test>"),
    (
        ("rollback", "downtime", "backup"),
        "<rollback> rehearsed measured by the <checklist>",
    ),
    (
        ("regressions", "regression"),
        "Regression suite pass rate >= 97% measured by the <CI run> in <environment>",
    ),
    (("coverage", "covered"), "New-code statement coverage >= 80% measured by the <coverage report>"),
    (
        ("incidents", "bugs", "bug", "defects", "defect", "issues", "blockers", "blocker"),
        "Open P1 defects = 0 measured by the <tracker>",
    ),
    (("accessibility", "accessible", "wcag"), "No new WCAG 2.1 AA violations measured by the <scan>"),
    (
        (
            "stakeholders",
            "stakeholder",
            "everybody",
            "everyone",
            "team",
            "users",
            "business",
            "documentation",
            "docs",
        ),
        "<what was done> approved by <role> measured by the <checklist>",
    ),
)
BETTER = (
    "automated regression suite pass rate >= 97% for the <part> excluding tests in the quarantine list "
    "measured by the <CI run> in <environment>"
)


_NUMBER = 'hand the number over as generic evidence and write: Monitored value "<series>" <= <limit>'
_LINTED = "write: No findings of severity HIGH or above measured by the <linter>"
_SCANNED = "write: No findings measured by the <scan>; what such a scan finds are its findings"
_LINES = "coverage is counted in lines and branches; write Line coverage, or Branch coverage"
_LOAD = "say it as the load of what is measured: p95 response time <= 300 ms under 200 users"
_LENGTH = "write the least length of a load test as `minimum_duration: 30m` of its criteria"
_CHECKS = "write Request success rate, or Error rate; the checks of a load test are no tests"
_ELSEWHERE = (
    ("function functions method methods class classes instruction condition", "coverage", _LINES),
    ("requirements requirement type docs documentation docstring", "coverage", _NUMBER),
    ("lint linter type compiler smells warnings", "", _LINTED),
    ("license licence licenses licences secret secrets", "", _SCANNED),
    ("duplicated duplication complexity debt bundle size leakage escaped deviation ttfb", "", _NUMBER),
    ("deployment deployments change", "rate frequency", _NUMBER),
    ("users vus", "concurrent peak virtual active", _LOAD),
    ("duration", "", _LENGTH),
    ("check checks", "pass rate", _CHECKS),
)
"""Words, those of which one must stand beside them, and how to ask for what they mean."""


def elsewhere(words: list[str]) -> str | None:
    """How to ask for what no metric of the catalogue measures, or what belongs in another place."""
    said = set(words)
    return next(
        (
            hint
            for about, beside, hint in _ELSEWHERE
            if said & set(about.split()) and (not beside or said & set(beside.split()))
        ),
        None,
    )


def rewritten(words: list[str]) -> str | None:
    """A sentence about the same thing that can be measured; None where no word says what it is about."""
    said = {word.strip('.,;:!"').lower() for word in words}
    return next((better for about, better in _REWRITTEN if said & set(about)), None)
