"""How the formats of common security scanners are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head

__all__ = ["SECURITY_CORE"]


def _is_sarif(head: Head) -> bool:
    if head.kind != "json" or "runs" not in head.paths:
        return False
    schema, version = head.values.get("$schema", ""), head.values.get("version", "")
    return (
        "sarif" in schema.lower() or head.any("runs[].tool", "runs[].results") or version[:2] in ("1.", "2.")
    )


def _is_zap_json(head: Head) -> bool:
    return head.kind == "json" and head.has("site") and head.any("@version", "@generated", "site[].alerts")


def _is_zap_xml(head: Head) -> bool:
    return head.kind == "xml" and head.root == "OWASPZAPReport"


def _is_trivy(head: Head) -> bool:
    if head.kind != "json":
        return False
    image = (
        head.has("SchemaVersion", "Results")
        or head.has("Results[].Target")
        or head.has("SchemaVersion", "ArtifactName")
    )
    cluster = head.has("ClusterName") and head.any(
        "Resources", "Vulnerabilities", "Misconfigurations", "Findings"
    )
    old = head.has("[].Target") and head.any("[].Vulnerabilities", "[].Type", "[].Class")
    return image or cluster or old


def _is_grype(head: Head) -> bool:
    known = head.any("matches[].vulnerability", "descriptor", "source", "distro", "ignoredMatches")
    return head.kind == "json" and head.has("matches") and known


def _is_gitlab(head: Head) -> bool:
    if head.kind != "json" or not head.any("vulnerabilities", "scan"):
        return False
    entry = head.any(
        "vulnerabilities[].location.file", "vulnerabilities[].scanner", "vulnerabilities[].location.hostname"
    )
    scan = head.any("scan.scanner", "scan.status", "scan.analyzer") and head.any(
        "scan.type", "vulnerabilities"
    )
    return scan or entry or head.has("vulnerabilities[].location", "vulnerabilities[].identifiers")


def _is_snyk(head: Head) -> bool:
    if head.kind != "json":
        return False
    return any(_is_snyk_project(head, prefix) for prefix in ("", "[]."))


def _is_snyk_project(head: Head, prefix: str) -> bool:
    def has(*keys: str) -> bool:
        return head.has(*(prefix + key for key in keys))

    entry = any(
        has(f"vulnerabilities[].{key}") for key in ("upgradePath", "isUpgradable", "nvdSeverity", "from")
    )
    project = has("vulnerabilities") and any(has(key) for key in ("ok", "dependencyCount", "uniqueCount"))
    return entry or project or has("infrastructureAsCodeIssues") or has("ok", "error", "path")


def _is_npm_audit(head: Head) -> bool:
    if head.kind != "json":
        return False
    failed = head.has("error.code", "error.summary") or head.has("message", "method", "uri", "error")
    return (
        head.has("auditReportVersion")
        or head.has("advisories", "metadata")
        or head.has("actions", "advisories")
        or failed
    )


def _is_yarn_audit(head: Head) -> bool:
    if head.kind not in ("json", "ndjson"):
        return False
    record = head.values.get("type", "") in ("auditAdvisory", "auditSummary") and head.has("data")
    return record or head.has("value", "children.ID", "children.Severity") or _is_yarn_error(head)


def _is_yarn_error(head: Head) -> bool:
    """Other records may come before the first advisory; an error alone is all that a failed audit leaves."""
    kind = head.values.get("type", "")
    if not head.has("data") or head.any("message", "code"):
        return False
    return kind == "error" or (kind in ("warning", "info", "step") and '"auditSummary"' in head.text)


def _is_osv_scanner(head: Head) -> bool:
    if head.kind != "json" or not head.has("results"):
        return False
    return (
        head.has("results[].packages") or head.has("results[].source.path") or head.has("experimental_config")
    )


def _is_semgrep(head: Head) -> bool:
    if head.kind != "json" or not head.has("results[]"):
        return False
    return head.has("results[].check_id", "results[].path") or (
        head.has("errors") and not head.has("metrics")
    )


def _is_bandit(head: Head) -> bool:
    known = head.has("results[].test_id", "results[].issue_severity") or head.has("metrics._totals")
    return head.kind == "json" and known and head.any("results", "errors")


def _is_dependency_check(head: Head) -> bool:
    if head.kind == "xml":
        return head.root == "analysis" and "dependency-check" in head.namespace
    return (
        head.kind == "json"
        and head.any("reportSchema", "scanInfo")
        and head.any("dependencies", "projectInfo")
    )


SECURITY_CORE: tuple[Format, ...] = (
    Format("sarif", "SARIF 2.1.0", "security", "sarif", _is_sarif),
    Format("gitlab-security", "GitLab security report", "security", "gitlab_report", _is_gitlab),
    Format("zap-json", "ZAP JSON", "security", "zap_json", _is_zap_json),
    Format("zap-xml", "ZAP XML", "security", "zap_xml", _is_zap_xml),
    Format("trivy", "Trivy JSON", "security", "trivy", _is_trivy),
    Format("grype", "Grype JSON", "security", "grype", _is_grype),
    Format("snyk", "Snyk JSON", "security", "snyk", _is_snyk),
    Format("npm-audit", "npm audit JSON", "security", "npm_audit", _is_npm_audit),
    Format("yarn-audit", "yarn audit JSON Lines", "security", "yarn_audit", _is_yarn_audit),
    Format("osv-scanner", "OSV-Scanner JSON", "security", "osv_scanner", _is_osv_scanner),
    Format("bandit", "Bandit JSON", "security", "bandit", _is_bandit),
    Format("semgrep-json", "Semgrep JSON", "security", "semgrep", _is_semgrep),
    Format(
        "dependency-check", "OWASP Dependency-Check", "security", "dependency_check", _is_dependency_check
    ),
)
