"""How the long tail of scanners and linters is recognised.

The more telling signature stands before the plainer one; no two need to be told apart by a file's name.
"""

from __future__ import annotations

import re

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head
from flightrules.patterns import late

__all__ = ["SECURITY_TAIL_FORMATS"]

_FLAKE8_FILES = late(r'"[^"\\]{1,1000}\.pyi?"\s*:\s*\[\s*\]')
_CARGO_RECORD = late(r'^\{"reason":\s?"compiler-(?:artifact|message)",', re.MULTILINE)
_TELLING = 2  # of three required keys; one may be what is wrong with the report


def _json(head: Head, *paths: str) -> bool:
    return head.kind in ("json", "ndjson") and head.has(*paths)


def _either(head: Head, *paths: str) -> bool:
    """The paths in one object, or in each object of an array."""
    return _json(head, *paths) or _json(head, *(f"[].{path}" for path in paths))


def _columns(head: Head) -> frozenset[str]:
    """The header of a table; empty for everything else."""
    first = head.text.lstrip().split("\n", 1)[0] if head.kind == "text" else ""
    return frozenset(cell.strip().strip('"') for cell in first.split(","))


def _sonarqube(head: Head) -> bool:
    found = _json(head, "issues[].rule", "issues[].component") or _json(head, "issues", "sonarBaseURL")
    return found or _json(head, "issues", "p", "ps") or _json(head, "issues", "paging.pageIndex")


def _hotspots(head: Head) -> bool:
    return _json(head, "hotspots", "paging") or _json(head, "hotspots[].vulnerabilityProbability")


def _defectdojo(head: Head) -> bool:
    if head.any("scan_status", "findings[].issue_id"):
        return False
    keys = sum(head.has(f"findings[].{key}") for key in ("title", "severity", "description"))
    generic = head.kind == "json" and keys >= _TELLING and not head.has("findings[].component")
    return generic or _json(head, "results[].severity", "results[].false_p", "results[].active")


def _github_graphql(head: Head) -> bool:
    return _json(head, "data") and any(path.endswith("vulnerabilityAlerts") for path in head.paths)


def _github_rest(head: Head) -> bool:
    if not _json(head, "[].number", "[].state", "[].url"):
        return False
    return head.any(
        "[].most_recent_instance", "[].security_advisory", "[].secret_type", "[].secret_type_display_name"
    )


def _cyclonedx(head: Head) -> bool:
    bill = head.root == "bom" and "cyclonedx.org/schema/" in head.namespace
    return bill or head.values.get("bomFormat") == "CycloneDX"


def _dependency_track(head: Head) -> bool:
    named = head.kind == "json" and head.values.get("meta.application") == "Dependency-Track"
    return named or _json(head, "[].component", "[].vulnerability.vulnId")


def _govulncheck(head: Head) -> bool:
    messages = _either(head, "config.protocol_version", "config.scanner_name")
    return messages or _json(head, "Vulns", "Modules", "Requires")


def _hadolint(head: Head) -> bool:
    if head.complete and "".join(head.text.split()) == '{"comments":[]}':
        return True
    return _either(head, "code", "level", "file", "line", "message") or _json(
        head, "comments[].code", "comments[].level", "comments[].file"
    )


def _spectral(head: Head) -> bool:
    return _json(head, "[].code", "[].path", "[].severity", "[].range.start.line")


def _rdjson(head: Head) -> bool:
    one_each = _json(head, "message", "location.path") and head.any(
        "location.range", "severity", "code.value"
    )
    return (
        (_json(head, "diagnostics[].message", "diagnostics[].location.path") and not head.has("command"))
        or _json(head, "diagnostics", "source.name")
        or one_each
    )


def _composer(head: Head) -> bool:
    inside = any(path.startswith("advisories.") and path.endswith("[].advisoryId") for path in head.paths)
    return head.kind == "json" and (inside or _json(head, "advisories", "abandoned"))


def _cargo_messages(head: Head) -> bool:
    """Cargo's own progress may stand before the first record."""
    if head.kind == "text":
        return bool(_CARGO_RECORD.search(head.text))
    ended = head.has("reason", "success") and head.values.get("reason") == "build-finished"
    return ended or _json(head, "reason", "package_id", "target")


def _tflint(head: Head) -> bool:
    clean = head.complete and "".join(head.text.split()) == '{"issues":[],"errors":[]}'
    errors = _json(head, "issues", "errors[].summary", "errors[].severity")
    return clean or errors or _json(head, "issues[].rule.link", "issues[].range", "errors")


def _conftest(head: Head) -> bool:
    return _json(head, "[].filename", "[].successes")


def _tfsec(head: Head) -> bool:
    return _json(head, "results[].rule_id", "results[].location.filename", "results[].severity")


def _nikto_json(head: Head) -> bool:
    return _either(head, "host", "ip", "port", "vulnerabilities")


def _nuclei(head: Head) -> bool:
    return any(_either(head, name, "info.severity") for name in ("template-id", "templateID"))


def _openvas_xml(head: Head) -> bool:
    if head.kind != "xml":
        return False
    answer = head.root in ("get_reports_response", "get_report_response", "get_results_response")
    inside = {"scan_run_status", "report_format", "gmp", "omp"} & head.elements
    return answer or (head.root == "report" and bool(inside))


def _openvex(head: Head) -> bool:
    return _json(head, "statements") and "openvex" in head.values.get("@context", "")


def _pip_audit(head: Head) -> bool:
    for start in ("[]", "dependencies[]"):
        if _json(head, f"{start}.name") and head.any(f"{start}.vulns", f"{start}.skip_reason"):
            return True
    return _json(head, "dependencies", "fixes")


def _prisma(head: Head) -> bool:
    plain = _json(head, "results[].vulnerabilities") and head.any(
        "results[].compliances", "results[].distro", "results[].complianceDistribution", "consoleURL"
    )
    return plain or _json(head, "[].entityInfo", "[].results")


def _pylint(head: Head) -> bool:
    old = _json(head, "[].message-id", "[].symbol")
    return old or _json(head, "messages", "statistics.modulesLinted") or _json(head, "messages[].messageId")


def _ruff(head: Head) -> bool:
    return _either(head, "filename", "code", "location.row", "message")


def _flake8(head: Head) -> bool:
    ends = ("[].physical_line", "[].line_number", "[].code")
    if head.kind != "json":
        return False
    return all(any(path.endswith(end) for path in head.paths) for end in ends) or _clean_flake8(head)


def _clean_flake8(head: Head) -> bool:
    """Nothing but an empty list for each file; the names of Python files are all there is to go by."""
    body = _FLAKE8_FILES.sub("", head.text)
    return head.complete and body != head.text and not body.strip(" \n\r\t{},")


def _mypy(head: Head) -> bool:
    return _json(head, "file", "line", "message", "severity", "code", "hint")


def _testssl_json(head: Head) -> bool:
    pretty = _json(head, "scanResult") and head.any("Invocation", "openssl", "scanTime")
    return pretty or _json(head, "[].id", "[].severity", "[].finding", "[].port")


def _gitleaks(head: Head) -> bool:
    return _json(head, "[].RuleID", "[].File") or _json(head, "[].offender", "[].rule", "[].commit")


def _trufflehog(head: Head) -> bool:
    new = _either(head, "SourceMetadata", "DetectorName")
    log = _json(head, "logger", "msg") and head.values.get("logger") == "trufflehog"
    return new or log or _json(head, "stringsFound", "reason", "path")


def _cargo_audit(head: Head) -> bool:
    return _json(head, "lockfile.dependency-count", "vulnerabilities.list")


def _phpstan(head: Head) -> bool:
    return _json(head, "totals.file_errors", "files", "errors")


def _phpcs(head: Head) -> bool:
    return _json(head, "totals.errors", "totals.warnings", "files")


def _safety(head: Head) -> bool:
    return _json(head, "report_meta", "vulnerabilities") or _json(head, "scan_results.projects")


def _anchore(head: Head) -> bool:
    return _json(head, "vulnerabilities", "vulnerability_type") or _json(head, "vulnerabilities[].vuln")


def _clair(head: Head) -> bool:
    index = _json(head, "manifest_hash", "package_vulnerabilities")
    return (
        index
        or _json(head, "unapproved", "vulnerabilities", "image")
        or _json(head, "LayerCount", "Vulnerabilities")
    )


def _kube_bench(head: Head) -> bool:
    starts = ("Controls[].", "[].", "")
    return any(_json(head, f"{start}tests[].results", f"{start}node_type") for start in starts) or _json(
        head, "Controls[].tests[].results", "Totals"
    )


def _checkov(head: Head) -> bool:
    return _either(head, "check_type", "results.failed_checks") or _json(
        head, "resource_count", "checkov_version"
    )


def _eslint(head: Head) -> bool:
    return _json(head, "[].filePath", "[].messages") or _json(head, "results[].filePath", "metadata")


def _pmd_json(head: Head) -> bool:
    pmd = _json(head, "pmdVersion", "files")
    return pmd or (_json(head, "files", "version") and head.values.get("package") == "phpmd")


def _codeclimate(head: Head) -> bool:
    named = _json(head, "[].check_name") or _json(head, "[].fingerprint", "[].description")
    return named and head.has("[].location.path")


def _lint_array(head: Head) -> bool:
    signatures = (
        ("[].ruleName", "[].failure", "[].startPosition"),
        ("[].rule_id", "[].reason", "[].file"),
        ("[].line_from", "[].file_path", "[].type", "[].message"),
        ("[].Rule.Id", "[].Filename", "[].Level"),
        ("[].ruleNames", "[].fileName", "[].lineNumber"),
        ("[].kind", "[].filepath", "[].message", "[].line"),
    )
    return any(_json(head, *paths) for paths in signatures)


def _android_lint(head: Head) -> bool:
    return head.root == "issues" and head.attributes.get("by", "").startswith("lint")


def _cppcheck(head: Head) -> bool:
    return head.root == "results" and "cppcheck" in head.elements


def _resharper(head: Head) -> bool:
    return head.root == "Report" and bool({"IssueTypes", "Issues"} & head.elements)


def _retire(head: Head) -> bool:
    return (
        _json(head, "data[].results[].component")
        or _json(head, "[].results[].component", "[].file")
        or (_json(head, "data", "messages", "errors", "start"))
    )


def _burp(head: Head) -> bool:
    return head.root == "issues" and "burpVersion" in head.attributes


def _testssl_csv(head: Head) -> bool:
    return _columns(head) >= {"id", "fqdn/ip", "severity", "finding"}


def _defectdojo_csv(head: Head) -> bool:
    columns = _columns(head)
    telling = {"CweId", "Vulnerability Id", "FalsePositive", "CVE", "Mitigation", "Impact"}
    return columns >= {"Title", "Severity", "Description"} and bool(columns & telling)


def _openvas_csv(head: Head) -> bool:
    return _columns(head) >= {"IP", "Severity", "NVT Name", "NVT OID"}


_SECURITY = "security"

# fmt: off
SECURITY_TAIL_FORMATS: tuple[Format, ...] = (
    Format("sonarqube-json", "SonarQube issues (JSON)", _SECURITY, "sonarqube_json", _sonarqube),
    Format("sonarqube-hotspots", "SonarQube security hotspots (JSON)", _SECURITY, "sonarqube_hotspots", _hotspots),
    Format("dependency-track", "Dependency-Track findings (JSON)", _SECURITY, "dependency_track", _dependency_track),
    Format("defectdojo-generic", "DefectDojo findings (JSON)", _SECURITY, "defectdojo_generic", _defectdojo),
    Format("defectdojo-csv", "DefectDojo findings (CSV)", _SECURITY, "defectdojo_csv", _defectdojo_csv),
    Format("github-vulnerability", "GitHub vulnerability alerts (GraphQL)", _SECURITY, "github_vulnerability", _github_graphql),
    Format("github-alerts", "GitHub alerts (REST)", _SECURITY, "github_alerts", _github_rest),
    Format("brakeman", "Brakeman (JSON)", _SECURITY, "brakeman", lambda head: _json(head, "scan_info", "warnings")),
    Format("burp-xml", "Burp Suite issues (XML)", _SECURITY, "burp_xml", _burp),
    Format("eslint-json", "ESLint (JSON)", _SECURITY, "eslint_json", _eslint),
    Format("stylelint-json", "Stylelint (JSON)", _SECURITY, "stylelint_json", lambda head: _json(head, "[].source", "[].warnings")),
    Format("golangci-lint-json", "golangci-lint (JSON)", _SECURITY, "golangci_lint_json", lambda head: _json(head, "Issues", "Report")),
    Format("gosec", "gosec (JSON)", _SECURITY, "gosec", lambda head: _json(head, "Issues", "Stats")),
    Format("govulncheck", "govulncheck (JSON)", _SECURITY, "govulncheck", _govulncheck),
    Format("hadolint-json", "hadolint and ShellCheck (JSON)", _SECURITY, "hadolint", _hadolint),
    Format("spectral-json", "Spectral (JSON)", _SECURITY, "spectral", _spectral),
    Format("pyright-json", "Pyright (JSON)", _SECURITY, "pyright", lambda head: _json(head, "generalDiagnostics", "summary")),
    Format("rdjson", "reviewdog diagnostics (rdjson, rdjsonl)", _SECURITY, "rdjson", _rdjson),
    Format("sqlfluff-json", "SQLFluff (JSON)", _SECURITY, "sqlfluff", lambda head: _json(head, "[].filepath", "[].violations")),
    Format("conftest-json", "Conftest (JSON)", _SECURITY, "conftest_json", _conftest),
    Format("composer-audit", "composer audit (JSON)", _SECURITY, "composer_audit", _composer),
    Format("cargo-messages", "cargo check and clippy (JSON Lines)", _SECURITY, "cargo_messages", _cargo_messages),
    Format("tflint-json", "TFLint (JSON)", _SECURITY, "tflint", _tflint),
    Format("kube-linter-json", "KubeLinter (JSON)", _SECURITY, "kube_linter", lambda head: _json(head, "Checks", "Reports", "Summary")),
    Format("kics", "KICS (JSON)", _SECURITY, "kics", lambda head: _json(head, "queries", "queries_total")),
    Format("checkov", "Checkov (JSON)", _SECURITY, "checkov", _checkov),
    Format("tfsec", "tfsec (JSON)", _SECURITY, "tfsec", _tfsec),
    Format("nikto-json", "Nikto (JSON)", _SECURITY, "nikto_json", _nikto_json),
    Format("nikto-xml", "Nikto (XML)", _SECURITY, "nikto_xml", lambda head: head.root in ("niktoscan", "niktoscans")),
    Format("nuclei", "Nuclei (JSON Lines or array)", _SECURITY, "nuclei", _nuclei),
    Format("openvas-xml", "OpenVAS/Greenbone report (XML)", _SECURITY, "openvas_xml", _openvas_xml),
    Format("openvas-csv", "OpenVAS/Greenbone results (CSV)", _SECURITY, "openvas_csv", _openvas_csv),
    Format("nessus-xml", "Nessus (XML)", _SECURITY, "nessus", lambda head: head.root == "NessusClientData_v2"),
    Format("openvex", "OpenVEX", _SECURITY, "openvex", _openvex),
    Format("cyclonedx", "CycloneDX with vulnerabilities (JSON, XML)", _SECURITY, "cyclonedx", _cyclonedx),
    Format("pip-audit", "pip-audit (JSON)", _SECURITY, "pip_audit", _pip_audit),
    Format("safety-json", "Safety (JSON)", _SECURITY, "safety", _safety),
    Format("cargo-audit", "cargo-audit (JSON)", _SECURITY, "cargo_audit", _cargo_audit),
    Format("bundler-audit", "bundler-audit (JSON)", _SECURITY, "bundler_audit", lambda head: _json(head, "results", "created_at", "version")),
    Format("prisma-cloud", "Prisma Cloud (JSON)", _SECURITY, "prisma_cloud", _prisma),
    Format("anchore", "Anchore Engine (JSON)", _SECURITY, "anchore", _anchore),
    Format("clair", "Clair (JSON)", _SECURITY, "clair", _clair),
    Format("kubescape", "Kubescape (JSON)", _SECURITY, "kubescape", lambda head: _json(head, "summaryDetails", "results")),
    Format("kube-bench", "kube-bench (JSON)", _SECURITY, "kube_bench", _kube_bench),
    Format("testssl-csv", "testssl.sh (CSV)", _SECURITY, "testssl_csv", _testssl_csv),
    Format("testssl-json", "testssl.sh (JSON)", _SECURITY, "testssl_json", _testssl_json),
    Format("gitleaks-json", "Gitleaks (JSON)", _SECURITY, "gitleaks", _gitleaks),
    Format("trufflehog", "TruffleHog (JSON Lines)", _SECURITY, "trufflehog", _trufflehog),
    Format("detect-secrets", "detect-secrets (JSON)", _SECURITY, "detect_secrets", lambda head: _json(head, "plugins_used", "results")),
    Format("pylint-json", "Pylint (JSON)", _SECURITY, "pylint_json", _pylint),
    Format("ruff-json", "Ruff (JSON)", _SECURITY, "ruff_json", _ruff),
    Format("flake8-json", "flake8-json", _SECURITY, "flake8_json", _flake8),
    Format("mypy-json", "mypy (JSON Lines)", _SECURITY, "mypy_json", _mypy),
    Format("rubocop-json", "RuboCop (JSON)", _SECURITY, "rubocop_json", lambda head: _json(head, "files", "summary.offense_count")),
    Format("phpstan-json", "PHPStan (JSON)", _SECURITY, "phpstan_json", _phpstan),
    Format("phpcs-json", "PHP_CodeSniffer (JSON)", _SECURITY, "phpcs_json", _phpcs),
    Format("codeclimate-json", "Code Climate and GitLab code quality (JSON)", _SECURITY, "codeclimate", _codeclimate),
    Format("spotbugs-xml", "SpotBugs and FindBugs (XML)", _SECURITY, "spotbugs", lambda head: head.root == "BugCollection"),
    Format("checkstyle-xml", "Checkstyle (XML)", _SECURITY, "checkstyle", lambda head: head.root == "checkstyle"),
    Format("pmd-xml", "PMD (XML)", _SECURITY, "pmd", lambda head: head.root == "pmd"),
    Format("pmd-json", "PMD and PHPMD (JSON)", _SECURITY, "pmd_json", _pmd_json),
    Format("lint-array", "TSLint, SwiftLint, Psalm, cfn-lint, markdownlint, actionlint (JSON)", _SECURITY, "lint_arrays", _lint_array),
    Format("cppcheck-xml", "Cppcheck (XML)", _SECURITY, "cppcheck", _cppcheck),
    Format("android-lint-xml", "Android Lint (XML)", _SECURITY, "android_lint", _android_lint),
    Format("resharper-xml", "InspectCode/ReSharper (XML)", _SECURITY, "resharper", _resharper),
    Format("veracode-pipeline", "Veracode pipeline scan (JSON)", _SECURITY, "veracode_pipeline", lambda head: _json(head, "scan_status", "findings")),
    Format("wapiti", "Wapiti (JSON)", _SECURITY, "wapiti", lambda head: _json(head, "infos.target", "vulnerabilities")),
    Format("aws-security-hub", "AWS Security Hub (ASFF)", _SECURITY, "security_hub", lambda head: _json(head, "Findings[].GeneratorId")),
    Format("terrascan", "Terrascan (JSON)", _SECURITY, "terrascan", lambda head: _json(head, "results.scan_summary")),
    Format("dockle", "Dockle (JSON)", _SECURITY, "dockle", lambda head: _json(head, "summary.fatal", "summary.pass")),
    Format("retire-js", "Retire.js (JSON)", _SECURITY, "retire_js", _retire),
)
# fmt: on
