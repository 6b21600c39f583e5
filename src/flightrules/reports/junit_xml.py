"""The verdict as JUnit XML: one test case per criterion and per blocking defect, so any test view shows it.

What fails and blocks is a failure; what could not be judged and blocks is an error; a waiver, an advisory
result, advise mode and what does not apply are skipped with their reason. Nothing missing is ever a pass.
"""

from __future__ import annotations

from flightrules.engine.verdict import CriterionResult, DefectLine, Status, Upstream, Verdict
from flightrules.inert import one_line
from flightrules.reports.report import (
    Report,
    Weight,
    product_of,
    sorted_results,
    standing,
    title_of,
    weight_of,
)

__all__ = ["render"]

_REASONS = {
    Weight.ADVISES: "does not block",
    Weight.WAIVED: "waiver granted",
    Weight.NOTHING: "not applicable",
}


def render(report: Report) -> str:
    """The document, ending in a line end."""
    verdict = report.verdict
    cases = [_case(result, report) for result in sorted_results(report)]
    cases += [_defect(line, report) for line in verdict.defects if line.blocks]
    cases += [_before(line, report) for line in verdict.upstream]
    counts = {name: sum(f"<{name} " in case for case in cases) for name in ("failure", "error", "skipped")}
    numbers = (
        f'tests="{len(cases)}" failures="{counts["failure"]}" errors="{counts["error"]}" '
        f'skipped="{counts["skipped"]}" time="0"'
    )
    name = _text(f"{product_of(report)}: gate {verdict.gate}")
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<testsuites name="flightrules" {numbers}>',
            f'  <testsuite name="{name}" timestamp="{verdict.as_of.isoformat()}" {numbers}>',
            *_properties(verdict),
            *cases,
            "  </testsuite>",
            "</testsuites>",
            "",
        ]
    )


def _properties(verdict: Verdict) -> list[str]:
    stated = {"verdict": str(verdict.outcome), "rulebook": verdict.rulebook_digest}
    stated |= {"mode": "advise"} if verdict.advise else {}
    inner = [f'      <property name="{name}" value="{_text(value)}"/>' for name, value in stated.items()]
    return ["    <properties>", *inner, "    </properties>"]


def _case(result: CriterionResult, report: Report) -> str:
    head = _head(f"gate {report.verdict.gate}", f"{result.rule.id}: {title_of(result)}")
    if result.status is Status.PASS:
        return f"{head}/>"
    said, detail = (
        standing(result),
        [*result.details[:20], *([f"fix: {result.fix}"] if result.fix else [])],
    )
    weight = weight_of(result, report.verdict)
    if weight is not Weight.BLOCKS:
        message = f"{result.status}, {_REASONS[weight]}: {said}"
        return f'{head}><skipped message="{_text(message)}"/></testcase>'
    tag = "failure" if result.status is Status.FAIL else "error"
    body = "\n".join(_text(line) for line in detail)
    return f'{head}><{tag} type="{result.status}" message="{_text(said)}">{body}</{tag}></testcase>'


def _defect(line: DefectLine, report: Report) -> str:
    head = _head("known defects", f"{line.id} ({line.severity}): {line.title}")
    if report.verdict.advise:
        return f'{head}><skipped message="{_text(f"does not block: {line.reason}")}"/></testcase>'
    return f'{head}><failure type="defect" message="{_text(line.reason)}"></failure></testcase>'


def _before(line: Upstream, report: Report) -> str:
    """A pass that is required before; one that is not shown is no pass in any output."""
    head = _head("passed before", f"a pass in {line.environment}")
    if line.passed:
        return f"{head}/>"
    if report.verdict.advise:
        return f'{head}><skipped message="{_text(f"does not block: {line.reason}")}"/></testcase>'
    return f'{head}><error type="{line.status}" message="{_text(line.reason)}"></error></testcase>'


def _head(classname: str, name: str) -> str:
    return f'    <testcase classname="{_text(classname)}" name="{_text(name)}" time="0"'


def _text(value: str) -> str:
    """Text for an attribute or element; what XML 1.0 cannot hold is written out by ``one_line``."""
    clean = one_line(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return clean.replace('"', "&quot;")
