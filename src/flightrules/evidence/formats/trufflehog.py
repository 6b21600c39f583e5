"""TruffleHog's JSON Lines, version 3 and the older spelling. It states no severity.

The secret itself is never read into titles or fingerprints.
"""

from __future__ import annotations

from typing import Any

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the secrets; log lines between them are passed over, unless they tell of an error.

    Without a secret the log's line "finished scanning" has to show that something was scanned.

    Raises:
        EvidenceError: E_SCAN_FAILED, E_WRONG_TYPE, E_MISSING_FIELD, E_NO_RUNS.
    """
    scan = Scan("TruffleHog", source.name)
    looked = False
    found = list(documents(source, free_text=True))
    for one in objects(
        found[0] if found and isinstance(found[0], list) else found, "the report", source.name
    ):
        if "level" in one and "msg" in one:
            if text(one, "level").startswith(("error", "fatal")):
                raise scan.failed(f"TruffleHog reports: {text(one, 'msg')[:120]}")
            looked = looked or (
                text(one, "msg") == "finished scanning" and text(one, "chunks") not in ("", "0")
            )
        else:
            _add(scan, one)
    if scan.empty and not looked:
        raise scan.no_run(
            "the report lists no secret and does not show that a repository was looked at",
            instead="trufflehog --json 2>&1, which ends with a line of what was scanned",
        )
    return scan.reading("trufflehog")


def _add(scan: Scan, one: dict[str, Any]) -> None:
    place: dict[str, Any] = one
    if "SourceMetadata" in one:
        metadata = mapping(one["SourceMetadata"], "SourceMetadata", scan.name)
        data = mapping(metadata.get("Data"), "SourceMetadata.Data", scan.name, optional=True)
        place = next((each for each in data.values() if isinstance(each, dict)), {})
    verified = one.get("Verified") is True
    scan.add(
        text(one, "DetectorName") or text(one, "reason"),
        "unknown",
        path=text(place, "file") or text(place, "path") or text(place, "link"),
        line=text(place, "line"),
        title="verified secret" if verified else "secret",
        identity=[text(place, "commit") or text(place, "commitHash")],
    )
