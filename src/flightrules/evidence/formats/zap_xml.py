"""ZAP's XML report: alertitem below alerts below site; old versions keep the address in the item itself."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.xml import Node, tree
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.records.zap_alerts import add_alert, close, instance
from flightrules.evidence.source import Source

__all__ = ["read"]

_FIELDS = ("alertRef", "pluginid", "alert", "name", "riskcode", "confidence")


def read(source: Source, _head: Head) -> Reading:
    """Count the alerts of all sites.

    Raises:
        EvidenceError: E_NO_RUNS, E_ENUM for an unknown risk code, E_MISSING_FIELD, and the faults of XML.
    """
    scan = Scan("ZAP", source.name)
    root = tree(source)
    sites = root.all("site")
    for site in sites:
        for alerts in site.all("alerts"):
            for item in alerts.all("alertitem"):
                known = {field: item.text_of(field) for field in _FIELDS}
                add_alert(scan, site.get("name") or site.get("host"), known, _instances(item))
    close(scan, len(sites), root.get("version"), (root.get("created") or root.get("generated"),))
    return scan.reading("zap-xml")


def _instances(item: Node) -> list[str]:
    listed = item.find("instances")
    found = listed.all("instance") if listed is not None else item.all("uri") and [item]
    return [instance(one.text_of("method"), one.text_of("uri"), one.text_of("param")) for one in found]
