"""F36: what an earlier version recorded is read, verified and measured as it was then, for ever.

Each folder holds the case file of one release as that version exported it, the public key of its ledger, a head
that was kept elsewhere, and what was found in it at the time. None of it is ever written anew.
"""

import io
import json
import zipfile
from pathlib import Path

import pytest

from flightrules.errors import FlightrulesError
from flightrules.evidence import registry
from flightrules.evidence.source import Source
from flightrules.ledger.case_verification import verify_case_file
from flightrules.ledger.history import heads_in
from flightrules.ledger.key_files import load_public_key
from flightrules.rules.loading import load_rulebook

HERE = Path(__file__).parent
VERSIONS = sorted(path.name for path in HERE.glob("ledger-*"))


def found_in(folder: Path) -> dict:
    """What this version finds: the size and subject of the case, its rulebook's digest, what its evidence measures."""
    key = load_public_key((folder / "ledger.pub").read_bytes())
    anchors = heads_in((folder / "head.txt").read_bytes(), name="head.txt")
    data = (folder / "case.zip").read_bytes()
    case = verify_case_file(io.BytesIO(data), public_keys=[key], anchors=anchors, unsealed=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        blobs = {name: archive.read(name) for name in sorted(archive.namelist()) if name.startswith("blobs/")}
        entries = [json.loads(line) for line in archive.read("entries.jsonl").splitlines()]
    return {
        "failed": case.failed and [case.failed.number, case.failed.code],
        "about": case.about,
        "size": case.size,
        "tags": [one["tag"] for one in entries],
        "outcomes": [
            one["data"]["outcome"] for one in entries if one["tag"] == "readiness:gate-run:recorded"
        ],
        "rulebooks": [digest for text in blobs.values() if (digest := _rulebook(text))],
        "measured": {name: found for name, text in blobs.items() if (found := _measured(text))},
    }


def _rulebook(text: bytes) -> str:
    try:
        return load_rulebook(text).digest if b"\nflightrules: 1" in b"\n" + text else ""
    except FlightrulesError as error:
        return error.code


def _measured(text: bytes) -> list[list[str]]:
    try:
        reading = registry.read(Source.of(text, "blob"))
    except FlightrulesError:
        return []
    return [[one.metric, str(one.value)] for one in reading.measurements]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_recorded_is_what_is_found(version):
    folder = HERE / version
    assert found_in(folder) == json.loads((folder / "found.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("version", VERSIONS)
def test_one_changed_byte_of_it_is_found(version, tmp_path):
    folder = HERE / version
    for name in ("ledger.pub", "head.txt"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with zipfile.ZipFile(folder / "case.zip") as old, zipfile.ZipFile(tmp_path / "case.zip", "w") as new:
        for name in old.namelist():
            changed = old.read(name).replace(b'"outcome":"GO"', b'"outcome":"NO"')
            new.writestr(name, changed)
    assert found_in(tmp_path)["failed"] is not None


def test_there_is_one_of_this_version():
    assert VERSIONS
