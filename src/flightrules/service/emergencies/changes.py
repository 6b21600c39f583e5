"""What a hotfix changes, out of the diffs brought for it, who wrote it, and whether it keeps to its lock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from flightrules.engine.scope_lock import LockCheck, check_lock
from flightrules.service.door.refusals import ConflictError
from flightrules.service.readiness.inputs import Inputs, inputs_of
from flightrules.service.readiness.models import EvidenceItem
from flightrules.service.records import blobs
from flightrules.service.releases.authorship import authors_of
from flightrules.service.releases.queries import Release

__all__ = ["basis_of", "lock_of", "parts_in"]


def parts_in(release: Release, named: Iterable[str]) -> frozenset[str]:
    """Who opened the release or wrote what it brings: as CI states it, and as it was named in writing."""
    return frozenset({release.opened_by, *named, *authors_of(release).people})


def lock_of(release: Release, paths: list[str], inputs: Inputs | None = None) -> LockCheck:
    """Whether every path that the release's diffs change is locked in; unproven where one is unreliable."""
    inputs = inputs or inputs_of(release)
    diffs: dict[str, bytes] = {}
    for item in _diffs(inputs):
        foreign = _of_something_else(item, inputs)
        if foreign:
            return LockCheck(fault=foreign)
        try:
            diffs[item.digest] = blobs.intact_bytes(item.digest)
        except ConflictError as error:
            return LockCheck(fault=error.message)
    return check_lock(diffs.values(), paths)


def basis_of(release: Release, inputs: Inputs | None = None) -> str:
    """SHA-256 over what the change is now: build, artefacts and diffs."""
    inputs = inputs or inputs_of(release)
    plain = [
        release.build,
        sorted([one.name, one.digest] for one in inputs.artefacts),
        sorted({one.digest for one in _diffs(inputs)}),
    ]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def _diffs(inputs: Inputs) -> list[EvidenceItem]:
    mine = [one for one in inputs.evidence if one.part == EvidenceItem.Part.CHANGES]
    return [one for one in mine if one.tombstoned_at is None]


def _of_something_else(item: EvidenceItem, inputs: Inputs) -> str:
    """Why a diff is not of what goes out; empty where nothing speaks against it."""
    if item.artefact and item.artefact not in {one.digest for one in inputs.artefacts}:
        return f"the diff {item.name} is of the artefact sha256:{item.artefact[:12]}…, which is not shipped"
    if inputs.release.build and item.build != inputs.release.build:
        said = item.build or "without a name"
        return f"the diff {item.name} is of build {said}, not of {inputs.release.build}"
    return ""
