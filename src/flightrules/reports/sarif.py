"""The verdict as SARIF 2.1.0: one result per criterion that does not pass and per blocking defect.

The levels: error for what blocks, warning for what is advisory or in advise mode, note for a waiver.
A result points at the line of the rulebook that states the criterion, since that is what is not met.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any

from flightrules import __version__
from flightrules.engine.verdict import CriterionResult, DefectLine
from flightrules.inert import json_safe, one_line
from flightrules.reports.origin import place_of
from flightrules.reports.report import (
    Report,
    Weight,
    formula_of,
    sorted_results,
    standing,
    title_of,
    weight_of,
)
from flightrules.rules.render import render as sentence

__all__ = ["LIMIT", "render"]

LIMIT = 5000  # results that code-scanning services take from one run
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Weight.BLOCKS: "error", Weight.ADVISES: "warning", Weight.WAIVED: "note"}
_DEFECT = "known-defect"


def render(report: Report) -> str:
    """The log, ending in a line end; beyond ``LIMIT`` the least serious are left out and counted."""
    verdict = report.verdict
    open_ones = [one for one in sorted_results(report) if weight_of(one, verdict) is not Weight.NOTHING]
    blocking = [line for line in verdict.defects if line.blocks]
    rules = [_rule(result) for result in open_ones] + ([_DEFECT_RULE] if blocking else [])
    places = {rule["id"]: at for at, rule in enumerate(rules)}
    found = [_of_defect(line, report, places) for line in blocking]
    found += [_of_criterion(result, report, places) for result in open_ones]
    found.sort(key=lambda one: ("error", "warning", "note").index(one["level"]))
    run = {
        "tool": {"driver": _driver(rules)},
        "invocations": [_invocation(len(found) - LIMIT, report)],
        "automationDetails": {"id": f"flightrules/{one_line(verdict.gate)}/"},
        "columnKind": "unicodeCodePoints",
        "properties": {"verdict": str(verdict.outcome), "rulebook": verdict.rulebook_digest},
        "results": found[:LIMIT],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_safe(json.dumps(log, ensure_ascii=False, indent=2, sort_keys=True)) + "\n"


def _driver(rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "Flightrules",
        "semanticVersion": __version__,
        "version": __version__,
        "rules": rules,
    }


def _invocation(left_out: int, report: Report) -> dict[str, Any]:
    """A gate that ran is a successful execution, whatever it says."""
    run: dict[str, Any] = {"executionSuccessful": True, "endTimeUtc": _utc(report)}
    told = [
        ("error", f"no pass in {one.environment} is shown, and it is required before: {one.reason}")
        for one in report.verdict.upstream
        if not one.passed
    ]
    if left_out > 0:
        told.append(("warning", f"{left_out} less serious results were left out; the limit is {LIMIT}"))
    if told:
        run["toolExecutionNotifications"] = [
            {"level": level, "message": {"text": one_line(said)}} for level, said in told
        ]
    return run


def _utc(report: Report) -> str:
    return report.verdict.as_of.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _rule(result: CriterionResult) -> dict[str, Any]:
    rule = result.rule
    stated = sentence(rule.criterion)
    lines = [f"Criterion: {stated}", f"Formula: {formula_of(result)}"]
    lines += [f"Agreed because: {rule.rationale}"] if rule.rationale else []
    lines.append(f"Learn: flightrules explain {rule.id}")
    return {
        "id": one_line(rule.id),
        "name": one_line(rule.id),
        "shortDescription": {"text": one_line(title_of(result))},
        "fullDescription": {"text": one_line(stated)},
        "help": {"text": "\n".join(one_line(line) for line in lines)},
        "defaultConfiguration": {"level": "warning" if result.enforcement == "advisory" else "error"},
        "properties": {"enforcement": str(result.enforcement), "tags": ["release", one_line(rule.category)]},
    }


_DEFECT_RULE: dict[str, Any] = {
    "id": _DEFECT,
    "name": _DEFECT,
    "shortDescription": {"text": "A known defect that blocks by the severity policy"},
    "fullDescription": {"text": "An open defect without the acceptance that its severity asks for."},
    "help": {"text": "Mend the defect, or record its acceptance in .flightrules/acceptances.yml."},
    "defaultConfiguration": {"level": "error"},
}


def _of_criterion(result: CriterionResult, report: Report, places: dict[str, int]) -> dict[str, Any]:
    fix = f" To clear it: {result.fix}." if result.fix else ""
    level = _LEVELS[weight_of(result, report.verdict)]
    found = _result(result.rule.id, level, f"{standing(result)}{fix}", result.rule.origin, report, places)
    found["properties"] = {"status": str(result.status)}
    if result.waiver is not None:
        reason = one_line(f"{result.waiver.id}: {result.waiver.reason}")
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return found


def _of_defect(line: DefectLine, report: Report, places: dict[str, int]) -> dict[str, Any]:
    level = "warning" if report.verdict.advise else "error"
    said = f"{line.id} ({line.severity}) {line.title}: {line.reason}"
    found = _result(_DEFECT, level, said, "", report, places)
    found["partialFingerprints"] = {"flightrules/v1": _print(report, f"{_DEFECT}/{line.id}")}
    return found


def _result(
    rule: str, level: str, said: str, origin: str, report: Report, places: dict[str, int]
) -> dict[str, Any]:
    file, at = place_of(origin, report)
    where = {"artifactLocation": {"uri": file}, "region": {"startLine": at}}
    return {
        "ruleId": one_line(rule),
        "ruleIndex": places[one_line(rule)],
        "level": level,
        "kind": "fail",
        "message": {"text": one_line(said)},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {"flightrules/v1": _print(report, rule)},
    }


def _print(report: Report, what: str) -> str:
    named = f"{report.verdict.product}\n{report.verdict.gate}\n{what}"
    return hashlib.sha256(named.encode("utf-8", "backslashreplace")).hexdigest()
