"""Which lines are new, out of the diffs that were brought: what new-code coverage is measured on.

Without a diff of the right build there is no data; what CI says of its own new-code coverage counts for
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from flightrules.connectors.changes import read_changes
from flightrules.engine.facts import Changes, Refusal
from flightrules.errors import EvidenceError
from flightrules.rules.rulebook import Rulebook
from flightrules.rules.source import EvidenceSource
from flightrules.service.door.refusals import ConflictError
from flightrules.service.readiness.inputs import Inputs
from flightrules.service.readiness.models import EvidenceItem
from flightrules.service.records import blobs

__all__ = ["Compared", "changes_of"]

_PUSH = "push again with --base COMMIT, or name the base in the rulebook (compare_with)"


@dataclass(frozen=True, slots=True)
class Compared:
    """What a method's new lines are, and the digest of the diff that says so."""

    changes: Changes
    digest: str = ""


def changes_of(inputs: Inputs, book: Rulebook) -> dict[str, Compared]:
    """New lines, or why they are not known, for each method that new-code coverage is measured by."""
    if not any(rule.criterion.metric == "coverage.new_lines" for rule in book.rules):
        return {}
    return {source.name: _compared(source, inputs) for source in book.sources}


def _compared(source: EvidenceSource, inputs: Inputs) -> Compared:
    mine = [one for one in inputs.evidence if one.method == source.name]
    diffs = [one for one in mine if one.part == EvidenceItem.Part.CHANGES]
    if not diffs:
        return _refused("E_NO_BASELINE", "no diff of a base was brought, so nothing says what is new")
    if len(diffs) > 1:
        names = ", ".join(one.name for one in diffs[:3])
        return _refused("E_NO_BASELINE", f"{len(diffs)} diffs were brought ({names}); which one counts?")
    others = [one for one in mine if one.part == EvidenceItem.Part.EVIDENCE]
    return _read(diffs[0], source, _of_something_else(diffs[0], others, inputs))


def _read(item: EvidenceItem, source: EvidenceSource, foreign: str) -> Compared:
    if foreign:
        return _refused("E_NO_BASELINE", foreign, item)
    try:
        found = read_changes(blobs.intact_bytes(item.digest))
    except EvidenceError as error:
        return _refused(error.code, error.message, item)
    except ConflictError as error:
        return _refused("E_EVIDENCE_TAMPERED", error.message, item)
    if source.compare_with and found.base != source.compare_with:
        said = f"the diff was made with {found.base}; the rulebook compares with {source.compare_with}"
        return _refused("E_NO_BASELINE", said, item)
    lines = found.lines
    return Compared(Changes(lines.merge_base, lines.files, lines.tracked), item.digest)


def _of_something_else(item: EvidenceItem, others: list[EvidenceItem], inputs: Inputs) -> str:
    """Why a diff is not of what is judged; empty when nothing speaks against it."""
    if item.tombstoned_at is not None:
        on = item.tombstoned_at.date().isoformat()
        return f"the diff was taken out of the judgement on {on}: {item.tombstone_reason}"
    builds = {inputs.release.build, *(one.build for one in others)} - {""}
    for build in sorted(builds):
        if item.build != build:
            return f"the diff is of {_named(item.build)}, not of build {build}"
    shipped = {one.digest for one in inputs.artefacts}
    if item.artefact and item.artefact not in shipped:
        return f"the diff is bound to the artefact sha256:{item.artefact[:12]}…, which is not shipped"
    return ""


def _named(build: str) -> str:
    return f"build {build}" if build else "an unnamed build"


def _refused(code: str, reason: str, item: EvidenceItem | None = None) -> Compared:
    digest = item.digest if item else ""
    name = item.name if item else "changes"
    return Compared(Changes("", refusal=Refusal(name, code, reason, hint=_PUSH, digest=digest)), digest)
