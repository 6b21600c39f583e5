"""How the reports of newer linters and of checks of clouds and workflows are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head

__all__ = ["SECURITY_NEWER_FORMATS"]


def _biome(head: Head) -> bool:
    return head.kind == "json" and head.has("summary.diagnosticsNotPrinted", "diagnostics")


def _oxlint(head: Head) -> bool:
    return head.kind == "json" and head.has("diagnostics", "number_of_files", "number_of_rules")


def _zizmor(head: Head) -> bool:
    return head.has("[].ident", "[].determinations", "[].locations")


def _lint_files(head: Head) -> bool:
    remarks = head.has("[].errors[].rule", "[].errors[].message") or head.has("[].messages[].rule.id")
    return head.has("[].file") and remarks


def _prowler(head: Head) -> bool:
    ocsf = head.has("[].status_code", "[].finding_info", "[].metadata")
    return ocsf or head.has("[].CheckID", "[].Status", "[].Severity")


def _staticcheck(head: Head) -> bool:
    return head.has("code", "severity", "location.file", "end", "message")


_SECURITY = "security"

SECURITY_NEWER_FORMATS: tuple[Format, ...] = (
    Format("biome", "Biome (JSON)", _SECURITY, "biome", _biome),
    Format("oxlint", "Oxlint (JSON)", _SECURITY, "oxlint", _oxlint),
    Format("zizmor", "zizmor (JSON)", _SECURITY, "zizmor", _zizmor),
    Format("lint-files", "ktlint and HTMLHint (JSON)", _SECURITY, "lint_files", _lint_files),
    Format("prowler", "Prowler (OCSF, JSON)", _SECURITY, "prowler", _prowler),
    Format("staticcheck", "Staticcheck (JSON Lines)", _SECURITY, "staticcheck", _staticcheck),
)
