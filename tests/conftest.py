"""What all tests share: where the reference material lies, if it is here."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference vectors and artefacts beside the repository."""
    if not (SHARED / "README.md").exists():
        pytest.skip("the shared reference folder is not beside this repository")
    return SHARED
