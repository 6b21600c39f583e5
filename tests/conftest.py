"""What all tests share: where the reference material lies, and how properties are tried."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from effort import examples

SHARED = Path(__file__).resolve().parents[2] / "shared"

# A busy machine is no defect, so nothing is timed; under CI the same examples are tried each time.
settings.register_profile(
    "flightrules",
    deadline=None,
    max_examples=examples(50),
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("flightrules")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference vectors and artefacts beside the repository."""
    if not (SHARED / "README.md").exists():
        pytest.skip("the shared reference folder is not beside this repository")
    return SHARED
