"""Criteria that can be measured, to propose where a vague one stands."""

from __future__ import annotations

__all__ = ["BETTER", "rewritten"]

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
            "lcp",
            "cls",
            "inp",
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


def rewritten(words: list[str]) -> str | None:
    """A sentence about the same thing that can be measured; None where no word says what it is about."""
    said = {word.strip('.,;:!"').lower() for word in words}
    return next((better for about, better in _REWRITTEN if said & set(about)), None)
