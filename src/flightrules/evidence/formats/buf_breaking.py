"""``buf breaking --error-format=json``: one JSON object a line for each breaking change.

``buf lint`` writes the same shape; its rules are told by their names. Where nothing breaks, buf prints
nothing, and an empty file proves nothing: hand in its exit code in the generic format instead.
"""

from __future__ import annotations

import re

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.fields import mapping, text
from flightrules.evidence.reading.json import require
from flightrules.evidence.reading.json_documents import documents
from flightrules.evidence.records.api_changes import API_CHANGE_DEFINITIONS, ApiChange, ApiChanges
from flightrules.evidence.source import Source

__all__ = ["read"]

_BREAKING = re.compile(r"NO_DELETE|_SAME_|_WIRE_|COMPATIBLE|_NO_CHANGE|RESERVED_")
_BROKEN_RUN = ("COMPILE", "FAILURE")


def read(source: Source, _head: Head) -> Reading:
    """Breaking changes.

    Raises:
        EvidenceError: E_RUN_CRASHED where the files did not compile, E_UNRECOGNISED for lint results,
            E_WRONG_TYPE, E_MISSING_FIELD.
    """
    name = source.name
    changes = []
    for item in documents(source, free_text=True):
        one = mapping(item, "a line", name)
        rule = require(one.get("type"), str, "type", name)
        if rule in _BROKEN_RUN:
            message = f"buf could not compare: {text(one, 'message')[:150]}"
            raise EvidenceError("E_RUN_CRASHED", message, file=name, hint="mend the files and repeat the run")
        where = f"{text(one, 'path')}:{text(one, 'start_line')}".rstrip(":")
        changes.append(ApiChange(rule, where, text(one, "message")[:200], "breaking"))
    if not any(_BREAKING.search(one.rule) for one in changes):
        message = f"these are results of buf lint ({changes[0].rule}), not of buf breaking"
        raise EvidenceError("E_UNRECOGNISED", message, file=name, hint="run buf breaking --against BASE")
    return Reading(
        "buf-breaking", ApiChanges(changes), facts={"tool": "buf"}, definitions=dict(API_CHANGE_DEFINITIONS)
    )
