"""ZAP alerts, however they are written: one finding for each alert of a site, its instances as parts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.scan import Scan

__all__ = ["add_alert", "close", "instance"]

_RISKS = {"0": "info", "1": "low", "2": "medium", "3": "high", "-1": "info"}
_FALSE_POSITIVE = "0"
_GENERATED = re.compile(r"[A-Z][a-z]{2}, (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d)", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ADDRESS = re.compile(r"[?#].*", re.DOTALL)


def add_alert(scan: Scan, site: str, alert: dict[str, str], instances: Iterable[str]) -> None:
    """Count one alert; ``alert`` holds the report's own field names.

    Raises:
        EvidenceError: E_ENUM for a risk code outside -1 to 3, E_MISSING_FIELD.
    """
    code = alert.get("riskcode", "").strip()
    if not code:
        raise EvidenceError("E_MISSING_FIELD", "an alert has no riskcode", file=scan.name)
    if code not in _RISKS:
        raise EvidenceError("E_ENUM", f"riskcode is {code[:20]!r}; expected -1 to 3", file=scan.name)
    title = alert.get("alert") or alert.get("name") or ""
    muted = code == "-1" or alert.get("confidence", "").strip() == _FALSE_POSITIVE
    scan.add(
        alert.get("alertRef") or alert.get("pluginid") or "",
        _RISKS[code],
        path=site,
        title=title,
        identity=[alert.get("name") or title],
        state="suppressed" if muted else "live",
        parts=instances,
    )


def instance(method: str, address: str, parameter: str) -> str:
    """What tells one instance from another; queries are left out, for they change with every scan."""
    return f"{method} {_ADDRESS.sub('', address)} {parameter}"


def close(scan: Scan, sites: int, version: str, times: tuple[str, ...]) -> None:
    """State what holds for all reports of ZAP; refuse one that shows no scan.

    Raises:
        EvidenceError: E_NO_RUNS.
    """
    if not sites:
        raise scan.no_run("the report lists no site; ZAP looked at nothing")
    if scan.empty and not any(times):
        raise scan.no_run("no alert and no time of generation shows that ZAP looked at the site")
    told, notices = earliest(_plain_time(one) for one in times[:1])
    scan.fact(tool_version=version, **told)
    for notice in notices:
        scan.note(notice.code, notice.message)
    scan.define(
        finding="one for each alert and site, not for each of its instances",
        severity="the alert's risk: High, Medium, Low, Informational",
        suppressed="confidence False Positive",
        new="an alert is new when its site has it for the first time or at a further address",
    )


def _plain_time(text: str) -> str:
    """ZAP writes times of no zone in an order of its own."""
    found = _GENERATED.match(text)
    if found is None or found[2] not in _MONTHS:
        return text
    return f"{found[3]}-{_MONTHS.index(found[2]) + 1:02}-{int(found[1]):02}T{found[4]}"
