"""Nuclei's results: JSON Lines or one array; the older spelling of keys is read too."""

from __future__ import annotations

import re
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.findings import severity
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]

_CWE = re.compile(r"(?:nvd-)?cwe-[a-z0-9]+\Z", re.IGNORECASE | re.ASCII)


def read(source: Source, _head: Head) -> Reading:
    """Count the matches; records with ``matcher-status: false`` are attempts without a match.

    Raises:
        EvidenceError: E_ENUM for a weakness that is none, E_WRONG_TYPE, E_MISSING_FIELD, E_NO_RUNS.
    """
    scan = Scan("nuclei", source.name)
    found = list(documents(source, free_text=True))
    records = objects(found[0] if found and isinstance(found[0], list) else found, "the report", source.name)
    if not records:
        raise scan.no_run(
            "the report lists no record and does not show that a host was tested",
            instead="nuclei -matcher-status, which lists attempts without a match too",
        )
    for at, record in enumerate(records):
        if record.get("matcher-status") is not False:
            _add(scan, record, f"record {at + 1}")
    scan.define(finding="one for each match; attempts without a match are left out")
    return scan.reading("nuclei")


def _add(scan: Scan, record: dict[str, Any], what: str) -> None:
    info = mapping(record.get("info"), f"{what}: info", scan.name)
    _check_weaknesses(info, what, scan.name)
    scan.add(
        text(record, "template-id") or text(record, "templateID"),
        severity(text(info, "severity")),
        path=text(record, "matched-at") or text(record, "matched") or text(record, "host"),
        title=text(info, "name"),
        identity=[text(record, "matcher-name") or text(record, "matcher_name")],
    )
    scan.fact(taken_at=text(record, "timestamp"))


def _check_weaknesses(info: dict[str, Any], what: str, name: str) -> None:
    classification = mapping(info.get("classification"), f"{what}: classification", name, optional=True)
    stated = classification.get("cwe-id")
    listed = stated if isinstance(stated, list) else [stated]
    words = [word for one in listed if isinstance(one, str) for word in one.replace(",", " ").split()]
    wrong = next((word for word in words if not _CWE.match(word)), None)
    if wrong is not None:
        raise EvidenceError(
            "E_ENUM",
            f"{what}: {wrong[:40]!r} is no CWE identifier",
            file=name,
            hint="mend the template; such a record was not written by nuclei as released",
        )
