"""InSpec and CINC Auditor in JSON: controls of profiles, each with its results.

A control ends as its worst result does; one without any result is skipped.
"""

from __future__ import annotations

from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATES = {"passed": PASSED, "failed": FAILED, "skipped": SKIPPED, "error": ERRORED}
_WORST = (FAILED, ERRORED, PASSED, SKIPPED)


def read(source: Source, _head: Head) -> Reading:
    """The controls of all profiles.

    Raises:
        EvidenceError: E_SCAN_FAILED for a profile that did not load, E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD,
            and as ``json_case_reading``.
    """
    report = mapping(decode(source, free_text=True), "the report", source.name)
    writer = CaseWriter()
    for profile in objects(report.get("profiles"), "profiles", source.name):
        name = text(profile, "name")
        if text(profile, "status") == "failed":
            what = f"the profile {name[:60]!r} did not load: {text(profile, 'status_message')[:120]}"
            raise EvidenceError("E_SCAN_FAILED", what, file=source.name, hint="mend the profile")
        for control in objects(profile.get("controls"), "controls", source.name):
            ends = _ends(control, source)
            end = next((one for one in _WORST if one in ends), SKIPPED)
            writer.add(text(control, "id"), end, classname=name, suite=name)
    version = text(report, "version")
    facts = {"tool": "InSpec"} | ({"tool_version": version} if version else {})
    return json_case_reading("inspec", source, writer.cases(), facts=facts)


def _ends(control: dict[str, Any], source: Source) -> set[int]:
    found = set()
    for result in objects(control.get("results"), "results", source.name, optional=True):
        word = text(result, "status")
        if word not in _STATES:
            raise EvidenceError(
                "E_ENUM", f"the status {word[:40]!r} is none of {', '.join(_STATES)}", file=source.name
            )
        broken = word == "failed" and text(result, "exception")
        found.add(ERRORED if broken else _STATES[word])
    return found
