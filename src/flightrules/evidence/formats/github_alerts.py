"""GitHub's alerts as the REST interface lists them: code scanning, Dependabot and secret scanning."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_PAGES = (30, 100)
_REVOKED = "revoked"


def read(source: Source, _head: Head) -> Reading:
    """Count the open alerts. A list as long as a full page is accepted with a warning.

    Raises:
        EvidenceError: E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("GitHub", source.name)
    alerts = objects(decode(source), "the answer", source.name)
    for alert in alerts:
        if "security_advisory" in alert or "security_vulnerability" in alert:
            _add_dependency(scan, alert)
        elif "secret_type" in alert:
            _add_secret(scan, alert)
        else:
            _add_code(scan, alert)
    if len(alerts) in _PAGES:
        scan.note("W_MAYBE_PARTIAL", f"the list holds {len(alerts)} alerts, exactly one full page")
    scan.define(suppressed="dismissed alerts and secrets closed without revoking; fixed ones are left out")
    return scan.reading("github-alerts")


def _state(alert: dict[str, Any]) -> str:
    state = text(alert, "state").lower()
    if state == "fixed":
        return "fixed"
    return "suppressed" if state in ("dismissed", "auto_dismissed", "closed") else "live"


def _add_dependency(scan: Scan, alert: dict[str, Any]) -> None:
    advisory = mapping(alert.get("security_advisory"), "security_advisory", scan.name, optional=True)
    found = mapping(alert.get("security_vulnerability"), "security_vulnerability", scan.name, optional=True)
    package = text(found, "package", "name") or text(alert, "dependency", "package", "name")
    scan.add(
        text(advisory, "ghsa_id") or text(advisory, "cve_id"),
        severity(text(found, "severity") or text(advisory, "severity")),
        path=":".join(filter(None, (text(alert, "dependency", "manifest_path"), package))),
        title=text(advisory, "summary"),
        state=_state(alert),
    )


def _add_secret(scan: Scan, alert: dict[str, Any]) -> None:
    resolved = text(alert, "state").lower() == "resolved"
    revoked = text(alert, "resolution").lower() == _REVOKED
    scan.add(
        text(alert, "secret_type"),
        "unknown",
        title=text(alert, "secret_type_display_name"),
        identity=[text(alert, "number")],
        state="live" if not resolved else "fixed" if revoked else "suppressed",
    )


def _add_code(scan: Scan, alert: dict[str, Any]) -> None:
    rule = mapping(alert.get("rule"), "rule", scan.name)
    instance = mapping(alert.get("most_recent_instance"), "most_recent_instance", scan.name, optional=True)
    scan.add(
        text(rule, "id") or text(rule, "name"),
        severity(text(rule, "security_severity_level") or text(rule, "severity")),
        path=text(instance, "location", "path"),
        line=text(instance, "location", "start_line"),
        title=text(rule, "description"),
        identity=[text(alert, "tool", "name"), text(instance, "message", "text")],
        state=_state(alert),
    )
