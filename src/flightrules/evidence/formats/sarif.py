"""SARIF 2.1.0 and 2.0.0, streamed: results count by kind, level, suppression and baseline state.

An absent level is the rule's, else "warning". Suppressed results stand among the others and are told
apart. ``results: null`` means that nothing was scanned. SARIF 1.0.0 is another format and refused.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import require
from flightrules.evidence.reading.json_stream import stream
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.sarif_results import SarifResults, tool_name
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_DEFINITIONS = {
    "severity": "rule's or result's security-severity in CVSS v3 bands; without it the level: "
    "error is high, warning medium, note low, none info",
    "kind": "fail counts; open and review count with their level, else as unknown; "
    "pass, notApplicable and informational are no findings",
    "suppressed": "results all of whose suppressions are accepted or without status",
}
_BARE = frozenset(("name", "version", "semanticVersion", "informationUri", "fullName", "organization"))


def read(source: Source, head: Head) -> Reading:
    """Count the results of all runs.

    Raises:
        EvidenceError: E_UNSUPPORTED_VERSION, E_NO_RUNS, E_SCAN_FAILED, E_REFERENCE, E_ENUM,
            E_MISSING_FIELD, E_WRONG_TYPE and those of ``reading.json_stream``.
    """
    name = source.name
    if "version" in head.values:
        _require_version(
            head.values["version"], name
        )  # 1.0.0 breaks the rules of 2.1.0 before its version is met
    results, log = _all_results(source, patient=False)
    if results.overtaken():
        results, log = _all_results(source, patient=True)
    runs = objects(log.get("runs"), "runs", name, optional=True)
    if not runs:
        raise _no_runs("the log holds no run", name)
    scan = Scan("", name)
    for at, run in enumerate(runs):
        _judge_run(run, results.count_of(run), f"runs[{at}]", scan)
    _require_results(log, runs, results, scan)
    return _reading(runs, results, scan)


def _all_results(source: Source, *, patient: bool) -> tuple[SarifResults, dict[str, Any]]:
    results = SarifResults(source.name, patient=patient)
    log = mapping(stream(source, {"runs[].results": results}), "the document", source.name)
    if "version" not in log and "runs" not in log:
        raise EvidenceError("E_MISSING_FIELD", "version and runs are missing", file=source.name)
    _require_version(require(log.get("version"), str, "version", source.name), source.name)
    results.finish()
    return results, log


def _reading(runs: list[dict[str, Any]], results: SarifResults, scan: Scan) -> Reading:
    findings, opened = results.piles.findings(), results.piles.opened
    if opened:
        scan.note("W_NOT_TESTED", f"{opened} results are open or for review; they count as findings")
    told, notices = earliest(_end_time(run) for run in runs)
    base = scan.reading("sarif")
    return Reading(
        format="sarif",
        records=findings,
        notices=(*base.notices, *notices, *findings.notices()),
        facts={**_facts(runs), **told},
        definitions=_DEFINITIONS,
    )


def _require_version(version: str, name: str) -> None:
    if not version.startswith(("2.1.0", "2.0.0")):
        raise EvidenceError(
            "E_UNSUPPORTED_VERSION",
            f"this is SARIF {version[:20]}; 2.1.0 is read",
            file=name,
            hint="export SARIF 2.1.0, or convert with: sarif transform --sarif-output-version Current",
        )


def _judge_run(run: dict[str, Any], count: int, what: str, scan: Scan) -> None:
    """Refuse a run that failed and found nothing; warn of one that found something first."""
    tool = mapping(run.get("tool"), f"{what}.tool", scan.name)
    mapping(tool.get("driver", tool), f"{what}.tool.driver", scan.name)
    if run.get("results") is not None:
        require(run["results"], list, f"{what}.results", scan.name)
    invocations = objects(run.get("invocations"), f"{what}.invocations", scan.name, optional=True)
    failed = [one for one in invocations if one.get("executionSuccessful") is False]
    if failed and not count:
        raise scan.failed(f"{what} of {tool_name(run) or 'the tool'} reports executionSuccessful: false")
    if failed:
        scan.note("W_ABORTED", f"{what} reports executionSuccessful: false after {count} results")
    errors = [note for one in invocations for note in _tool_errors(one, scan.name)]
    if not count:
        _require_a_look(run, errors, what, scan)
    if errors:
        scan.note("W_NOT_TESTED", f"{what} reports {len(errors)} errors of the tool itself")
    outside = mapping(
        run.get("externalPropertyFileReferences"), "externalPropertyFileReferences", scan.name, optional=True
    )
    if outside.get("results"):
        raise _elsewhere(f"{what} keeps its results in other files", scan.name)


def _tool_errors(invocation: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """What the tool reports about itself as an error: files it could not read, a broken configuration."""
    kinds = ("toolExecutionNotifications", "toolConfigurationNotifications")
    notes = [one for kind in kinds for one in objects(invocation.get(kind), kind, name, optional=True)]
    return [one for one in notes if one.get("level") == "error"]


def _require_a_look(run: dict[str, Any], errors: list[dict[str, Any]], what: str, scan: Scan) -> None:
    """Refuse a run without results that itself says that nothing was looked at.

    Bandit counts the lines of each file in a bag named ``metrics``, also of files that it could not parse; it
    spells their paths differently in both places.
    """
    who = f"{what} of {tool_name(run) or 'the tool'}"
    properties = run.get("properties")
    metrics = properties.get("metrics") if isinstance(properties, dict) else None
    files = 0
    if isinstance(metrics, dict) and isinstance(metrics.get("_totals"), dict):
        files = len(metrics) - 1
        if not errors and not metrics["_totals"].get("loc", 1):
            raise _no_runs(f"{who} read no line of code", scan.name)
    unread = {
        text(place, "physicalLocation", "artifactLocation", "uri")
        for one in errors
        for place in objects(one.get("locations"), "locations", scan.name, optional=True)
    }
    rules = mapping(run["tool"].get("driver", run["tool"]), "driver", scan.name).get("rules")
    if errors and not (run.get("artifacts") or rules or files > len(unread)):
        raise scan.failed(f"{who} reports {len(errors)} errors of its own and no result")


def _require_results(
    log: dict[str, Any], runs: list[dict[str, Any]], results: SarifResults, scan: Scan
) -> None:
    """Refuse a log none of whose runs shows that something was looked at."""
    for one in objects(
        log.get("inlineExternalProperties"), "inlineExternalProperties", scan.name, optional=True
    ):
        if one.get("results"):
            raise _elsewhere("results are kept as inline external properties", scan.name)
    scanned = [run for run in runs if run.get("results") is not None]
    if not scanned:
        raise _no_runs("no run holds results; the tool did not scan", scan.name)
    scan.not_tested(len(runs) - len(scanned), "runs hold no results; their tools did not scan")
    if not any(results.count_of(run) or _shows_a_scan(run) for run in scanned):
        raise _no_runs(
            "no result, rule, artifact or invocation shows that the tool looked at anything", scan.name
        )


def _shows_a_scan(run: dict[str, Any]) -> bool:
    """Whether an empty run says more than the name of a tool."""
    driver = run["tool"].get("driver", run["tool"])
    return bool(
        run.keys() - {"tool", "results"} or run["tool"].keys() - _BARE - {"driver"} or driver.keys() - _BARE
    )


def _no_runs(message: str, name: str) -> EvidenceError:
    return EvidenceError("E_NO_RUNS", message, file=name, hint="check that the scanner ran")


def _elsewhere(message: str, name: str) -> EvidenceError:
    return EvidenceError(
        "E_REFERENCE", message, file=name, hint="have the tool write one self-contained file"
    )


def _end_time(run: dict[str, Any]) -> str:
    """When the run's last invocation ended, else when it began."""
    ends = [text(one, "endTimeUtc") or text(one, "startTimeUtc") for one in run.get("invocations") or ()]
    return max(ends, default="")


def _facts(runs: list[dict[str, Any]]) -> dict[str, str]:
    drivers = [run["tool"].get("driver", run["tool"]) for run in runs]
    tools = sorted({text(one, "name") for one in drivers} - {""})
    versions = sorted({text(one, "semanticVersion") or text(one, "version") for one in drivers} - {""})
    builds = sorted({_revision(run) for run in runs} - {""})
    found = {"tool": ", ".join(tools), "tool_version": versions[0] if len(drivers) == 1 and versions else ""}
    found["build"] = builds[0] if len(builds) == 1 else ""
    return {key: value for key, value in found.items() if value}


def _revision(run: dict[str, Any]) -> str:
    known = run.get("versionControlProvenance")
    return text(known[0], "revisionId") if isinstance(known, list) and known else ""
