"""Cucumber JSON (Cucumber for all languages, Behave, godog, Reqnroll): scenarios of features.

A scenario ends as its worst step or hook does. ``undefined`` and ``ambiguous`` steps could not run
and make it errored; ``pending`` and ``skipped`` make it skipped. Backgrounds are no scenarios.
Behave states the end of a scenario and gives no result to steps that were not reached, nor to a background,
whose steps it repeats in each scenario.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import objects, text
from flightrules.evidence.reading.json import decode
from flightrules.evidence.reading.timestamps import earliest
from flightrules.evidence.records.case_reading import json_case_reading
from flightrules.evidence.records.cases import ERRORED, FAILED, PASSED, SKIPPED, CaseWriter
from flightrules.evidence.source import Source

__all__ = ["read"]

_STATUSES = {
    "passed": PASSED,
    "failed": FAILED,
    **dict.fromkeys(("undefined", "ambiguous", "unknown", "broken", "error"), ERRORED),
    **dict.fromkeys(("hook_error", "cleanup_error"), ERRORED),
    **dict.fromkeys(("pending", "skipped", "untested", "disabled"), SKIPPED),
    **dict.fromkeys(("untested_pending", "untested_undefined"), SKIPPED),
}
_WORST = (FAILED, ERRORED, SKIPPED, PASSED)


def read(source: Source, _head: Head) -> Reading:
    """The scenarios of all features.

    Raises:
        EvidenceError: E_ENUM, E_WRONG_TYPE, E_MISSING_FIELD, and as ``json_case_reading``.
    """
    writer, stamps = CaseWriter(), list[str]()
    for feature in objects(decode(source, free_text=True), "the report", source.name):
        for element, ends in _scenarios(feature, stamps, source):
            end = next((one for one in _WORST if one in ends), SKIPPED)
            name = text(feature, "name")
            writer.add(text(element, "name"), end, classname=name, suite=name, file=text(feature, "uri"))
    facts, said = earliest(stamps)
    return json_case_reading("cucumber", source, writer.cases(), notices=said, facts=facts)


def _scenarios(
    feature: dict[str, Any], stamps: list[str], source: Source
) -> list[tuple[dict[str, Any], set[int]]]:
    """The scenarios of a feature, each with the ends of its parts, of the background before it and of itself.

    Behave writes the end of a scenario to the background of a rule if one follows.
    """
    found: list[tuple[dict[str, Any], set[int]]] = []
    background: set[int] = set()
    skipped = text(feature, "status") == "skipped"
    for element in objects(feature.get("elements"), "elements", source.name, optional=True):
        stamps.append(text(element, "start_timestamp"))
        stated = text(element, "status")
        is_background = "background" in (text(element, "type"), text(element, "keyword").lower())
        silent = is_background or skipped or bool(stated)
        ends = set(_ends(element, source, may_be_silent=silent))
        if is_background:
            background = ends  # runs again before each scenario that follows
            if stated:
                (found[-1][1] if found else background).add(_end(stated, source))
            continue
        if stated:
            ends.add(_end(stated, source))
        found.append((element, ends | background))
        background = set()
    return found


def _ends(element: dict[str, Any], source: Source, *, may_be_silent: bool) -> Iterator[int]:
    for key in ("before", "steps", "after"):
        for step in objects(element.get(key), key, source.name, optional=True):
            hooks = [
                hook
                for side in ("before", "after")
                for hook in objects(step.get(side), side, source.name, optional=True)
            ]
            for one in (step, *hooks):
                if may_be_silent and "result" not in one:
                    continue
                yield _end(text(one, "result", "status"), source)


def _end(status: str, source: Source) -> int:
    if status.lower() not in _STATUSES:
        raise EvidenceError(
            "E_ENUM", f"the step status {status[:40]!r} is none of {', '.join(_STATUSES)}", file=source.name
        )
    return _STATUSES[status.lower()]
