"""ZAP's JSON report (traditional, traditional-plus, modern): alerts below sites."""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.records.zap_alerts import add_alert, close, instance
from flightrules.evidence.source import Source

__all__ = ["read"]

_FIELDS = ("alertRef", "pluginid", "alert", "name", "riskcode", "confidence")


def read(source: Source, _head: Head) -> Reading:
    """Count the alerts of all sites.

    Raises:
        EvidenceError: E_NO_RUNS, E_ENUM for an unknown risk code, E_MISSING_FIELD, E_WRONG_TYPE.
    """
    scan = Scan("ZAP", source.name)
    report = mapping(decode(source), "the report", source.name)
    found = report.get("site")
    sites = objects([found] if isinstance(found, dict) else found, "site", source.name)
    for site in sites:
        for alert in objects(site.get("alerts"), "site[].alerts", source.name):
            known = {field: text(alert, field) for field in _FIELDS}
            add_alert(scan, text(site, "@name") or text(site, "@host"), known, _instances(alert, source.name))
    close(
        scan, len(sites), text(report, "@version"), (text(report, "created") or text(report, "@generated"),)
    )
    return scan.reading("zap-json")


def _instances(alert: dict[str, Any], name: str) -> list[str]:
    found = objects(alert.get("instances"), "alerts[].instances", name, optional=True)
    return [instance(text(one, "method"), text(one, "uri"), text(one, "param")) for one in found]
