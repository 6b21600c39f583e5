"""pip-audit's JSON report: the plain array of older versions and the object of newer ones."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.scan import Scan
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """Count the vulnerabilities of all packages. pip-audit states no severity.

    Raises:
        EvidenceError: E_NO_RUNS where no package was audited, E_WRONG_TYPE, E_MISSING_FIELD.
    """
    scan = Scan("pip-audit", source.name)
    document = decode(source)
    listed = document.get("dependencies") if isinstance(document, dict) else document
    packages = objects(listed, "dependencies", source.name)
    skipped = [one for one in packages if "skip_reason" in one]
    if len(packages) == len(skipped):
        raise scan.no_run(f"no package was audited; {len(skipped)} were skipped")
    for package in packages:
        if "skip_reason" in package:
            continue
        for one in objects(package.get("vulns"), "vulns", source.name):
            scan.add(
                text(one, "id"),
                "unknown",
                path=text(package, "name"),
                line=text(package, "version"),
                title=text(one, "description"),
                identity=[text(one, "id")],
            )
    scan.not_tested(len(skipped), "packages could not be audited")
    return scan.reading("pip-audit")
