"""The people of the ledger's stories: three key holders, and a verdict worth signing."""

import copy
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from flightrules.ledger.attestation import attest
from flightrules.ledger.keys import PrivateKey

ARTEFACT = "e5" * 32
RULEBOOK = "ab" * 32
JUNIT, COVERAGE = "c1" * 32, "c2" * 32

RECORD = {
    "product": "checkout",
    "version": "4.2.1",
    "verdict": "GO",
    "as_of": "2026-11-21T09:00:00Z",
    "rulebook_digest": f"sha256:{RULEBOOK}",
    "criteria": [
        {
            "id": "pass-rate",
            "sentence": "Pass rate ≥ 97%",
            "status": "PASS",
            "actual": "98.2 %",
            "target": "≥ 97 %",
        },
        {
            "id": "coverage",
            "sentence": "Coverage ≥ 80%",
            "status": "WAIVED",
            "actual": "79.5 %",
            "target": "≥ 80 %",
        },
        {"id": "pact", "sentence": "Contracts hold", "status": "NOT APPLICABLE", "actual": "", "target": ""},
    ],
    "evidence": [
        {"method": "nightly", "path": "out/junit.xml", "sha256": JUNIT},
        {"method": "coverage", "path": "out/coverage.xml", "sha256": COVERAGE},
    ],
    "waivers": [
        {"criterion": "coverage", "approver": "Ada", "reason": "legacy module", "expires": "2026-12-01"}
    ],
    "blocking": 0,
}
SUBJECTS = [{"name": "checkout-4.2.1.whl", "digest": {"sha256": ARTEFACT}}]


def key_of(number):
    return PrivateKey(Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32))


@pytest.fixture(scope="session")
def ada():
    return key_of(1)


@pytest.fixture(scope="session")
def ben():
    return key_of(2)


@pytest.fixture(scope="session")
def mallory():
    return key_of(13)


@pytest.fixture
def record():
    return copy.deepcopy(RECORD)


@pytest.fixture(scope="session")
def subjects():
    return SUBJECTS


@pytest.fixture(scope="session")
def signed(ada):
    """The bundle that Ada signed."""
    return attest(RECORD, subjects=SUBJECTS, keys=[ada])


@pytest.fixture(scope="session")
def vectors(shared):
    def read(name):
        return json.loads((shared / "vectors" / f"{name}.json").read_text(encoding="utf-8"))["cases"]

    return read
