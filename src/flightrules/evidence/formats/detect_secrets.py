"""detect-secrets' scan or baseline. Secrets audited as false are suppressed; it states no severity."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the secrets of all files.

    Raises:
        EvidenceError: E_NO_RUNS where no plugin was used, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("detect-secrets", source.name)
    report = mapping(decode(source), "the report", source.name)
    if not require(report.get("plugins_used"), list, "plugins_used", source.name):
        raise scan.no_run("no plugin was used")
    for path, secrets in mapping(report.get("results"), "results", source.name).items():
        for one in objects(secrets, "results[]", source.name):
            scan.add(
                text(one, "type"),
                "unknown",
                path=path,
                line=text(one, "line_number"),
                title="verified secret" if one.get("is_verified") is True else "secret",
                identity=[text(one, "hashed_secret")],
                state="suppressed" if one.get("is_secret") is False else "live",
            )
    if scan.empty:
        scan.note("W_NOT_TESTED", "the report names no file; detect-secrets does not list clean files")
    scan.fact(tool_version=text(report, "version"), taken_at=text(report, "generated_at"))
    scan.define(suppressed="secrets audited as not being one")
    return scan.reading("detect-secrets")
